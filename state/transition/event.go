package transition

import (
	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Event is something that the world may learn from a block. The list is sealed.
type Event interface{ event() }

// AccountCreated tells of a new account.
type AccountCreated struct {
	Account ethkey.Address
	InfoURI string
}

// AccountChanged tells that an account's metadata or delegates changed.
type AccountChanged struct{ Account ethkey.Address }

// Transferred tells of tokens that moved, by a transaction or a faucet package.
type Transferred struct {
	From, To ethkey.Address
	Amount   uint64
}

// FeePaid tells what a transaction cost its signer. Reference is the election
// it was about, if any.
type FeePaid struct {
	From      ethkey.Address
	Amount    uint64
	Kind      tx.Kind
	Reference *election.ID
}

// ElectionCreated tells of a new election.
type ElectionCreated struct {
	ID           election.ID
	Organisation ethkey.Address
}

// StatusChanged tells that an election moved on. Manual is true when a
// transaction caused it.
type StatusChanged struct {
	ID       election.ID
	From, To election.Status
	Manual   bool
}

// CensusChanged tells that an election has another census or a larger one.
type CensusChanged struct {
	ID      election.ID
	Root    census.Root
	MaxSize uint64
}

// DurationChanged tells that an election ends at another time.
type DurationChanged struct {
	ID  election.ID
	End uint64 // unix seconds
}

// VoteCast tells of an accepted vote.
type VoteCast struct {
	Election   election.ID
	Nullifier  election.Nullifier
	Voter      ethkey.Address
	Position   uint64 // in the election's log
	Weight     ballot.Amount
	Overwrites uint32 // 0 for a first vote
}

// ResultWritten tells that an election has its result.
type ResultWritten struct{ ID election.ID }

// ValidatorChanged tells of a seat taken or lost (Power 0).
type ValidatorChanged struct {
	Validator ethkey.Address // consensus address
	PublicKey [33]byte
	Power     uint64
	Reason    string
}

func (AccountCreated) event()   {}
func (AccountChanged) event()   {}
func (Transferred) event()      {}
func (FeePaid) event()          {}
func (ElectionCreated) event()  {}
func (StatusChanged) event()    {}
func (CensusChanged) event()    {}
func (DurationChanged) event()  {}
func (VoteCast) event()         {}
func (ResultWritten) event()    {}
func (ValidatorChanged) event() {}

// Outcome is what became of one transaction in a block.
type Outcome struct {
	ID     tx.ID
	Kind   tx.Kind // 0 if the bytes could not be decoded
	Signer ethkey.Address
	Code   tx.Code // 0 if accepted
	Events []Event
}

// BlockOutcome is everything that a block did, in order: what its header caused
// (Before), its transactions, and what time alone caused (Events). It is derived from the block by the law; nodes keep
// it beside the state for those who follow the chain. See Encode and
// DecodeBlockOutcome.
type BlockOutcome struct {
	Height uint64
	Time   uint64 // unix seconds
	Before []Event
	Txs    []Outcome
	Events []Event
}
