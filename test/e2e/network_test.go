package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"urna/client"
)

// network is a file of networks/.
type network struct {
	Validators int
	BlockTime  string `toml:"block_time"`
	Voters     int
	Absent     int // members of the census who do not vote
	Workers    int
	Overwrites int
	Perturb    []perturbation
}

// perturbation is something that happens to a node, or with "blackout" to all of
// them, at a height.
type perturbation struct {
	At     int64
	Node   int
	Action string
	Out    duration
}

type duration struct{ time.Duration }

func (d *duration) UnmarshalText(text []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(text))
	return err
}

func readNetwork(t *testing.T, name string) network {
	t.Helper()
	var n network
	m, err := toml.DecodeFile(filepath.Join("networks", name+".toml"), &n)
	if err != nil {
		t.Fatal(err)
	}
	if extra := m.Undecoded(); len(extra) > 0 {
		t.Fatalf("networks/%s.toml: unknown settings %v", name, extra)
	}
	return n
}

// bin is the folder of the programs under test, built by TestMain.
var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if bin, err = os.MkdirTemp("", "urna-e2e-bin-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(bin)
		build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "urna/cmd/urnad", "urna/cmd/urna", "urna/cmd/urna-audit", "urna/cmd/urna-load")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "build the programs:", err)
			return 1
		}
		return m.Run()
	}())
}

// testnet is a running network.
type testnet struct {
	network
	dir   string
	nodes []*node
}

// startNetwork makes the homes of a network, starts its nodes and waits until
// each has made a block. Everything is stopped when the test ends. Homes may be
// changed before the nodes start.
func startNetwork(t testing.TB, n network, change ...func([]*node)) *testnet {
	t.Helper()
	dir, err := os.MkdirTemp("", "urna-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	net := &testnet{network: n, dir: dir}
	t.Cleanup(func() {
		for _, n := range net.nodes {
			n.stop(t)
		}
		if t.Failed() {
			t.Logf("homes and logs are kept in %s", dir)
			for _, n := range net.nodes {
				t.Logf("end of %s:\n%s", n.logFile, tail(n.logFile, 4000))
			}
			return
		}
		os.RemoveAll(dir)
	})
	net.nodes = makeHomes(t, dir, n)
	for _, c := range change {
		c(net.nodes)
	}
	for _, n := range net.nodes {
		n.start(t)
	}
	for _, n := range net.nodes {
		n.waitHeight(t, 2, time.Minute)
	}
	return net
}

// height is that of the node that is furthest.
func (n *testnet) height() (height int64) {
	for _, node := range n.nodes {
		if h, err := node.height(); err == nil {
			height = max(height, h)
		}
	}
	return height
}

// freePort finds a port that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// node is one process of a network and the home that it works on.
type node struct {
	name    string
	program string   // urnad, unless another one is named
	args    []string // of it
	home    string
	logFile string
	env     []string
	client  *client.Client

	cmd      *exec.Cmd
	exited   chan struct{} // closed when cmd has ended
	expected atomic.Bool   // whether cmd may end now
	mu       sync.Mutex    // serialises start, kill and stop
}

// start runs the node's process. That it ends on its own is an error of the
// test.
func (n *node) start(t testing.TB) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	log, err := os.OpenFile(n.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	program := n.program
	if program == "" {
		program = filepath.Join(bin, "urnad")
	}
	cmd := exec.Command(program, n.args...)
	cmd.Env = append(os.Environ(), n.env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	n.cmd, n.exited = cmd, exited
	n.expected.Store(false)
	go func() {
		defer close(exited)
		defer log.Close()
		if err := cmd.Wait(); !n.expected.Load() {
			t.Errorf("%s ended on its own: %v\n%s", n.name, err, tail(n.logFile, 2000))
		}
	}()
}

// kill ends the process as a power cut would.
func (n *node) kill(t testing.TB) {
	t.Helper()
	n.end(t, syscall.SIGKILL)
}

// stop ends the process as an operator would.
func (n *node) stop(t testing.TB) {
	t.Helper()
	n.end(t, syscall.SIGTERM)
}

func (n *node) end(t testing.TB, signal os.Signal) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil {
		return
	}
	n.expected.Store(true)
	_ = n.cmd.Process.Signal(syscall.SIGCONT) // a paused process would not notice
	_ = n.cmd.Process.Signal(signal)
	select {
	case <-n.exited:
	case <-time.After(30 * time.Second):
		t.Errorf("%s did not end within 30 s of %v", n.name, signal)
		_ = n.cmd.Process.Kill()
		<-n.exited
	}
	n.cmd = nil
}

// pause stops the process where it is, for a while.
func (n *node) pause(t *testing.T, d time.Duration) {
	t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
	wait(d)
	if err := n.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Error(err)
	}
}

