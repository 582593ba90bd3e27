package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"urna/anchor"
)

// byHand does with the commands of a terminal what relayers do: an anchor and a
// registry of its own, the newest header, and the result of an election. Before, it
// checks the contracts that a living network was told to.
func (g *gethProcess) byHand(t *testing.T, l *living, told anchor.Address) {
	t.Helper()
	dir := t.TempDir()
	key := filepath.Join(dir, "rich.key")
	check(t, os.WriteFile(key, []byte(richKey+"\n"), 0o600))
	urna := func(answer any, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join(bin, "urna"), append([]string{
			"anchor", "--json", "--gateway", l.nodes[0].client.URL(), "--ethereum", g.url, "--key-file", key,
			"--genesis", filepath.Join(l.nodes[0].home, "config", "genesis.json"), "--light-dir", filepath.Join(dir, "light"),
		}, args...)...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("urna anchor %v: %v\n%s", args, err, tailOf(out, err))
		}
		check(t, json.Unmarshal(out, answer))
	}
	var none struct{}
	urna(&none, "verify", "--anchor", told.Hex())

	var made struct{ Anchor, Registry string }
	urna(&made, "deploy", "--yes", "--confirmations", "0")
	at := []string{"--anchor", made.Anchor, "--registry", made.Registry}
	var posted struct{ Before, Height uint64 }
	urna(&posted, append(at, "post", "--yes", "--confirmations", "0")...)
	if posted.Height <= posted.Before {
		t.Errorf("posted %+v", posted)
	}
	var proved struct{ Result [][]string }
	urna(&proved, append(at, "prove-result", l.passed.id.String(), "--yes", "--confirmations", "0")...)
	if want := l.passed.result(); !reflect.DeepEqual(proved.Result, want) {
		t.Errorf("the result is %v, want %v", proved.Result, want)
	}
	urna(&none, append(at, "verify")...)
	var status struct{ Height uint64 }
	urna(&status, append(at, "status")...)
	if status.Height != posted.Height {
		t.Errorf("the anchor is at %d, want %d", status.Height, posted.Height)
	}
}

// tailOf is what a program has said that failed.
func tailOf(out []byte, err error) []byte {
	if failed, ok := err.(*exec.ExitError); ok {
		return append(out, failed.Stderr...)
	}
	return out
}
