package indexer

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Prefix is how an id or an address begins, in hex digits; the zero Prefix is
// the beginning of all.
type Prefix struct{ digits string }

// ParsePrefix reads hex digits in any case, with or without 0x, that an id of
// size bytes may begin with.
func ParsePrefix(s string, size int) (Prefix, error) {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(s, "0x")
	if len(s) > 2*size {
		return Prefix{}, fmt.Errorf("%q has more than %d hex digits", s, 2*size)
	}
	if strings.Trim(s, "0123456789abcdef") != "" {
		return Prefix{}, fmt.Errorf("%q is not hex", s)
	}
	return Prefix{s}, nil
}

// IsZero tells whether every id has the prefix.
func (p Prefix) IsZero() bool { return p.digits == "" }

// bounds are the first id that has the prefix and the first one after those;
// after is nil if there is none.
func (p Prefix) bounds() (first, after []byte) {
	lo, hi := []byte(p.digits), []byte(p.digits)
	if len(lo)%2 == 1 {
		lo = append(lo, '0')
	}
	first = unhex(lo)
	// The digits plus one, as a number.
	for i := len(hi) - 1; i >= 0; i-- {
		if hi[i] == 'f' {
			continue
		}
		if hi[i]++; hi[i] == '9'+1 {
			hi[i] = 'a'
		}
		hi = hi[:i+1]
		if len(hi)%2 == 1 {
			hi = append(hi, '0')
		}
		return first, unhex(hi)
	}
	return first, nil
}

func unhex(digits []byte) []byte {
	b := make([]byte, len(digits)/2)
	if _, err := hex.Decode(b, digits); err != nil {
		panic("indexer: a prefix that was not parsed")
	}
	return b
}

// condition is the SQL that says that column has the prefix.
func (p Prefix) condition(column string) (string, []any) {
	first, after := p.bounds()
	if after == nil {
		return column + ` >= ?`, []any{first}
	}
	return `(` + column + ` >= ? AND ` + column + ` < ?)`, []any{first, after}
}