// height asks the node how far it is, with its chain and with the index that its
// lists are answered from.
func (n *node) height() (int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	doc, err := n.get(ctx, "/chain/info")
	if err != nil {
		return 0, err
	}
	chain, ok1 := doc["height"].(float64)
	index, ok2 := doc["indexHeight"].(float64)
	if !ok1 || !ok2 {
		return 0, fmt.Errorf("GET /chain/info: %v", doc)
	}
	return int64(min(chain, index)), nil
}

// waitHeight waits until the node has reached a height.
func (n *node) waitHeight(t testing.TB, height int64, patience time.Duration) {
	t.Helper()
	err := until(patience, func() error {
		h, err := n.height()
		if err == nil && h < height {
			err = fmt.Errorf("is at %d", h)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%s did not reach height %d within %v: %v\n%s", n.name, height, patience, err, tail(n.logFile, 2000))
	}
}

// perturb carries out the network's perturbations, one after the other, each
// when the chain has reached its height, and waits until the node has caught up.
// voting tells whether votes are still under way.
func (n *testnet) perturb(t *testing.T, voting func() bool) {
	for _, p := range n.Perturb {
		if err := until(3*time.Minute, func() error {
			if h := n.height(); h < p.At {
				return fmt.Errorf("is at %d", h)
			}
			return nil
		}); err != nil {
			t.Errorf("the chain did not reach height %d: %v", p.At, err)
			return
		}
		if !voting() {
			t.Errorf("all votes were cast before the %s at height %d; give the network more voters", p.Action, p.At)
		}
		victim := n.nodes[p.Node]
		t.Logf("height %d: %s %s", n.height(), p.Action, victim.name)
		switch p.Action {
		case "blackout":
			var killed sync.WaitGroup
			for _, node := range n.nodes {
				killed.Go(func() { node.kill(t) })
			}
			killed.Wait()
			wait(p.Out.Duration)
			for _, node := range n.nodes {
				node.start(t)
			}
		case "kill":
			victim.kill(t)
			wait(p.Out.Duration)
			victim.start(t)
		case "restart":
			victim.stop(t)
			wait(p.Out.Duration)
			victim.start(t)
		case "pause":
			victim.pause(t, p.Out.Duration)
		default:
			t.Errorf("unknown action %q", p.Action)
			return
		}
		if err := until(time.Minute, func() error {
			h, err := victim.height()
			if err == nil && h < n.height()-1 {
				err = fmt.Errorf("is at %d, the others at %d", h, n.height())
			}
			return err
		}); err != nil {
			t.Errorf("%s did not catch up after the %s: %v", victim.name, p.Action, err)
			return
		}
	}
}

// until repeats check until it returns nil, and returns its last error when
// patience is at an end.
func until(patience time.Duration, check func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		wait(100 * time.Millisecond)
	}
}

// wait lets time pass between two questions to another process.
func wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}

// tail is the end of a file.
func tail(path string, size int64) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, int64(len(text))-size):]))
}

var errWrong = errors.New("wrong answer")
