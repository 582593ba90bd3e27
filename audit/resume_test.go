package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
	"urna/state"
)

// timeless is a verdict without what differs from run to run.
func timeless(v *audit.Verdict) audit.Verdict {
	out := *v
	out.Seconds, out.VotesARate = 0, 0
	return out
}

func TestAReplayGoesOnWhereItEnded(t *testing.T) {
	c := seats(t)
	other, _ := story(t)
	for _, s := range []audit.Source{c.Source(), other.Source()} {
		whole, err := audit.Replay(t.Context(), audit.Options{Source: s, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for to := int64(1); to <= whole.Height; to++ {
			v, err := audit.Replay(t.Context(), audit.Options{Source: s, Dir: dir, To: to})
			if err != nil || v.Height != to || !v.OK {
				t.Fatalf("to %d: %v, %+v", to, err, v)
			}
		}
		// Without anything new to look at.
		v, err := audit.Replay(t.Context(), audit.Options{Source: s, Dir: dir})
		if err != nil || !reflect.DeepEqual(timeless(v), timeless(whole)) {
			t.Errorf("in steps: %v\n%+v\nat once:\n%+v", err, v, whole)
		}
	}
}

func TestAReplayThatIsInterruptedLosesNothing(t *testing.T) {
	c, _ := story(t)
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	v, err := audit.Replay(ctx, audit.Options{Source: c.Source(), Dir: dir, OnBlock: func(b *audit.Block) error {
		if b.Header.Height == 5 {
			stop()
		}
		return nil
	}})
	if !errors.Is(err, context.Canceled) || v.OK || v.Height != 5 {
		t.Fatalf("after the interruption: %v, %+v", err, v)
	}
	var text strings.Builder
	if v.WriteText(&text); !strings.Contains(text.String(), "not looked at to its end; up to height 5 nothing is wrong") {
		t.Error(text.String())
	}
	var heights []int64
	v, err = audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, OnBlock: func(b *audit.Block) error {
		heights = append(heights, b.Header.Height)
		if b.Next.Height != b.Header.Height+1 || b.View.Height() != b.Header.Height || len(b.Raw) == 0 || len(b.Txs) != len(b.Outcome.Txs) {
			t.Errorf("block %d is shown as %+v", b.Header.Height, b)
		}
		return nil
	}})
	if err != nil || v.Height != c.Height() || heights[0] != 6 || int64(len(heights)) != c.Height()-5 {
		t.Errorf("the next run: %v, %+v, blocks %v", err, v, heights)
	}
}

func TestADirectoryIsOfOneChain(t *testing.T) {
	c, _ := story(t)
	dir := t.TempDir()
	if _, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	_, err := audit.Replay(t.Context(), audit.Options{Source: seats(t).Source(), Dir: dir})
	if err != nil { // the same genesis, other blocks
		if f, ok := check.Failed(err); !ok || f.Check != check.Headers {
			t.Error(err)
		}
	}
	f := forge(t, c)
	f.replace(`"balance": 1099511627776`, `"balance": 1099511627777`)
	if _, err := audit.Replay(t.Context(), audit.Options{Source: f, Dir: dir}); err == nil {
		t.Error("the state of one genesis is continued with another")
	}
}

