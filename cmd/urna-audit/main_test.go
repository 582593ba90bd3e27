package main

import (
	"bytes"
	"strings"
	"testing"

	"urna/internal/check"
)

// program runs it with arguments.
func program(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestACommandLineThatMakesNoSenseHasAnExitCodeOfItsOwn(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"--nonsense"}, {"replay", "--nonsense"}} {
		if code, _, errs := program(t, args...); code != 64 || !strings.HasPrefix(errs, "urna-audit: unknown") {
			t.Errorf("%v ends with %d: %s", args, code, errs)
		}
	}
}

func TestNoClassHasTheExitCodeOfUsage(t *testing.T) {
	for _, c := range check.All {
		if code := check.ExitCode(check.Fail(c.ID, "")); code == check.Usage || code == check.CannotSay || code == 0 {
			t.Errorf("%s ends with %d", c.ID, code)
		}
	}
}

func TestHelpTellsTheExitCodes(t *testing.T) {
	code, out, _ := program(t)
	if code != 0 || !strings.Contains(out, "7 gateways that disagree") {
		t.Errorf("%d: %s", code, out)
	}
}

func TestAReportHasOneLineACheck(t *testing.T) {
	r := check.NewReport('T')
	r.Passed(check.Log, 12)
	var b bytes.Buffer
	printLines(&b, r.Lines(check.Fail(check.Tiles, "tile 0/0 differs")))
	const want = `-      V41  file format              an earlier check ended it
ok     V46  vote log                 12 checked
FAILED V48  tiles                    tile 0/0 differs
`
	if b.String() != want {
		t.Errorf("the report is\n%swant\n%s", b.String(), want)
	}
}
