package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/ipfs"
	"urna/tx"
)

// audited is a chain with an election that is over, and a gateway that shows it.
func audited(t *testing.T) (g *gateway, e *apptest.Election, genesis string) {
	t.Helper()
	c := apptest.New(t, apptest.Options{Nodes: 3})
	voters := apptest.Keys("voter", 5)
	metadata := []byte(`{"title":{"default":"A new\u001b[31m roof"},"questions":[{"title":{"default":"Mend it?"},"choices":[{"title":{"default":"Yes"},"value":0},{"title":{"default":"No"},"value":1}]}]}`)
	uri, err := ipfs.CID(metadata)
	if err != nil {
		t.Fatal(err)
	}
	e = c.OpenElection(voters, func(p *tx.NewElection) { p.MetadataURI = uri })
	c.Mine(votesOf(e, voters)...)
	c.Pass(2000 * time.Second)
	for range 5 {
		c.Mine()
	}
	g = show(t, c)
	g.files = map[string][]byte{strings.TrimPrefix(uri, ipfs.Scheme): metadata}
	genesis = filepath.Join(t.TempDir(), "genesis.json")
	if err := os.WriteFile(genesis, g.genesis, 0o600); err != nil {
		t.Fatal(err)
	}
	return g, e, genesis
}

func votesOf(e *apptest.Election, voters []*ethkey.Key) (out [][]byte) {
	for i, v := range voters {
		out = append(out, e.Vote(v, i%2, ""))
	}
	return out
}

// ok runs the program, which must end with 0.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := program(t, args...)
	if code != 0 {
		t.Fatalf("%v ends with %d: %s\n%s", args, code, errs, out)
	}
	return out
}

// ends runs the program, which must end with a code and these words.
func ends(t *testing.T, want int, words string, args ...string) {
	t.Helper()
	if code, out, errs := program(t, args...); code != want || !strings.Contains(out+errs, words) {
		t.Errorf("%v ends with %d, not %d: %s\n%s", args, code, want, errs, out)
	}
}

