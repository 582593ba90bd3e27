package state

import (
	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// BlockMark is the height and time of the last block that was applied.
type BlockMark struct {
	Height uint64
	Time   uint64 // unix seconds
}

// Account is what the chain knows of an address.
type Account struct {
	Balance       uint64
	Nonce         uint32
	ElectionIndex uint32 // elections created so far
	InfoURI       string
	Delegates     []ethkey.Address
	IdentityKey   []byte // 32 bytes or empty
}

// Stage is the part of an election that changes by transactions and time.
type Stage struct {
	Status        election.Status
	ManuallyEnded bool
	CensusRoot    census.Root
	CensusURI     string
	MaxCensusSize uint64
	End           uint64 // unix seconds, inclusive
	FailReason    string // set when Status is Failed
}

// Issuer is who lets people vote in an election whose census is no tree: one
// account key, or a key for each class of weight.
type Issuer struct {
	Key     []byte        // compressed secp256k1; empty if credentials are blind
	Classes []IssuerClass // of blind credentials, by ascending weight
}

// IssuerClass is a class of blind credentials.
type IssuerClass struct {
	Weight ballot.Amount  // below 2^128
	Key    census.KeyHash // of the key that signs them
	Issued uint64         // credentials that were handed out, as counted before the start
	Voters uint64         // credentials that have voted, at most Issued
}

// Log commits to an election's votes.
type Log struct {
	Root       [32]byte // RFC 6962 tree hash over the vote records
	Size       uint64   // records in the log
	Voters     uint64   // distinct nullifiers
	Overwrites uint64   // Size - Voters
}

// VoteRecord is a leaf of an election's vote log.
type VoteRecord struct {
	Nullifier  election.Nullifier
	BallotHash [32]byte      // see ballot.Hash
	Weight     ballot.Amount // below 2^128
	Replaces   uint64        // position of the record it replaces, plus one; 0 if none
	Overwrites uint32        // how many times this voter has replaced the vote
	Height     uint64        // block that accepted it
}

// Result is the final word on an election.
type Result struct {
	Tally       ballot.Tally // matrix and total weight
	Votes       uint64       // distinct voters counted
	Overwritten uint64       // records that were replaced
	Invalid     uint64       // sealed ballots that broke a rule; 0 for open ballots
	CensusRoot  census.Root
	VoteRoot    [32]byte // Log.Root at the close
	VoteSize    uint64   // Log.Size at the close
	Method      uint8    // how Tally was made: MethodRunningSum
	Height      uint64   // block that closed it
}

// MethodRunningSum says that open ballots were added as they came in.
const MethodRunningSum uint8 = 1

// Sealing is the progress of the sorted set of nullifiers of a closed
// election: a bounded number is added per block. When Done, Root commits to
// all of them (RFC 6962 over the nullifiers in byte order).
type Sealing struct {
	Done     bool
	Count    uint64
	Cursor   election.Nullifier // last one added, when Count > 0
	Frontier [][32]byte         // compact range, largest subtree first
	Root     [32]byte           // set when Done
}

// Validator is a seat in consensus. Its key in the state is the address of its
// consensus key.
type Validator struct {
	PublicKey  [33]byte // compressed secp256k1
	Power      uint64
	Name       string
	Account    ethkey.Address // who asked for the seat; zero for genesis
	JoinHeight uint64
	Proposals  uint64
	Votes      uint64 // commits signed since it joined
}

// Uptime remembers which of the last Params.UptimeWindow commits a validator
// missed: bit height mod window.
type Uptime struct {
	Seen   uint32 // commits observed, at most the window
	Missed uint32 // set bits
	Bits   []byte
}

// Scheduled is work that time alone causes.
type Scheduled struct {
	Due     uint64 // unix seconds
	Kind    ScheduleKind
	Subject []byte // election id, or issuer and identifier
}

// ScheduleKind says what is due.
type ScheduleKind uint8

// The kinds of scheduled work, in the order they run at one due time.
const (
	ScheduleClose  ScheduleKind = 1 // end an election and write its result; subject: election
	ScheduleSeal   ScheduleKind = 2 // add nullifiers to the set; subject: election
	ScheduleForget ScheduleKind = 3 // forget an expired faucet package; subject: issuer 20, identifier 8
)
