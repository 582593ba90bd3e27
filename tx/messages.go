package tx

import (
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// The wire, message by message. urna.proto says the same for other languages;
// a test keeps the two together. Numbers from 1000 up are ours.

// ours is the first number that is not the wire's own.
const ours = 1000

// Lengths of fields that have one length only.
const (
	addressLen   = ethkey.AddressLen
	signatureLen = ethkey.SignatureLen
	hashLen      = 32
)

var forms = [...]form{
	KindNewElection:    as(2, newElectionFields, (*NewElection).check),
	KindSetStatus:      as(4, setStatusFields, (*SetStatus).check),
	KindSetCensus:      as(4, setCensusFields, (*SetCensus).check),
	KindVote:           as(1, voteFields, (*Vote).check),
	KindSendTokens:     as(7, sendTokensFields, nil),
	KindSetAccountInfo: as(9, setAccountInfoFields, nil),
	KindAddDelegate:    as(9, addDelegateFields, func(p *AddDelegate) *Rejection { return distinct(p.Delegates) }),
	KindDelDelegate:    as(9, delDelegateFields, func(p *DelDelegate) *Rejection { return distinct(p.Delegates) }),
	KindCollectFaucet:  as(10, collectFaucetFields, nil),
	KindCreateAccount:  as(9, createAccountFields, func(p *CreateAccount) *Rejection { return distinct(p.Delegates) }),
	KindSetValidator:   as(9, setValidatorFields, nil),
	KindSetDuration:    as(4, setDurationFields, nil),
}

var envelopeFields = []field[Tx]{
	at(1, "tx", 0, MaxTxBytes, func(t *Tx) any { return &t.Body }),
	at(2, "signature", 0, MaxTxBytes, func(t *Tx) any { return &t.Signature }).optional(),
}

// treeFields are those of a path in a census tree.
var treeFields = []field[Vote]{
	at(1, "type", 0, math.MaxInt32, func(p *Vote) any { return (*proofHash)(&p.Proof.Type) }),
	at(2, "siblings", 0, MaxSiblingsBytes, func(p *Vote) any { return &p.Proof.Siblings }),
	at(3, "availableWeight", 0, hashLen, func(p *Vote) any { return &p.Proof.AvailableWeight }),
	at(4, "keyType", 0, math.MaxInt32, func(p *Vote) any { return (*proofKey)(&p.Proof.KeyType) }),
	at(5, "voteWeight", 0, hashLen, func(p *Vote) any { return &p.Proof.VoteWeight }),
}

var voteFields = []field[Vote]{
	at(1, "nonce", 0, MaxNonceBytes, func(p *Vote) any { return &p.Nonce }),
	at(2, "processId", hashLen, hashLen, func(p *Vote) any { return &p.Election }),
	within(3, "proof",
		refused[Vote](3, "ethereumStorage", "").because(BadProofKind),
		refused[Vote](4, "ethereumAccount", "").because(BadProofKind),
		at(5, "ca", 0, MaxIssuerProofBytes, func(p *Vote) any { return &p.Signed }).choice(),
		within(6, "arbo", treeFields...).choice(),
		refused[Vote](7, "zkSnark", "").because(UnsupportedAnonymous),
		refused[Vote](8, "minimeStorage", "").because(BadProofKind),
		refused[Vote](9, "farcasterFrame", "").because(BadProofKind),
		at(1000, "credential", 0, MaxCredentialBytes, func(p *Vote) any { return &p.Blind }).choice(),
	),
	at(4, "votePackage", 1, MaxPackageBytes, func(p *Vote) any { return &p.Package }),
	refused[Vote](5, "nullifier", `""`),
	refused[Vote](6, "encryptionKeyIndexes", "[]").because(UnsupportedEncrypted).optional(),
	at(7, "memo", 0, MaxMemoBytes, func(p *Vote) any { return &p.Memo }).optional(),
}

var newElectionFields = []field[NewElection]{
	kind[NewElection](KindNewElection),
	at(2, "nonce", 0, math.MaxUint32, func(p *NewElection) any { return &p.Nonce }),
	within(3, "process", processFields...),
	at(4, "faucetPackage", 0, MaxFaucetBytes, func(p *NewElection) any { return &p.Faucet }).optional(),
}

var processFields = []field[NewElection]{
	at(1, "processId", 0, hashLen, func(p *NewElection) any { return &p.Expect }),
	at(2, "entityId", 0, addressLen, func(p *NewElection) any { return &p.Organisation }),
	refused[NewElection](3, "startBlock", "0"),
	refused[NewElection](4, "blockCount", "0"),
	at(5, "censusRoot", 0, ethkey.PublicKeyLen, func(p *NewElection) any { return (*firstRoot)(p) }),
	at(6, "censusURI", 0, MaxURIBytes, func(p *NewElection) any { return &p.CensusURI }).optional(),
	refused[NewElection](8, "encryptionPrivateKeys", "[]"),
	refused[NewElection](9, "encryptionPublicKeys", "[]"),
	refused[NewElection](11, "keyIndex", ""),
	at(12, "status", uint64(election.Ready), uint64(election.Paused), func(p *NewElection) any { return (*startStatus)(&p.Paused) }),
	refused[NewElection](13, "paramsSignature", ""),
	refused[NewElection](14, "namespace", "0"),
	within(15, "envelopeType",
		refused[NewElection](1, "serial", "false"),
		at(2, "anonymous", 0, 1, func(p *NewElection) any { return &p.Mode.Anonymous }),
		at(3, "encryptedVotes", 0, 1, func(p *NewElection) any { return &p.Mode.Encrypted }),
		at(4, "uniqueValues", 0, 1, func(p *NewElection) any { return &p.Rules.UniqueValues }),
		at(5, "costFromWeight", 0, 1, func(p *NewElection) any { return &p.Rules.CostFromWeight }),
	),
	within(16, "mode",
		at(1, "autoStart", 0, 1, func(p *NewElection) any { return &p.AutoStart }),
		at(2, "interruptible", 0, 1, func(p *NewElection) any { return &p.Interruptible }),
		at(3, "dynamicCensus", 0, 1, func(p *NewElection) any { return &p.DynamicCensus }),
		at(4, "encryptedMetaData", 0, 1, func(p *NewElection) any { return &p.EncryptedMetadata }),
		refused[NewElection](5, "preRegister", "false"),
	),
	refused[NewElection](17, "questionIndex", ""),
	refused[NewElection](18, "questionCount", ""),
	within(19, "voteOptions",
		at(1, "maxCount", 0, math.MaxUint32, func(p *NewElection) any { return &p.Rules.MaxCount }),
		at(2, "maxValue", 0, math.MaxUint32, func(p *NewElection) any { return &p.Rules.MaxValue }),
		at(3, "maxVoteOverwrites", 0, math.MaxUint32, func(p *NewElection) any { return &p.Rules.MaxOverwrites }),
		at(4, "maxTotalCost", 0, math.MaxUint32, func(p *NewElection) any { return &p.Rules.MaxTotalCost }),
		at(5, "costExponent", 0, math.MaxUint32, func(p *NewElection) any { return &p.Rules.CostExponent }),
	),
	at(20, "censusOrigin", 0, math.MaxInt32, func(p *NewElection) any { return &p.CensusOrigin }),
	refused[NewElection](21, "results", "null"),
	refused[NewElection](23, "ethIndexSlot", ""),
	refused[NewElection](24, "sourceBlockHeight", ""),
	refused[NewElection](25, "owner", ""),
	at(26, "metadata", 0, MaxURIBytes, func(p *NewElection) any { return &p.MetadataURI }).optional(),
	refused[NewElection](27, "sourceNetworkId", `"UNKNOWN"`),
	at(28, "maxCensusSize", 1, math.MaxUint64, func(p *NewElection) any { return &p.MaxCensusSize }),
	refused[NewElection](29, "rollingCensusRoot", ""),
	refused[NewElection](30, "rollingCensusSize", ""),
	refused[NewElection](31, "nullifiersRoot", ""),
	refused[NewElection](32, "sourceNetworkContractAddr", ""),
	refused[NewElection](33, "tokenDecimals", ""),
	at(34, "tempSIKs", 0, 1, func(p *NewElection) any { return &p.TempKeys }).shown(),
	at(35, "startTime", 0, math.MaxUint32, func(p *NewElection) any { return &p.StartTime }),
	at(36, "duration", 1, MaxDuration, func(p *NewElection) any { return &p.Duration }),
	at(1000, "weightClasses", 1, MaxClassBytes, func(p *NewElection) any { return &p.Classes }).many(0, census.MaxClasses),
}

// known is a field of a message that serves several kinds. A kind takes some
// of them; the others may not be set.
type known struct {
	num  protowire.Number
	name string
}

var (
	setProcessKnown = []known{
		{4, "status"},
		{5, "questionIndex"},
		{6, "censusRoot"},
		{7, "censusURI"},
		{8, "proof"},
		{9, "results"},
		{10, "tempSIKs"},
		{11, "duration"},
		{12, "censusSize"},
		{1000, "issued"},
	}
	setAccountKnown = []known{
		{3, "infoURI"},
		{4, "account"},
		{5, "faucetPackage"},
		{6, "delegates"},
		{7, "SIK"},
		{8, "publicKey"},
		{9, "name"},
		{1000, "possession"},
	}
)

// some makes the fields of a kind: those given, and the other known ones
// refused.
func some[T any](all []known, given ...field[T]) (fields []field[T]) {
	for _, k := range all {
		for len(given) > 0 && given[0].num < k.num {
			fields, given = append(fields, given[0]), given[1:]
		}
		if len(given) == 0 || given[0].num > k.num {
			fields = append(fields, refused[T](k.num, k.name, ""))
		}
	}
	return append(fields, given...)
}

var setStatusFields = some(setProcessKnown,
	kind[SetStatus](KindSetStatus),
	at(2, "nonce", 0, math.MaxUint32, func(p *SetStatus) any { return &p.Nonce }),
	at(3, "processId", hashLen, hashLen, func(p *SetStatus) any { return &p.Election }),
	at(4, "status", 0, uint64(election.Results), func(p *SetStatus) any { return &p.Status }).optional(),
)

var setCensusFields = some(setProcessKnown,
	kind[SetCensus](KindSetCensus),
	at(2, "nonce", 0, math.MaxUint32, func(p *SetCensus) any { return &p.Nonce }),
	at(3, "processId", hashLen, hashLen, func(p *SetCensus) any { return &p.Election }),
	at(6, "censusRoot", 0, ethkey.PublicKeyLen, func(p *SetCensus) any { return (*newRoot)(p) }).optional(),
	at(7, "censusURI", 0, MaxURIBytes, func(p *SetCensus) any { return &p.URI }).optional(),
	at(12, "censusSize", 0, math.MaxUint64, func(p *SetCensus) any { return &p.Size }).optional(),
	at(1000, "issued", 1, MaxIssuedBytes, func(p *SetCensus) any { return &p.Issued }).many(0, census.MaxClasses),
)

var setDurationFields = some(setProcessKnown,
	kind[SetDuration](KindSetDuration),
	at(2, "nonce", 0, math.MaxUint32, func(p *SetDuration) any { return &p.Nonce }),
	at(3, "processId", hashLen, hashLen, func(p *SetDuration) any { return &p.Election }),
	at(11, "duration", 1, MaxDuration, func(p *SetDuration) any { return &p.Duration }).optional(),
)

var createAccountFields = some(setAccountKnown,
	kind[CreateAccount](KindCreateAccount),
	at(2, "nonce", 0, 0, func(*CreateAccount) any { return noNonce{} }).shown(),
	at(3, "infoURI", 0, MaxURIBytes, func(p *CreateAccount) any { return &p.InfoURI }).optional(),
	at(4, "account", 0, addressLen, func(p *CreateAccount) any { return &p.Account }).optional(),
	at(5, "faucetPackage", 0, MaxFaucetBytes, func(p *CreateAccount) any { return &p.Faucet }).optional(),
	at(6, "delegates", addressLen, addressLen, func(p *CreateAccount) any { return &p.Delegates }).many(0, MaxDelegates),
	at(7, "SIK", 0, hashLen, func(p *CreateAccount) any { return &p.IdentityKey }).optional(),
)

var setAccountInfoFields = some(setAccountKnown,
	kind[SetAccountInfo](KindSetAccountInfo),
	at(2, "nonce", 0, math.MaxUint32, func(p *SetAccountInfo) any { return &p.Nonce }).shown(),
	at(3, "infoURI", 0, MaxURIBytes, func(p *SetAccountInfo) any { return &p.InfoURI }).optional(),
	at(4, "account", 0, addressLen, func(p *SetAccountInfo) any { return &p.Account }).optional(),
	refused[SetAccountInfo](6, "delegates", "[]"),
)

var addDelegateFields = some(setAccountKnown,
	kind[AddDelegate](KindAddDelegate),
	at(2, "nonce", 0, math.MaxUint32, func(p *AddDelegate) any { return &p.Nonce }).shown(),
	at(4, "account", 0, addressLen, func(p *AddDelegate) any { return &p.Account }).optional(),
	at(6, "delegates", addressLen, addressLen, func(p *AddDelegate) any { return &p.Delegates }).many(1, MaxDelegates),
)

var delDelegateFields = some(setAccountKnown,
	kind[DelDelegate](KindDelDelegate),
	at(2, "nonce", 0, math.MaxUint32, func(p *DelDelegate) any { return &p.Nonce }).shown(),
	at(4, "account", 0, addressLen, func(p *DelDelegate) any { return &p.Account }).optional(),
	at(6, "delegates", addressLen, addressLen, func(p *DelDelegate) any { return &p.Delegates }).many(1, MaxDelegates),
)

var setValidatorFields = some(setAccountKnown,
	kind[SetValidator](KindSetValidator),
	at(2, "nonce", 0, math.MaxUint32, func(p *SetValidator) any { return &p.Nonce }).shown(),
	at(4, "account", 0, addressLen, func(p *SetValidator) any { return &p.Account }).optional(),
	refused[SetValidator](6, "delegates", "[]"),
	at(8, "publicKey", ethkey.PublicKeyLen, ethkey.PublicKeyLen, func(p *SetValidator) any { return &p.PublicKey }).optional(),
	at(9, "name", 0, MaxNameBytes, func(p *SetValidator) any { return &p.Name }).optional(),
	at(1000, "possession", signatureLen, signatureLen, func(p *SetValidator) any { return &p.Possession }).optional(),
)

var sendTokensFields = []field[SendTokens]{
	at(1, "txtype", 0, math.MaxInt32, func(*SendTokens) any { return anyKind(KindSendTokens) }),
	at(2, "nonce", 0, math.MaxUint32, func(p *SendTokens) any { return &p.Nonce }),
	at(3, "from", 0, addressLen, func(p *SendTokens) any { return &p.From }),
	at(4, "to", addressLen, addressLen, func(p *SendTokens) any { return &p.To }),
	at(5, "value", 1, math.MaxUint64, func(p *SendTokens) any { return &p.Amount }),
}

var collectFaucetFields = []field[CollectFaucet]{
	at(1, "txType", 0, math.MaxInt32, func(*CollectFaucet) any { return anyKind(KindCollectFaucet) }),
	at(2, "faucetPackage", 1, MaxFaucetBytes, func(p *CollectFaucet) any { return &p.Faucet }),
	at(3, "nonce", 0, math.MaxUint32, func(p *CollectFaucet) any { return &p.Nonce }),
}

var faucetFields = []field[FaucetPackage]{
	at(1, "payload", 1, MaxFaucetBytes, func(p *FaucetPackage) any { return (*rawPayload)(p) }),
	at(2, "signature", signatureLen, signatureLen, func(p *FaucetPackage) any { return &p.Signature }),
}

// faucetPayloadFields do not insist on a chain and an expiry, so that packages
// made for other chains can be read; Verify and the law insist.
var faucetPayloadFields = []field[FaucetPayload]{
	at(1, "identifier", 0, math.MaxUint64, func(p *FaucetPayload) any { return &p.Identifier }),
	at(2, "to", addressLen, addressLen, func(p *FaucetPayload) any { return &p.To }),
	at(3, "amount", 1, math.MaxUint64, func(p *FaucetPayload) any { return &p.Amount }),
	at(1000, "chainId", 0, MaxChainIDBytes, func(p *FaucetPayload) any { return &p.ChainID }),
	at(1001, "notAfter", 0, MaxTime, func(p *FaucetPayload) any { return &p.NotAfter }),
}

// check asks for a proof. Nobody has an empty path: the path of a census of one
// voter still says that it has no siblings.
func (p *Vote) check() *Rejection {
	proofs := 0
	for _, there := range []bool{len(p.Proof.Siblings) > 0, p.Signed != nil, p.Blind != nil} {
		if there {
			proofs++
		}
	}
	if proofs != 1 {
		return Reject(BadProof, "a vote needs one census proof, not %d", proofs)
	}
	if len(p.Proof.Siblings) == 0 && len(encode(nil, treeFields, p)) > 0 {
		return Reject(BadProof, "a vote needs one census proof, and no part of another")
	}
	return nil
}

// check says what must hold between the fields of a new election.
func (p *NewElection) check() *Rejection {
	switch {
	case p.Mode.Anonymous:
		return Reject(UnsupportedAnonymous, "anonymous elections are not accepted yet")
	case p.Mode.Encrypted:
		return Reject(UnsupportedEncrypted, "encrypted ballots are not accepted yet")
	}
	if r := p.checkCensus(); r != nil {
		return r
	}
	if err := p.Rules.Check(); err != nil {
		return Reject(BadRules, "%v", err)
	}
	return nil
}

// check asks for a status; whether the election may take it is up to the law.
func (p *SetStatus) check() *Rejection {
	if p.Status == 0 {
		return Reject(FieldRange, "process status PROCESS_UNKNOWN unknown")
	}
	return nil
}

// distinct asks that no delegate is named twice. The lists are short.
func distinct(delegates []ethkey.Address) *Rejection {
	for i, d := range delegates {
		if slices.Contains(delegates[:i], d) {
			return Reject(DuplicateEntry, "delegate %s is named twice", d)
		}
	}
	return nil
}
