package chain

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestLevelsAreBelowThoseOfCometBFT(t *testing.T) {
	for _, x := range []struct {
		say   func(logger)
		level string
		fails bool
	}{
		{func(l logger) { l.Debug("anything") }, "", false},
		{func(l logger) { l.Info("anything") }, "DEBUG", false},
		{func(l logger) { l.Warn("anything") }, "INFO", false},
		{func(l logger) { l.Error("anything") }, "WARN", false},
		{func(l logger) { l.Error("Stopped accept routine, as transport is closed", "numPeers", 0) }, "DEBUG", false},
		{func(l logger) { l.Error("Stopped accept routine") }, "WARN", false},
		{func(l logger) { l.Error("CONSENSUS FAILURE!!!") }, "ERROR", true},
	} {
		var out bytes.Buffer
		failed := false
		x.say(logger{
			out:     slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
			failure: func() { failed = true },
		})
		_, rest, _ := strings.Cut(out.String(), "level=")
		level, _, _ := strings.Cut(rest, " ")
		if level != x.level || failed != x.fails {
			t.Errorf("logged %q, failed %v; want level %s", out.String(), failed, x.level)
		}
	}
}
