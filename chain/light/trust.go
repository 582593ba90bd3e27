package light

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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
