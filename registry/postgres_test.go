package registry

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The tests of this package run on SQLite, and with -postgres on a PostgreSQL
// server of their own (make postgres-test): the same tests on the other database.
var postgres = flag.String("postgres", "", "directory with initdb and postgres; the tests use them in place of SQLite")

// server is the PostgreSQL server of the tests; empty for SQLite.
var server url.URL

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	if *postgres == "" {
		return m.Run()
	}
	stop, err := startPostgres(*postgres)
	if err != nil {
		fmt.Fprintln(os.Stderr, "start PostgreSQL:", err)
		return 1
	}
	defer func() {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = 1
		}
	}()
	return m.Run()
}

// startPostgres makes a cluster in a directory that goes with it. The server takes
// connections through a socket there, and no others; it is not run by root, which
// it refuses.
func startPostgres(bin string) (stop func() error, err error) {
	dir, err := os.MkdirTemp("", "urna-postgres-*")
	if err != nil {
		return nil, err
	}
	var as *syscall.Credential
	if os.Getuid() == 0 {
		if as, err = nobody(); err != nil {
			return nil, err
		}
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	program := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir, c.Stderr = dir, os.Stderr
		c.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}
		return c
	}
	data := filepath.Join(dir, "data")
	if err := program("initdb", "-D", data, "-U", "urna", "-A", "trust", "--no-sync", "-E", "UTF8").Run(); err != nil {
		return nil, err
	}
	daemon := program("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300", "-c", "log_min_messages=fatal")
	daemon.Stderr = io.Discard
	if err := daemon.Start(); err != nil {
		return nil, err
	}
	stop = func() error {
		return errors.Join(daemon.Process.Signal(os.Interrupt), daemon.Wait(), os.RemoveAll(dir))
	}
	server = url.URL{Scheme: "postgres", User: url.User("urna"), RawQuery: url.Values{"host": {dir}}.Encode()}
	if err := answers(); err != nil {
		return nil, errors.Join(err, stop())
	}
	return stop, nil
}

// nobody is a user whom nothing belongs to.
func nobody() (*syscall.Credential, error) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

// answers waits for the server.
func answers() error {
	db, err := openPostgres(database("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for tick := time.Tick(50 * time.Millisecond); ; {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-tick:
		case <-ctx.Done():
			return err
		}
	}
}

// database is the URL of a database of the server.
func database(name string) string {
	u := server
	u.Path = "/" + name
	return u.String()
}

var databases atomic.Int64

// place is where a new registry of the test may be.
func place(t testing.TB) Config {
	t.Helper()
	if *postgres == "" {
		return Config{Database: filepath.Join(t.TempDir(), "made", "registry.db")}
	}
	admin, err := sql.Open("pgx", database("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return Config{Database: database(name)}
}

// start makes a registry.
func start(t testing.TB) (*Registry, Config) {
	t.Helper()
	cfg := place(t)
	r, err := Create(t.Context(), cfg, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r, cfg
}