func TestASealedElectionLeavesItsClaims(t *testing.T) {
	c, e := story(t)
	dir := t.TempDir()
	if _, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, To: 8}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := audit.ReadClaims(dir, e.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before the set is complete: %v", err)
	}
	// An end between the commit and the file leaves nothing out.
	for _, to := range []int64{9, 9} {
		if _, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, To: to}); err != nil {
			t.Fatal(err)
		}
		height, claims, err := audit.ReadClaims(dir, e.ID)
		if err != nil || height != 9 || len(claims) != 5 || string(claims[4].Key) != string(state.SealingKey(e.ID)) {
			t.Fatalf("claims at %d: %v, %v", height, claims, err)
		}
		for i := range claims {
			if err := claims[i].Verify(light.Hash(c.Blocks[8].Root)); err != nil {
				t.Error(err)
			}
		}
		path := filepath.Join(dir, "elections", e.ID.String()+".json")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(`{"height":1,"claims":[]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := audit.ReadClaims(dir, e.ID); err == nil {
			t.Error("a file without claims is read")
		}
	}
}

func TestTheVerdictIsReadableByPrograms(t *testing.T) {
	c, e := story(t)
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), To: 9})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["ok"] != true || doc["height"] != 9.0 || doc["votes"] != 38.0 || doc["tip"] != float64(c.Height()+1) {
		t.Errorf("%s", b)
	}
	first := doc["elections"].([]any)[0].(map[string]any)
	if first["electionId"] != e.ID.String() || first["status"] != "RESULTS" || first["voters"] != 15.0 || first["overwritten"] != 3.0 {
		t.Errorf("%v", first)
	}
	var text strings.Builder
	v.WriteText(&text)
	want := "The chain urna/test/1 from its genesis to height 9 is what the law makes of it;\n" +
		"35 votes in 2 elections, 1 of them closed and counted once more.\n" +
		"  " + e.ID.String() + ": 15 voters, result [[2 1 1 2 2 1 1 2 2 1]]\n"
	if text.String() != want {
		t.Errorf("the text is\n%swant\n%s", text.String(), want)
	}
}

func TestAReplayWaitsForNobodyAndTellsWhereItIs(t *testing.T) {
	c, _ := story(t)
	var last audit.Progress
	// Blocks that are larger than what may be looked at ahead come alone.
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), LookAhead: 1, Progress: func(p audit.Progress) { last = p }})
	if err != nil || last.Height != c.Height() || last.Tip != c.Height()+1 || last.Votes != v.Votes {
		t.Errorf("%v, %+v", err, last)
	}
}

// broken is a source that ends with an error.
type broken struct {
	*forger
	where string
}

var errLine = errors.New("the line is dead")

func (b *broken) Genesis(ctx context.Context) ([]byte, error) {
	if b.where == "genesis" {
		return nil, errLine
	}
	return b.forger.Genesis(ctx)
}

func (b *broken) Tip(ctx context.Context) (int64, error) {
	if b.where == "tip" {
		return 0, errLine
	}
	return b.forger.Tip(ctx)
}

func (b *broken) Blocks(ctx context.Context, from int64, visit func([]byte) error) error {
	if b.where == "blocks" {
		visited := 0
		return b.forger.Blocks(ctx, from, func(raw []byte) error {
			if visited++; visited == 6 {
				return errLine
			}
			return visit(raw)
		})
	}
	return b.forger.Blocks(ctx, from, visit)
}

func TestASourceThatFailsIsNoEvidence(t *testing.T) {
	c, _ := story(t)
	for _, where := range []string{"genesis", "tip", "blocks"} {
		v, err := audit.Replay(t.Context(), audit.Options{Source: &broken{forge(t, c), where}})
		if _, failed := check.Failed(err); !errors.Is(err, errLine) || failed || v.OK {
			t.Errorf("%s: %v, %+v", where, err, v)
		}
		if where == "blocks" && v.Height != 4 {
			t.Errorf("height %d is called sound", v.Height)
		}
	}
	if _, err := audit.Replay(t.Context(), audit.Options{}); err == nil {
		t.Error("no source is enough")
	}
	stop := errors.New("enough")
	if _, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), OnBlock: func(*audit.Block) error { return stop }}); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// closed is a source whose blocks end before a signed header.
type closed struct {
	*forger
	last *light.Block
}

func (c *closed) Closing(context.Context) (*light.Block, error) { return c.last, nil }

func TestASignedHeaderMayConfirmTheLastBlock(t *testing.T) {
	c, _ := story(t)
	whole := forge(t, c)
	trusted, err := light.TrustGenesis(whole.genesis)
	if err != nil {
		t.Fatal(err)
	}
	make := func(spoil func(f *forger)) *closed {
		f := forge(t, c)
		spoil(f)
		f.relink(8)
		h, err := light.HeaderOf(&f.block(9).Header)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := light.CommitOf(f.block(10).LastCommit, h.Hash())
		if err != nil {
			t.Fatal(err)
		}
		f.blocks = f.blocks[:8]
		return &closed{f, &light.Block{Header: h, Commit: signed, Validators: trusted.Validators}}
	}
	v, err := audit.Replay(t.Context(), audit.Options{Source: make(func(*forger) {})})
	if err != nil || v.Height != 8 {
		t.Errorf("%v, %+v", err, v)
	}
	refused(t, make(func(f *forger) { f.block(9).AppHash[0] ^= 1 }), check.State, "root")
	bad := make(func(*forger) {})
	bad.last.Commit.Slots[1].Signature[0] ^= 1
	refused(t, bad, check.Commits, "not theirs")
}
