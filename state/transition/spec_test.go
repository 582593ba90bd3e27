package transition_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"urna/tx"
)

// The specification names every kind of transaction, and every rejection that
// follows from the state, by number and name.
func TestTheSpecificationNamesEveryKindAndEveryRejection(t *testing.T) {
	b, err := os.ReadFile("../../docs/spec/law.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(b)), " ")
	for _, k := range tx.Kinds {
		if !strings.Contains(string(b), "\n### "+k.String()+"\n") {
			t.Errorf("no section on %s", k)
		}
	}
	for _, c := range tx.Codes {
		if c >= 200 && c < 400 && !strings.Contains(text, fmt.Sprintf("%d `%s`", c, c)) {
			t.Errorf("nothing on rejection %d, %s", c, c)
		}
	}
}

// Whatever number the specification gives with a name is that name's number.
func TestTheSpecificationGivesNoWrongNumber(t *testing.T) {
	b, err := os.ReadFile("../../docs/spec/law.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(b))
	for i, w := range words[1:] {
		for _, c := range tx.Codes {
			if strings.HasPrefix(w, "`"+c.String()+"`") && words[i] != fmt.Sprint(uint32(c)) {
				t.Errorf("%s %s should be %d", words[i], w, c)
			}
		}
	}
}
