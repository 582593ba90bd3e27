package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestARegistryIsThereAfterReopening(t *testing.T) {
	cfg := place(t)
	ctx := t.Context()
	if _, err := Open(ctx, cfg); !errors.Is(err, ErrNone) {
		t.Fatalf("nothing: %v", err)
	}
	for _, name := range []string{"", "  ", "two\nlines", strings.Repeat("x", 300)} {
		if _, err := Create(ctx, cfg, name); err == nil {
			t.Errorf("an organisation named %q", name)
		}
	}
	r, err := Create(ctx, cfg, " Chess club ")
	if err != nil {
		t.Fatal(err)
	}
	load(t, r, three, Import{})
	id := r.ID()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(ctx, cfg, "Another"); !errors.Is(err, ErrExists) {
		t.Fatalf("a second one: %v", err)
	}
	if r, err = Open(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.ID() != id || len(id) != 32 || r.Organisation() != "Chess club" {
		t.Errorf("%q %q", r.ID(), r.Organisation())
	}
	equal(t, list(t, r), threeStored)
	s, err := r.Status(ctx)
	equal(t, err, nil)
	equal(t, s, Status{Members: 3, Addresses: 2})
}

func TestATableOfAnOldVersionIsBroughtUpToDate(t *testing.T) {
	cfg := place(t)
	all := steps
	steps = all[:1]
	r, err := Create(t.Context(), cfg, "Chess club")
	steps = all
	if err != nil {
		t.Fatal(err)
	}
	load(t, r, three, Import{})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err = Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	equal(t, list(t, r), threeStored)
	if _, err := r.Status(t.Context()); err != nil { // it needs the newer table
		t.Error(err)
	}
	if _, err := r.db.ExecContext(t.Context(), `UPDATE registry SET value = '99' WHERE name = 'version'`); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), cfg); !errors.Is(err, ErrNewer) {
		t.Errorf("a version of the future: %v", err)
	}
}

