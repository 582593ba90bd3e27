package sheet

import (
	"bytes"
	"fmt"
)

// splitter takes one row from the start of b (RFC 4180, with any line end).
type splitter struct {
	b         []byte
	eof       bool // nothing follows b
	separator byte

	at    int  // how far it has come
	line  int  // of b[at]
	quote int  // line of the quote that is open; 0 if none is
	whole bool // the row's end was seen
}

// row returns the row, or what is wrong with it; it is good if whole.
func (s *splitter) row() (Row, *Problem) {
	row := Row{Line: s.line}
	var problem *Problem
	for {
		row.Lines = append(row.Lines, s.line)
		cell, err := s.cell(len(row.Cells))
		if problem == nil {
			problem = err
		}
		row.Cells = append(row.Cells, cell)
		if s.quote > 0 {
			return row, problem
		}
		if s.at < len(s.b) && s.b[s.at] == s.separator {
			s.at++
			if len(row.Cells) == MaxCells {
				if problem == nil {
					problem = &Problem{Line: row.Line, What: fmt.Sprintf("more than %d cells", MaxCells), Fix: "see whether line breaks are lost"}
				}
				row = Row{Line: row.Line}
			}
			continue
		}
		s.whole = s.lineEnd()
		return row, problem
	}
}

// lineEnd steps over a line end, or the end of the file, and tells whether it is
// there.
func (s *splitter) lineEnd() bool {
	if s.at == len(s.b) {
		return s.eof
	}
	if s.b[s.at] == '\r' {
		if s.at+1 == len(s.b) && !s.eof {
			return false // whether \n follows is not known
		}
		if s.at+1 < len(s.b) && s.b[s.at+1] == '\n' {
			s.at++
		}
	}
	s.at++
	s.line++
	return true
}

// cell reads up to a separator or line end. Spaces around it do not count.
func (s *splitter) cell(index int) (string, *Problem) {
	for s.at < len(s.b) && s.b[s.at] == ' ' {
		s.at++
	}
	if s.at < len(s.b) && s.b[s.at] == '"' {
		return s.quoted(index)
	}
	from := s.at
	for s.at < len(s.b) && !s.ends(s.b[s.at]) {
		s.at++
	}
	text := s.b[from:s.at]
	var problem *Problem
	if bytes.IndexByte(text, '"') >= 0 {
		problem = &Problem{
			Line: s.line, What: fmt.Sprintf("a quote inside cell %d, which does not begin with one", index+1),
			Fix: "put the cell in quotes and write the quote twice",
		}
	}
	return string(bytes.TrimSpace(text)), problem
}

func (s *splitter) ends(c byte) bool { return c == s.separator || c == '\n' || c == '\r' }

// quoted reads a cell in quotes. If the end is not in b, quote says where it
// began.
func (s *splitter) quoted(index int) (string, *Problem) {
	s.quote = s.line
	s.at++
	var text []byte
	for s.at < len(s.b) {
		c := s.b[s.at]
		switch {
		case c == '"' && s.at+1 == len(s.b) && !s.eof:
			return "", nil // whether another quote follows is not known
		case c == '"' && s.at+1 < len(s.b) && s.b[s.at+1] == '"':
			s.at++
		case c == '"':
			s.at++
			opened := s.quote
			s.quote = 0
			return string(bytes.TrimSpace(text)), s.afterQuote(index, opened)
		case c == '\n' || c == '\r':
			if c == '\r' && s.at+1 < len(s.b) && s.b[s.at+1] == '\n' {
				s.at++
			} else if c == '\r' && s.at+1 == len(s.b) && !s.eof {
				return "", nil
			}
			s.line++
			c = '\n'
		}
		text = append(text, c)
		s.at++
	}
	return "", nil
}

// afterQuote steps to the end of a cell whose quote is closed.
func (s *splitter) afterQuote(index, opened int) *Problem {
	var problem *Problem
	for s.at < len(s.b) && !s.ends(s.b[s.at]) {
		if s.b[s.at] != ' ' && problem == nil {
			problem = &Problem{
				Line: opened, What: fmt.Sprintf("text after the closing quote of cell %d", index+1),
				Fix: "write a quote that is part of the text twice",
			}
		}
		s.at++
	}
	return problem
}
