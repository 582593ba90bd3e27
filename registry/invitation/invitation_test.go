package invitation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestMistypedCodesAreSeen(t *testing.T) {
	seen := map[Code]bool{}
	missed := 0
	for range 200 {
		c := New()
		if seen[c] {
			t.Fatal("a code came twice")
		}
		seen[c] = true
		for _, s := range []string{c.String(), string(c), " " + strings.ToLower(c.String()) + "\n", strings.ReplaceAll(strings.ReplaceAll(c.String(), "0", "o"), "1", "l")} {
			if got, err := Parse(s); err != nil || got != c {
				t.Fatalf("%q: %v, %v", s, got, err)
			}
		}
		for i := range c {
			other := alphabet[(strings.IndexByte(alphabet, c[i])+1)%32]
			if _, err := Parse(string(c[:i]) + string(other) + string(c[i+1:])); err == nil {
				missed++
			}
		}
	}
	if missed > 200*codeLen/16 { // one in 32 is expected
		t.Errorf("%d mistyped codes were taken", missed)
	}
	for _, s := range []string{"", "U", strings.Repeat("0", 24), strings.Repeat("0", 26), strings.Repeat("-", 1000), strings.Repeat("\u00e9", 25)} {
		if _, err := Parse(s); !errors.Is(err, ErrNotCode) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(New().String())
	f.Add("oOiIlL-")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(c.String()); err != nil || again != c || len(c.String()) != codeLen+4 {
			t.Fatal(fmt.Sprint(s, c, again, err))
		}
	})
}
