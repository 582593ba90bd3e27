package sim

import (
	"context"
	"crypto/sha256"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"urna/crypto/ethkey"
)

// propose has a node make a block, or makes one that no honest node would. A
// round that failed may come before it, with another block or with almost the
// same.
func (l *life) propose() *abci.RequestProcessProposal {
	p := l.header(nil)
	honest := l.rng.IntN(4) != 0
	if honest {
		p.Txs = l.prepare(p)
	} else {
		p.Txs = l.mixture()
	}
	hash(p)
	switch l.rng.IntN(8) {
	case 0:
		l.fail(l.header(l.mixture()))
	case 1:
		rival := l.header(p.Txs)
		rival.ProposerAddress = p.ProposerAddress
		if l.rng.IntN(2) == 0 {
			rival.ProposedLastCommit = p.ProposedLastCommit
		}
		hash(rival)
		l.fail(rival)
	}
	if honest && !l.process(p) {
		l.t.Fatal("the proposal of an honest node is refused")
	}
	return p
}

// fail lets some nodes see a proposal that is not decided.
func (l *life) fail(p *abci.RequestProcessProposal) {
	for _, m := range l.machines {
		if l.rng.IntN(3) != 0 {
			l.processBy(m, p)
		}
	}
}

// prepare asks some node what it would put into a block.
func (l *life) prepare(p *abci.RequestProcessProposal) [][]byte {
	r := &abci.RequestPrepareProposal{
		MaxTxBytes: 1 << 20, Height: p.Height, Time: p.Time, ProposerAddress: p.ProposerAddress, Misbehavior: p.Misbehavior,
	}
	for _, v := range p.ProposedLastCommit.Votes {
		r.LocalLastCommit.Votes = append(r.LocalLastCommit.Votes, abci.ExtendedVoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	out, err := pick(l.rng, l.machines).App.PrepareProposal(context.Background(), r)
	if err != nil {
		l.t.Fatal(err)
	}
	return out.Txs
}

// mixture is what somebody might put into a block who does not care.
func (l *life) mixture() [][]byte {
	txs := [][]byte{}
	for range l.rng.IntN(12) {
		txs = append(txs, l.people.speak())
	}
	return txs
}

// header is a block of the next height with who signed the last one, and who
// cheated.
func (l *life) header(txs [][]byte) *abci.RequestProcessProposal {
	p := l.chain.Proposal(0, txs)
	p.ProposerAddress = pick(l.rng, l.now.Validators).Address
	p.ProposedLastCommit.Votes = nil
	for _, v := range l.last.Validators {
		who := ethkey.Address(v.Address)
		if l.rng.IntN(40) == 0 {
			l.lazy[who] = !l.lazy[who]
		}
		flag := cmtproto.BlockIDFlagCommit
		switch {
		case l.lazy[who] || l.rng.IntN(10) == 0:
			flag = cmtproto.BlockIDFlagAbsent
		case l.rng.IntN(10) == 0:
			flag = cmtproto.BlockIDFlagNil
		}
		p.ProposedLastCommit.Votes = append(p.ProposedLastCommit.Votes, abci.VoteInfo{
			Validator: abci.Validator{Address: v.Address, Power: v.VotingPower}, BlockIdFlag: flag,
		})
	}
	decide(p.ProposedLastCommit.Votes)
	if l.rng.IntN(25) == 0 && l.last.Size() > 0 { // what the first block decides about, nobody can have signed twice
		v := pick(l.rng, l.last.Validators)
		p.Misbehavior = []abci.Misbehavior{{Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: v.Address, Power: v.VotingPower}, Height: p.Height - 1}}
	}
	hash(p)
	return p
}

// decide has as many more validators sign as a block needs.
func decide(votes []abci.VoteInfo) {
	var signed, total int64
	for _, v := range votes {
		total += v.Validator.Power
		if v.BlockIdFlag == cmtproto.BlockIDFlagCommit {
			signed += v.Validator.Power
		}
	}
	for i := 0; signed*3 <= total*2 && i < len(votes); i++ {
		if votes[i].BlockIdFlag != cmtproto.BlockIDFlagCommit {
			votes[i].BlockIdFlag = cmtproto.BlockIDFlagCommit
			signed += votes[i].Validator.Power
		}
	}
}

func hash(p *abci.RequestProcessProposal) {
	p.Hash = nil
	b, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	h := sha256.Sum256(b)
	p.Hash = h[:]
}