func TestAnElectionIsArchivedAndAStrangerVerifiesIt(t *testing.T) {
	g, e, genesis := audited(t)
	dir := t.TempDir()
	file, again := filepath.Join(dir, "election.car"), filepath.Join(dir, "again.car")
	out := ok(t, "archive", "--gateway", g.url(), "--election", e.ID.String(), "--out", file, "--genesis", genesis)
	if !strings.Contains(out, "Its CID is b") || !strings.Contains(out, "left out: ipfs://census") {
		t.Errorf("the answer is %s", out)
	}
	var made struct {
		CID     string
		LeftOut []struct{ URI string }
	}
	kept := filepath.Join(dir, "kept")
	for range 2 { // the second time from what was kept
		text := ok(t, "archive", "--json", "--gateway", g.url(), "--election", e.ID.String(), "--out", again, "--dir", kept)
		if err := json.Unmarshal([]byte(text), &made); err != nil || !strings.Contains(out, made.CID) || len(made.LeftOut) != 1 {
			t.Errorf("%v: %s", err, text)
		}
	}
	a, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(again)
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("made again, it has other bytes: %v", err)
	}

	out = ok(t, "verify", file, "--genesis", genesis)
	for _, words := range []string{
		"ok     V46  vote log", "EVERYTHING HOLDS", `"A new [31m roof"`, "urna/test/1 that you trust", "5 voters", "Mend it?\n", "Yes  3\n", "No   2\n",
		"-      V04  census                   the archive does not hold ipfs://census",
	} {
		if !strings.Contains(out, words) {
			t.Errorf("the verdict lacks %q:\n%s", words, out)
		}
	}
	ends(t, 1, "AGREES WITH ITSELF", "verify", file)
	ends(t, 1, "nothing says that this is your chain", "verify", file)
	ends(t, 0, "AGREES WITH ITSELF", "verify", file, "--any-chain")
	ends(t, 64, "is not a SHA-256", "verify", file, "--genesis-hash", "12")
	ends(t, 2, "V01", "verify", file, "--genesis-hash", strings.Repeat("12", 32))
	ends(t, 64, "as HEIGHT:HASH", "verify", file, "--trust", "12")
	ends(t, 4, "V21", "verify", file, "--trust", "3:"+strings.Repeat("12", 32))
	ends(t, 1, "does not hold header 99", "verify", file, "--trust", "99:"+strings.Repeat("12", 32))

	a[len(a)-9] ^= 1
	broken := filepath.Join(dir, "broken.car")
	if err := os.WriteFile(broken, a, 0o600); err != nil {
		t.Fatal(err)
	}
	ends(t, 6, "REFUSED. Do not believe this archive: check V42 failed", "verify", broken, "--genesis", genesis)
	code, out, _ := program(t, "verify", broken, "--genesis", genesis, "--json")
	var v struct {
		Good    bool
		Error   string
		Verdict struct{ Checks []struct{ ID, Status string } }
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 6 || v.Good || !strings.HasPrefix(v.Error, "V42") || len(v.Verdict.Checks) < 20 {
		t.Errorf("ends with %d, %v: %s", code, err, out)
	}

	tiles := filepath.Join(dir, "tiles")
	ends(t, 1, "nothing says", "tiles", "export", "--archive", file, "--out", tiles, "--key", filepath.Join(dir, "key"))
	out = ok(t, "tiles", "export", "--archive", file, "--out", tiles, "--key", filepath.Join(dir, "key"), "--genesis", genesis)
	key := strings.Split(out, "\n")[2]
	if out := ok(t, "tiles", "verify", tiles, "--genesis", genesis, "--key", key); !strings.Contains(out, "These are all 5 votes, of 5 voters") {
		t.Errorf("the verdict is %s", out)
	}
	ok(t, "verify", tiles, "--genesis", genesis)
	g.tiles = os.DirFS(tiles)
	again = filepath.Join(dir, "again")
	export := []string{"tiles", "export", "--gateway", g.url(), "--election", e.ID.String(), "--out", again, "--key", filepath.Join(dir, "key")}
	ends(t, 1, "nothing says", export...)
	out = ok(t, append(export, "--genesis", genesis)...)
	if !strings.Contains(out, "holds the 5 votes of election "+e.ID.String()) || !strings.Contains(out, key) {
		t.Errorf("the answer is %s", out)
	}
	if err := os.CopyFS(filepath.Join(dir, "copy"), g.tiles); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"checkpoint", "proof.json", "tile/0/000.p/5", "tile/entries/000.p/5"} {
		a, err1 := os.ReadFile(filepath.Join(tiles, name))
		b, err2 := os.ReadFile(filepath.Join(again, name))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("from a gateway %s is another: %v, %v", name, err1, err2)
		}
	}
	lies := func(want int, words, name string, change func([]byte) []byte) {
		t.Helper()
		lying := filepath.Join(dir, "copy", name)
		good, err := os.ReadFile(lying)
		if err == nil {
			err = os.WriteFile(lying, change(bytes.Clone(good)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		ends(t, want, words, append(export, "--out", again+"2", "--genesis", genesis)...)
		if _, err := os.Stat(again + "2"); !os.IsNotExist(err) {
			t.Errorf("there are tiles: %v", err)
		}
		if err := os.WriteFile(lying, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g.tiles = os.DirFS(filepath.Join(dir, "copy"))
	lies(4, "V46", "tile/entries/000.p/5", func(b []byte) []byte { b[9] ^= 1; return b })
	lies(6, "V48", "tile/entries/000.p/5", func(b []byte) []byte { return b[:len(b)-1] })
	lies(6, "V41", "proof.json", func(b []byte) []byte { return b[1:] })
	ends(t, 1, "shows the votes of election "+e.ID.String(), append(export, "--out", again+"2", "--genesis", genesis, "--election", strings.Repeat("ab", 32))...)
	early := filepath.Join(dir, "early")
	ok(t, "replay", "--gateway", g.url(), "--dir", early, "--to", strconv.Itoa(len(g.blocks)-2))
	replayed := []string{"--dir", early, "--out", filepath.Join(dir, "replayed")}
	ends(t, 64, "--dir needs", append(append(export, replayed...), "--any-chain")...)
	if out := ok(t, append(append(export, replayed...), "--genesis", genesis)...); !strings.Contains(out, "holds the 5 votes") {
		t.Errorf("the answer is %s", out)
	}
	ok(t, "verify", filepath.Join(dir, "replayed"), "--genesis", genesis)
	ends(t, 1, "there is no election", append(append(export, replayed...), "--genesis", genesis, "--out", again+"2", "--election", strings.Repeat("ab", 32))...)
	ends(t, 64, "either --archive or --gateway", append(export, "--archive", file)...)
	if err := os.Remove(filepath.Join(tiles, "tile/0/000.p/5")); err != nil {
		t.Fatal(err)
	}
	ends(t, 6, "V48", "verify", tiles, "--genesis", genesis)
	ends(t, 1, "without a checkpoint", "verify", dir, "--genesis", genesis)
	ends(t, 64, "must be given", "tiles", "export")
}

func TestWithoutAFileThereIsNoArchive(t *testing.T) {
	g, e, _ := audited(t)
	for cid := range g.files {
		delete(g.files, cid)
	}
	for _, what := range [][]string{{"--election", e.ID.String()}, {}} {
		out := filepath.Join(t.TempDir(), "x.car")
		args := append([]string{"archive", "--gateway", g.url(), "--out", out}, what...)
		ends(t, 1, "nobody who was asked has these files:\n  ipfs://ba", args...)
		ends(t, 1, "or leave all files out (--without-files)", args...)
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("there is an archive: %v", err)
		}
		ok(t, append(args, "--without-files")...)
	}
}

func TestAChainIsArchivedAndExtended(t *testing.T) {
	g, e, genesis := audited(t)
	dir := t.TempDir()
	short, long, one := filepath.Join(dir, "short.car"), filepath.Join(dir, "long.car"), filepath.Join(dir, "one.car")
	ok(t, "archive", "--gateway", g.url(), "--to", "3", "--out", short)
	ok(t, "archive", "--gateway", g.url(), "--out", long, "--without-files")
	ok(t, "archive", "--gateway", g.url(), "--election", e.ID.String(), "--out", one)
	if out := ok(t, "verify", long, "--genesis", genesis); !strings.Contains(out, "5 votes with those that were replaced, 1 elections, 1 results") {
		t.Errorf("the verdict is %s", out)
	}
	if out := ok(t, "replay", "--from", long, "--genesis", genesis); !strings.Contains(out, "is what the law makes of it") {
		t.Errorf("the replay says %s", out)
	}
	ends(t, 1, "cannot be replayed", "replay", "--from", one)
	if out := ok(t, "verify-extends", short, long, "--genesis", genesis); !strings.Contains(out, "4 headers stand in both") {
		t.Errorf("the verdict is %s", out)
	}
	ok(t, "verify-extends", one, long, "--genesis", genesis)
	ends(t, 4, "V21", "verify-extends", long, short, "--genesis", genesis)
	ends(t, 1, "nothing says", "verify-extends", short, long)
	ends(t, 1, "no such file", "verify-extends", short, long+"x")
	ends(t, 64, "has a height of its own", "archive", "--gateway", g.url(), "--election", e.ID.String(), "--to", "3", "--out", one)
	ends(t, 64, "--out says", "archive", "--gateway", g.url())
	ends(t, 64, "is not 64 hex digits", "archive", "--gateway", g.url(), "--election", "12", "--out", one)
	ends(t, 1, "there is no election", "archive", "--gateway", g.url(), "--election", strings.Repeat("ab", 32), "--out", one)
}

func TestAnElectionThatIsNotOverIsNotArchived(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	open, canceled := c.OpenElection(apptest.Keys("voter", 2), nil), c.OpenElection(apptest.Keys("voter", 3), nil)
	c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: canceled.ID, Status: election.Canceled}))
	c.Mine()
	g := show(t, c)
	out := filepath.Join(t.TempDir(), "x.car")
	ends(t, 1, "has the status READY", "archive", "--gateway", g.url(), "--election", open.ID.String(), "--out", out)
	ends(t, 1, "was canceled", "archive", "--gateway", g.url(), "--election", canceled.ID.String(), "--out", out)
	if _, err := os.Stat(out); err == nil {
		t.Error("there is a file all the same")
	}
}

