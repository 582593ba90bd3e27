package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program runs it with arguments.
func program(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// A script must be able to tell its own mistake from a chain that is not the
// trusted one.
func TestTheExitCodeTellsAMistakeFromEvidence(t *testing.T) {
	dir := t.TempDir()
	genesis, receipt := filepath.Join(dir, "genesis.json"), filepath.Join(dir, "receipt.json")
	for _, file := range []string{genesis, receipt} {
		if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nowhere := filepath.Join(dir, "nowhere")
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, nil},
		{0, []string{"receipt", "verify", "--help"}},
		{64, []string{"nonsense"}},
		{64, []string{"--nonsense"}},
		{64, []string{"election", "nonsense"}},
		{64, []string{"election", "show"}},                              // an argument is missing
		{64, []string{"election", "show", "xyz"}},                       // it is no election
		{64, []string{"vote", "cast", "--choices", "1"}},                // a flag is missing
		{64, []string{"status", "--verify"}},                            // flags exclude each other
		{64, []string{"status", "--gateway", "localhost"}},              // it is no URL
		{64, []string{"receipt", "verify", receipt, "--trust", "1:ab"}}, // it is no block
		{64, []string{"receipt", "verify", receipt, "--newer", receipt, "--gateway-check"}},
		{1, []string{"receipt", "verify", nowhere}},                       // it is not there
		{1, []string{"status", "--gateway", "http://127.0.0.1:1/v2"}},     // nobody answers
		{2, []string{"receipt", "verify", receipt, "--genesis", genesis}}, // V01
		{6, []string{"receipt", "verify", receipt, "--any-chain"}},        // V41
	} {
		if code, _, errs := program(t, c.args...); code != c.code || (code != 0) != (errs != "") {
			t.Errorf("urna %s ends with %d, not %d: %s", strings.Join(c.args, " "), code, c.code, errs)
		}
	}
}
