package audit_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app/apptest"
	"urna/audit"
	"urna/internal/check"
	"urna/tx"
)

func resultsHash(codes []tx.Code) []byte {
	results := make([]*abci.ExecTxResult, len(codes))
	for i, c := range codes {
		results[i] = &abci.ExecTxResult{Code: uint32(c)}
	}
	return cmttypes.NewResults(results).Hash()
}

// refused replays a forged chain, which must fail one check with these words.
func refused(t *testing.T, s audit.Source, id check.ID, words string) *audit.Verdict {
	t.Helper()
	v, err := audit.Replay(t.Context(), audit.Options{Source: s})
	failure, ok := check.Failed(err)
	if !ok || failure.Check != id || !strings.Contains(failure.Detail, words) {
		t.Errorf("the replay ends with %v, want %s %q", err, id, words)
	}
	if v.OK || v.Error == "" {
		t.Errorf("the verdict is %+v", v)
	}
	return v
}

// Each case changes one thing in block 5 of a chain of four validators, and
// makes everything consistent with it that somebody with all their keys can.
func TestAForgedBlockFailsTheCheckThatItBreaks(t *testing.T) {
	c, _ := story(t)
	for name, forged := range map[string]struct {
		id    check.ID
		words string
		how   func(f *forger, b *cmttypes.Block)
	}{
		"another chain":               {check.Genesis, "of chain", func(_ *forger, b *cmttypes.Block) { b.ChainID = "urna/test/2" }},
		"a height that is left out":   {check.Headers, "comes after", func(_ *forger, b *cmttypes.Block) { b.Height++ }},
		"another block before it":     {check.Headers, "names", func(_ *forger, b *cmttypes.Block) { b.LastBlockID.Hash[0] ^= 1 }},
		"other parts":                 {check.Headers, "parts", func(_ *forger, b *cmttypes.Block) { b.LastBlockID.PartSetHeader.Hash[0] ^= 1 }},
		"a later law":                 {check.Headers, "version", func(_ *forger, b *cmttypes.Block) { b.Version.App++ }},
		"the time of the one before":  {check.Headers, "not after", func(f *forger, b *cmttypes.Block) { b.Time = f.block(4).Time }},
		"a time that nobody signed":   {check.Headers, "median", func(_ *forger, b *cmttypes.Block) { b.Time = b.Time.Add(time.Nanosecond) }},
		"other results":               {check.Results, "results", func(_ *forger, b *cmttypes.Block) { b.LastResultsHash[0] ^= 1 }},
		"another root":                {check.State, "root", func(_ *forger, b *cmttypes.Block) { b.AppHash[0] ^= 1 }},
		"other validators":            {check.Validators, "names the validators", func(_ *forger, b *cmttypes.Block) { b.ValidatorsHash[0] ^= 1 }},
		"other next validators":       {check.Validators, "next validators", func(_ *forger, b *cmttypes.Block) { b.NextValidatorsHash[0] ^= 1 }},
		"other consensus parameters":  {check.Body, "parameters", func(_ *forger, b *cmttypes.Block) { b.ConsensusHash[0] ^= 1 }},
		"a stranger proposes":         {check.Validators, "no validator", func(_ *forger, b *cmttypes.Block) { b.ProposerAddress[0] ^= 1 }},
		"transactions that are added": {check.Body, "transactions", func(_ *forger, b *cmttypes.Block) { b.DataHash[0] ^= 1 }},
		"a commit of somebody else":   {check.Body, "last commit", func(_ *forger, b *cmttypes.Block) { b.LastCommitHash[0] ^= 1 }},
		"evidence that is left out":   {check.Body, "evidence", func(_ *forger, b *cmttypes.Block) { b.EvidenceHash[0] ^= 1 }},
		"no root at all":              {check.Headers, "leaf", func(_ *forger, b *cmttypes.Block) { b.AppHash = nil }},

		"a wrong signature": {check.Commits, "not theirs", func(_ *forger, b *cmttypes.Block) {
			b.LastCommit.Signatures[1].Signature[5] ^= 1
			fill(b)
		}},
		"a signature of another validator": {check.Commits, "not theirs", func(_ *forger, b *cmttypes.Block) {
			s := b.LastCommit.Signatures
			s[1].Signature = s[0].Signature
			fill(b)
		}},
		"signatures that are swapped": {check.Commits, "not theirs", func(_ *forger, b *cmttypes.Block) {
			s := b.LastCommit.Signatures
			s[0], s[1] = s[1], s[0]
			fill(b)
		}},
		"half of the power": {check.Commits, "two thirds", func(_ *forger, b *cmttypes.Block) {
			for i := range 2 {
				b.LastCommit.Signatures[i] = cmttypes.NewCommitSigAbsent()
			}
			fill(b)
		}},
		"half of the power for no block": {check.Commits, "two thirds", func(f *forger, b *cmttypes.Block) {
			for i := range 2 {
				b.LastCommit.Signatures[i].BlockIDFlag = cmttypes.BlockIDFlagNil
				f.sign(b.LastCommit, i)
			}
			fill(b)
		}},
		"a commit for another block": {check.Commits, "not for the block before", func(f *forger, b *cmttypes.Block) {
			b.LastCommit.BlockID.Hash[0] ^= 1
			for i := range b.LastCommit.Signatures {
				f.sign(b.LastCommit, i)
			}
			fill(b)
		}},
		"a commit of an earlier height": {check.Commits, "not for the block before", func(f *forger, b *cmttypes.Block) {
			b.LastCommit = f.block(4).LastCommit.Clone()
			fill(b)
		}},
		"a place too few": {check.Commits, "places", func(_ *forger, b *cmttypes.Block) {
			b.LastCommit.Signatures = b.LastCommit.Signatures[:3]
			fill(b)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := forge(t, c)
			forged.how(f, f.block(5))
			f.relink(5)
			if v := refused(t, f, forged.id, forged.words); v.Height > 4 {
				t.Errorf("height %d is called sound", v.Height)
			}
		})
	}
}