func TestReceiptsAreVerified(t *testing.T) {
	const dir = "../../test/vectors/files/"
	out := ok(t, "verify", dir+"receipt.json", "--genesis", dir+"genesis.json")
	for _, words := range []string{"EVERYTHING HOLDS", "which you trust", "It shows: The vote", "It does not show: "} {
		if !strings.Contains(out, words) {
			t.Errorf("the verdict lacks %q:\n%s", words, out)
		}
	}
	ends(t, 1, "AGREES WITH ITSELF", "verify", dir+"receipt.json")
	ends(t, 1, "no --genesis-hash", "verify", dir+"receipt.json", "--genesis-hash", strings.Repeat("ab", 32))
	ends(t, 4, "V45", "verify", dir+"receipt-trail.json", "--trust", "1:"+strings.Repeat("ab", 32))
	ends(t, 6, "V41", "verify", dir+"genesis.json", "--genesis", dir+"genesis.json")
	ends(t, 1, "no such file", "verify", dir+"none.json")
}

func TestAFileMayComeFromStandardInput(t *testing.T) {
	const dir = "../../test/vectors/files/"
	for _, name := range []string{"plain.car", "receipt.json"} {
		b, err := os.ReadFile(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"verify", "-", "--genesis", dir + "genesis.json"}, bytes.NewReader(b), &out, &errs); code != 0 {
			t.Errorf("%s ends with %d: %s", name, code, errs.String())
		}
	}
	ends(t, 1, "empty", "verify", "-")
}

func TestTextsOfStrangersCannotPlayWithTheTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a\x1b[2Jb\nc": "a [2Jb c", "x\u202ey\u2066z": "x y z", "\u009b": " ", strings.Repeat("ü", 300): strings.Repeat("ü", 200) + "...",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}
