// Package tx says what may be said: the transactions of the wire, decoded field
// by field into validated values, their signing texts and signatures, and the
// closed list of reasons to say no.
//
// Decode and Verify are functions of bytes (and of the chain's name) alone:
// they may run anywhere, in parallel, and their results may be remembered by
// the hash of the bytes. What depends on the state is asked in
// state/transition.
package tx

import (
	"encoding/hex"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// ID identifies what was signed and by whom: keccak256(keccak256(body) ‖
// signer). Another signature by the same key over the same body has the same
// ID.
type ID [32]byte

// String is lower-case hex without a prefix.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Tx is a decoded transaction. Nothing about its signature is known yet.
type Tx struct {
	Body      []byte // the signed bytes, as they came
	Signature []byte
	Payload   Payload
}

// Verified is a transaction whose signature and proofs hold. It is a pure
// function of the bytes and the chain id.
type Verified struct {
	ID      ID
	Signer  ethkey.Address
	Payload Payload
	Size    int // of the signed transaction, bytes

	// Vote facts, set when Payload is a Vote.
	Nullifier election.Nullifier
	Origin    census.Origin  // the kind of the proof; TreeWeighted for both kinds of tree
	Root      census.Root    // where the proof leads; zero for a blind credential
	ClassKey  census.KeyHash // which key signed a blind credential
	Weight    ballot.Amount  // what the vote weighs
	Ballot    ballot.Ballot  // the decoded package of an open ballot
	Faucet    *FaucetGrant   // the verified faucet package, if one rides along
}

// FaucetGrant is a faucet package whose signature holds.
type FaucetGrant struct {
	FaucetPayload
	Issuer ethkey.Address
}

// Kind names a kind of transaction. The numbers are those of the wire's TxType.
type Kind uint16

// The living kinds.
const (
	KindNewElection    Kind = 1
	KindSetStatus      Kind = 2
	KindSetCensus      Kind = 3
	KindVote           Kind = 11
	KindSendTokens     Kind = 15
	KindSetAccountInfo Kind = 17
	KindAddDelegate    Kind = 18
	KindDelDelegate    Kind = 19
	KindCollectFaucet  Kind = 20
	KindCreateAccount  Kind = 23
	KindSetValidator   Kind = 27
	KindSetDuration    Kind = 28
)

// Kinds lists the living kinds in order.
var Kinds = []Kind{
	KindNewElection, KindSetStatus, KindSetCensus, KindVote, KindSendTokens, KindSetAccountInfo,
	KindAddDelegate, KindDelDelegate, KindCollectFaucet, KindCreateAccount, KindSetValidator, KindSetDuration,
}

// String is the lower-case name that the HTTP API uses as a subtype.
func (k Kind) String() string { return kindNames[k].subtype }

// Type is the name of the wire message that carries the kind, as the HTTP API
// writes it.
func (k Kind) Type() string { return kindNames[k].message }

// CostName is the name under which the HTTP API lists the kind's price; empty
// for a vote.
func (k Kind) CostName() string { return kindNames[k].cost }

var kindNames = map[Kind]struct{ message, subtype, cost string }{
	KindNewElection:    {"newProcess", "new_process", "NewProcess"},
	KindSetStatus:      {"setProcess", "set_process_status", "SetProcessStatus"},
	KindSetCensus:      {"setProcess", "set_process_census", "SetProcessCensus"},
	KindVote:           {"vote", "vote", ""},
	KindSendTokens:     {"sendTokens", "send_tokens", "SendTokens"},
	KindSetAccountInfo: {"setAccount", "set_account_info_uri", "SetAccountInfoURI"},
	KindAddDelegate:    {"setAccount", "add_delegate_for_account", "AddDelegateForAccount"},
	KindDelDelegate:    {"setAccount", "del_delegate_for_account", "DelDelegateForAccount"},
	KindCollectFaucet:  {"collectFaucet", "collect_faucet", "CollectFaucet"},
	KindCreateAccount:  {"setAccount", "create_account", "CreateAccount"},
	KindSetValidator:   {"setAccount", "set_account_validator", "SetAccountValidator"},
	KindSetDuration:    {"setProcess", "set_process_duration", "SetProcessDuration"},
}

// Payload is one of the types below; the list is sealed.
type Payload interface {
	Kind() Kind
	sealed()
}

// CreateAccount makes an account for its signer.
type CreateAccount struct {
	Account     ethkey.Address // must be the signer
	InfoURI     string
	Delegates   []ethkey.Address
	IdentityKey []byte // commitment for anonymous votes, little-endian; at most 32 bytes, clients cut zeros at its end
	Faucet      *FaucetPackage
}

// SetAccountInfo changes the URI of an account's metadata.
type SetAccountInfo struct {
	Nonce   uint32
	Account ethkey.Address
	InfoURI string
}

// AddDelegate lets others manage the signer's elections.
type AddDelegate struct {
	Nonce     uint32
	Account   ethkey.Address // must be the signer
	Delegates []ethkey.Address
}

// DelDelegate takes that right away.
type DelDelegate struct {
	Nonce     uint32
	Account   ethkey.Address // must be the signer
	Delegates []ethkey.Address
}

// SetValidator asks for a validator's seat for a consensus key.
type SetValidator struct {
	Nonce      uint32
	Account    ethkey.Address // must be the signer
	PublicKey  []byte         // compressed secp256k1, 33 bytes
	Name       string
	Possession []byte // signature by that key over PossessionText
}

// SendTokens moves tokens.
type SendTokens struct {
	Nonce  uint32
	From   ethkey.Address // must be the signer
	To     ethkey.Address
	Amount uint64
}

// CollectFaucet redeems a faucet package for an existing account.
type CollectFaucet struct {
	Nonce  uint32
	Faucet FaucetPackage
}

// FaucetPackage is a signed promise of tokens.
type FaucetPackage struct {
	Raw       []byte // the signed bytes of Payload
	Signature []byte
	Payload   FaucetPayload
}

// FaucetPayload says who gets how much, on which chain and until when.
type FaucetPayload struct {
	Identifier uint64
	To         ethkey.Address
	Amount     uint64
	ChainID    string
	NotAfter   uint64 // unix seconds
}

// NewElection creates an election.
type NewElection struct {
	Nonce             uint32
	Expect            *election.ID   // refuse if the chain would give another id
	Organisation      ethkey.Address // zero means the signer
	Mode              election.Mode
	Rules             ballot.Rules
	CensusOrigin      census.Origin
	CensusRoot        census.Root    // of a tree; Verify fills it in for an issuer
	IssuerKey         []byte         // for census.Issuer: compressed secp256k1 key
	Classes           []census.Class // for census.BlindIssuer
	CensusURI         string
	MaxCensusSize     uint64
	StartTime         uint64 // unix seconds; 0 means now
	Duration          uint64 // seconds
	Paused            bool   // created as PAUSED rather than READY
	AutoStart         bool   // carried for clients; time alone opens an election
	Interruptible     bool
	DynamicCensus     bool
	EncryptedMetadata bool
	MetadataURI       string
	TempKeys          bool // purge identity keys registered for this election
	Faucet            *FaucetPackage
}

// SetStatus moves an election through its life.
type SetStatus struct {
	Nonce    uint32
	Election election.ID
	Status   election.Status
}

// SetCensus changes an election's census or lets it grow.
type SetCensus struct {
	Nonce     uint32
	Election  election.ID
	Root      *census.Root // nil leaves it; Verify fills it in for an issuer's key
	IssuerKey []byte       // another issuer; nil leaves it
	URI       *string      // nil leaves it
	Size      uint64       // 0 leaves it
	Issued    []Issued     // how many credentials each class has handed out; nil leaves it
}

// Issued tells how many credentials the class of a weight has handed out.
type Issued struct {
	Weight []byte // as in census.Class
	Count  uint64
}

// SetDuration changes an election's end.
type SetDuration struct {
	Nonce    uint32
	Election election.ID
	Duration uint64 // seconds
}

// Vote casts or replaces a vote.
type Vote struct {
	Election election.ID
	Nonce    []byte             // at most 32 bytes, blinds the hash
	Proof    census.MerkleProof // one of three: this,
	Signed   *census.Signed     // this
	Blind    *census.Blind      // or this
	Package  []byte
	Memo     []byte
}

// Kind implements Payload.
func (*CreateAccount) Kind() Kind  { return KindCreateAccount }
func (*SetAccountInfo) Kind() Kind { return KindSetAccountInfo }
func (*AddDelegate) Kind() Kind    { return KindAddDelegate }
func (*DelDelegate) Kind() Kind    { return KindDelDelegate }
func (*SetValidator) Kind() Kind   { return KindSetValidator }
func (*SendTokens) Kind() Kind     { return KindSendTokens }
func (*CollectFaucet) Kind() Kind  { return KindCollectFaucet }
func (*NewElection) Kind() Kind    { return KindNewElection }
func (*SetStatus) Kind() Kind      { return KindSetStatus }
func (*SetCensus) Kind() Kind      { return KindSetCensus }
func (*SetDuration) Kind() Kind    { return KindSetDuration }
func (*Vote) Kind() Kind           { return KindVote }

func (*CreateAccount) sealed()  {}
func (*SetAccountInfo) sealed() {}
func (*AddDelegate) sealed()    {}
func (*DelDelegate) sealed()    {}
func (*SetValidator) sealed()   {}
func (*SendTokens) sealed()     {}
func (*CollectFaucet) sealed()  {}
func (*NewElection) sealed()    {}
func (*SetStatus) sealed()      {}
func (*SetCensus) sealed()      {}
func (*SetDuration) sealed()    {}
func (*Vote) sealed()           {}

// Nonce returns the account nonce that a payload names, and false for the
// kinds that carry none (votes and account creation).
func Nonce(p Payload) (uint32, bool) {
	switch p := p.(type) {
	case *SetAccountInfo:
		return p.Nonce, true
	case *AddDelegate:
		return p.Nonce, true
	case *DelDelegate:
		return p.Nonce, true
	case *SetValidator:
		return p.Nonce, true
	case *SendTokens:
		return p.Nonce, true
	case *CollectFaucet:
		return p.Nonce, true
	case *NewElection:
		return p.Nonce, true
	case *SetStatus:
		return p.Nonce, true
	case *SetCensus:
		return p.Nonce, true
	case *SetDuration:
		return p.Nonce, true
	}
	return 0, false
}

// FaucetOf returns the faucet package that rides on a payload, or nil.
func FaucetOf(p Payload) *FaucetPackage {
	switch p := p.(type) {
	case *CreateAccount:
		return p.Faucet
	case *NewElection:
		return p.Faucet
	case *CollectFaucet:
		return &p.Faucet
	}
	return nil
}
