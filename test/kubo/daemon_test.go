package kubo

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/ipfs"
)

var program = flag.String("kubo", "", "path of the ipfs program; `make kubo-test` gives it")

func TestMain(m *testing.M) {
	ipfs.Quiet()
	flag.Parse()
	if *program == "" {
		println("test/kubo: no -kubo; `make kubo-test` builds the daemon and runs these tests")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// daemon is a Kubo daemon with a repository of its own.
type daemon struct {
	repo string
	env  []string
	cmd  *exec.Cmd
	done chan error
	log  bytes.Buffer // read after done
}

// startDaemon makes a repository and runs a daemon over it until the test ends.
func startDaemon(t *testing.T, swarmKey []byte) *daemon {
	t.Helper()
	d := &daemon{repo: filepath.Join(t.TempDir(), "repo")}
	d.env = append(os.Environ(), "IPFS_PATH="+d.repo, "IPFS_TELEMETRY=off", "GOLOG_LOG_LEVEL=error")
	if swarmKey != nil {
		d.env = append(d.env, "LIBP2P_FORCE_PNET=1")
	}
	d.must(t, nil, "init", "--empty-repo", "--profile=test,autoconf-off")
	for _, set := range [][2]string{{"Routing.Type", `"dht"`}, {"AutoTLS.Enabled", "false"}, {"Addresses.Gateway", "[]"}} {
		d.must(t, nil, "config", "--json", set[0], set[1])
	}
	if swarmKey != nil {
		if err := os.WriteFile(filepath.Join(d.repo, "swarm.key"), swarmKey, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.start(t)
	t.Cleanup(func() { d.stop(t) })
	return d
}

// start runs the daemon and waits until it answers.
func (d *daemon) start(t *testing.T) {
	t.Helper()
	_ = os.Remove(filepath.Join(d.repo, "api"))
	d.log.Reset()
	d.cmd = exec.Command(*program, "daemon")
	d.cmd.Env, d.cmd.Stdout, d.cmd.Stderr = d.env, &d.log, &d.log
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	d.done = done
	cmd := d.cmd
	go func() { done <- cmd.Wait() }()
	eventually(t, "the daemon answers", func() bool {
		select {
		case err := <-d.done:
			t.Fatalf("the daemon ended: %v: %s", err, d.log.String())
		default:
		}
		c, err := net.Dial("tcp", d.rpc())
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

// rpc is where the daemon's RPC listens, host:port, once it does.
func (d *daemon) rpc() string {
	text, err := os.ReadFile(filepath.Join(d.repo, "api"))
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.TrimSpace(string(text)), "/") // /ip4/127.0.0.1/tcp/5001
	if len(parts) != 5 {
		return ""
	}
	return net.JoinHostPort(parts[2], parts[4])
}

func (d *daemon) stop(t *testing.T) {
	_ = d.cmd.Process.Signal(os.Interrupt)
	select {
	case <-d.done:
	case <-time.After(20 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
	if t.Failed() {
		t.Logf("daemon: %s", d.log.String())
	}
}

// must runs the ipfs program and returns what it says.
func (d *daemon) must(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	out, err := d.run(t, input, args...)
	if err != nil {
		t.Fatalf("ipfs %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (d *daemon) run(t *testing.T, input []byte, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, *program, args...)
	cmd.Env, cmd.Stdin = d.env, bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Logf("ipfs %s: %s", strings.Join(args, " "), stderr.String())
	}
	return out, err
}

// address is where nodes reach the daemon.
func (d *daemon) address(t *testing.T) string {
	t.Helper()
	id := strings.TrimSpace(string(d.must(t, nil, "id", "-f", "<addrs>")))
	return strings.Split(id, "\n")[0]
}

// store is the store in the daemon.
func (d *daemon) store(t *testing.T) *ipfs.Store {
	t.Helper()
	s, err := ipfs.Dial(t.Context(), d.rpc())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// node is an embedded node until the test ends.
func node(t *testing.T, swarmKey []byte, peers ...string) *ipfs.Store {
	t.Helper()
	s, err := ipfs.Start(ipfs.Config{
		Listen: "127.0.0.1:0", Peers: peers, SwarmKey: swarmKey, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t *testing.T, s *ipfs.Store, file []byte) string {
	t.Helper()
	uri, err := s.Put(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// reads checks that a store has a file.
func reads(t *testing.T, s *ipfs.Store, uri string, file []byte) {
	t.Helper()
	if has, err := s.Has(t.Context(), uri); err != nil || !has {
		t.Errorf("%s is not there: %v", uri, err)
	}
	r, _, err := s.Reader(t.Context(), uri, int64(len(file)))
	if err != nil {
		t.Errorf("%s: %v", uri, err)
		return
	}
	if b, err := io.ReadAll(r); err != nil || !bytes.Equal(b, file) {
		t.Errorf("%s: %d bytes, %v", uri, len(b), err)
	}
}

func cid(uri string) string { return strings.TrimPrefix(uri, ipfs.Scheme) }

// content is a file of n bytes that has no two equal chunks.
func content(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	_, _ = r.Read(b)
	return b
}

// limits are for content that comes at once or never.
func limits(n int) ipfs.Limits {
	return ipfs.Limits{Bytes: int64(n), Stall: 5 * time.Second, Time: time.Minute}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within a minute: " + what)
		}
	}
}
