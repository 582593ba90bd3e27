package light

import (
	"runtime"
	"sync"
	"sync/atomic"

	"urna/internal/check"
	"urna/internal/codec"
)

// Bounds on the parts of a signed header, and on the whole: more than 10,000
// validators need.
const (
	maxHeaderBytes     = 16 << 10
	maxCommitBytes     = 1 << 20
	maxValidatorsBytes = 512 << 10

	MaxBlockBytes = maxHeaderBytes + maxCommitBytes + maxValidatorsBytes + 16
)

// Block is a signed header with the validators of its height. Of the block's
// transactions it knows the hash.
type Block struct {
	Header     *Header
	Commit     *Commit // nil in a trail's checkpoint, which needs none
	Validators Validators
}

// ParseBlock reads what Encode wrote.
func ParseBlock(b []byte) (*Block, error) {
	r := codec.NewReader(b)
	header, commit, validators := r.Bytes(maxHeaderBytes), r.Bytes(maxCommitBytes), r.Bytes(maxValidatorsBytes)
	if err := r.Done(); err != nil {
		return nil, check.Fail(check.Frame, "signed header: %v", err)
	}
	return parseBlock(header, commit, validators)
}

func parseBlock(header, commit, validators []byte) (b *Block, err error) {
	b = &Block{}
	if b.Header, err = ParseHeader(header); err != nil {
		return nil, err
	}
	if len(commit) != 0 {
		if b.Commit, err = ParseCommit(commit); err != nil {
			return nil, err
		}
	}
	if b.Validators, err = ParseValidators(validators); err != nil {
		return nil, err
	}
	return b, nil
}

// Encode writes the signed header as proofs.md section 4 has it.
func (b *Block) Encode() []byte {
	w := codec.Writer{}
	w.Bytes(b.Header.Encode())
	if b.Commit == nil {
		w.Bytes(nil)
	} else {
		w.Bytes(b.Commit.Encode())
	}
	w.Bytes(b.Validators.Encode())
	return w.B
}

// Verify checks that the signed header is valid: of this chain (V01), its
// validators those that it names (V45), every signature right and more than two
// thirds of the power among the signers (V22). Whether these validators are the
// chain's is for Trusted.Follow to say.
func (b *Block) Verify(chainID string) error {
	if err := b.verifyHeader(chainID); err != nil {
		return err
	}
	return b.VerifyCommit()
}

func (b *Block) verifyHeader(chainID string) error {
	if b.Header.ChainID != chainID {
		return check.Fail(check.Genesis, "header %d is of chain %q, not %q", b.Header.Height, b.Header.ChainID, chainID)
	}
	if got := b.Validators.Hash(); got != b.Header.ValidatorsHash {
		return check.Fail(check.Validators, "header %d names the validators %x, not %x", b.Header.Height, b.Header.ValidatorsHash, got)
	}
	return nil
}

// VerifyCommit checks the commit alone against the validators that stand in the
// block (V22), for those who have checked the rest.
func (b *Block) VerifyCommit() error {
	h, c := b.Header, b.Commit
	if c == nil {
		return check.Fail(check.Commits, "header %d has no commit", h.Height)
	}
	if len(c.Slots) != len(b.Validators) {
		return check.Fail(check.Commits, "the commit of header %d has %d slots for %d validators", h.Height, len(c.Slots), len(b.Validators))
	}
	if i := b.firstBad(); i >= 0 {
		return check.Fail(check.Commits, "the signature of validator %s below header %d is not theirs", b.Validators[i].Address(), h.Height)
	}
	if signed, total := b.power(b.Validators), b.Validators.Total(); signed*3 <= total*2 {
		return check.Fail(check.Commits, "header %d is signed by %d of %d, which is not more than two thirds", h.Height, signed, total)
	}
	return nil
}

// firstBad is the first slot whose signature is wrong, -1 if there is none.
func (b *Block) firstBad() int {
	var next, bad atomic.Int64
	n := int64(len(b.Commit.Slots))
	bad.Store(n)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+len(b.Commit.Slots)/8) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < bad.Load(); i = next.Add(1) - 1 {
				s := &b.Commit.Slots[i]
				if !s.Signed || b.Commit.signedBy(b.Header, s, b.Validators[i].Key) {
					continue
				}
				for old := bad.Load(); i < old && !bad.CompareAndSwap(old, i); old = bad.Load() {
				}
			}
		})
	}
	wg.Wait()
	if bad.Load() == n {
		return -1
	}
	return int(bad.Load())
}

// power is what the signers of the block hold in a set, which may be another
// one than the block's own.
func (b *Block) power(in Validators) uint64 {
	signed := make(map[[33]byte]bool, len(b.Validators))
	for i, s := range b.Commit.Slots {
		signed[b.Validators[i].Key] = s.Signed
	}
	power := uint64(0)
	for _, v := range in {
		if signed[v.Key] {
			power += v.Power
		}
	}
	return power
}

// Signatures is how many validators signed for the block.
func (b *Block) Signatures() int {
	n := 0
	if b.Commit != nil {
		for i := range b.Commit.Slots {
			if b.Commit.Slots[i].Signed {
				n++
			}
		}
	}
	return n
}