func TestFilesThatOthersCanReadAreRefused(t *testing.T) {
	cfg := Config{Database: filepath.Join(t.TempDir(), "a", "registry.db")}
	r, err := Create(t.Context(), cfg, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	load(t, r, three, Import{})
	files, err := filepath.Glob(cfg.Database + "*")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range append(files, filepath.Dir(cfg.Database)) {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(cfg.Database, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), cfg); !errors.Is(err, ErrExposed) {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

func TestDatabasesWithoutSenseAreRefused(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, bytes.Repeat([]byte("junk"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for database, want := range map[string]string{
		"":   "no file for the registry is given",
		junk: "not a database",
		"postgres://ada:sesame@db.example.org/urna":                    "personal data does not travel in the open",
		"postgres://ada:sesame@db.example.org/urna?sslmode=disable":    "personal data does not travel in the open",
		"postgres://ada:sesame@db.example.org/urna?sslmode=allow":      "personal data does not travel in the open",
		"postgres://ada:sesame@db.example.org:x/urna":                  "the PostgreSQL URL cannot be read",
		"postgres://ada:sesame@127.0.0.1:1/urna?connect_timeout=5":     "refused",
		"postgresql://ada:sesame@127.0.0.1:1/urna?sslmode=verify-full": "refused",
	} {
		_, err := Open(t.Context(), Config{Database: database})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: %v", database, err)
		}
	}
}

func TestWhoIsRemovedIsErasedFromTheFile(t *testing.T) {
	cfg := Config{Database: filepath.Join(t.TempDir(), "registry.db")}
	r, err := Create(t.Context(), cfg, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	load(t, r, string(people(2000))+"grace,Gr\u00e4ce Hopper,hopper@example.org,1,navy,00000000000000000000000000000000000000aa\n", Import{})
	if _, err := r.Set(t.Context(), "grace", []Change{{colName, "Admiral Hopper"}}); err != nil {
		t.Fatal(err)
	}
	traces := func() (found int) {
		files, err := filepath.Glob(cfg.Database + "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range []string{"Hopper", "hopper@", "00000000000000000000000000000000000000aa", "|navy|"} {
				found += bytes.Count(b, []byte(trace))
			}
		}
		return found
	}
	if traces() == 0 {
		t.Fatal("the test does not find who is there")
	}
	if err := r.Remove(t.Context(), []string{"grace"}); err != nil {
		t.Fatal(err)
	}
	if n := traces(); n > 0 {
		t.Errorf("%d traces are left", n)
	}
}

func TestMembersAreFoundChangedAndRemoved(t *testing.T) {
	r, _ := start(t)
	ctx := t.Context()
	load(t, r, three, Import{})
	for _, word := range []string{"1", "#1", "ada@example.ORG", "0xffcf8fdee72ac11b5c542428b35eef5769c409f0"} {
		m, err := r.Find(ctx, word)
		if err != nil || m.Name != "Ada Lovelace" {
			t.Errorf("%q: %+v, %v", word, m, err)
		}
	}
	for _, word := range []string{"", "#", "#9", "9", "nobody@example.org", strings.Repeat("0", 40)} {
		if _, err := r.Find(ctx, word); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", word, err)
		}
	}
	m, err := r.Set(ctx, "2", []Change{{colName, " Amazing Grace "}, {colTags, "x|y"}, {colEmail, ""}, {colWeight, "9"}})
	if err != nil || m.Name != "Amazing Grace" {
		t.Fatal(m, err)
	}
	for _, bad := range []struct {
		change Change
		want   string
	}{
		{Change{colWeight, "x"}, "weight is not a whole number"},
		{Change{colID, "1"}, "another member has this id"},
		{Change{colEmail, "ADA@example.org"}, "another member has this e-mail"},
		{Change{colAddress, "22d491bde2303f2f43325b2108d26f1eaba1e32b"}, "another member has this address"},
		{Change{colID, ""}, "the member would have no id, e-mail or address"},
		{Change{"shoe size", "43"}, "no such column"},
	} {
		if _, err := r.Set(ctx, "2", []Change{bad.change}); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v: %v", bad.change, err)
		}
	}
	equal(t, strings.Split(list(t, r), "\n")[1], "2;Amazing Grace;;;9;x|y;")

	if err := r.Remove(ctx, []string{"1", "99"}); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "member 2 of 2") {
		t.Errorf("%v", err)
	}
	if s, _ := r.Status(ctx); s.Members != 3 {
		t.Errorf("%+v", s)
	}
	if err := r.Remove(ctx, []string{"1", "#2"}); err != nil {
		t.Fatal(err)
	}
	equal(t, list(t, r), "3;Edsger;;;1;;22d491bde2303f2f43325b2108d26f1eaba1e32b\n")
	// A number is not given twice.
	load(t, r, "id\n1\n", Import{})
	if m, err := r.Find(ctx, "1"); err != nil || m.Number != 4 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTheCensusHoldsAddressesAndWeightsOnly(t *testing.T) {
	r, _ := start(t)
	load(t, r, three+"4,Tag,,,2,board_member,00000000000000000000000000000000000000aa\n", Import{})
	voters := func(tags ...string) (out []string, without int) {
		without, err := r.Voters(t.Context(), Filter{Tags: tags}, func(a, w string) error { out = append(out, a+","+w); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return out, without
	}
	got, without := voters()
	equal(t, got, []string{
		"00000000000000000000000000000000000000aa,2", "22d491bde2303f2f43325b2108d26f1eaba1e32b,1",
		"ffcf8fdee72ac11b5c542428b35eef5769c409f0,3",
	})
	equal(t, without, 1)
	got, without = voters("BOARD")
	equal(t, got, []string{"ffcf8fdee72ac11b5c542428b35eef5769c409f0,3"})
	equal(t, without, 1)
	got, _ = voters("board", "london")
	equal(t, len(got), 1)
	for _, tag := range []string{"%", "boar_", `\`, "boar"} {
		if got, _ := voters(tag); len(got) > 0 {
			t.Errorf("%q: %q", tag, got)
		}
	}
	stop := errors.New("stop")
	if _, err := r.Voters(t.Context(), Filter{}, func(string, string) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := r.Each(t.Context(), Filter{}, func(*Member) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// importer, as an environment variable, makes this test binary import a list into
// a registry and be killed on the way.
const importer = "URNA_TEST_IMPORT_INTO"

func TestAProcessThatIsKilledLeavesAllOfAnImportOrNothing(t *testing.T) {
	const n = 3000
	if database := os.Getenv(importer); database != "" {
		r, err := Open(t.Context(), Config{Database: database})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ { // until killed
			text := strings.ReplaceAll(string(people(n)), "board", fmt.Sprint("board", i))
			if done, problems := load(t, r, text, Import{Update: true}); !done.Done {
				t.Fatal(done, problems)
			}
			fmt.Println("imported", i)
		}
	}
	r, cfg := start(t)
	whole := 0
	for round := range 6 {
		c := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		c.Env = append(os.Environ(), importer+"="+cfg.Database)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if round%2 == 1 { // after at least one whole import
			if _, err := out.Read(make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(time.Duration(round*17+5) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		s, err := r.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Members != 0 && s.Members != n {
			t.Fatalf("%d members", s.Members)
		}
		if s.Members == n {
			whole++
		}
	}
	if whole < 3 {
		t.Errorf("an import was whole %d times only", whole)
	}
	done, problems := load(t, r, string(people(n)), Import{Update: true})
	if len(problems) > 0 || done.Rows != n || !done.Done {
		t.Errorf("%+v %q", done, problems)
	}
}

func TestProcessesWaitForEachOther(t *testing.T) {
	a, cfg := start(t)
	const workers, each = 8, 25
	errs := make(chan error, workers)
	for w := range workers {
		go func() {
			errs <- func() error {
				r, err := Open(context.Background(), cfg) // as another process does
				if err != nil {
					return err
				}
				defer r.Close()
				for i := range each {
					text := fmt.Sprintf("id,name\n%d-%d,Somebody\n", w, i)
					if done, err := r.Import(context.Background(), strings.NewReader(text), Import{}); err != nil || done.Added != 1 {
						return fmt.Errorf("%+v: %w", done, err)
					}
					if _, err := r.Set(context.Background(), fmt.Sprintf("%d-%d", w, i), []Change{{colWeight, "2"}}); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range workers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if s, err := a.Status(t.Context()); err != nil || s.Members != workers*each {
		t.Errorf("%+v, %v", s, err)
	}
}
