// Package sheet reads lists that people keep in a spreadsheet and save as CSV. It
// takes them as spreadsheets write them: with a byte order mark or without,
// separated by commas, semicolons or tabs, with line ends of any kind and line
// breaks inside quotes. It reads a file of any size in bounded memory.
//
// A row that cannot be split is a *Problem with its line, and reading goes on
// after it. What is not UTF-8 text is refused as a whole: guessing an encoding
// would spoil names without a word. Problems say where and what, never the
// content of a cell, so that they may be shown and logged.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Bounds of a file.
const (
	MaxRow   = 64 << 10 // bytes of a row: more than any person's data, and where an open quote is given up
	MaxCells = 256      // cells of a row

	bufferLen = 4 * MaxRow
)

// Errors that end a file. They wrap ErrNotText.
var ErrNotText = errors.New("not a text file in UTF-8")

// Problem is what is wrong with a row, and how to mend it.
type Problem struct {
	Line   int    `json:"line"`             // of the row's cell, from 1; 0 for the whole file
	Column string `json:"column,omitempty"` // its heading; empty for the whole row
	What   string `json:"what"`
	Fix    string `json:"fix,omitempty"`
}

func (p *Problem) Error() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d", p.Line)
	}
	if p.Column != "" {
		if p.Line > 0 {
			b.WriteString(", ")
		}
		b.WriteString("column " + p.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Row is a line of a table.
type Row struct {
	Line  int      // where it begins, from 1
	Cells []string // without the spaces around them
	Lines []int    // where each cell begins
}

// Empty tells whether there is nothing in any cell.
func (r Row) Empty() bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return true
}

// Reader reads rows.
type Reader struct {
	r          io.Reader
	separator  byte
	buf        []byte
	start, end int
	eof        bool
	line       int   // of buf[start]
	read       int64 // bytes taken from buf
	skip       bool  // the rest of a line that was too long is still to come
}

// NewReader reads the start of a file, to learn how it is written. Separator is
// ',', ';' or '\t', or 0 to take the one that the first line uses most.
func NewReader(r io.Reader, separator byte) (*Reader, error) {
	s := &Reader{r: r, separator: separator, buf: make([]byte, bufferLen), line: 1}
	if err := s.fill(); err != nil {
		return nil, err
	}
	if err := s.mark(); err != nil {
		return nil, err
	}
	s.hint()
	if s.separator == 0 {
		s.separator = mostUsed(s.buf[s.start:s.end])
	}
	return s, nil
}

// Separator is what stands between the cells.
func (s *Reader) Separator() byte { return s.separator }

// Offset is how many bytes were read so far.
func (s *Reader) Offset() int64 { return s.read }

// mark takes the byte order mark away and refuses those of other encodings.
func (s *Reader) mark() error {
	b := s.buf[s.start:s.end]
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		s.take(3)
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return fmt.Errorf("%w: it is UTF-16; save it as \"CSV UTF-8\"", ErrNotText)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return fmt.Errorf("%w: it is a spreadsheet or another packed file; save it as \"CSV UTF-8\"", ErrNotText)
	}
	return nil
}

// hint takes a first line of the form "sep=;", which some spreadsheets write.
func (s *Reader) hint() {
	b := s.buf[s.start:s.end]
	if len(b) < 5 || !bytes.HasPrefix(b, []byte("sep=")) || !isSeparator(b[4]) {
		return
	}
	n := 5
	for n < len(b) && n < 7 && (b[n] == '\r' || b[n] == '\n') {
		n++
		if b[n-1] == '\n' {
			break
		}
	}
	if n == 5 && len(b) > 5 {
		return
	}
	if s.separator == 0 {
		s.separator = b[4]
	}
	s.line++
	s.take(n)
}

func isSeparator(b byte) bool { return b == ',' || b == ';' || b == '\t' }

// mostUsed looks at the first line; of equals the comma wins.
func mostUsed(b []byte) byte {
	count := map[byte]int{}
	quoted := false
	for _, c := range b {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && (c == '\n' || c == '\r') {
			break
		}
		if !quoted && isSeparator(c) {
			count[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// fill moves what is left to the front and reads until the buffer is full or the
// file ends.
func (s *Reader) fill() error {
	copy(s.buf, s.buf[s.start:s.end])
	s.start, s.end = 0, s.end-s.start
	n, err := io.ReadFull(s.r, s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.eof = true
		return nil
	}
	return err
}

func (s *Reader) take(n int) {
	s.start += n
	s.read += int64(n)
}

// Read returns the next row that is not empty. The error is io.EOF, a *Problem
// after which reading may go on, wraps ErrNotText, or is the file's.
func (s *Reader) Read() (Row, error) {
	for {
		if s.start == s.end && s.eof {
			return Row{}, io.EOF
		}
		if s.skip && !s.endLine() {
			if err := s.fill(); err != nil {
				return Row{}, err
			}
			continue
		}
		sp := splitter{b: s.buf[s.start:s.end], eof: s.eof, separator: s.separator, line: s.line}
		row, problem := sp.row()
		if !sp.whole && !s.eof && s.end-s.start < MaxRow {
			if err := s.fill(); err != nil {
				return Row{}, err
			}
			continue
		}
		if !sp.whole || sp.at > MaxRow {
			return Row{}, s.tooLong(sp.quote)
		}
		first := s.line
		text := s.buf[s.start : s.start+sp.at]
		s.take(sp.at)
		s.line = sp.line
		if err := checkText(text, first); err != nil {
			return Row{}, err
		}
		if problem != nil {
			return Row{}, problem
		}
		if !row.Empty() {
			return row, nil
		}
	}
}

// tooLong gives up a row. After a quote that was never closed reading goes on with
// the next line, as if the quote had been closed.
func (s *Reader) tooLong(quote int) error {
	line := s.line
	s.skip = true
	s.endLine()
	if quote > 0 {
		return &Problem{
			Line: quote, What: fmt.Sprintf("a quote opens a cell and is not closed within %d bytes", MaxRow),
			Fix: "close it, or write it twice if it is part of the text",
		}
	}
	return &Problem{Line: line, What: fmt.Sprintf("the row has more than %d bytes", MaxRow), Fix: "see whether the line breaks are lost"}
}

// endLine takes what is left of a line and tells whether its end was there.
func (s *Reader) endLine() bool {
	b := s.buf[s.start:s.end]
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 || (b[i] == '\r' && i+1 == len(b) && !s.eof) {
		if i < 0 {
			i = len(b)
		}
		s.take(i)
		s.skip = !s.eof || i < len(b)
		if s.eof && i < len(b) {
			s.take(1)
			s.skip = false
		}
		return !s.skip
	}
	if b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' {
		i++
	}
	s.take(i + 1)
	s.line++
	s.skip = false
	return true
}

// checkText refuses bytes that are not text, and says what they may be.
func checkText(b []byte, line int) error {
	for i := 0; i < len(b); {
		c := b[i]
		if c == '\n' || (c == '\r' && (i+1 == len(b) || b[i+1] != '\n')) {
			line++
		}
		if c == 0 {
			return fmt.Errorf("%w: line %d has a zero byte; save it as \"CSV UTF-8\"", ErrNotText, line)
		}
		if c < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Errorf("%w: line %d has the byte %#x, so it was probably saved as Latin-1 or Windows-1252; save it as \"CSV UTF-8\", or convert it with iconv -f WINDOWS-1252 -t UTF-8",
				ErrNotText, line, c)
		}
		i += n
	}
	return nil
}
