package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/client"
	"urna/crypto/ethkey"
)

// readMembers reads a list of voters from a CSV or JSON file and checks it, so
// that a mistake is named by its place before anything is sent.
func readMembers(path string) ([]client.Member, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parse := parseCSV
	if t := bytes.TrimSpace(b); len(t) > 0 && (t[0] == '[' || t[0] == '{') {
		parse = parseJSON
	}
	list, err := parse(b)
	if err == nil && len(list) == 0 {
		err = errors.New("no members")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// parseCSV reads lines "address" or "address,weight"; a first line whose first
// word is not an address is a heading.
func parseCSV(b []byte) ([]client.Member, error) {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	r.Comment = '#'
	r.ReuseRecord = true
	l := memberList{seen: map[ethkey.Address]string{}}
	for first := true; ; first = false {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return l.list, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(rec) > 2 {
			return nil, fmt.Errorf("line %d: more than an address and a weight", line)
		}
		if _, err := ethkey.ParseAddress(rec[0]); err != nil && first {
			continue
		}
		weight := ""
		if len(rec) == 2 {
			weight = rec[1]
		}
		if err := l.add(fmt.Sprintf("line %d", line), rec[0], weight); err != nil {
			return nil, err
		}
	}
}

// parseJSON reads a list of objects; weights may be numbers or strings, and
// "key" is another word for "address".
func parseJSON(b []byte) ([]client.Member, error) {
	var in []struct {
		Address string      `json:"address"`
		Key     string      `json:"key"`
		Weight  json.Number `json:"weight"`
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return nil, err
	}
	l := memberList{seen: map[ethkey.Address]string{}}
	for i, m := range in {
		if m.Address == "" {
			m.Address = m.Key
		}
		if err := l.add(fmt.Sprintf("member %d", i+1), m.Address, m.Weight.String()); err != nil {
			return nil, err
		}
	}
	return l.list, nil
}

// memberList refuses what a census would refuse.
type memberList struct {
	list []client.Member
	seen map[ethkey.Address]string
}

func (l *memberList) add(place, address, weight string) error {
	who, err := ethkey.ParseAddress(address)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	if before, twice := l.seen[who]; twice {
		return fmt.Errorf("%s: %s is at %s already", place, who, before)
	}
	l.seen[who] = place
	if weight == "" {
		weight = "1"
	}
	w, err := uint256.FromDecimal(weight)
	if err != nil {
		return fmt.Errorf("%s: weight %q is not a whole number", place, weight)
	}
	if err := ballot.CheckWeight(w); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	l.list = append(l.list, client.Member{Key: who.String(), Weight: w.Dec()})
	return nil
}

// weighted tells whether any member weighs other than one.
func weighted(list []client.Member) bool {
	for _, m := range list {
		if m.Weight != "1" {
			return true
		}
	}
	return false
}
