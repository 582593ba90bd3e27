package chain

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	cmtlog "github.com/cometbft/cometbft/libs/log"
)

// logger gives CometBFT's log to slog, a level lower than CometBFT asks for:
// what it calls an error is mostly a peer that went away, what it calls
// information is for those who debug consensus.
type logger struct {
	out     *slog.Logger
	failure func() // called when consensus has died
}

var _ cmtlog.Logger = logger{}

// consensusDied is what CometBFT logs when its consensus routine has panicked
// and ended, while the rest of the node goes on as if nothing had happened.
// There is no other sign of it.
const consensusDied = "CONSENSUS FAILURE!!!"

// acceptStopped is what CometBFT logs as an error when its own Stop has closed the
// transport; it says it at no other time.
const acceptStopped = "Stopped accept routine, as transport is closed"

func (l logger) Debug(string, ...any) {} // per message and peer; not even for those who debug

func (l logger) Info(msg string, keyvals ...any) { l.log(slog.LevelDebug, msg, keyvals) }

func (l logger) Warn(msg string, keyvals ...any) { l.log(slog.LevelInfo, msg, keyvals) }

func (l logger) Error(msg string, keyvals ...any) {
	switch msg {
	case consensusDied:
		l.log(slog.LevelError, "consensus has stopped", keyvals)
		l.failure()
	case acceptStopped:
		l.log(slog.LevelDebug, msg, keyvals)
	default:
		l.log(slog.LevelWarn, msg, keyvals)
	}
}

func (l logger) With(keyvals ...any) cmtlog.Logger {
	return logger{out: l.out.With(lazy(keyvals)...), failure: l.failure}
}

func (l logger) log(level slog.Level, msg string, keyvals []any) {
	if l.out.Enabled(context.Background(), level) {
		l.out.Log(context.Background(), level, msg, lazy(keyvals)...)
	}
}

// lazy makes values that know how to print themselves do so only when a record
// is written, and the same in every handler.
func lazy(keyvals []any) []any {
	out := keyvals
	for i := 1; i < len(keyvals); i += 2 {
		if s, ok := keyvals[i].(fmt.Stringer); ok {
			if &out[0] == &keyvals[0] {
				out = slices.Clone(keyvals)
			}
			out[i] = stringer{s}
		}
	}
	return out
}

type stringer struct{ s fmt.Stringer }

func (s stringer) LogValue() slog.Value { return slog.StringValue(s.s.String()) }
