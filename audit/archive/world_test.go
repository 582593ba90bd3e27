package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app/apptest"
	"urna/ballot"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/internal/check"
	"urna/ipfs"
	"urna/tx"
)

// world is a chain and the files that its elections name.
type world struct {
	*apptest.Chain
	t     testing.TB
	files map[string][]byte // by URI
	seals []light.Claim     // the claims of the election that was sealed last
	at    int64             // their height

	absent func(ethkey.Address) bool // who does not sign while the election is sealed
}

// newWorld begins a chain of three validators. Those who join have ten times
// their power.
func newWorld(t testing.TB) *world {
	t.Helper()
	o := apptest.Options{Nodes: 3, Genesis: func(d *genesis.Doc) { d.Params.JoinPower = 100 }}
	return &world{Chain: apptest.New(t, o), t: t, files: map[string][]byte{}}
}

// publish names a file.
func (w *world) publish(file []byte) string {
	w.t.Helper()
	uri, err := ipfs.CID(file)
	must(w.t, err)
	w.files[uri] = file
	return uri
}

// open creates an election whose metadata and census are published.
func (w *world) open(voters []*ethkey.Key, change func(*tx.NewElection)) *apptest.Election {
	w.t.Helper()
	tr := apptest.Census(w.t, voters)
	return w.OpenElection(voters, func(p *tx.NewElection) {
		p.MetadataURI = w.publish([]byte(`{"title":{"default":"Which tree?"},"questions":[{"title":{"default":"Which?"},"choices":[{"title":{"default":"Oak"},"value":0}]}]}`))
		p.CensusURI = w.publish(censusDocument(w.t, tr.Root(), tr.Dump()))
		p.Rules = ballot.Rules{MaxCount: 1, MaxValue: 9, MaxOverwrites: 3, CostExponent: 1}
		if change != nil {
			change(p)
		}
	})
}

// join gives somebody a seat.
func (w *world) join(name string) {
	w.t.Helper()
	key := apptest.Key(name)
	w.Know(key)
	account := apptest.Key("org").Address()
	possession, err := key.Sign(tx.PossessionText(apptest.ChainID, account))
	must(w.t, err)
	w.Mine(w.org(&tx.SetValidator{Nonce: w.Nonce("org"), Account: account, PublicKey: key.PublicKey(), Name: name, Possession: possession}))
}

// seal lets time pass until the set of nullifiers of an election is complete,
// and two blocks more.
func (w *world) seal(e *apptest.Election) {
	w.t.Helper()
	w.Pass(2000 * time.Second)
	next := func() {
		w.MineWithout(w.absent)
	}
	for range 20 {
		next()
		view := w.Nodes[0].App.View()
		s, err := view.Sealing(e.ID)
		must(w.t, err)
		if !s.Done {
			continue
		}
		w.at, w.seals = view.Height(), nil
		for _, key := range claimKeys(e.ID) {
			c, err := light.NewClaim(view, key)
			must(w.t, err)
			w.seals = append(w.seals, c)
		}
		next()
		next()
		return
	}
	w.t.Fatal("the set of nullifiers does not get complete")
}

// material is what an archive of the sealed election is made of.
func (w *world) material(e *apptest.Election) ElectionMaterial {
	return ElectionMaterial{
		Material: Material{
			Source: w.Source(), Dir: w.t.TempDir(), Validators: w.validators,
			File: func(_ context.Context, uri string) (io.ReadCloser, error) {
				if file, ok := w.files[uri]; ok {
					return io.NopCloser(bytes.NewReader(file)), nil
				}
				return nil, errors.New("nobody has it")
			},
			LeftOut: func(uri string, why error) { w.t.Logf("%s is left out: %v", uri, why) },
		},
		ID: e.ID, Height: w.at, Claims: w.seals,
	}
}

// validators are those of a height, found from the genesis and what blocks said.
func (w *world) validators(_ context.Context, height int64) (light.Validators, error) {
	trusted, err := light.TrustGenesis(w.Genesis())
	if err != nil {
		return nil, err
	}
	set, err := trusted.Validators.Set()
	if err != nil {
		return nil, err
	}
	for _, b := range w.Blocks[:max(0, min(height-2, w.Height()))] {
		changes, err := cmttypes.PB2TM.ValidatorUpdates(b.Updates)
		if err == nil && len(changes) > 0 {
			err = set.UpdateWithChangeSet(changes)
		}
		if err != nil {
			return nil, err
		}
	}
	return light.ValidatorsOf(set)
}

// archive makes the archive of the sealed election.
func (w *world) archive(e *apptest.Election, change func(*ElectionMaterial)) []byte {
	w.t.Helper()
	m := w.material(e)
	if change != nil {
		change(&m)
	}
	path := filepath.Join(w.t.TempDir(), "election.car")
	cid, err := MakeElection(context.Background(), m, path)
	must(w.t, err)
	info, err := os.Stat(path)
	must(w.t, err)
	if info.Mode().Perm() != 0o644 {
		w.t.Errorf("the archive has the mode %s; a web server could not show it", info.Mode())
	}
	b, err := os.ReadFile(path)
	must(w.t, err)
	v, err := Verify(context.Background(), bytes.NewReader(b), Options{Genesis: w.Genesis()})
	if err != nil {
		w.t.Fatalf("its maker's archive is refused: %v", err)
	}
	if v.CID != cid || !v.Trusted {
		w.t.Errorf("the archive %s is made, %s is read", cid, v.CID)
	}
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks that an error is the failure of a check.
func fails(t testing.TB, what string, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}
