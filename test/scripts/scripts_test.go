// Package scripts tells what a user types and sees: each story is a script that
// runs the real programs, and most of them a real network.
package scripts

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"urna/anchor/devchain"
)

var update = flag.Bool("update", false, "write the expected outputs of the scripts again")

// programs are built before the first story.
var programs = []string{"urnad", "urna", "urna-load", "urna-audit", "urna-registry", "urna-issuer"}

var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "urna-scripts-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	args := []string{"build", "-o", dir + string(filepath.Separator)}
	for _, p := range programs {
		args = append(args, "urna/cmd/"+p)
	}
	build := exec.Command("go", args...)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the programs:", err)
		return 1
	}
	return m.Run()
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Files:               stories(t),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Deadline:            time.Now().Add(5 * time.Minute),
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("URNA_PASSWORD", "correct horse")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"freeport": freePort, "ready": ready, "eventually": eventually, "field": field, "member": member,
			"next": next, "liar": liar, "code": code, "line": line, "ethereum": ethereum,
		},
	})
}

// stories are all scripts of the directory.
func stories(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	return files
}

// freePort puts a free port of loopback into variables: freeport A B...
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close() // all are held until each has one
		_, port, err := net.SplitHostPort(l.Addr().String())
		ts.Check(err)
		ts.Setenv(name, port)
	}
}

// ready waits until the gateway on a port is up to date, and makes it the one
// that urna speaks to: ready PORT.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	base := "http://127.0.0.1:" + args[0]
	for tick := time.Tick(50 * time.Millisecond); !healthy(ctx, base+"/health/ready"); {
		select {
		case <-tick:
		case <-ctx.Done():
			ts.Fatalf("the gateway on port %s is not ready", args[0])
		}
	}
	ts.Setenv("URNA_GATEWAY", base+"/v2")
}

// eventually runs a command until it succeeds: eventually COMMAND...
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	deadline := time.After(time.Minute)
	for tick := time.Tick(100 * time.Millisecond); ts.Exec(args[0], args[1:]...) != nil; {
		select {
		case <-tick:
		case <-deadline:
			ts.Fatalf("%q does not succeed", args)
		}
	}
}

func healthy(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// field puts a member of a JSON object into a variable: field NAME MEMBER FILE,
// where FILE may be stdout.
func field(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &object))
	v, ok := object[args[1]]
	if !ok {
		ts.Fatalf("%s has no %s", args[2], args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// next puts the number after another into a variable: next NAME NUMBER.
func next(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(n+1))
}

// code puts the invitation code of a row of a CSV file into a variable: code NAME
// ROW FILE, where the heading is row 0.
func code(ts *testscript.TestScript, neg bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[2]))).ReadAll()
	ts.Check(err)
	row, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i, heading := range rows[0] {
		if heading == "code" {
			ts.Setenv(args[0], rows[row][i])
		}
	}
}

// line puts a line of a file into a variable: line NAME NUMBER FILE, counted from 1.
func line(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lines := strings.Split(ts.ReadFile(args[2]), "\n")
	if n < 1 || n > len(lines) {
		ts.Fatalf("%s has no line %d", args[2], n)
	}
	ts.Setenv(args[0], strings.TrimSpace(lines[n-1]))
}

// liar starts a gateway that passes on what another one says, with one text
// replaced by another wherever it stands in answers to paths with a prefix:
// liar NAME PORT PREFIX OLD NEW. Its URL is put into a variable.
func liar(ts *testscript.TestScript, neg bool, args []string) {
	name, port, prefix, old, lie := args[0], args[1], args[2], args[3], args[4]
	target, err := url.Parse("http://127.0.0.1:" + port)
	ts.Check(err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if !strings.HasPrefix(r.Request.URL.Path, "/v2"+prefix) {
			return nil
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		b = bytes.ReplaceAll(b, []byte(old), []byte(lie))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		r.Header.Set("Content-Length", strconv.Itoa(len(b)))
		return nil
	}
	s := httptest.NewServer(proxy)
	ts.Defer(s.Close)
	ts.Setenv(name, s.URL+"/v2")
}

// ethereum starts an Ethereum for development, whose URL is put into the variable
// ETHEREUM, and writes the key of an account that has ether: ethereum FILE.
func ethereum(ts *testscript.TestScript, neg bool, args []string) {
	c, err := devchain.Start(devchain.Config{Listen: "127.0.0.1:0", Empty: time.Second})
	ts.Check(err)
	ts.Defer(func() { ts.Check(c.Close()) })
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(devchain.Accounts()[0].KeyHex()), 0o600))
	ts.Setenv("ETHEREUM", c.URL())
}

// member makes a voter: a plain key in NAME.key, and a line with the address and
// a weight at the end of a file of members. member NAME WEIGHT FILE.
func member(ts *testscript.TestScript, neg bool, args []string) {
	name, weight, file := args[0], args[1], ts.MkAbs(args[2])
	ts.Check(ts.Exec("urna", "key", "new", "--json", "--plain", name+".key"))
	var key struct{ Address string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &key))
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	ts.Check(err)
	defer f.Close()
	_, err = fmt.Fprintln(f, strings.TrimSuffix(key.Address+","+weight, ","))
	ts.Check(err)
	ts.Setenv(name, key.Address)
}
