package audit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"urna/chain/light"
	"urna/state"
)

// Directory is what a replay has left in its Dir, for those who look back. No
// replay may use the directory meanwhile.
type Directory struct{ r replay }

// OpenDirectory opens the directory of a replay.
func OpenDirectory(dir string) (*Directory, error) {
	doc, err := os.ReadFile(filepath.Join(dir, "genesis.json"))
	if err != nil {
		return nil, err
	}
	d := &Directory{}
	if d.r.origin, err = parseOrigin(doc); err != nil {
		return nil, err
	}
	d.r.store, err = state.Open(state.Config{Dir: filepath.Join(dir, "state"), KeepVersions: 2})
	return d, err
}

// Close closes it.
func (d *Directory) Close() error { return d.r.store.Close() }

// Height is that of the last confirmed block.
func (d *Directory) Height() int64 { return d.r.store.Height() }

// View is the state after that block.
func (d *Directory) View() *state.View { return d.r.store.View() }

// Validators are those of a height, at most two above Height.
func (d *Directory) Validators(_ context.Context, height int64) (light.Validators, error) {
	if height < 1 || height > d.Height()+2 {
		return nil, fmt.Errorf("audit: the validators of height %d are not known at height %d", height, d.Height())
	}
	s, err := d.r.setAt(height)
	if err != nil {
		return nil, err
	}
	return s.list, nil
}

// Hash is that of a confirmed block.
func (d *Directory) Hash(height int64) (light.Hash, error) {
	j, err := d.r.journalOf(height)
	if err != nil {
		return light.Hash{}, err
	}
	return j.hash, nil
}

// Totals are how many transactions and, of those, accepted votes the blocks up
// to a height hold.
func (d *Directory) Totals(height int64) (transactions, votes uint64, err error) {
	j, err := d.r.journalOf(height)
	if err != nil {
		return 0, 0, err
	}
	return j.sums.Transactions, j.sums.Votes, nil
}

// CanonicalGenesis is a genesis document of CometBFT's in its one form, without
// white space, whatever the copy looks like (V01).
func CanonicalGenesis(doc []byte) ([]byte, error) {
	o, err := parseOrigin(doc)
	if err != nil {
		return nil, err
	}
	return o.canonical, nil
}
