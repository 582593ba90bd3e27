package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"urna/internal/check"
)

func TestMistakesAtTheCommandLineHaveACodeOfTheirOwn(t *testing.T) {
	broken := errors.New("broken")
	for line, want := range map[string]struct {
		err  error
		code int
	}{
		"good":           {nil, 0},
		"broken":         {broken, 7},
		"misused":        {fmt.Errorf("outer: %w", Misusef("%w", broken)), check.Usage},
		"nonsense":       {nil, check.Usage},
		"good extra":     {nil, check.Usage},
		"good --unknown": {nil, check.Usage},
		"group broken":   {broken, 7},
	} {
		root := &cobra.Command{Use: "test", SilenceErrors: true, SilenceUsage: true}
		command := func(name string) *cobra.Command {
			return &cobra.Command{Use: name, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return want.err }}
		}
		group := &cobra.Command{Use: "group"}
		group.AddCommand(command("broken"))
		root.AddCommand(command("good"), command("broken"), command("misused"), group)
		root.SetArgs(strings.Fields(line))
		root.SetOut(io.Discard)
		var told error
		code := Execute(t.Context(), root, func(err error) int { told = err; return 7 })
		if code != want.code || (told == nil) != (code == 0) || want.err != nil && !errors.Is(told, broken) {
			t.Errorf("%s: code %d, told %v", line, code, told)
		}
	}
}
