package light

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/genesis"
	"urna/internal/check"
	"urna/internal/codec"
)

// Trusted is what its holder takes for true without a proof: the validators of
// a genesis, or a header. Make it with TrustGenesis, TrustCheckpoint or Follow.
type Trusted struct {
	ChainID    string     // empty for a checkpoint, which names no chain
	Height     int64      // 0 for a genesis
	Hash       Hash       // of the header; zero for a genesis
	Validators Validators // of that height; none for a checkpoint
	NextHash   Hash       // hash of the validators of the next height; zero for a checkpoint
}

// TrustGenesis trusts the validators of a genesis document of CometBFT's, given
// as the bytes of its file (V01).
func TrustGenesis(doc []byte) (Trusted, error) {
	g, err := parseGenesis(doc)
	if err != nil {
		return Trusted{}, check.Fail(check.Genesis, "%v", err)
	}
	if g.InitialHeight != 1 || !goodChainID(g.ChainID) {
		return Trusted{}, check.Fail(check.Genesis, "chain %q begins at height %d", g.ChainID, g.InitialHeight)
	}
	if _, err := genesis.Parse(g.AppState); err != nil {
		return Trusted{}, check.Fail(check.Genesis, "%v", err)
	}
	list := make([]*cmttypes.Validator, len(g.Validators))
	for i, v := range g.Validators {
		list[i] = cmttypes.NewValidator(v.PubKey, v.Power)
	}
	slices.SortFunc(list, func(a, b *cmttypes.Validator) int {
		return cmp.Or(cmp.Compare(b.VotingPower, a.VotingPower), bytes.Compare(a.Address, b.Address))
	})
	vs, err := ValidatorsOf(&cmttypes.ValidatorSet{Validators: list})
	if f, ok := check.Failed(err); ok {
		return Trusted{}, check.Fail(check.Genesis, "%s", f.Detail)
	}
	return Trusted{ChainID: g.ChainID, Validators: vs, NextHash: vs.Hash()}, nil
}

// parseGenesis reads a document. CometBFT's reader panics at a validator
// without a key.
func parseGenesis(doc []byte) (g *cmttypes.GenesisDoc, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the genesis cannot be read: %v", r)
		}
	}()
	return cmttypes.GenesisDocFromJSON(doc)
}

// TrustCheckpoint trusts the header of a height that has a hash.
func TrustCheckpoint(height int64, hash Hash) Trusted { return Trusted{Height: height, Hash: hash} }

// IsZero tells whether nothing is trusted.
func (t Trusted) IsZero() bool { return t.Height == 0 && len(t.Validators) == 0 }

// ID tells things to trust apart: 16 hex digits.
func (t Trusted) ID() string {
	w := codec.Writer{}
	w.String(t.ChainID)
	w.U64(uint64(t.Height))
	w.Fixed(t.Hash[:])
	w.Fixed(t.NextHash[:])
	sum := sha256.Sum256(w.B)
	return hex.EncodeToString(sum[:8])
}

func (t Trusted) String() string {
	if t.Height == 0 {
		return "the genesis of " + t.ChainID
	}
	return fmt.Sprintf("%d:%s", t.Height, hex.EncodeToString(t.Hash[:]))
}

// Follow checks that a signed header follows from what is trusted, and returns
// it as the next thing to trust. A header of the trusted height must be the
// trusted one; it needs no commit. See proofs.md section 5; failures are V01,
// V22 and V45.
func (t Trusted) Follow(b *Block) (Trusted, error) {
	if err := t.reaches(b.Header); err != nil {
		return Trusted{}, err
	}
	if b.Header.Height == t.Height && b.Commit == nil {
		if err := b.verifyHeader(b.Header.ChainID); err != nil {
			return Trusted{}, err
		}
		return TrustBlock(b), nil
	}
	if err := b.Verify(b.Header.ChainID); err != nil {
		return Trusted{}, err
	}
	return t.next(b)
}

// reaches checks what can be said of a header before its signatures are.
func (t Trusted) reaches(h *Header) error {
	switch {
	case t.ChainID != "" && h.ChainID != t.ChainID:
		return check.Fail(check.Genesis, "header %d is of chain %q, not %q", h.Height, h.ChainID, t.ChainID)
	case h.Height < t.Height || t.IsZero():
		return check.Fail(check.Validators, "header %d does not follow from %s", h.Height, t)
	case h.Height == t.Height && h.Hash() != t.Hash:
		return check.Fail(check.Validators, "header %d is %x, which is not the trusted %s", h.Height, h.Hash(), t)
	case h.Height > t.Height && len(t.Validators) == 0:
		return check.Fail(check.Validators, "header %d stands where the trusted header %s must", h.Height, t)
	}
	return nil
}

// next is Follow for a header that reaches and is valid.
func (t Trusted) next(b *Block) (Trusted, error) {
	h := b.Header
	switch power, total := b.power(t.Validators), t.Validators.Total(); {
	case h.Height == t.Height:
	case h.Height == t.Height+1 && h.ValidatorsHash != t.NextHash:
		return Trusted{}, check.Fail(check.Validators, "header %d has the validators %x, header %d announces %x", h.Height, h.ValidatorsHash, t.Height, t.NextHash)
	case h.Height > t.Height+1 && power*3 <= total:
		return Trusted{}, check.Fail(check.Validators, "header %d is signed by %d of the %d trusted at height %d, which is not more than a third", h.Height, power, total, t.Height)
	}
	return TrustBlock(b), nil
}

// TrustBlock trusts a signed header without checking it.
func TrustBlock(b *Block) Trusted {
	h := b.Header
	return Trusted{ChainID: h.ChainID, Height: h.Height, Hash: h.Hash(), Validators: b.Validators, NextHash: h.NextValidatorsHash}
}