func TestATransactionThatTheLawRefusesIsFound(t *testing.T) {
	c, e := story(t)
	voters, strangers := apptest.Keys("voter", 20), apptest.Keys("stranger", 3)
	unsigned := e.Vote(voters[16], 1, "")
	unsigned[len(unsigned)-1] = 5 // no v of a signature
	elsewhere := *e
	elsewhere.Census = apptest.Census(t, strangers)
	for name, forged := range map[string]struct {
		id     check.ID
		code   tx.Code
		height int
		raw    []byte
	}{
		"garbage":                       {check.Encoding, tx.MalformedTx, 5, []byte("garbage")},
		"a broken signature":            {check.Signature, tx.BadSignature, 5, unsigned},
		"a proof of another census":     {check.Membership, tx.WrongRoot, 5, elsewhere.Vote(strangers[0], 1, "")},
		"a choice that is not offered":  {check.BallotRules, tx.BallotRule, 5, e.Vote(voters[16], 10, "")},
		"a vote after the end":          {check.Window, tx.NotReady, 9, e.Vote(voters[16], 1, "")},
		"the same ballot twice":         {check.Overwrites, tx.ReplayedBallot, 5, e.Vote(voters[3], 3, "")},
		"a nonce that was used already": {check.Results, tx.BadNonce, 5, apptest.Sign(t, apptest.Key("org"), &tx.SendTokens{To: voters[0].Address(), Amount: 1})},
	} {
		t.Run(name, func(t *testing.T) {
			f := forge(t, c)
			b := f.block(forged.height)
			b.Data = cmttypes.Data{Txs: append(append(cmttypes.Txs{}, b.Txs...), forged.raw)}
			fill(b)
			codes := make([]tx.Code, len(b.Txs))
			f.block(forged.height + 1).LastResultsHash = resultsHash(codes)
			f.relink(forged.height)
			refused(t, f, forged.id, "the law refuses")

			// With its code it may stand there, if faulty validators want it to.
			codes[len(codes)-1] = forged.code
			f.block(forged.height + 1).LastResultsHash = resultsHash(codes)
			f.relink(forged.height)
			v, err := audit.Replay(t.Context(), audit.Options{Source: f})
			if err != nil || v.Refused != 1 || v.Height != c.Height() {
				t.Errorf("with its code: %v, %+v", err, v)
			}
		})
	}
}

func TestASourceThatLeavesOutABlockIsRefused(t *testing.T) {
	c, _ := story(t)
	f := forge(t, c)
	f.blocks = append(f.blocks[:3], f.blocks[4:]...)
	f.raws = f.raws[1:]
	refused(t, f, check.Headers, "comes after")
}

func TestBytesThatAreNoBlockAreRefused(t *testing.T) {
	c, _ := story(t)
	f := forge(t, c)
	raw := f.raw(4)
	for name, spoilt := range map[string][]byte{
		"nothing":                  {},
		"half a block":             raw[:len(raw)/2],
		"an unknown field":         append(bytes.Clone(raw), 0x7a, 0),
		"garbage":                  []byte("garbage"),
		"the same field once more": append(bytes.Clone(raw), raw...),
	} {
		f.raws[3] = spoilt
		_, err := audit.Replay(t.Context(), audit.Options{Source: f})
		if _, ok := check.Failed(err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever bit is turned in any block, something does not fit any more.
func TestNoTurnedBitIsAccepted(t *testing.T) {
	c, _ := story(t)
	f := forge(t, c)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		h := 1 + rng.IntN(len(f.blocks))
		raw := bytes.Clone(f.raw(h))
		at := rng.IntN(len(raw) * 8)
		raw[at/8] ^= 1 << (at % 8)
		f.raws[h-1] = raw
		_, err := audit.Replay(t.Context(), audit.Options{Source: f})
		if _, ok := check.Failed(err); !ok {
			t.Fatalf("bit %d of block %d: %v", at, h, err)
		}
		f.raws[h-1] = nil
	}
}
