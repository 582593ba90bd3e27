// Package state is what the chain remembers: typed records in a hashed tree,
// and the votes of every election in a hashed log.
//
// A View reads one committed height. A Fork is a View with changes on top that
// can be thrown away or, in the Store, sealed (which gives the root that goes
// into the next block header) and committed. Nothing else writes.
//
// It promises that a root is a pure function of the blocks, that a crash at any
// moment loses at most the block that was being committed, and that an error
// other than ErrNotFound is a fault: the node does not know the truth and must
// stop. It refuses to open data that contradicts itself. docs/spec/state.md is
// the normative description.
package state

import (
	"errors"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
)

// Errors that callers branch on. Any other error of this package is a fault.
var (
	// ErrNotFound says that there is no such record.
	ErrNotFound = errors.New("state: not found")

	// ErrPruned says that the store has given up the height.
	ErrPruned = errors.New("state: height is pruned")

	// ErrUncommitted says that the store has not reached the height.
	ErrUncommitted = errors.New("state: height is not committed")
)

// Reader is what a View and a Fork have in common. Records are returned as
// copies, which the caller may change and set. A missing record is ErrNotFound.
type Reader interface {
	Params() (*genesis.Params, error)
	Mark() (BlockMark, error)

	Account(a ethkey.Address) (*Account, error)
	// FaucetSpent tells whether a faucet package was redeemed and not yet
	// forgotten.
	FaucetSpent(issuer ethkey.Address, identifier uint64) (bool, error)

	Settings(id election.ID) (*election.Settings, error)
	Stage(id election.ID) (*Stage, error)
	// Log returns the log's counters with all votes so far. On a Fork, Root is
	// the committed one until the fork is sealed; see VoteRoot.
	Log(id election.ID) (Log, error)
	// VoteRoot computes the root over all votes so far.
	VoteRoot(id election.ID) ([32]byte, error)
	Tally(id election.ID) (*ballot.Tally, error)
	Result(id election.ID) (*Result, error)
	// Issuer returns who lets people vote, ErrNotFound if a tree does.
	Issuer(id election.ID) (*Issuer, error)
	// ClassTaken tells whether a key has signed blind credentials of an election.
	ClassTaken(key census.KeyHash) (bool, error)
	Sealing(id election.ID) (*Sealing, error)

	// Vote returns the latest record of a nullifier and its position.
	Vote(id election.ID, n election.Nullifier) (VoteRecord, uint64, error)
	VoteAt(id election.ID, pos uint64) (VoteRecord, error)
	// Ballot returns the bytes of the vote at pos, checked against its record.
	Ballot(id election.ID, pos uint64) (pkg, memo []byte, err error)
	// ClosedNullifiers returns the nullifiers of an election in byte order, from
	// the first one above after, or from the start if after is nil.
	ClosedNullifiers(id election.ID, after *election.Nullifier, limit int) ([]election.Nullifier, error)

	Validator(a ethkey.Address) (*Validator, error)
	// Validators returns all seats by consensus address.
	Validators() ([]Seat, error)
	Uptime(a ethkey.Address) (*Uptime, error)
	Tombstoned(a ethkey.Address) (bool, error)

	// Due returns what is due at now, by due time, kind and subject.
	Due(now uint64, limit int) ([]Scheduled, error)

	// EachAccount, EachElection, EachFaucet and EachScheduled visit every record
	// of a kind in key order, until visit returns an error, which they return.
	// They are for invariants and audits, not for the law.
	EachAccount(visit func(ethkey.Address, *Account) error) error
	EachElection(visit func(*election.Settings) error) error
	EachFaucet(visit func(issuer ethkey.Address, identifier, expiry uint64) error) error
	EachScheduled(visit func(Scheduled) error) error
}

// Seat is a validator and its consensus address.
type Seat struct {
	Address ethkey.Address
	Validator
}

// NewVote is a vote to be appended to an election's log.
type NewVote struct {
	Record        VoteRecord
	Package, Memo []byte // what Record.BallotHash is the hash of
	Rules         ballot.Rules
	Ballot        ballot.Ballot // decoded Package; Rules have accepted it
	Old           *OldVote      // the vote that Record.Replaces names
}

// OldVote is a vote that is taken out of the tally.
type OldVote struct {
	Ballot ballot.Ballot
	Weight ballot.Amount
}

// VoteProof shows that a record stands in an election's log of some size. The
// log's root for that size is in its Log record.
type VoteProof struct {
	Record []byte     // the leaf
	Size   uint64     // of the log
	Hashes [][32]byte // RFC 6962 inclusion proof, leaf level first
}

var _, _ Reader = (*View)(nil), (*Fork)(nil)
