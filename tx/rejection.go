package tx

import "fmt"

// Code numbers a reason to refuse a transaction. The list is closed: a number
// is documented in docs/spec/rejections.md, provoked by a test and never
// reused. Only the number enters the block's results hash, never the text.
type Code uint32

// Reasons that follow from the bytes alone (100 to 199).
const (
	MalformedTx          Code = 100 // not a signed transaction, or not canonical
	TxTooLarge           Code = 101 // over MaxTxBytes
	DeadKind             Code = 102 // a message of the wire that no longer lives
	UnsupportedKind      Code = 103 // a message that this version does not accept yet
	BadSignature         Code = 104 // not 65 strict bytes, or nobody's
	FieldLength          Code = 105 // a field or list is too long, too short or missing
	FieldRange           Code = 106 // a number is out of its range, or a field may not be set
	UnsupportedCensus    Code = 107 // census origin not accepted
	UnsupportedAnonymous Code = 108 // anonymous elections come later
	UnsupportedEncrypted Code = 109 // encrypted ballots come later
	UnsupportedIssuer    Code = 110 // an issuer (CSP) census of the salted kind, OFF_CHAIN_CA_V2
	BadRules             Code = 111 // ballot rules out of bounds
	BadProof             Code = 112 // census proof malformed
	BadProofKind         Code = 113 // proof of a type that the election does not take
	BadBallot            Code = 114 // vote package is not an open ballot
	BadFaucetPackage     Code = 115 // faucet package malformed or its signature is nobody's
	WrongChain           Code = 116 // a faucet package for another chain
	DuplicateEntry       Code = 117 // the same delegate twice in one list
	BadKey               Code = 118 // not a public key on the curve
	BadPossession        Code = 119 // the consensus key did not sign the request
	WrongAccount         Code = 120 // the named account is not the signer
	SaltedCredential     Code = 121 // an issuer's signature of the wire's salted kind
	LegacyBlind          Code = 122 // an issuer's signature of one of the wire's blind kinds
	BadClasses           Code = 123 // weight classes doubled, out of order or with a bad key
)

// Reasons that follow from the state (200 to 399).
const (
	UnknownAccount      Code = 200 // the account does not exist
	AccountExists       Code = 201 // the account exists already
	BadNonce            Code = 202 // not the account's next nonce
	InsufficientBalance Code = 203 // cannot pay
	NotAuthorized       Code = 204 // neither the organisation nor its delegate
	SameURI             Code = 205 // nothing would change
	DelegateExists      Code = 206 // is a delegate already
	UnknownDelegate     Code = 207 // is not a delegate
	SelfDelegate        Code = 208 // an account cannot be its own delegate
	TooManyDelegates    Code = 209 // over MaxDelegates
	SelfTransfer        Code = 210 // sender and receiver are one
	FaucetSpent         Code = 211 // package redeemed already
	FaucetExpired       Code = 212 // past NotAfter, or NotAfter too far ahead
	FaucetWrongReceiver Code = 213 // package is for another account
	FaucetUnderfunded   Code = 214 // issuer cannot cover it
	ValidatorExists     Code = 215 // the key has a seat already
	ValidatorTombstoned Code = 216 // the key misbehaved and may never return
	TooManyValidators   Code = 217 // no seat left
	Overflow            Code = 218 // a balance or counter would overflow

	UnknownElection      Code = 300 // no such election
	ElectionExists       Code = 301 // id taken
	UnexpectedElectionID Code = 302 // the chain would give another id than the client expects
	StartInPast          Code = 303 // start time is before the block's time
	EndInPast            Code = 304 // the election would be over already
	CensusTooLarge       Code = 305 // over the network's maximum
	CensusShrinks        Code = 306 // the census size may only grow
	CensusFixed          Code = 307 // the election's census is not dynamic
	CensusUnchanged      Code = 308 // nothing would change
	StatusSame           Code = 309 // already in that status
	StatusForbidden      Code = 310 // no such step from the present status
	NotInterruptible     Code = 311 // the election cannot be interrupted
	DurationUnchanged    Code = 312 // nothing would change
	ElectionClosed       Code = 313 // ended, canceled or with results
	MetadataMissing      Code = 314 // an election needs metadata
	CensusURIMissing     Code = 315 // a Merkle census needs the URI of its dump
	CensusKind           Code = 316 // not the kind of census that the election has
	IssuanceClosed       Code = 317 // credentials are counted before the election starts
	BadIssuance          Code = 318 // credentials of a class that the election does not have, or more than its voters
	IssuerKeyTaken       Code = 319 // the key of a class has served another election

	NotReady         Code = 320 // election is not in READY
	NotStarted       Code = 321 // before its start
	Finished         Code = 322 // after its end
	WrongRoot        Code = 323 // proof leads to another census
	CensusFull       Code = 324 // every place in the census has voted
	NoOverwritesLeft Code = 325 // the vote cannot be replaced (again)
	ReplayedBallot   Code = 326 // this package was accepted before
	BallotRule       Code = 327 // the ballot breaks one of the election's rules
	WrongProofKind   Code = 328 // the election's census takes another kind of proof
	NoCredentialLeft Code = 329 // every credential that the issuer counted has voted
	ClassChanged     Code = 330 // a credential of one class cannot replace a vote of another
)

// CodeInfo gives the name of a code and the reason it stands for, or empty
// texts for a number that is not on the list.
func CodeInfo(c Code) (name, text string) {
	info := codeInfo[c]
	return info.name, info.text
}

// String is the code's name.
func (c Code) String() string {
	if name, _ := CodeInfo(c); name != "" {
		return name
	}
	return fmt.Sprintf("Code(%d)", uint32(c))
}

// Rejection is the correct answer to a bad transaction.
type Rejection struct {
	Code   Code
	Detail string // for people; not part of any hash
}

func (r *Rejection) Error() string { return r.Detail }

// Reject makes a Rejection.
func Reject(c Code, format string, args ...any) *Rejection {
	return &Rejection{Code: c, Detail: fmt.Sprintf(format, args...)}
}
