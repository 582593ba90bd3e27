package issuer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/holiman/uint256"

	"urna/census"
)

// Member is somebody who may have one credential.
type Member struct {
	ID     string // what a Method makes of an answer: a code's hash, an e-mail address, a subject
	Weight uint256.Int
}

// ReadMembers reads a list: lines of member and weight, divided by a comma,
// with an optional heading "member,weight". The weight may be missing and is 1
// then. key turns what stands in the list into what a Method finds out. An
// error names the line.
func ReadMembers(in io.Reader, key func(string) (string, error)) (list []Member, err error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	seen := map[string]int{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("list of members: %w", err)
		}
		line, _ := r.FieldPos(0)
		if line == 1 && strings.EqualFold(record[0], "member") {
			continue
		}
		m, err := readMember(record, key)
		if err != nil {
			return nil, fmt.Errorf("list of members, line %d: %w", line, err)
		}
		if before, twice := seen[m.ID]; twice {
			return nil, fmt.Errorf("list of members, line %d: the same member as in line %d", line, before)
		}
		if len(list) >= maxMembers {
			return nil, fmt.Errorf("list of members: more than %d", maxMembers)
		}
		seen[m.ID] = line
		list = append(list, m)
	}
	if len(list) == 0 {
		return nil, errors.New("list of members: nobody is in it")
	}
	return list, nil
}

func readMember(record []string, key func(string) (string, error)) (m Member, err error) {
	m.Weight.SetOne()
	switch {
	case len(record) > 2:
		return m, fmt.Errorf("%d columns instead of member and weight", len(record))
	case len(record) == 2 && strings.TrimSpace(record[1]) != "":
		if err := m.Weight.SetFromDecimal(strings.TrimSpace(record[1])); err != nil || m.Weight.IsZero() || m.Weight.BitLen() > 8*census.MaxWeightLen {
			return m, fmt.Errorf("the weight %q is not a number above zero and below 2^128", record[1])
		}
	}
	text := strings.TrimSpace(record[0])
	if text == "" || len(text) > maxMemberBytes {
		return m, fmt.Errorf("a member of %d bytes is not within 1 and %d", len(text), maxMemberBytes)
	}
	m.ID, err = key(text)
	return m, err
}
