package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"urna/client"
)

func TestTheTourOfTheReadmeWorksAsItIsWritten(t *testing.T) {
	script := tour(t)
	dir := t.TempDir()
	script = strings.ReplaceAll(script, "/tmp/tour", filepath.Join(dir, "tour"))
	if err := os.Symlink(bin, filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}

	port := freePort(t)
	dev := &node{name: "urnad dev", logFile: filepath.Join(dir, "dev.log")}
	dev.args = []string{"dev", "--home", filepath.Join(dir, "home"), "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--block-time", "500ms"}
	url := fmt.Sprintf("http://127.0.0.1:%d/v2", port)
	c, err := client.New(client.Config{URL: url})
	check(t, err)
	dev.client = c
	dev.start(t)
	defer dev.stop(t)
	dev.waitHeight(t, 1, time.Minute)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	sh := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	sh.Dir = dir
	sh.Env = append(os.Environ(), "URNA_GATEWAY="+url, "URNA_WALLET="+filepath.Join(dir, "wallet"))
	out, err := sh.CombinedOutput()
	if err != nil {
		t.Fatalf("the tour fails: %v\n%s", err, out)
	}
	final := regexp.MustCompile(`(?s)Garden\D+1\b.*Cellar\D+2\b`)
	if text := string(out); !final.MatchString(text[strings.LastIndex(text, "Garden"):]) {
		t.Errorf("the tour does not end with the result, 1 to 2:\n%s", text)
	}
	audited(t, dev)
}

// tour is the shell block of the README's tour.
func tour(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	check(t, err)
	_, rest, found := strings.Cut(string(text), "## A tour")
	_, rest, open := strings.Cut(rest, "```sh\n")
	script, _, closed := strings.Cut(rest, "```")
	if !found || !open || !closed {
		t.Fatal("README.md has no tour")
	}
	return script
}
