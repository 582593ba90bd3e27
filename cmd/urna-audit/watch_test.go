package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"urna/audit/watch"
)

func TestAWatchComparesGateways(t *testing.T) {
	c := votes(t)
	one, two := show(t, c), show(t, c)
	args := []string{"watch", "--gateway", one.url(), "--gateway", two.url(), "--every", "1ms", "--late", "2s", "--once", "--dir", filepath.Join(t.TempDir(), "watch")}
	code, out, errs := program(t, args...)
	if code != 0 || errs != "" || !strings.Contains(out, "block 3 replayed") || !strings.Contains(out, "to height 4: 5 votes") {
		t.Errorf("ends with %d: %s\n%s", code, errs, out)
	}
	// The second one now has the block before the last in place of the last.
	last := len(two.blocks) - 1
	two.blocks = append(two.blocks[:last:last], append(two.blocks[last][:len(two.blocks[last]):len(two.blocks[last])], 0x7a, 0))
	code, out, errs = program(t, append(args, "--json")...)
	if code != 7 || !strings.Contains(errs, "V51") {
		t.Fatalf("ends with %d: %s\n%s", code, errs, out)
	}
	alarm := false
	for line := range strings.Lines(out) {
		var e watch.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		alarm = alarm || e.Alarm && e.Kind == watch.Disagree && e.Check == "V13" && e.Source == two.url()
	}
	if !alarm {
		t.Errorf("there is no alarm: %s", out)
	}
}

func TestAWatchEndsAtAHeight(t *testing.T) {
	g := show(t, votes(t))
	code, out, errs := program(t, "watch", "--gateway", g.url(), "--until", "2")
	if code != 0 || !strings.Contains(out, "to height 2") {
		t.Errorf("ends with %d: %s\n%s", code, errs, out)
	}
	for _, args := range [][]string{{}, {"--gateway", g.url(), "--every", "0s"}, {"--gateway", g.url(), "--until", "-1"}} {
		if code, _, errs := program(t, append([]string{"watch"}, args...)...); code != 64 || errs == "" {
			t.Errorf("%v: %d, %s", args, code, errs)
		}
	}
	if code, _, errs := program(t, "watch", "--gateway", g.url(), "--genesis", "/nowhere"); code != 1 || errs == "" {
		t.Errorf("%d, %s", code, errs)
	}
}
