package relayer

import (
	"context"
	"log/slog"
)

// recorder keeps the messages of a log.
type recorder struct{ lines []string }

func (r *recorder) logger() *slog.Logger { return slog.New(r) }

func (r *recorder) Enabled(context.Context, slog.Level) bool { return true }

func (r *recorder) Handle(_ context.Context, e slog.Record) error {
	r.lines = append(r.lines, e.Message)
	return nil
}

func (r *recorder) WithAttrs([]slog.Attr) slog.Handler { return r }
func (r *recorder) WithGroup(string) slog.Handler      { return r }
