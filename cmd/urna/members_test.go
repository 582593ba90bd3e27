package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"urna/ballot"
	"urna/crypto/ethkey"
)

const (
	ada   = "00000000000000000000000000000000000000aa"
	grace = "00000000000000000000000000000000000000bb"
)

// quietApp is a program whose output nobody reads.
func quietApp() *app { return &app{out: io.Discard, errs: io.Discard} }

func TestMembersAreReadInEveryForm(t *testing.T) {
	for name, text := range map[string]string{
		"plain":      ada + "\n0x" + strings.ToUpper(grace) + ",340282366920938463463374607431768211455\n",
		"heading":    "voter,weight\n" + ada + ",\n# a remark\n" + grace + ", 340282366920938463463374607431768211455",
		"semicolons": "\xef\xbb\xbfvoter;weight\r\n\"" + ada + "\";1\r\n" + grace + ";340282366920938463463374607431768211455\r\n",
		"json":       `[{"address":"` + ada + `"},{"key":"` + grace + `","weight":340282366920938463463374607431768211455}]`,
		"text":       ` [{"address":"` + ada + `","weight":"1"},{"address":"` + grace + `","weight":"340282366920938463463374607431768211455"}] `,
	} {
		l, err := quietApp().readMembers(file(t, name, text))
		if err != nil || len(l.members) != 2 || !l.weighted {
			t.Fatalf("%s: %+v, %v", name, l, err)
		}
		for i, want := range []string{ada + " 1", grace + " 340282366920938463463374607431768211455"} {
			if got := l.members[i].Address.String() + " " + l.members[i].Weight.Dec(); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

func TestAllMistakesInAListAreNamedByTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "no members",
		"address,weight\n":        "no members",
		ada + "\nnobody\n":        `line 2: address "nobody"`,
		ada + "\n\n" + ada + "\n": "line 3: " + ada + " is at line 1 already",
		ada + ",0\n":              "line 1: ",
		ada + ",-1\n":             `line 1: weight "-1"`,
		ada + ",+1\n":             `line 1: weight "+1"`,
		ada + ",1.5\n":            `line 1: weight "1.5"`,
		ada + ",1,2\n":            "line 1: more than",
		ada + ",340282366920938463463374607431768211456": "line 1: ",
		ada + "\nJos\xe9\n":              "Latin-1",
		`[{"address":"x"}]`:              "member 1: ",
		`[{"adress":"` + ada + `"}]`:     "member 1: json: unknown field",
		`{"address":"` + ada + `"}`:      "not a list of the form",
		`[{"address":"` + ada + `"}`:     "EOF",
		`[{"address":"` + ada + `"}] {}`: "something follows the list",
		"x\ny\n" + ada + ",x\n" + ada + "\n\"open\n" + ada: "line 2: address \"y\" is not 40 hex digits\n  line 3: weight \"x\" is not a whole number\n" +
			"  line 5: a quote opens a cell and is not closed within 65536 bytes; close it, or write it twice if it is part of the text\n" +
			"  line 6: " + ada + " is at line 4 already",
	} {
		if _, err := quietApp().readMembers(file(t, "m", text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	_, err := parseMembers(strings.NewReader(strings.Repeat("nobody\n", maxMistakes+8)))
	if err == nil || strings.Count(err.Error(), "\n") != maxMistakes || !strings.HasSuffix(err.Error(), "and 7 more") {
		t.Errorf("%.100v", err)
	}
}

// FuzzMembers takes any file; a list that is taken makes a census.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(ada + ",1\n"))
	f.Add([]byte(`[{"key":"` + ada + `","weight":7}]`))
	f.Add([]byte("\"a\nb\";1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseMembers(bytes.NewReader(b))
		if err != nil {
			return
		}
		seen := map[ethkey.Address]bool{}
		for i := range l.members {
			m := &l.members[i]
			if seen[m.Address] || ballot.CheckWeight(&m.Weight) != nil {
				t.Fatalf("%q gave %+v", b, l.members)
			}
			seen[m.Address] = true
		}
		if c, err := l.build(); err != nil || c.Size() != len(l.members) {
			t.Fatal(err)
		}
	})
}
