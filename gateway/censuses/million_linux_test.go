package censuses

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vocdoni/arbo"
	"github.com/vocdoni/arbo/memdb"

	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/ipfs"
)

var (
	voters     = flag.Int("voters", 1_000_000, "voters of BenchmarkMillion")
	arboVoters = flag.Int("arbo-voters", 200_000, "voters that arbo adds one at a time")
)

// childStage makes the test binary a process that does one part of BenchmarkMillion,
// so that its memory is its own. The arguments are its number of voters, its
// directory, and what the part before it has said.
const childStage = "URNA_CENSUSES_BENCH_STAGE"

// BenchmarkMillion does the work of a census on two nodes, and the same with arbo,
// one voter at a time, as the existing service does it. arbo's trees are in memory,
// which suits it: there they would be in a database.
func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		runStage(b, "build", *voters, dir)
		server := startStage(b, "publish", *voters, dir)
		facts := server.facts()
		runStage(b, "import", *voters, b.TempDir(), facts["address"], facts["uri"])
		server.end()
		runStage(b, "proofs", *voters, dir, facts["root"])
		runStage(b, "arbo", *arboVoters, dir)
	}
}

type stage struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Scanner
	err bytes.Buffer
}

func startStage(b *testing.B, name string, voters int, args ...string) *stage {
	b.Helper()
	s := &stage{b: b, cmd: exec.Command(os.Args[0], append([]string{strconv.Itoa(voters)}, args...)...)}
	s.cmd.Env = append(os.Environ(), childStage+"="+name)
	s.cmd.Stderr = &s.err
	in, err1 := s.cmd.StdinPipe()
	out, err2 := s.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, s.cmd.Start()); err != nil {
		b.Fatal(err)
	}
	s.in, s.out = in, bufio.NewScanner(out)
	return s
}

// facts reads lines of two words and shows the others, until there is "ready" or
// nothing.
func (s *stage) facts() map[string]string {
	facts := map[string]string{}
	for s.out.Scan() && s.out.Text() != "ready" {
		if name, value, ok := strings.Cut(s.out.Text(), " = "); ok {
			facts[name] = value
		} else {
			fmt.Println(s.out.Text())
		}
	}
	return facts
}

func (s *stage) end() {
	s.b.Helper()
	s.in.Close()
	s.facts()
	if err := s.cmd.Wait(); err != nil {
		s.b.Fatalf("%v\n%s", err, s.err.String())
	}
}

func runStage(b *testing.B, name string, voters int, args ...string) {
	b.Helper()
	startStage(b, name, voters, args...).end()
}

// inStage is what a child does.
func inStage(name string) error {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	stages := map[string]func(n int, args []string) error{
		"build": buildStage, "publish": publishStage, "import": importStage, "proofs": proofsStage, "arbo": arboStage,
	}
	return stages[name](n, os.Args[2:])
}

// told prints how long something took, and the most memory that this process has
// ever had.
func told(what string, n int, d time.Duration) {
	rate := ""
	if n > 0 {
		rate = fmt.Sprintf("%10.0f voters/s", float64(n)/d.Seconds())
	}
	fmt.Printf("%-34s %9d voters %10.3f s %s   peak %s\n", what, n, d.Seconds(), rate, peak())
}

// peak is the highest resident set of this process.
func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			return fmt.Sprintf("%d MiB", kb/1024)
		}
	}
	return "?"
}

func voter(i int) (a ethkey.Address) {
	binary.BigEndian.PutUint64(a[12:], uint64(i)+1)
	return a
}

func parseID(text string) (id ID, err error) {
	_, err = hex.Decode(id[:], []byte(text))
	return id, err
}

// lasting keeps the draft of the build for the stage that publishes it.
const lasting = "draft"

func buildStage(n int, args []string) error {
	files, s, err := openBoth(args[0])
	if err != nil {
		return err
	}
	began := time.Now()
	token := s.NewToken()
	id, err := s.Create(token)
	if err != nil {
		return err
	}
	for at := 0; at < n; at += MaxBatch {
		if _, err := s.Add(id, token, members(at, min(at+MaxBatch, n))); err != nil {
			return err
		}
	}
	if _, err := s.Root(id); err != nil {
		return err
	}
	told("build, on disk, with its root", n, time.Since(began))
	return errors.Join(os.WriteFile(filepath.Join(args[0], lasting), []byte(id.String()+" "+token), 0o600), s.Close(), files.Close())
}

