package gateway

import (
	"testing"
	"time"
)

func TestAMeterRemembersNoMoreThanItMay(t *testing.T) {
	now := time.Now()
	m := newMeter[int](1, 1, 100, func() time.Time { return now })
	for k := range 10_000 {
		if m.take(k, 1) > 0 {
			t.Fatalf("key %d was refused at first", k)
		}
		if n := len(m.young) + len(m.old); n > 100 {
			t.Fatalf("%d keys are remembered", n)
		}
	}
	if m.take(9_999, 1) == 0 {
		t.Fatal("a key that was just used was forgotten")
	}
	// A busy key survives the others.
	for k := range 10_000 {
		m.take(-1, 1)
		m.take(k, 1)
	}
	if m.take(-1, 1) == 0 {
		t.Fatal("a busy key was forgotten")
	}
	now = now.Add(time.Second)
	if m.take(-1, 1) != 0 {
		t.Fatal("a second gives no new use")
	}
}

func TestNoMeterLetsEverythingPass(t *testing.T) {
	var m *meter[int]
	if m.take(1, 1) != 0 {
		t.Fatal("refused")
	}
}
