package ballot

import "strconv"

// Limits of a ballot package.
const (
	MaxValues      = 64 // as many as the largest Rules.MaxCount
	MaxNonceDigits = 64 // hex digits: 32 bytes hide any ballot
)

// Ballot is what a voter chose. The package it came in also carries a nonce,
// which only makes equal ballots look different and is not kept.
type Ballot struct{ Values []uint32 }

// FormatError says where a package stops being a ballot.
type FormatError struct {
	Offset int    // first byte that does not fit
	Want   string // what should stand there
}

func (e *FormatError) Error() string {
	return "ballot package, byte " + strconv.Itoa(e.Offset) + ": want " + e.Want
}

// Decode reads a ballot package: one JSON object with the keys "votes" (an
// array of at most MaxValues integers from 0 to 2^32-1, in their only decimal
// form) and, optionally, "nonce" (a string of at most MaxNonceDigits hex
// digits), each once, in any order, with JSON white space between tokens and
// nothing else anywhere. An error is a *FormatError.
func Decode(pkg []byte) (Ballot, error) {
	s := scanner{b: pkg}
	var (
		values       [MaxValues]uint32
		n            int
		nonce, votes bool
		separator    byte = '{'
	)
	for {
		if !s.take(separator) {
			if separator == '{' {
				return Ballot{}, s.want("an object")
			}
			break
		}
		separator = ','
		switch {
		case !nonce && s.word(`"nonce"`):
			nonce = true
			if !s.take(':') || !s.hexString() {
				return Ballot{}, s.want("a string of at most 64 hex digits")
			}
		case !votes && s.word(`"votes"`):
			votes = true
			if !s.take(':') || !s.integers(&values, &n) {
				return Ballot{}, s.want("an array of at most 64 integers below 2^32")
			}
		default:
			return Ballot{}, s.want(`"votes" or "nonce", each once`)
		}
	}
	switch {
	case !s.take('}'):
		return Ballot{}, s.want("a comma or the end of the object")
	case !votes:
		return Ballot{}, s.want(`"votes" before the end of the object`)
	case !s.end():
		return Ballot{}, s.want("nothing after the object")
	case n == 0:
		return Ballot{}, nil
	}
	return Ballot{Values: append(make([]uint32, 0, n), values[:n]...)}, nil
}

// scanner walks over a package. Each method skips white space, then takes one
// token or reports that it is not there.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) want(what string) error { return &FormatError{s.i, what} }

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.i == len(s.b) || s.b[s.i] != c {
		return false
	}
	s.i++
	return true
}

func (s *scanner) word(w string) bool {
	s.space()
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		return false
	}
	s.i += len(w)
	return true
}

func (s *scanner) hexString() bool {
	if !s.take('"') {
		return false
	}
	for n := 0; s.i < len(s.b); n++ {
		c := s.b[s.i]
		switch {
		case c == '"':
			s.i++
			return true
		case n == MaxNonceDigits:
			return false
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			s.i++
		default:
			return false
		}
	}
	return false
}

func (s *scanner) integers(values *[MaxValues]uint32, n *int) bool {
	if !s.take('[') {
		return false
	}
	if s.take(']') {
		return true
	}
	for *n < MaxValues && s.integer(&values[*n]) {
		*n++
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
	return false
}

func (s *scanner) integer(v *uint32) bool {
	s.space()
	start, sum := s.i, uint64(0)
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		sum = 10*sum + uint64(s.b[s.i]-'0')
		if sum > 1<<32-1 || (s.i > start && s.b[start] == '0') {
			return false
		}
		s.i++
	}
	*v = uint32(sum)
	return s.i > start
}
