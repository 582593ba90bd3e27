package tx

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/crypto/blindrsa/keytest"
	"urna/crypto/ethkey"
	"urna/election"
)

const testChain = "urna/test/1"

// Keys of the examples: whoever signs transactions, the faucet, a validator.
var (
	signer    = testKey(1)
	issuer    = testKey(2)
	consensus = testKey(3)
)

func testKey(n int) *ethkey.Key {
	k, err := ethkey.ParseKey(fmt.Sprintf("%064x", n))
	if err != nil {
		panic(err)
	}
	return k
}

// example is a payload and the message that says the same.
type example struct {
	name    string
	payload Payload
	text    string // prototext of urna.Tx
}

// examples give every field of every kind a value of its own.
func examples(t testing.TB) []example {
	t.Helper()
	id := election.ID([]byte(strings.Repeat("e", 32)))
	root := census.Root([]byte(strings.Repeat("r", 32)))
	to := ethkey.Address([]byte(strings.Repeat("t", 20)))
	first, second := ethkey.Address([]byte(strings.Repeat("d", 20))), ethkey.Address([]byte(strings.Repeat("f", 20)))
	uri := "ipfs://new"
	self := signer.Address()
	faucet, err := SignFaucet(issuer, FaucetPayload{Identifier: 7, To: self, Amount: 1 << 40, ChainID: testChain, NotAfter: 1_800_000_000})
	if err != nil {
		t.Fatal(err)
	}
	possession, err := consensus.Sign(PossessionText(testChain, self))
	if err != nil {
		t.Fatal(err)
	}
	proof := path(20, 5)
	vouched, blind := vouch(issuer, id, self, []byte{7}), credential(id, self)
	faucetText := fmt.Sprintf(`payload: "%s" signature: "%s"`, escape(faucet.Raw), escape(faucet.Signature))
	return []example{
		{
			"new_process",
			&NewElection{
				Nonce: 3, Expect: &id, Organisation: to,
				Rules:        ballot.Rules{MaxCount: 2, MaxValue: 3, MaxOverwrites: 4, MaxTotalCost: 5, CostExponent: 1, UniqueValues: true, CostFromWeight: true},
				CensusOrigin: census.TreeWeighted, CensusRoot: root, CensusURI: "ipfs://census", MaxCensusSize: 1000,
				StartTime: 1_700_000_000, Duration: 3600, Paused: true,
				AutoStart: true, Interruptible: true, DynamicCensus: true, EncryptedMetadata: true, TempKeys: true,
				MetadataURI: "ipfs://metadata", Faucet: &faucet,
			},
			`newProcess { txtype: NEW_PROCESS nonce: 3 process {
				processId: "` + strings.Repeat("e", 32) + `" entityId: "` + strings.Repeat("t", 20) + `"
				censusRoot: "` + strings.Repeat("r", 32) + `" censusURI: "ipfs://census" status: PAUSED
				envelopeType { uniqueValues: true costFromWeight: true }
				mode { autoStart: true interruptible: true dynamicCensus: true encryptedMetaData: true }
				voteOptions { maxCount: 2 maxValue: 3 maxVoteOverwrites: 4 maxTotalCost: 5 costExponent: 1 }
				censusOrigin: OFF_CHAIN_TREE_WEIGHTED metadata: "ipfs://metadata" maxCensusSize: 1000
				tempSIKs: true startTime: 1700000000 duration: 3600
			} faucetPackage { ` + faucetText + ` } }`,
		},
		{
			"set_process_status",
			&SetStatus{Nonce: 4, Election: id, Status: election.Ended},
			`setProcess { txtype: SET_PROCESS_STATUS nonce: 4 processId: "` + strings.Repeat("e", 32) + `" status: ENDED }`,
		},
		{
			"set_process_census",
			&SetCensus{Nonce: 5, Election: id, Root: &root, URI: &uri, Size: 2000},
			`setProcess { txtype: SET_PROCESS_CENSUS nonce: 5 processId: "` + strings.Repeat("e", 32) + `"
				censusRoot: "` + strings.Repeat("r", 32) + `" censusURI: "ipfs://new" censusSize: 2000 }`,
		},
		{
			"vote",
			&Vote{Election: id, Nonce: []byte("nonce"), Proof: proof, Package: []byte(`{"votes":[1,2,3]}`), Memo: []byte("memo")},
			fmt.Sprintf(`vote { nonce: "nonce" processId: "%s" proof { arbo { siblings: "%s" availableWeight: "%s" keyType: ADDRESS voteWeight: "%s" } }
				votePackage: "{\"votes\":[1,2,3]}" memo: "memo" }`,
				strings.Repeat("e", 32), escape(proof.Siblings), escape(proof.AvailableWeight), escape(proof.VoteWeight)),
		},
		{
			"send_tokens",
			&SendTokens{Nonce: 6, From: self, To: to, Amount: 1 << 50},
			`sendTokens { txtype: SEND_TOKENS nonce: 6 from: "` + escape(self[:]) + `" to: "` + strings.Repeat("t", 20) + `" value: 1125899906842624 }`,
		},
		{
			"set_account_info_uri",
			&SetAccountInfo{Nonce: 7, Account: to, InfoURI: "ipfs://info"},
			`setAccount { txtype: SET_ACCOUNT_INFO_URI nonce: 7 infoURI: "ipfs://info" account: "` + strings.Repeat("t", 20) + `" }`,
		},
		{
			"add_delegate_for_account",
			&AddDelegate{Nonce: 8, Account: self, Delegates: []ethkey.Address{first, second}},
			`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT nonce: 8 account: "` + escape(self[:]) + `"
				delegates: "` + strings.Repeat("d", 20) + `" delegates: "` + strings.Repeat("f", 20) + `" }`,
		},
		{
			"del_delegate_for_account",
			&DelDelegate{Nonce: 9, Account: self, Delegates: []ethkey.Address{second}},
			`setAccount { txtype: DEL_DELEGATE_FOR_ACCOUNT nonce: 9 account: "` + escape(self[:]) + `" delegates: "` + strings.Repeat("f", 20) + `" }`,
		},
		{
			"collect_faucet",
			&CollectFaucet{Nonce: 10, Faucet: faucet},
			`collectFaucet { txType: COLLECT_FAUCET faucetPackage { ` + faucetText + ` } nonce: 10 }`,
		},
		{
			"create_account",
			&CreateAccount{
				Account: self, InfoURI: "ipfs://info", Delegates: []ethkey.Address{first, second},
				IdentityKey: []byte(strings.Repeat("k", 32)), Faucet: &faucet,
			},
			`setAccount { txtype: CREATE_ACCOUNT infoURI: "ipfs://info" account: "` + escape(self[:]) + `" faucetPackage { ` + faucetText + ` }
				delegates: "` + strings.Repeat("d", 20) + `" delegates: "` + strings.Repeat("f", 20) + `" SIK: "` + strings.Repeat("k", 32) + `" }`,
		},
		{
			"set_account_validator",
			&SetValidator{Nonce: 11, Account: self, PublicKey: consensus.PublicKey(), Name: "Ada", Possession: possession},
			`setAccount { txtype: SET_ACCOUNT_VALIDATOR nonce: 11 account: "` + escape(self[:]) + `"
				publicKey: "` + escape(consensus.PublicKey()) + `" name: "Ada" possession: "` + escape(possession) + `" }`,
		},
		{
			"set_process_duration",
			&SetDuration{Nonce: 12, Election: id, Duration: 7200},
			`setProcess { txtype: SET_PROCESS_DURATION nonce: 12 processId: "` + strings.Repeat("e", 32) + `" duration: 7200 }`,
		},
		{
			"new_process.issuer",
			issued(13, &NewElection{CensusOrigin: census.Issuer, IssuerKey: issuer.PublicKey()}),
			issuedText(13, `censusRoot: "`+escape(issuer.PublicKey())+`" censusURI: "https://issuer"`, "OFF_CHAIN_CA", ""),
		},
		{
			"new_process.blind_issuer",
			issued(14, &NewElection{CensusOrigin: census.BlindIssuer, Classes: classes}),
			issuedText(14, `censusURI: "https://issuer"`, "OFF_CHAIN_CA_BLIND", `weightClasses { weight: "\x01" key: "`+escape(classes[0].Key)+`" }
				weightClasses { weight: "\x01\x00" key: "`+escape(classes[1].Key)+`" }`),
		},
		{
			"set_process_census.issuer",
			&SetCensus{Nonce: 15, Election: id, IssuerKey: consensus.PublicKey()},
			`setProcess { txtype: SET_PROCESS_CENSUS nonce: 15 processId: "` + strings.Repeat("e", 32) + `" censusRoot: "` + escape(consensus.PublicKey()) + `" }`,
		},
		{
			"set_process_census.issued",
			&SetCensus{Nonce: 16, Election: id, Issued: []Issued{{[]byte{1}, 5}, {[]byte{1, 0}, 1 << 40}}},
			`setProcess { txtype: SET_PROCESS_CENSUS nonce: 16 processId: "` + strings.Repeat("e", 32) + `"
				issued { weight: "\x01" count: 5 } issued { weight: "\x01\x00" count: 1099511627776 } }`,
		},
		{
			"vote.issuer",
			&Vote{Election: id, Signed: vouched, Package: []byte(`{"votes":[1]}`)},
			fmt.Sprintf(`vote { processId: "%s" proof { ca { type: ECDSA bundle { processId: "%[1]s" address: "%s" voteWeight: "\x07" } signature: "%s" } }
				votePackage: "{\"votes\":[1]}" }`, strings.Repeat("e", 32), escape(self[:]), escape(vouched.Signature)),
		},
		{
			"vote.credential",
			&Vote{Election: id, Blind: blind, Package: []byte(`{"votes":[1]}`)},
			fmt.Sprintf(`vote { processId: "%s" proof { credential { weight: "\x01\x00" key: "%s" signature: "%s" } }
				votePackage: "{\"votes\":[1]}" }`, strings.Repeat("e", 32), escape(blind.Key), escape(blind.Signature)),
		},
	}
}

