package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// all reads a whole file: rows and problems as text, in order.
func all(t testing.TB, r io.Reader) ([]string, error) {
	t.Helper()
	s, err := NewReader(r, 0)
	if err != nil {
		return nil, err
	}
	var out []string
	for {
		row, err := s.Read()
		var p *Problem
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case errors.As(err, &p):
			out = append(out, "! "+p.Error())
		case err != nil:
			return out, err
		default:
			out = append(out, fmt.Sprintf("%d %q", row.Line, row.Cells))
		}
	}
}

func TestFilesOfSpreadsheetsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":                           {"a,b\n1,2\n", []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"no last line end":                {"a,b\n1,2", []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"byte order mark":                 {"\xef\xbb\xbfa;b\r\n1;2\r\n", []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"tabs":                            {"a\tb\n1\t2,3\n", []string{`1 ["a" "b"]`, `2 ["1" "2,3"]`}},
		"old line ends":                   {"a,b\r1,2\r", []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"separator told":                  {"sep=;\r\na,b;c\r\n", []string{`2 ["a,b" "c"]`}},
		"separator told and nothing else": {"sep=;", nil},
		"a column named sep":              {"sep=,x\n1,2\n", []string{`1 ["sep=" "x"]`, `2 ["1" "2"]`}},
		"line breaks in quotes": {
			"a,b\n\"x\ny\r\nz\",2\n3,\"4\"\"5\"\n",
			[]string{`1 ["a" "b"]`, `2 ["x\ny\nz" "2"]`, `5 ["3" "4\"5"]`},
		},
		"spaces":                               {" a , \"b \" ,c\u00a0\n", []string{`1 ["a" "b" "c"]`}},
		"empty rows":                           {"a;b\n;;\n\n  \n1;2\n", []string{`1 ["a" "b"]`, `5 ["1" "2"]`}},
		"nothing":                              {"", nil},
		"separator in the first line's quotes": {"\"a;b;c\",d\n", []string{`1 ["a;b;c" "d"]`}},
		"bad rows are not the end": {
			"a,b\nx\"y,2\n\"p\"q,3\n4,5\n",
			[]string{
				`1 ["a" "b"]`,
				`! line 2: a quote inside cell 1, which does not begin with one; put the cell in quotes and write the quote twice`,
				`! line 3: text after the closing quote of cell 1; write a quote that is part of the text twice`,
				`4 ["4" "5"]`,
			},
		},
		"a quote that is never closed": {
			"a,b\n1,\"2\n3,4\n",
			[]string{
				`1 ["a" "b"]`,
				`! line 2: a quote opens a cell and is not closed within 65536 bytes; close it, or write it twice if it is part of the text`,
				`3 ["3" "4"]`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				got, err := all(t, r)
				if err != nil || !reflect.DeepEqual(got, c.want) {
					t.Errorf("got  %q, %v\nwant %q", got, err, c.want)
				}
			}
		})
	}
}

func TestAnOpenQuoteDoesNotSwallowTheFile(t *testing.T) {
	text := "a,b\n\"x,1\n" + strings.Repeat("some,row\n", 100_000)
	got, err := all(t, strings.NewReader(text))
	if err != nil || len(got) != 100_002 || !strings.HasPrefix(got[1], "! line 2: a quote opens") || got[2] != `3 ["some" "row"]` {
		t.Fatalf("%d rows, %q, %v", len(got), got[:3], err)
	}
}

func TestRowsAreBounded(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n"} {
		text := "a,b" + end + strings.Repeat("x", 5*bufferLen) + end + "1,2" + end + strings.Repeat(",", 3*MaxCells) + end + "3,4" + end
		got, err := all(t, strings.NewReader(text))
		want := []string{
			`1 ["a" "b"]`, "! line 2: the row has more than 65536 bytes; see whether the line breaks are lost",
			`3 ["1" "2"]`, "! line 4: more than 256 cells; see whether line breaks are lost", `5 ["3" "4"]`,
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, %v", end, got, err)
		}
	}
	// A long last line without an end.
	got, err := all(t, strings.NewReader("a\n"+strings.Repeat("x", 3*bufferLen)))
	if err != nil || len(got) != 2 {
		t.Errorf("%.100q, %v", got, err)
	}
}

func TestWhatIsNotTextIsRefusedAndNamed(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfea\x00,\x00":     "it is UTF-16",
		"\xfe\xff\x00a\x00,":     "it is UTF-16",
		"PK\x03\x04...":          "a spreadsheet",
		"name\nok\nJos\xe9\n":    "line 3 has the byte 0xe9, so it was probably saved as Latin-1",
		"name\n\"a\nJos\xe9\"\n": "line 3 has the byte 0xe9",
		"name\nx\x00y\n":         "line 2 has a zero byte",
		"name\nx\xe2\x82\n":      "line 2 has the byte 0xe2",
	} {
		if _, err := all(t, strings.NewReader(text)); !errors.Is(err, ErrNotText) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestErrorsOfTheDiskAreNotTheEndOfTheFile(t *testing.T) {
	broken := errors.New("broken disk")
	text := "a,b\n" + strings.Repeat("1,2\n", bufferLen)
	for _, n := range []int64{0, 10, bufferLen + 10} {
		r := io.MultiReader(io.LimitReader(strings.NewReader(text), n), iotest.ErrReader(broken))
		if _, err := all(t, r); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// FuzzReader takes anything; a file that the standard library reads strictly is
// read alike.
func FuzzReader(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n3\"\n"), true)
	f.Add([]byte("\xef\xbb\xbfa;b\r\n\r\n1;2\r\r\n"), false)
	f.Add([]byte("\"\"\"\",x\"\n\"y\" \n"), false)
	f.Add([]byte("sep=;\n;\n\"\r\n\"\r"), true)
	f.Fuzz(func(t *testing.T, b []byte, slow bool) {
		var in io.Reader = bytes.NewReader(b)
		if slow {
			in = iotest.HalfReader(in)
		}
		s, err := NewReader(in, ',')
		if err != nil {
			return
		}
		var rows [][]string
		problems := 0
		for last := 0; ; {
			row, err := s.Read()
			var p *Problem
			switch {
			case errors.As(err, &p):
				problems++
				if p.Line < 1 || p.What == "" {
					t.Fatalf("%+v", p)
				}
				continue
			case errors.Is(err, io.EOF):
				if s.Offset() != int64(len(b)) {
					t.Fatalf("%d of %d bytes read", s.Offset(), len(b))
				}
			case err != nil:
				return
			default:
				if row.Line <= last || len(row.Cells) != len(row.Lines) || len(row.Cells) > MaxCells {
					t.Fatalf("%+v after line %d", row, last)
				}
				last = row.Line
				rows = append(rows, row.Cells)
				continue
			}
			break
		}
		if want, ok := standard(b); ok && problems == 0 && !reflect.DeepEqual(rows, want) {
			t.Fatalf("%q\nours %q\nstandard library %q", b, rows, want)
		}
	})
}

// standard reads a file with encoding/csv, if it means the same there: that one
// knows no carriage returns by themselves, keeps spaces, and takes empty cells
// for a row.
func standard(b []byte) ([][]string, bool) {
	if bytes.ContainsAny(b, " \t\v\f\u0085\u00a0") || bytes.HasPrefix(b, []byte("sep=")) ||
		bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\r")) || len(b) > MaxRow {
		return nil, false
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	list, err := r.ReadAll()
	if err != nil {
		return nil, false
	}
	var out [][]string
	for _, cells := range list {
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if !(Row{Cells: cells}).Empty() {
			out = append(out, cells)
		}
	}
	return out, true
}
