// Package cli is the edge that our programs share: it runs a tree of commands and
// tells a command line that makes no sense, which ends with check.Usage, from work that
// failed. It decides nothing else; what an error looks like is each program's own.
package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"urna/internal/check"
)

// misuse is a command line that makes no sense.
type misuse struct{ error }

func (m *misuse) Unwrap() error { return m.error }

// Misuse says of an error that it lies in the command line.
func Misuse(err error) error { return &misuse{err} }

// Misusef is Misuse of a formatted error.
func Misusef(format string, args ...any) error { return Misuse(fmt.Errorf(format, args...)) }

// Execute runs a command line and returns the exit code. Fail tells an error to the
// user and returns the exit code of it; an error that comes before any command has
// begun, or that is a Misuse, ends with check.Usage.
func Execute(ctx context.Context, root *cobra.Command, fail func(error) int) int {
	begun := false
	note(root, &begun)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := fail(err)
	if !begun || errors.As(err, new(*misuse)) {
		return check.Usage
	}
	return code
}

// note lets every command note that it has begun.
func note(c *cobra.Command, begun *bool) {
	if run := c.RunE; run != nil {
		c.RunE = func(cmd *cobra.Command, args []string) error {
			*begun = true
			return run(cmd, args)
		}
	}
	for _, sub := range c.Commands() {
		note(sub, begun)
	}
}