// classes are the weight classes of the examples: of weight 1 and 256.
var classes = []census.Class{{Weight: []byte{1}, Key: keytest.Modulus(0)}, {Weight: []byte{1, 0}, Key: keytest.Modulus(1)}}

// vouch is what an issuer signs for a voter.
func vouch(key *ethkey.Key, id election.ID, voter ethkey.Address, weight []byte) *census.Signed {
	p := &census.Signed{Election: id, Voter: voter, Weight: weight}
	var err error
	if p.Signature, err = SignBundle(key, p); err != nil {
		panic(err)
	}
	return p
}

// credential is what a voter has of the blind issuer of the second class.
func credential(id election.ID, voter ethkey.Address) *census.Blind {
	message := census.CredentialMessage(testChain, id, uint256.NewInt(256), voter)
	return &census.Blind{Class: classes[1], Signature: keytest.Sign(1, message)}
}

// issued is an election whose voters show what an issuer gave them.
func issued(nonce uint32, p *NewElection) *NewElection {
	p.Nonce, p.CensusURI, p.MetadataURI, p.MaxCensusSize, p.Duration = nonce, "https://issuer", "ipfs://metadata", 10, 60
	p.Rules = ballot.Rules{MaxCount: 1, MaxValue: 1}
	return p
}

func issuedText(nonce int, root, origin, more string) string {
	return fmt.Sprintf(`newProcess { txtype: NEW_PROCESS nonce: %d process { %s status: READY voteOptions { maxCount: 1 maxValue: 1 }
		censusOrigin: %s metadata: "ipfs://metadata" maxCensusSize: 10 duration: 60 %s } }`, nonce, root, origin, more)
}

