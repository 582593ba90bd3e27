package registry

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"urna/internal/sheet"
)

// load imports text and returns what was reported.
func load(t testing.TB, r *Registry, text string, o Import) (Imported, []string) {
	t.Helper()
	var problems []string
	o.Problem = func(p *sheet.Problem) { problems = append(problems, p.Error()) }
	done, err := r.Import(t.Context(), strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return done, problems
}

// list is what is stored, a line for each member.
func list(t testing.TB, r *Registry) string {
	t.Helper()
	var b strings.Builder
	err := r.Each(t.Context(), Filter{}, func(m *Member) error {
		b.WriteString(strings.Join(m.Cells(), ";") + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

const three = `id,name,email,phone,weight,tags,address
1,Ada Lovelace,Ada@Example.org,+44 20 7946-0000,3,"Board, London",0xFFcf8FDEE72ac11b5c542428B35EEF5769C409f0
2,Grace Hopper,grace@example.org,,,board,
3,Edsger,,,1,,22d491bde2303f2f43325b2108d26f1eaba1e32b
`

const threeStored = `1;Ada Lovelace;Ada@Example.org;+442079460000;3;board|london;ffcf8fdee72ac11b5c542428b35eef5769c409f0
2;Grace Hopper;grace@example.org;;1;board;
3;Edsger;;;1;;22d491bde2303f2f43325b2108d26f1eaba1e32b
`

func TestAListIsImported(t *testing.T) {
	r, _ := start(t)
	done, problems := load(t, r, three, Import{})
	equal(t, done, Imported{Rows: 3, Added: 3, Done: true})
	equal(t, problems, []string(nil))
	equal(t, list(t, r), threeStored)
}

func TestEveryBadRowIsReportedAndNothingIsTaken(t *testing.T) {
	r, _ := start(t)
	load(t, r, three, Import{})
	bad := `id;name;email;phone;weight;tags;address
10;"Two
lines";x@example.org;;;;
2;Again;new@example.org;;;;
11;No mail;not mail;12;0;;0x123
12;Twice;twice@example.org;;;;
13;Twice;TWICE@example.org;;;;
12;Thrice;;;;;
;Nobody;;;;;
14;Checksum;;;;;0xFFcf8FDEE72ac11b5c542428B35EEF5769C409F0
15;Too;many;cells;1;;;
16;Good;good@example.org;;7;;
17;Large;;;340282366920938463463374607431768211456;;
18;Negative;;;-1;;
19;Ada's;ADA@example.org;;;;ffcf8fdee72ac11b5c542428b35eef5769c409f0
20;Quote"s;;;;;
21;Tags;;;;` + strings.Repeat("x", 65) + `;
22;"` + strings.Repeat("long", 65) + `";;;;;
`
	want := []string{
		"line 2, column name: holds a line break or another control character; remove it",
		"line 4, column id: a member has this id already; leave the row out, or change members with --update",
		"line 5, column address: is not an address; write 40 hex digits, with or without 0x",
		"line 5, column email: is not an e-mail address; write it like ada@example.org, one only",
		"line 5, column phone: is not a telephone number; write digits, with + and the country before them",
		"line 5, column weight: is not a whole number above zero; write digits only, without points or spaces",
		"line 7, column email: the same e-mail as in line 6; two members cannot share one; keep one of the rows",
		"line 8, column id: the same id as in line 6; two members cannot share one; keep one of the rows",
		"line 9: no id, e-mail or address; give one of them, so that the member can be found again",
		"line 10, column address: has a digit that is wrong: capitals and small letters are not those of this address; copy it once more from the wallet",
		"line 11: 8 cells, the heading has 7; put cells with a separator inside into quotes",
		"line 13, column weight: is too large; weights are below 2^128",
		"line 14, column weight: is not a whole number above zero; write digits only, without points or spaces",
		"line 15, column address: a member has this address already; leave the row out, or change members with --update",
		"line 15, column email: a member has this e-mail already; leave the row out, or change members with --update",
		"line 16: a quote inside cell 2, which does not begin with one; put the cell in quotes and write the quote twice",
		"line 17, column tags: a tag is too long or not text; write short words with | between them",
		"line 18, column name: too long; see whether the columns are mixed up",
	}
	done, problems := load(t, r, bad, Import{})
	equal(t, problems, want)
	equal(t, done, Imported{Rows: 16, Bad: 14})
	equal(t, list(t, r), threeStored)

	// Asked for, the good rows are taken, and only then.
	done, problems = load(t, r, bad, Import{SkipBad: true, DryRun: true})
	equal(t, len(problems), len(want))
	equal(t, done, Imported{Rows: 16, Bad: 14, Added: 2})
	equal(t, list(t, r), threeStored)
	done, _ = load(t, r, bad, Import{SkipBad: true})
	equal(t, done, Imported{Rows: 16, Bad: 14, Added: 2, Done: true})
	equal(t, list(t, r), threeStored+"12;Twice;twice@example.org;;1;;\n16;Good;good@example.org;;7;;\n")
}

func TestReportsAndErrorsHoldNothingOfAPerson(t *testing.T) {
	r, _ := start(t)
	load(t, r, three, Import{})
	secret := "Zaphod"
	for _, column := range Columns {
		for _, cell := range []string{secret + "\x01@", "\"" + secret, secret + strings.Repeat("!", 300), "x@" + secret, "0x" + secret} {
			_, problems := load(t, r, "id,name,email,phone,weight,tags,address\n"+strings.Repeat(cell+",", 6)+cell+"\n", Import{})
			for _, p := range problems {
				if strings.Contains(p, secret) {
					t.Error(p)
				}
			}
			_, err := r.Set(t.Context(), "1", []Change{{column, cell}})
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error(err)
			}
			r.Set(t.Context(), "1", []Change{{column, ""}})
			load(t, r, three, Import{Update: true})
		}
	}
}

func TestMembersAreUpdatedByIDEmailOrAddress(t *testing.T) {
	r, _ := start(t)
	load(t, r, three, Import{})
	done, problems := load(t, r, `member id,weight,tags
2,5,
3,1,
4,2,new
`, Import{Update: true})
	equal(t, problems, []string(nil))
	equal(t, done, Imported{Rows: 3, Added: 1, Changed: 1, Unchanged: 1, Done: true})
	equal(t, list(t, r), `1;Ada Lovelace;Ada@Example.org;+442079460000;3;board|london;ffcf8fdee72ac11b5c542428b35eef5769c409f0
2;Grace Hopper;grace@example.org;;5;;
3;Edsger;;;1;;22d491bde2303f2f43325b2108d26f1eaba1e32b
4;;;;2;new;
`)
	// By e-mail and by address; a row with another id is somebody else.
	done, problems = load(t, r, `email,name,address,id
GRACE@example.org,Rear Admiral Hopper,,
,Edsger Dijkstra,22d491bde2303f2f43325b2108d26f1eaba1e32b,
grace@example.org,Grace,,2
ada@example.org,Not Ada,,99
`, Import{Update: true})
	equal(t, problems, []string{
		"line 4: the same member as in line 2; keep one of the rows",
		"line 4, column email: the same e-mail as in line 2; two members cannot share one; keep one of the rows",
		"line 5, column email: another member has this e-mail; see which of the two is right",
	})
	equal(t, done, Imported{Rows: 4, Bad: 2})
	done, _ = load(t, r, `email,name,address,id
GRACE@example.org,Rear Admiral Hopper,,2
,Edsger Dijkstra,22d491bde2303f2f43325b2108d26f1eaba1e32b,3
`, Import{Update: true})
	equal(t, done, Imported{Rows: 2, Changed: 2, Done: true})
	equal(t, list(t, r), `1;Ada Lovelace;Ada@Example.org;+442079460000;3;board|london;ffcf8fdee72ac11b5c542428b35eef5769c409f0
2;Rear Admiral Hopper;GRACE@example.org;;5;;
3;Edsger Dijkstra;;;1;;22d491bde2303f2f43325b2108d26f1eaba1e32b
4;;;;2;new;
`)
	// The same once more changes nothing.
	done, _ = load(t, r, "id,weight\n2,5\n3,1\n", Import{Update: true})
	equal(t, done, Imported{Rows: 2, Unchanged: 2, Done: true})
}

func TestHeadingsAreUnderstoodOrNamed(t *testing.T) {
	r, _ := start(t)
	_, problems := load(t, r, "Nombre;id;ID;Fee\nx;1;1;2\n", Import{})
	equal(t, problems, []string{
		`line 1: heading of column 1: not a column of the registry; rename it to one of id, name, email, phone, weight, tags, address, or say with --column HEADING=COLUMN what it is, with - to leave it out`,
		`line 1: heading of column 3: there is a column id already; leave one of them out`,
		`line 1: heading of column 4: not a column of the registry; rename it to one of id, name, email, phone, weight, tags, address, or say with --column HEADING=COLUMN what it is, with - to leave it out`,
	})
	_, problems = load(t, r, "name,weight\nx,1\n", Import{Columns: map[string]string{"missing": colID}})
	equal(t, problems, []string{`line 1: no column has the heading "missing"; see the first line of the file`})
	_, problems = load(t, r, "name,weight\nx,1\n", Import{})
	equal(t, problems, []string{`line 1: none of the columns is id, email or address; write the names of the columns into the first line`})
	_, problems = load(t, r, "\"id,name\n", Import{})
	equal(t, len(problems), 1)

	done, problems := load(t, r, "Nombre;ID;Fee;\nx;1;2;note\n", Import{Columns: map[string]string{"nombre": colName, "FEE": Ignore}})
	equal(t, problems, []string(nil))
	equal(t, done, Imported{Rows: 1, Added: 1, Done: true})
	equal(t, list(t, r), "1;x;;;1;;\n")
}

func TestAnImportThatBreaksOffLeavesNothing(t *testing.T) {
	r, _ := start(t)
	broken := errors.New("broken disk")
	for name, text := range map[string]string{"": "broken disk", "empty": "the file is empty", "id\n1\nJos\xe9\n": "Latin-1"} {
		var err error
		switch name {
		case "":
			_, err = r.Import(t.Context(), iotest.ErrReader(broken), Import{})
		case "empty":
			_, err = r.Import(t.Context(), strings.NewReader(""), Import{})
		default:
			_, err = r.Import(t.Context(), strings.NewReader(name), Import{})
		}
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	equal(t, list(t, r), "")
	done, _ := load(t, r, three, Import{}) // and the registry goes on
	equal(t, done.Added, 3)
}

// people writes a list of n members.
func people(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,name,email,weight,tags,address\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,Member %d,member%d@example.org,%d,board|t%d,%040x\n", i, i, i, i%7+1, i%10, i*7919+1)
	}
	return b.Bytes()
}

func BenchmarkImport(b *testing.B) {
	const n = 100_000
	text := people(n)
	for b.Loop() {
		r, _ := start(b)
		done, err := r.Import(b.Context(), bytes.NewReader(text), Import{})
		if err != nil || done.Added != n {
			b.Fatal(done, err)
		}
		runtime.KeepAlive(text)
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "members/s")
}

// FuzzImport takes any file; what it takes comes out of an export and goes into
// another registry unchanged.
func FuzzImport(f *testing.F) {
	f.Add([]byte(three))
	f.Add([]byte("id;email\n1;a@b.c\n1;a@b.c\n\"x\n"))
	f.Add([]byte("address\tweight\n" + strings.Repeat("0", 39) + "1\t340282366920938463463374607431768211455\n"))
	a, _ := start(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		clear := func() {
			if _, err := a.db.ExecContext(t.Context(), "DELETE FROM member"); err != nil {
				t.Fatal(err)
			}
		}
		clear()
		bad := 0
		done, err := a.Import(t.Context(), bytes.NewReader(text), Import{SkipBad: true, Problem: func(*sheet.Problem) { bad++ }})
		if err != nil {
			return // a file that is not text
		}
		if (done.Bad > 0) != (bad > 0) || done.Added > done.Rows {
			t.Fatalf("%+v with %d problems", done, bad)
		}
		first := list(t, a)
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Write(Columns)
		if err := a.Each(t.Context(), Filter{}, func(m *Member) error { return w.Write(m.Cells()) }); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		clear()
		if again, problems := load(t, a, out.String(), Import{}); len(problems) > 0 || again.Added != done.Added {
			t.Fatalf("%+v, %+v, %q\n%s", done, again, problems, out.String())
		}
		if second := list(t, a); second != first {
			t.Fatalf("%q\n%q", first, second)
		}
	})
}
