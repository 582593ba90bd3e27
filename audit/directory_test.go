package audit_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"urna/app/apptest"
	"urna/audit"
	"urna/chain/light"
	"urna/tx"
)

func TestADirectoryKnowsWhatWasReplayed(t *testing.T) {
	c, _ := story(t)
	seat := apptest.Key("a new seat")
	c.Know(seat)
	org := apptest.Key("org").Address()
	possession, err := seat.Sign(tx.PossessionText(apptest.ChainID, org))
	if err != nil {
		t.Fatal(err)
	}
	c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetValidator{Nonce: c.Nonce("org"), PublicKey: seat.PublicKey(), Name: "new", Possession: possession}))
	joined := c.Height() + 2
	for range 3 {
		c.Mine()
	}
	dir := t.TempDir()
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d, err := audit.OpenDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Height() != v.Height || d.View().Height() != v.Height {
		t.Errorf("the directory is at %d, the replay was at %d", d.Height(), v.Height)
	}
	for h := int64(1); h <= c.Height(); h++ {
		set, err := d.Validators(t.Context(), h)
		if err != nil || set.Hash() != light.Hash(c.Blocks[h-1].Block.ValidatorsHash) || len(set) != 4 && h < joined || len(set) != 5 && h >= joined {
			t.Errorf("height %d: %d validators, %v", h, len(set), err)
		}
	}
	hash, err := d.Hash(3)
	if err != nil || hash != light.Hash(c.Blocks[2].Block.Hash()) {
		t.Errorf("block 3 is %x: %v", hash, err)
	}
	for _, h := range []int64{0, d.Height() + 3} {
		if _, err := d.Validators(t.Context(), h); err == nil {
			t.Errorf("there are validators of height %d", h)
		}
	}
	transactions, votes, err := d.Totals(d.Height())
	if err != nil || votes != 38 || transactions != 42 {
		t.Errorf("%d transactions, %d votes: %v", transactions, votes, err)
	}
}

func TestCopiesOfAGenesisHaveOneForm(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	a, err := audit.CanonicalGenesis(c.Genesis())
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, c.Genesis()); err != nil {
		t.Fatal(err)
	}
	b, err := audit.CanonicalGenesis(compact.Bytes())
	if err != nil || !bytes.Equal(a, b) || bytes.ContainsAny(a, "\n\t") {
		t.Errorf("%v\n%s\n%s", err, a, b)
	}
	if _, err := audit.CanonicalGenesis([]byte("{}")); err == nil {
		t.Error("nothing has a form")
	}
}