// path is a census proof through so many levels, each with a sibling, for a
// voter who uses 1 of the weight.
func path(levels int, weight uint64) census.MerkleProof {
	bitmap := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(levels)), big.NewInt(1)).Bytes()
	for i, j := 0, len(bitmap)-1; i < j; i, j = i+1, j-1 {
		bitmap[i], bitmap[j] = bitmap[j], bitmap[i]
	}
	packed := binary.LittleEndian.AppendUint16(nil, uint16(4+len(bitmap)+32*levels))
	packed = binary.LittleEndian.AppendUint16(packed, uint16(len(bitmap)))
	packed = append(packed, bitmap...)
	for i := range levels {
		h := ethkey.Keccak256([]byte{byte(i)})
		packed = append(packed, h[:]...)
	}
	available := make([]byte, 32)
	binary.LittleEndian.PutUint64(available, weight)
	return census.MerkleProof{Siblings: packed, AvailableWeight: available, KeyType: 1, VoteWeight: []byte{1}}
}

func escape(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return s.String()
}

// sign signs a body that Encode might refuse.
func sign(t testing.TB, key *ethkey.Key, body []byte) []byte {
	t.Helper()
	p, r := decodeBody(body)
	if r != nil {
		t.Fatalf("sign: %v", r)
	}
	s := &Tx{Body: body, Payload: p}
	var err error
	if s.Signature, err = key.Sign(s.Text(testChain)); err != nil {
		t.Fatal(err)
	}
	return encode(nil, envelopeFields, s)
}
