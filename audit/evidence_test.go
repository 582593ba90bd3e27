package audit_test

import (
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

// seats is a chain in which somebody takes a seat and another validator loses
// its own, because it has signed two blocks: block 6 proves it.
func seats(t *testing.T) *apptest.Chain {
	c := apptest.New(t, apptest.Options{Nodes: 4})
	c.Mine()
	newcomer := apptest.Key("newcomer")
	c.Know(newcomer)
	possession, err := newcomer.Sign(tx.PossessionText(apptest.ChainID, apptest.Key("bank").Address()))
	if err != nil {
		t.Fatal(err)
	}
	c.Mine(apptest.Sign(t, apptest.Key("bank"), &tx.SetValidator{PublicKey: newcomer.PublicKey(), Name: "newcomer", Possession: possession}))
	for range 3 {
		c.Mine()
	}
	p := c.Proposal(0, nil)
	cheat := apptest.Key("validator 3").Address()
	p.Misbehavior = []abci.Misbehavior{{Validator: abci.Validator{Address: cheat[:]}, Height: 3}}
	c.Agree(p)
	for range 4 {
		c.Agree(c.Proposal(0, nil))
	}
	return c
}

func TestValidatorsComeAndGo(t *testing.T) {
	c := seats(t)
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source()})
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for v.Checks[i].ID != check.Evidence.String() {
		i++
	}
	if v.Checks[i].Items != 1 {
		t.Errorf("%+v", v.Checks[i])
	}
}

func TestFalseEvidenceIsRefused(t *testing.T) {
	c := seats(t)
	type proof = cmttypes.DuplicateVoteEvidence
	for words, how := range map[string]func(f *forger, b *cmttypes.Block, e *proof){
		"power":                   func(_ *forger, _ *cmttypes.Block, e *proof) { e.ValidatorPower++ },
		"a power of 10 of 41":     func(_ *forger, _ *cmttypes.Block, e *proof) { e.TotalVotingPower++ },
		"its time is":             func(_ *forger, _ *cmttypes.Block, e *proof) { e.Timestamp = e.Timestamp.Add(time.Second) },
		"not signed":              func(_ *forger, _ *cmttypes.Block, e *proof) { e.VoteB.Signature[3] ^= 1 },
		"different rounds":        func(_ *forger, _ *cmttypes.Block, e *proof) { e.VoteB.Round++ },
		"of two validators":       func(f *forger, b *cmttypes.Block, e *proof) { e.VoteB.ValidatorAddress = b.ProposerAddress },
		"was no validator":        func(_ *forger, _ *cmttypes.Block, e *proof) { e.VoteA.ValidatorAddress = make([]byte, 20) },
		"about height 6":          func(_ *forger, _ *cmttypes.Block, e *proof) { e.VoteA.Height = 6 },
		"invalid order":           func(_ *forger, _ *cmttypes.Block, e *proof) { e.VoteA, e.VoteB = e.VoteB, e.VoteA },
		"duplicate votes in inva": func(_ *forger, _ *cmttypes.Block, e *proof) { *e.VoteB = *e.VoteA },
		"twice": func(_ *forger, b *cmttypes.Block, e *proof) {
			b.Evidence = cmttypes.EvidenceData{Evidence: cmttypes.EvidenceList{e, e}}
		},
		"which block 6 has": func(f *forger, _ *cmttypes.Block, e *proof) {
			f.block(8).Evidence = cmttypes.EvidenceData{Evidence: cmttypes.EvidenceList{e}}
			fill(f.block(8))
		},
		"too old": func(f *forger, _ *cmttypes.Block, _ *proof) {
			f.replace(`"max_age_num_blocks": "100000"`, `"max_age_num_blocks": "1"`)
			f.replace(`"max_age_duration": "172800000000000"`, `"max_age_duration": "1000000000"`)
		},
		"the bound is 300": func(f *forger, _ *cmttypes.Block, _ *proof) {
			f.replace(`"max_bytes": "1048576"`, `"max_bytes": "300"`)
		},
	} {
		t.Run(words, func(t *testing.T) {
			f := forge(t, c)
			f.know(apptest.Key("newcomer"))
			b := f.block(6)
			e := b.Evidence.Evidence[0].(*proof)
			b.Evidence = cmttypes.EvidenceData{Evidence: cmttypes.EvidenceList{e}} // without the hash that it remembers
			how(f, b, e)
			fill(b)
			f.relink(6)
			refused(t, f, check.Evidence, words)
		})
	}
}

func TestEvidenceThatCannotBeJudgedIsNamed(t *testing.T) {
	c := seats(t)
	f := forge(t, c)
	f.know(apptest.Key("newcomer"))
	set, err := cmttypes.ValidatorSetFromExistingValidators([]*cmttypes.Validator{
		cmttypes.NewValidator(f.keys[apptest.Key("newcomer").Address()].PubKey(), 10),
	})
	if err != nil {
		t.Fatal(err)
	}
	other := f.block(3).Header
	other.ValidatorsHash = set.Hash()
	signed := &cmttypes.Commit{Height: 3, BlockID: cmttypes.BlockID{Hash: other.Hash(), PartSetHeader: f.block(4).LastBlockID.PartSetHeader}}
	signed.Signatures = []cmttypes.CommitSig{{BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: set.Validators[0].Address, Timestamp: other.Time}}
	f.sign(signed, 0)
	b := f.block(6)
	b.Evidence = cmttypes.EvidenceData{Evidence: append(b.Evidence.Evidence, &cmttypes.LightClientAttackEvidence{
		ConflictingBlock: &cmttypes.LightBlock{SignedHeader: &cmttypes.SignedHeader{Header: &other, Commit: signed}, ValidatorSet: set},
		CommonHeight:     2, TotalVotingPower: 40, Timestamp: f.block(2).Time,
	})}
	fill(b)
	f.relink(6)
	v, err := audit.Replay(t.Context(), audit.Options{Source: f})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range v.Checks {
		if l.ID == check.Evidence.String() && (l.Items != 2 || !strings.Contains(l.Detail, "as the validators decided")) {
			t.Errorf("%+v", l)
		}
	}
}