// publishStage publishes the draft and is a node of the network until its input
// ends.
func publishStage(n int, args []string) error {
	ipfs.Quiet()
	files, err := ipfs.Start(ipfs.Config{Dir: filepath.Join(args[0], "files"), Listen: "127.0.0.1:0", Log: quiet()})
	if err != nil {
		return err
	}
	s, err := Open(Config{Dir: filepath.Join(args[0], "censuses"), Files: files, Log: quiet()})
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(args[0], lasting))
	if err != nil {
		return err
	}
	name, token, _ := strings.Cut(string(b), " ")
	id, err := parseID(name)
	if err != nil {
		return err
	}
	began := time.Now()
	root, uri, err := s.Publish(context.Background(), id, token, nil)
	if err != nil {
		return err
	}
	told("publish: freeze, store as a file", n, time.Since(began))
	st, err := files.Status(context.Background())
	if err != nil {
		return err
	}
	fmt.Printf("address = %s\nuri = %s\nroot = %s\nready\n", st.Addresses[0], uri, root)
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, s.Close(), files.Close())
}

func importStage(n int, args []string) error {
	ipfs.Quiet()
	files, err := ipfs.Start(ipfs.Config{Dir: filepath.Join(args[0], "files"), Peers: []string{args[1]}, Log: quiet()})
	if err != nil {
		return err
	}
	s, err := Open(Config{Dir: filepath.Join(args[0], "censuses"), Files: files, Log: quiet()})
	if err != nil {
		return err
	}
	began := time.Now()
	if _, err := files.Fetch(context.Background(), args[2], ipfs.Limits{Bytes: 1 << 30}, s.Verify); err != nil {
		return err
	}
	told("import: fetch from a peer, check", n, time.Since(began))
	fetched := time.Now()
	if err := s.Offer(args[2]); err != nil {
		return err
	}
	root := ID{}
	for id := range s.all {
		root = id
	}
	if err := s.Ready(context.Background(), root); err != nil {
		return err
	}
	told("import: bring in", n, time.Since(fetched))
	first := time.Now()
	if _, err := s.Proof(root, voter(n/2)); err != nil {
		return err
	}
	told("import: until the first proof", n, time.Since(first))
	told("import: all of it", n, time.Since(began))
	return errors.Join(s.Close(), files.Close())
}

func proofsStage(n int, args []string) error {
	files, s, err := openBoth(args[0])
	if err != nil {
		return err
	}
	root, err := parseID(args[1])
	if err != nil {
		return err
	}
	if _, err := s.Proof(root, voter(0)); err != nil { // which loads it
		return err
	}
	err = provedIn("proof by key", n, func(i int) error { _, err := s.Proof(root, voter(i)); return err })
	return errors.Join(err, s.Close(), files.Close())
}

const provings = 20_000

func provedIn(what string, n int, prove func(i int) error) error {
	random := rand.New(rand.NewPCG(1, 1))
	times := make([]time.Duration, provings)
	for i := range times {
		began := time.Now()
		if err := prove(random.IntN(n)); err != nil {
			return err
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	fmt.Printf("%-34s %9d voters   p50 %s, p99 %s, most %s   peak %s\n", what, n, times[provings/2], times[provings*99/100], times[provings-1], peak())
	return nil
}

func newArbo() (*arbo.Tree, error) {
	return arbo.NewTree(arbo.Config{Database: memdb.New(), MaxLevels: census.Levels, HashFunction: arbo.HashFunctionBlake2b})
}

func arboStage(n int, _ []string) error {
	t, err := newArbo()
	if err != nil {
		return err
	}
	began := time.Now()
	for i := range n {
		m := members(i, i+1)[0]
		key, value := census.KeyOf(m.Address), census.WeightValue(&m.Weight)
		if err := t.Add(key[:], value[:]); err != nil {
			return err
		}
	}
	root, err := t.Root()
	if err != nil {
		return err
	}
	told("arbo: build, one at a time", n, time.Since(began))
	if err := provedIn("arbo: proof by key", n, func(i int) error {
		key := census.KeyOf(voter(i))
		_, _, _, _, err := t.GenProof(key[:])
		return err
	}); err != nil {
		return err
	}
	began = time.Now()
	dump, err := t.Dump(nil)
	if err != nil {
		return err
	}
	told("arbo: dump", n, time.Since(began))
	t = nil // its memory is for the next one
	runtime.GC()
	began = time.Now()
	again, err := newArbo()
	if err != nil {
		return err
	}
	for ; len(dump) > 0; dump = dump[MemberLen:] {
		if err := again.Add(dump[3:3+census.KeyLen], dump[3+census.KeyLen:MemberLen]); err != nil {
			return err
		}
	}
	other, err := again.Root()
	if err != nil {
		return err
	}
	told("arbo: import, one at a time", n, time.Since(began))
	whole := tree.New()
	if _, err := whole.AddBatch(members(0, n)); err != nil {
		return err
	}
	if ours := whole.Root(); !bytes.Equal(root, ours[:]) || !bytes.Equal(other, ours[:]) {
		return fmt.Errorf("the roots differ: %x, %x, %s", root, other, ours)
	}
	return nil
}
