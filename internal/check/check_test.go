package check

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table in docs/spec/audit.md again")

func TestTheListIsInTheSpecification(t *testing.T) {
	const page = "../../docs/spec/audit.md"
	const open, end = "<!-- checks -->\n", "<!-- /checks -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), open)
	table, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page has no place for the list")
	}
	var b strings.Builder
	b.WriteString("| check | name | class, exit code | R | E | C | T | A | passes if |\n|--|--|--|--|--|--|--|--|--|\n")
	for _, c := range All {
		fmt.Fprintf(&b, "| %s | %s | %s, %d |", c.ID, c.Name, c.Class, c.Class)
		for _, kind := range []string{"R", "E", "C", "T", "A"} {
			mark := ""
			if strings.Contains(c.Applies, kind) {
				mark = "x"
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		fmt.Fprintf(&b, " %s |\n", c.Text)
	}
	if *update {
		if err := os.WriteFile(page, []byte(head+open+b.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table != b.String() {
		t.Errorf("%s does not hold the list; run with -update", page)
	}
}

func TestNumbersAscend(t *testing.T) {
	if !slices.IsSortedFunc(All, func(a, b Info) int { return int(a.ID - b.ID) }) {
		t.Error("the list is not in the order of its numbers")
	}
	for i := 1; i < len(All); i++ {
		if All[i].ID == All[i-1].ID {
			t.Errorf("%s stands twice", All[i].ID)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for err, want := range map[error]int{
		nil:                   0,
		errors.New("disk"):    1,
		Fail(Genesis, "x"):    2,
		Fail(Membership, "x"): 3,
		fmt.Errorf("read: %w", Fail(Commits, "")): 4,
		Fail(Tally, "x"):      5,
		Fail(Frame, "x"):      6,
		Fail(Agreement, "x"):  7,
		Fail(AnchorForks, ""): 8,
	} {
		if got := ExitCode(err); got != want {
			t.Errorf("%v ends with %d, not %d", err, got, want)
		}
	}
}

func TestAReportSaysWhatWasNotChecked(t *testing.T) {
	r := NewReport('T')
	r.Passed(Log, 3)
	r.Skip(Tiles, "there are none")
	for id, want := range map[string]Line{
		"V46": {"V46", "vote log", Passed, 3, ""},
		"V48": {"V48", "tiles", NotChecked, 0, "there are none"},
		"V41": {"V41", "file format", NotChecked, 0, "there was nothing of the kind"},
	} {
		if i := slices.IndexFunc(r.Lines(nil), func(l Line) bool { return l.ID == id }); i < 0 || r.Lines(nil)[i] != want {
			t.Errorf("%s: %+v", id, r.Lines(nil))
		}
	}
	lines := r.Lines(Fail(Commits, "too few"))
	if !slices.Contains(lines, Line{"V22", "commits", Broken, 0, "too few"}) {
		t.Errorf("a failure that does not apply is missing: %+v", lines)
	}
	if !slices.Contains(lines, Line{"V41", "file format", NotChecked, 0, "an earlier check ended it"}) {
		t.Errorf("%+v", lines)
	}
}
