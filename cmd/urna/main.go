// Command urna is for organisers and voters at a terminal, and for scripts:
// keys, accounts, censuses, elections, votes and results over the HTTP API of a
// gateway. Private keys stay on this machine; what leaves it is signed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"urna/client"
	"urna/cmd/internal/cli"
	"urna/internal/check"
	"urna/tx"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program without its globals. It returns the exit code: 0, 1
// for a failure, 64 for a command line that makes no sense, and for evidence that
// is wrong the class of the check (docs/spec/audit.md).
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, errs: errs}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return cli.Execute(ctx, root, func(err error) int {
		a.fail(err)
		return check.ExitCode(err)
	})
}

// argument makes a misuse of what a parser says of a word of the command
// line, as in argument(election.ParseID(args[0])).
func argument[T any](v T, err error) (T, error) {
	if err != nil {
		err = cli.Misuse(err)
	}
	return v, err
}

// fail tells what went wrong, and which rule said no.
func (a *app) fail(err error) {
	if !a.json {
		var r *tx.Rejection
		if errors.As(err, &r) {
			err = fmt.Errorf("%w [rule %s, %d]", err, r.Code, uint32(r.Code))
		}
		fmt.Fprintln(a.errs, "urna:", err)
		return
	}
	report := struct {
		Error    string `json:"error"`
		Status   int    `json:"status,omitempty"`
		Code     int    `json:"code,omitempty"`
		Rule     string `json:"rule,omitempty"`
		RuleCode uint32 `json:"ruleCode,omitempty"`
		Check    string `json:"check,omitempty"`
	}{Error: err.Error()}
	var p *client.Problem
	var r *tx.Rejection
	if errors.As(err, &p) {
		report.Status, report.Code, report.Rule, report.RuleCode = p.Status, p.Code, p.Rule, p.RuleCode
	} else if errors.As(err, &r) { // refused on this side, before anything was sent
		report.Rule, report.RuleCode = r.Code.String(), uint32(r.Code)
	} else if f, ok := check.Failed(err); ok {
		report.Check = f.Check.String()
	}
	_ = json.NewEncoder(a.errs).Encode(report)
}
