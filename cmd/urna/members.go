package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/internal/sheet"
)

// maxMistakes bounds what is told of a list with nothing but mistakes in it.
const maxMistakes = 1000

// voterList is a list of voters that a census may have: some 150 bytes of memory
// for each.
type voterList struct {
	members  []tree.Member
	places   map[ethkey.Address]int32
	weighted bool // some weigh other than 1

	unit     string // what a place is: line or member
	mistakes []string
	more     int // mistakes that are not told
}

// readMembers reads a list of voters from a CSV or JSON file and checks it, so
// that every mistake is named by its place before anything is sent.
func (a *app) readMembers(path string) (*voterList, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := -1
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		size = int(info.Size())
	}
	bar := a.bar(size, "reading")
	defer bar.Finish()
	l, err := parseMembers(io.TeeReader(f, bar))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// parseMembers reads CSV, or JSON if it begins like it.
func parseMembers(from io.Reader) (*voterList, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	l := &voterList{places: map[ethkey.Address]int32{}}
	var err error
	if looksLikeJSON(in) {
		err = l.readJSON(in)
	} else {
		err = l.readCSV(in)
	}
	if err == nil {
		err = l.verdict()
	}
	if err != nil {
		return nil, err
	}
	l.places = nil
	return l, nil
}

func looksLikeJSON(in *bufio.Reader) bool {
	head, _ := in.Peek(512)
	text := strings.TrimLeft(string(head), " \t\r\n")
	return strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{")
}

// verdict tells all mistakes.
func (l *voterList) verdict() error {
	if l.more > 0 {
		l.mistakes = append(l.mistakes, fmt.Sprintf("and %d more", l.more))
	}
	if len(l.mistakes) > 0 {
		return errors.New(strings.Join(l.mistakes, "\n  "))
	}
	if len(l.members) == 0 {
		return errors.New("no members")
	}
	return nil
}

func (l *voterList) mistake(err error) {
	if len(l.mistakes) == maxMistakes {
		l.more++
		return
	}
	l.mistakes = append(l.mistakes, err.Error())
}

// readCSV reads lines "address" or "address,weight"; a first line whose first word
// is not an address is a heading.
func (l *voterList) readCSV(in io.Reader) error {
	l.unit = "line"
	rows, err := sheet.NewReader(in, 0)
	if err != nil {
		return err
	}
	for first := true; ; first = false {
		row, err := rows.Read()
		var p *sheet.Problem
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &p):
			l.mistake(p)
			continue
		case err != nil:
			return err
		case strings.HasPrefix(row.Cells[0], "#"):
			continue
		}
		if _, err := ethkey.ParseAddress(row.Cells[0]); err != nil && first {
			continue
		}
		if len(row.Cells) > 2 {
			l.mistake(fmt.Errorf("line %d: more than an address and a weight", row.Line))
			continue
		}
		weight := ""
		if len(row.Cells) == 2 {
			weight = row.Cells[1]
		}
		l.add(row.Line, row.Cells[0], weight)
	}
}

// readJSON reads a list of objects, one after the other; weights may be numbers or
// strings, and "key" is another word for "address".
func (l *voterList) readJSON(in io.Reader) error {
	l.unit = "member"
	dec := json.NewDecoder(in)
	dec.DisallowUnknownFields()
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.New(`not a list of the form [{"address": "...", "weight": "..."}]`)
	}
	for n := 1; dec.More(); n++ {
		var m struct {
			Address string      `json:"address"`
			Key     string      `json:"key"`
			Weight  json.Number `json:"weight"`
		}
		if err := dec.Decode(&m); err != nil {
			return fmt.Errorf("member %d: %w", n, err)
		}
		if m.Address == "" {
			m.Address = m.Key
		}
		l.add(n, m.Address, m.Weight.String())
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the list")
	}
	return nil
}

// add refuses what a census would refuse.
func (l *voterList) add(place int, address, weight string) {
	m, err := parseMember(address, weight)
	if before, twice := l.places[m.Address]; err == nil && twice {
		err = fmt.Errorf("%s is at %s %d already", m.Address, l.unit, before)
	}
	if err != nil {
		l.mistake(fmt.Errorf("%s %d: %w", l.unit, place, err))
		return
	}
	l.places[m.Address] = int32(place)
	l.members = append(l.members, m)
	l.weighted = l.weighted || !m.Weight.Eq(uint256.NewInt(1))
}

func parseMember(address, weight string) (m tree.Member, err error) {
	if m.Address, err = ethkey.ParseAddress(address); err != nil {
		return m, err
	}
	if weight == "" {
		weight = "1"
	}
	w, err := uint256.FromDecimal(weight)
	if err != nil || strings.HasPrefix(weight, "+") {
		return m, fmt.Errorf("weight %q is not a whole number", weight)
	}
	m.Weight = *w
	return m, ballot.CheckWeight(w)
}

// build makes the census of the list.
func (l *voterList) build() (*tree.Tree, error) {
	t := tree.New()
	bad, err := t.AddBatch(l.members)
	if err == nil && len(bad) > 0 {
		err = bad[0].Err // add has let through what it should not
	}
	return t, err
}
