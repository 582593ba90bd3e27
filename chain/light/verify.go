package light

import (
	"bytes"
	"fmt"

	ics23 "github.com/cosmos/ics23/go"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/ballot"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// Verify checks the whole document against what is trusted, and notes in the
// report what it looked at. It stops at the first check that fails (V01, V13,
// V14, V22, V23, V45 to V47).
func (d *Document) Verify(t Trusted, r *check.Report) error {
	if err := d.verifySigned(t, r); err != nil {
		return err
	}
	root := d.Signed.Header.AppHash
	for i := range d.Claims {
		if err := d.Claims[i].Verify(root); err != nil {
			return err
		}
		if d.Claims[i].Value != nil {
			r.Passed(check.Encoding, 1)
		}
	}
	r.Passed(check.State, len(d.Claims))
	if d.Vote != nil {
		if err := d.verifyVote(); err != nil {
			return err
		}
		r.Passed(check.Encoding, 1)
		r.Passed(check.Log, 1)
		r.Passed(check.Signature, 1)
	}
	if d.NotVoted != nil {
		if err := d.verifyNotVoted(); err != nil {
			return err
		}
		r.Passed(check.Nullifiers, 1)
	}
	return nil
}

// Root is what a document that nobody vouches for begins with. A document that
// is verified against it agrees with itself, and may be of any chain.
func (d *Document) Root() Trusted {
	first := d.Signed
	if len(d.Trail) > 0 {
		first = d.Trail[0]
	}
	return TrustCheckpoint(first.Header.Height, first.Header.Hash())
}

// verifySigned follows the trail to the header that the claims hang on.
func (d *Document) verifySigned(t Trusted, r *check.Report) error {
	h := d.Signed.Header
	if h.ChainID != d.ChainID {
		return check.Fail(check.Genesis, "the document is of chain %q, its header of %q", d.ChainID, h.ChainID)
	}
	if h.Height-1 != d.Height {
		return check.Fail(check.State, "the state of height %d does not hang on header %d", d.Height, h.Height)
	}
	if d.Signed.Commit == nil {
		return check.Fail(check.Commits, "header %d has no commit", h.Height)
	}
	for i, b := range append(d.Trail[:len(d.Trail):len(d.Trail)], d.Signed) {
		if i > 0 && b.Header.Height == t.Height {
			return check.Fail(check.Validators, "header %d stands twice", t.Height)
		}
		next, err := t.Follow(b)
		if err != nil {
			return err
		}
		t = next
		r.Passed(check.Commits, b.Signatures())
		r.Passed(check.Validators, 1)
	}
	r.Passed(check.Genesis, 1)
	return nil
}

// Verify checks the claim against the root of a state (V13, V23).
func (c *Claim) Verify(root Hash) error {
	name, err := state.KeyName(c.Key)
	if err != nil {
		return check.Fail(check.Encoding, "%v", err)
	}
	p := &ics23.CommitmentProof{}
	if err := p.Unmarshal(c.Proof); err != nil {
		return check.Fail(check.State, "the proof of %s: %v", name, err)
	}
	if again, err := p.Marshal(); err != nil || !bytes.Equal(again, c.Proof) {
		return check.Fail(check.State, "the proof of %s is not in its canonical form", name)
	}
	var ok bool
	switch {
	case c.Value != nil && p.GetExist() != nil:
		ok = ics23.VerifyMembership(ics23.IavlSpec, root[:], p, c.Key, c.Value)
	case c.Value == nil && p.GetNonexist() != nil && bytes.Equal(p.GetNonexist().Key, c.Key):
		ok = ics23.VerifyNonMembership(ics23.IavlSpec, root[:], p, c.Key)
	}
	if !ok {
		return check.Fail(check.State, "the proof of %s does not lead to the application hash %x", name, root)
	}
	if c.Value == nil {
		return nil
	}
	if err := state.CheckRecord(c.Key, c.Value); err != nil {
		return check.Fail(check.Encoding, "%v", err)
	}
	return nil
}

// verifyVote checks the leaf against the log record that the first claim has
// proved.
func (d *Document) verifyVote() error {
	v, claim := d.Vote, d.Claims[0]
	if _, ok := electionOf(claim.Key, state.LogKey); !ok || claim.Value == nil {
		return check.Fail(check.Log, "the first claim is not about a vote log that exists")
	}
	log := state.ReadLog(codec.NewReader(claim.Value))
	record, err := v.Parse()
	if err != nil {
		return err
	}
	if err := included(v.Record, v.Position, v.Hashes, log.Size, log.Root); err != nil {
		return check.Fail(check.Log, "vote %d of %d: %v", v.Position, log.Size, err)
	}
	if ballot.Hash(v.Package, v.Memo) != record.BallotHash {
		return check.Fail(check.Signature, "the ballot is not the recorded one")
	}
	return nil
}

// Parse reads the vote record (V13).
func (v *Vote) Parse() (state.VoteRecord, error) {
	r := codec.NewReader(v.Record)
	record := state.ReadVoteRecord(r)
	if err := r.Done(); err != nil {
		return record, check.Fail(check.Encoding, "vote record: %v", err)
	}
	return record, nil
}

// verifyNotVoted checks the neighbours against the sealing record that the
// first claim has proved.
func (d *Document) verifyNotVoted() error {
	n, claim := d.NotVoted, d.Claims[0]
	if _, ok := electionOf(claim.Key, state.SealingKey); !ok || claim.Value == nil {
		return check.Fail(check.Nullifiers, "the first claim is not about a set of nullifiers that exists")
	}
	set := state.ReadSealing(codec.NewReader(claim.Value))
	if !set.Done {
		return check.Fail(check.Nullifiers, "the set of nullifiers is not finished")
	}
	if err := n.verify(set.Count, set.Root); err != nil {
		return check.Fail(check.Nullifiers, "%v", err)
	}
	return nil
}

// verify checks the place between the neighbours in a set of count members.
func (n *NotVoted) verify(count uint64, root Hash) error {
	next := uint64(0) // position of the neighbour after
	if b := n.Before; b != nil {
		if err := included(b.Nullifier[:], b.Position, b.Hashes, count, root); err != nil {
			return fmt.Errorf("the neighbour before: %w", err)
		}
		if bytes.Compare(b.Nullifier[:], n.Nullifier[:]) >= 0 {
			return fmt.Errorf("%s is not before %s", b.Nullifier, n.Nullifier)
		}
		next = b.Position + 1
	}
	a := n.After
	if a == nil {
		if next != count {
			return fmt.Errorf("there are %d nullifiers, and none is shown after number %d", count, next)
		}
		return nil
	}
	if a.Position != next {
		return fmt.Errorf("the neighbour after has position %d, not %d", a.Position, next)
	}
	if err := included(a.Nullifier[:], a.Position, a.Hashes, count, root); err != nil {
		return fmt.Errorf("the neighbour after: %w", err)
	}
	if bytes.Compare(n.Nullifier[:], a.Nullifier[:]) >= 0 {
		return fmt.Errorf("%s is not after %s", a.Nullifier, n.Nullifier)
	}
	return nil
}

// included checks an RFC 6962 inclusion proof.
func included(leaf []byte, position uint64, hashes []Hash, size uint64, root Hash) error {
	return proof.VerifyInclusion(rfc6962.DefaultHasher, position, size, rfc6962.DefaultHasher.HashLeaf(leaf), slicesOf(hashes), root[:])
}

// electionOf is the election that a key made by one of state's functions names.
func electionOf(key []byte, keyOf func(election.ID) []byte) (id election.ID, ok bool) {
	if len(key) != 1+len(id) {
		return id, false
	}
	id = election.ID(key[1:])
	return id, bytes.Equal(key, keyOf(id))
}
