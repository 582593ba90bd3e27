package ipfs

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childDir, when set, makes the test binary a process that stores and fetches
// files until it is killed.
const childDir = "URNA_IPFS_TEST_CHILD"

func TestMain(m *testing.M) {
	Quiet()
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	m.Run()
}

// child stores files of its own and fetches those of a peer, in a loop, and
// says so of each when that is acknowledged.
func child(dir, peer string, uris []string) error {
	ctx := context.Background()
	s, err := Start(Config{Dir: dir, Peers: []string{peer}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	for i := rand.IntN(1 << 20); ; i++ {
		var uri string
		switch i % 4 {
		case 0, 1:
			uri = uris[rand.IntN(len(uris))]
			_, err = s.Fetch(ctx, uri, Limits{Bytes: 1 << 20}, nil)
		case 2:
			uri, err = s.Put(ctx, content(i))
		case 3:
			if uri, err = s.Put(ctx, []byte("not for long")); err == nil {
				err = s.Unpin(ctx, uri)
			}
			if err == nil {
				err = s.Sweep(ctx)
			}
			uri = ""
		}
		if err != nil {
			return err
		}
		if uri != "" {
			fmt.Println(uri)
		}
	}
}

func TestKillingTheProcessLosesNothingAcknowledged(t *testing.T) {
	a := startNode(t, Config{})
	args := []string{address(t, a)}
	for i := range 300 {
		args = append(args, mustPut(t, a, content(1000+i*2500)))
	}
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for round := range 12 {
		ctx, cancel := context.WithCancel(t.Context()) // cancelling kills
		cmd := exec.CommandContext(ctx, os.Args[0], args...)
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for said := 0; lines.Scan(); said++ {
			acknowledged[lines.Text()] = true
			if said == 3*round {
				time.AfterFunc(time.Duration(rand.IntN(30_000))*time.Microsecond, cancel)
			}
		}
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("round %d: %v: %s", round, err, stderr.String())
		}
		cancel()
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for uri := range acknowledged {
			if has, err := s.Has(t.Context(), uri); err != nil || !has {
				t.Errorf("round %d: %s was acknowledged and is gone: %v", round, uri, err)
			}
		}
		whole(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) < 100 {
		t.Errorf("only %d files", len(acknowledged))
	}
}
