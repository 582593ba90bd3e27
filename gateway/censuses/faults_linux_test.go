package censuses

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/census/tree"
	"urna/ipfs"
)

// What makes the test binary another process: one that works on a directory, or
// one that does so on a small disk.
const (
	childDir  = "URNA_CENSUSES_TEST_CHILD"
	childDisk = "URNA_CENSUSES_TEST_DISK"
)

func TestMain(m *testing.M) {
	dir, disk, stage := os.Getenv(childDir), os.Getenv(childDisk), os.Getenv(childStage)
	var err error
	switch {
	case dir != "":
		err = child(dir)
	case disk != "":
		err = onSmallDisk(disk)
	case stage != "":
		err = inStage(stage)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// openBoth opens a store of files and the censuses beside it.
func openBoth(dir string) (*ipfs.Store, *Service, error) {
	files, err := ipfs.Open(filepath.Join(dir, "files"))
	if err != nil {
		return nil, nil, err
	}
	s, err := Open(Config{Dir: filepath.Join(dir, "censuses"), Files: files, Log: quiet()})
	return files, s, err
}

// child fills, publishes and imports censuses until it is killed, and says what
// was acknowledged.
func child(dir string) error {
	ctx := context.Background()
	files, s, err := openBoth(dir)
	if err != nil {
		return err
	}
	for i := rand.IntN(1 << 30); ; i++ {
		from, n := 1_000_000*(i%1000), 1000+rand.IntN(10_000)
		if i%4 == 0 { // a census file, in more than one batch of an import
			n += maxDocument
		}
		token := s.NewToken()
		id, err := s.Create(token)
		if err != nil {
			return err
		}
		for at := 0; at < n; at += MaxBatch {
			if _, err := s.Add(id, token, members(from+at, from+min(at+MaxBatch, n))); err != nil {
				return err
			}
		}
		fmt.Println("filled", id, from, n)
		root, err := s.PublishAsync(id, token)
		if err != nil {
			return err
		}
		fmt.Println("frozen", root, from, n)
		if _, _, err := s.Publish(ctx, id, token, nil); err != nil {
			return err
		}
		fmt.Println("published", root, from, n)
		whole := tree.New()
		if _, err := whole.AddBatch(members(from+n, from+2*n)); err != nil {
			return err
		}
		var b bytes.Buffer
		if err := writeCensus(&b, whole.Reader(), nil); err != nil {
			return err
		}
		uri, err := files.Put(ctx, b.Bytes())
		if err != nil {
			return err
		}
		if err := s.Offer(uri); err != nil {
			return err
		}
		fmt.Println("offered", whole.Root(), from+n, n)
	}
}

func TestKillingTheProcessLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	var said []string
	for round := range 6 {
		known := len(said)
		ctx, cancel := context.WithCancel(t.Context()) // cancelling kills
		cmd := exec.CommandContext(ctx, os.Args[0])
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
		for n := 0; lines.Scan(); n++ {
			said = append(said, lines.Text())
			if n == round%5 {
				time.AfterFunc(time.Duration(rand.IntN(400_000))*time.Microsecond, cancel)
			}
		}
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("round %d: %v: %s", round, err, stderr.String())
		}
		cancel()
		files, s, err := openBoth(dir)
		if err != nil {
			t.Fatal(err)
		}
		if round == 5 {
			known = 0
		}
		for _, line := range said[known:] {
			keeps(t, s, files, line)
		}
		if err := errors.Join(s.Close(), files.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// keeps checks what a child has said: that a census is as it was, and of one that
// was frozen or offered, that its job ends well.
func keeps(t *testing.T, s *Service, files *ipfs.Store, line string) {
	t.Helper()
	var what, name string
	var from, n int
	if _, err := fmt.Sscan(line, &what, &name, &from, &n); err != nil {
		t.Fatal(err)
	}
	id := ID(hash(t, name))
	if what == "frozen" || what == "offered" {
		<-s.start(s.all[id])
	}
	if err := s.Ready(t.Context(), id); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if size, err := s.Size(id); err != nil || size != n {
		t.Fatalf("%s: %d members, %v", line, size, err)
	}
	if what == "filled" {
		return
	}
	if root, err := s.Root(id); err != nil || ID(root) != id {
		t.Fatalf("%s: root %s, %v", line, root, err)
	}
	uri, err := s.Check(id)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	r, _, err := files.Reader(t.Context(), uri, 1<<30)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if c, err := readCensus(r, 1<<30); err != nil || c.Root() != census.Root(id) {
		t.Fatalf("%s: %v", line, err)
	} else if _, err := c.Check(); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
}

// TestAFullDiskIsSaidSoAndRecovers runs in a process that has a small disk of its
// own: a tmpfs in a namespace, for which Linux asks no privileges.
func TestAFullDiskIsSaidSoAndRecovers(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDisk+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

const smallDisk = 24 << 20

// onSmallDisk fills the disk with members, and with another file while a census is
// published and imported.
func onSmallDisk(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", smallDisk)); err != nil {
		return fmt.Errorf("mount a small disk: %w", err)
	}
	files, err := ipfs.Open("") // the censuses' disk is to be full, not this one
	if err != nil {
		return err
	}
	s, err := Open(Config{Dir: dir, Files: files, Log: quiet()})
	if err != nil {
		return err
	}
	ballast := filepath.Join(dir, "ballast")
	token := s.NewToken()
	id, err := s.Create(token)
	if err != nil {
		return err
	}
	size := 0
	for err == nil {
		if _, err = s.Add(id, token, members(size, size+MaxBatch)); err == nil {
			size += MaxBatch
		}
	}
	if n, _ := s.Size(id); !errors.Is(err, ErrDiskFull) || n != size {
		return fmt.Errorf("adding to %d members, of which %d are there: %w", size, n, err)
	}
	if err := fill(ballast); err != nil { // to the last byte
		return err
	}
	if _, err := s.PublishAsync(id, token); !errors.Is(err, ErrDiskFull) {
		return fmt.Errorf("publishing: %w", err)
	}
	if _, err := s.Create(token); !errors.Is(err, ErrDiskFull) {
		return fmt.Errorf("creating: %w", err)
	}
	// Room comes back, and with it everything goes on.
	if err := s.Delete(id, token); err != nil {
		return fmt.Errorf("deleting on a full disk: %w", err)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	if id, err = s.Create(token); err != nil {
		return err
	}
	if _, err := s.Add(id, token, members(0, MaxBatch)); err != nil {
		return err
	}
	if _, _, err := s.Publish(context.Background(), id, token, nil); err != nil {
		return err
	}
	whole := tree.New()
	for at := 0; at < 2*maxDocument; at += 10_000 {
		list := members(at, at+10_000)
		for i := range list {
			list[i].Weight = *uint256.NewInt(7)
		}
		if _, err := whole.AddBatch(list); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := writeCensus(&b, whole.Reader(), nil); err != nil {
		return err
	}
	uri, err := files.Put(context.Background(), b.Bytes())
	if err != nil {
		return err
	}
	if err := os.WriteFile(ballast, make([]byte, 16<<20), 0o600); err != nil {
		return err
	}
	root := ID(whole.Root())
	if err := s.Offer(uri); err != nil {
		return err
	}
	if err := s.Ready(context.Background(), root); !errors.Is(err, ErrImport) || !errors.Is(err, ErrDiskFull) {
		return fmt.Errorf("importing: %w", err)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	if err := s.Ready(context.Background(), root); err != nil {
		return fmt.Errorf("importing again: %w", err)
	}
	return errors.Join(s.Close(), files.Close())
}

// fill writes a file until there is no room.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for size := 64 << 10; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return f.Close()
}
