package tx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// envelope makes a SignedTx of any two byte strings.
func envelope(body, signature []byte) []byte {
	raw := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), body)
	return protowire.AppendBytes(protowire.AppendTag(raw, 2, protowire.BytesType), signature)
}

// member makes a body of any message.
func member(num protowire.Number, message string) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), []byte(message))
}

func TestEveryReasonInTheBytesIsProvoked(t *testing.T) {
	unsigned := func(text string) []byte { return envelope(bodyOf(t, text), nil) }
	signed := func(text string) []byte { return sign(t, signer, bodyOf(t, text)) }
	id, address := strings.Repeat("e", 32), strings.Repeat("a", 20)
	process := func(more string) string {
		return `newProcess { txtype: NEW_PROCESS process { censusRoot: "` + id + `" status: READY voteOptions { maxCount: 1 maxValue: 1 }
			censusOrigin: OFF_CHAIN_TREE_WEIGHTED maxCensusSize: 1 duration: 1 ` + more + ` } }`
	}
	proof := path(3, 1)
	vote := func(pkg, proof string) string {
		return `vote { processId: "` + id + `" proof { ` + proof + ` } votePackage: "` + pkg + `" }`
	}
	arbo := func(kind string, siblings []byte) string {
		return fmt.Sprintf(`arbo { type: %s siblings: "%s" availableWeight: "%s" }`, kind, escape(siblings), escape(proof.AvailableWeight))
	}
	self, wanted := signer.Address(), election.ID([]byte(id))
	class := func(weight, key int) string {
		return fmt.Sprintf(` weightClasses { weight: "\x%02x" key: "%s" }`, weight, escape(classes[key].Key))
	}
	count := func(issued string) string {
		return `setProcess { txtype: SET_PROCESS_CENSUS processId: "` + id + `" ` + issued + ` }`
	}
	ca := func(kind string) string {
		return `ca { type: ` + kind + ` bundle { processId: "` + id + `" address: "` + address + `" } signature: "` + strings.Repeat("s", 65) + `" }`
	}
	voteOf := func(signed *census.Signed, blind *census.Blind) string {
		if signed != nil {
			return vote(`{\"votes\":[]}`, fmt.Sprintf(`ca { type: ECDSA bundle { processId: "%s" address: "%s" voteWeight: "%s" } signature: "%s" }`,
				escape(signed.Election[:]), escape(signed.Voter[:]), escape(signed.Weight), escape(signed.Signature)))
		}
		return vote(`{\"votes\":[]}`, fmt.Sprintf(`credential { weight: "%s" key: "%s" signature: "%s" }`,
			escape(blind.Weight), escape(blind.Key), escape(blind.Signature)))
	}
	faucet := func(chain string) string {
		p, err := SignFaucet(issuer, FaucetPayload{Identifier: 1, To: signer.Address(), Amount: 1, ChainID: chain, NotAfter: 1})
		if err != nil {
			t.Fatal(err)
		}
		return `payload: "` + escape(p.Raw) + `" signature: "` + escape(p.Signature) + `"`
	}
	validator := func(key []byte) string {
		possession, err := consensus.Sign(PossessionText("another chain", signer.Address()))
		if err != nil {
			t.Fatal(err)
		}
		return `setAccount { txtype: SET_ACCOUNT_VALIDATOR publicKey: "` + escape(key) + `" possession: "` + escape(possession) + `" }`
	}
	cases := []struct {
		want Code
		name string
		raw  []byte
	}{
		{MalformedTx, "nothing at all", nil},
		{MalformedTx, "text", []byte("hello")},
		{MalformedTx, "an empty body", envelope(nil, nil)},
		{MalformedTx, "a message that never was", envelope(member(6, ""), nil)},
		{TxTooLarge, "a byte too many", make([]byte, MaxTxBytes+1)},
		{DeadKind, "voter keys", envelope(member(5, ""), nil)},
		{DeadKind, "the treasurer's costs", envelope(member(8, ""), nil)},
		{DeadKind, "key keepers", envelope(member(11, ""), nil)},
		{DeadKind, "a question index", envelope(member(4, "\x08\x04"), nil)},
		{DeadKind, "results", envelope(member(4, "\x08\x0c"), nil)},
		{UnsupportedKind, "election keys", envelope(member(3, ""), nil)},
		{UnsupportedKind, "setting an identity key", envelope(member(12, ""), nil)},
		{UnsupportedKind, "deleting an identity key", envelope(member(13, ""), nil)},
		{UnsupportedKind, "registering an identity key", envelope(member(14, ""), nil)},
		{BadSignature, "no signature", unsigned(`setProcess { txtype: SET_PROCESS_DURATION processId: "` + id + `" duration: 1 }`)},
		{FieldLength, "a short election id", unsigned(`setProcess { txtype: SET_PROCESS_STATUS processId: "e" status: ENDED }`)},
		{FieldLength, "no election id", unsigned(`setProcess { txtype: SET_PROCESS_STATUS status: ENDED }`)},
		{FieldLength, "no receiver", unsigned(`sendTokens { txtype: SEND_TOKENS value: 1 }`)},
		{FieldLength, "no delegates", unsigned(`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT }`)},
		{FieldLength, "too many delegates", unsigned(`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT ` + strings.Repeat(` delegates: "`+address+`"`, MaxDelegates+1) + `}`)},
		{FieldLength, "a delegate that is no address", unsigned(`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT delegates: "" }`)},
		{FieldLength, "an address of 19 bytes", unsigned(`sendTokens { txtype: SEND_TOKENS from: "` + address[1:] + `" to: "` + address + `" value: 1 }`)},
		{FieldLength, "a long URI", unsigned(`setAccount { txtype: SET_ACCOUNT_INFO_URI infoURI: "` + strings.Repeat("u", MaxURIBytes+1) + `" }`)},
		{FieldLength, "a long package", unsigned(vote(strings.Repeat("p", MaxPackageBytes+1), arbo("BLAKE2B", proof.Siblings)))},
		{FieldLength, "a long identity key", unsigned(`setAccount { txtype: CREATE_ACCOUNT SIK: "` + strings.Repeat("k", 33) + `" }`)},
		{FieldLength, "no faucet package", unsigned(`collectFaucet { nonce: 1 }`)},
		{FieldLength, "a census root of 33 bytes", unsigned(strings.Replace(process(""), id, id+"e", 1))},
		{FieldLength, "no census root", unsigned(strings.Replace(process(""), `censusRoot: "`+id+`"`, "", 1))},
		{FieldRange, "no kind", unsigned(`setAccount { infoURI: "u" }`)},
		{FieldRange, "the kind of another message", unsigned(`setAccount { txtype: SET_PROCESS_STATUS }`)},
		{FieldRange, "no tokens", unsigned(`sendTokens { txtype: SEND_TOKENS to: "` + address + `" }`)},
		{FieldRange, "nobody's address", unsigned(`sendTokens { txtype: SEND_TOKENS to: "` + strings.Repeat(`\0`, 20) + `" value: 1 }`)},
		{FieldRange, "no status", unsigned(`setProcess { txtype: SET_PROCESS_STATUS processId: "` + id + `" }`)},
		{FieldRange, "a status that is none", unsigned(`setProcess { txtype: SET_PROCESS_STATUS processId: "` + id + `" status: 6 }`)},
		{FieldRange, "a start as ENDED", unsigned(strings.Replace(process(""), "READY", "ENDED", 1))},
		{FieldRange, "a duration over ten years", unsigned(strings.Replace(process(""), "duration: 1", "duration: 316224001", 1))},
		{FieldRange, "no duration", unsigned(strings.Replace(process(""), "duration: 1", "", 1))},
		{FieldRange, "no voters", unsigned(strings.Replace(process(""), "maxCensusSize: 1", "", 1))},
		{FieldRange, "a control character", unsigned(`setAccount { txtype: SET_ACCOUNT_INFO_URI infoURI: "a\nb" }`)},
		{FieldRange, "a field of another kind", unsigned(`setProcess { txtype: SET_PROCESS_DURATION processId: "` + id + `" status: READY duration: 1 }`)},
		{FieldRange, "a nonce at account creation", unsigned(`setAccount { txtype: CREATE_ACCOUNT nonce: 1 }`)},
		{UnsupportedCensus, "no census origin", unsigned(strings.Replace(process(""), "censusOrigin: OFF_CHAIN_TREE_WEIGHTED", "", 1))},
		{UnsupportedCensus, "token holders", unsigned(strings.Replace(process(""), "OFF_CHAIN_TREE_WEIGHTED", "11", 1))},
		{UnsupportedAnonymous, "an anonymous election", unsigned(process(`envelopeType { anonymous: true }`))},
		{UnsupportedAnonymous, "an anonymous vote", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x3a\x00\x22\x01p"), nil)},
		{UnsupportedEncrypted, "an encrypted election", unsigned(process(`envelopeType { encryptedVotes: true }`))},
		{UnsupportedEncrypted, "a sealed ballot", unsigned(strings.Replace(vote("sealed", arbo("BLAKE2B", proof.Siblings)), "votePackage", "encryptionKeyIndexes: [1] votePackage", 1))},
		{UnsupportedEncrypted, "key indexes that are not packed", envelope(member(1, "\x12\x20"+id+"\x22\x01p\x30\x00"), nil)},
		{UnsupportedIssuer, "a salted issuer census", unsigned(strings.Replace(process(""), "OFF_CHAIN_TREE_WEIGHTED", "OFF_CHAIN_CA_V2", 1))},
		{UnsupportedCensus, "a blind issuer by the number that is stored", unsigned(strings.Replace(process(""), "OFF_CHAIN_TREE_WEIGHTED", "100", 1))},
		{UnsupportedCensus, "a number that no origin has", unsigned(strings.Replace(process(""), "OFF_CHAIN_TREE_WEIGHTED", "1001", 1))},
		{BadKey, "an issuer whose key has 32 bytes", unsigned(strings.Replace(process(""), "OFF_CHAIN_TREE_WEIGHTED", "OFF_CHAIN_CA", 1))},
		{BadKey, "an issuer without a key", unsigned(strings.Replace(issuedText(1, "", "OFF_CHAIN_CA", ""), "nonce: 1", "", 1))},
		{BadKey, "an issuer's key that is no point of the curve", unsigned(issuedText(1, `censusRoot: "`+strings.Repeat(`\x05`, 33)+`"`, "OFF_CHAIN_CA", ""))},
		{BadKey, "a new issuer's key that is no point of the curve", unsigned(`setProcess { txtype: SET_PROCESS_CENSUS processId: "` + id + `" censusRoot: "` + strings.Repeat(`\x05`, 33) + `" }`)},
		{FieldLength, "a tree with an issuer's key", unsigned(strings.Replace(process(""), id, escape(issuer.PublicKey()), 1))},
		{FieldLength, "a blind issuer with a root", unsigned(issuedText(1, `censusRoot: "`+id+`"`, "OFF_CHAIN_CA_BLIND", class(1, 0)))},
		{FieldLength, "a blind issuer with another's key", unsigned(issuedText(1, `censusRoot: "`+escape(issuer.PublicKey())+`"`, "OFF_CHAIN_CA_BLIND", class(1, 0)))},
		{FieldLength, "a short key of a class", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", `weightClasses { weight: "a" key: "short" }`))},
		{FieldLength, "a weight of 17 bytes", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", `weightClasses { weight: "12345678901234567" }`))},
		{FieldRange, "classes of a tree", unsigned(process(class(1, 0)))},
		{FieldRange, "no credentials of a class", unsigned(count(`issued { weight: "a" }`))},
		{BadClasses, "a blind issuer without classes", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", ""))},
		{BadClasses, "two classes of one weight", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", class(1, 0)+class(1, 1)))},
		{BadClasses, "classes that do not ascend", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", class(2, 0)+class(1, 1)))},
		{BadClasses, "one key for two classes", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", class(1, 0)+class(2, 0)))},
		{BadClasses, "a class of no weight", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", class(0, 0)))},
		{BadClasses, "an even key", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", `weightClasses { weight: "a" key: "`+strings.Repeat("\\xfe", 384)+`" }`))},
		{BadClasses, "a key of fewer bits", unsigned(issuedText(1, "", "OFF_CHAIN_CA_BLIND", `weightClasses { weight: "a" key: "`+strings.Repeat("\\x7f", 384)+`" }`))},
		{BadClasses, "a class counted twice", unsigned(count(`issued { weight: "a" count: 1 } issued { weight: "a" count: 1 }`))},
		{BadClasses, "a weight with a zero in front", unsigned(count(`issued { weight: "\x00a" count: 1 }`))},
		{SaltedCredential, "a salted signature", unsigned(vote("p", ca("ECDSA_PIDSALTED")))},
		{LegacyBlind, "a blind signature of the wire", unsigned(vote("p", ca("ECDSA_BLIND")))},
		{LegacyBlind, "the same with salt", unsigned(vote("p", ca("ECDSA_BLIND_PIDSALTED")))},
		{BadProofKind, "an issuer's signature of no type", unsigned(vote("p", ca("5")))},
		{FieldRange, "an issuer's signature without a type", unsigned(vote("p", ca("UNKNOWN")))},
		{FieldLength, "half an issuer's signature", unsigned(vote("p", `ca { type: ECDSA bundle { processId: "`+id+`" address: "`+address+`" } signature: "short" }`))},
		{FieldLength, "an issuer who names nobody", unsigned(vote("p", `ca { type: ECDSA bundle { processId: "`+id+`" } signature: "`+strings.Repeat("s", 65)+`" }`))},
		{MalformedTx, "an issuer's signature without anything", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x2a\x00\x22\x01p"), nil)},
		{MalformedTx, "a path without anything", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x32\x00\x22\x01p"), nil)},
		{BadProof, "two proofs", envelope(twoProofs(t), nil)},
		{BadProof, "a proof and a part of another", envelope(halfProof(t), nil)},
		{BadProof, "an issuer's signature for another election", signed(voteOf(vouch(issuer, election.ID{1}, self, nil), nil))},
		{BadProof, "an issuer's signature for another voter", signed(voteOf(vouch(issuer, wanted, issuer.Address(), nil), nil))},
		{BadProof, "a weight of zero", signed(voteOf(vouch(issuer, wanted, self, []byte{0}), nil))},
		{BadProof, "a weight in a longer form", signed(voteOf(vouch(issuer, wanted, self, []byte{0, 1}), nil))},
		{BadProof, "an issuer's signature that is nobody's", signed(voteOf(&census.Signed{Election: wanted, Voter: self, Signature: bytes.Repeat([]byte{9}, 65)}, nil))},
		{BadProof, "a credential for another election", signed(voteOf(nil, credential(election.ID{1}, self)))},
		{BadProof, "a credential for another voter", signed(voteOf(nil, credential(wanted, issuer.Address())))},
		{BadProof, "a credential of another class", signed(voteOf(nil, &census.Blind{Class: census.Class{Weight: []byte{1}, Key: classes[1].Key}, Signature: credential(wanted, self).Signature}))},
		{BadProof, "a credential whose weight has a zero in front", signed(voteOf(nil, &census.Blind{Class: census.Class{Weight: []byte{0, 1, 0}, Key: classes[1].Key}, Signature: credential(wanted, self).Signature}))},
		{BadProof, "a credential with an even key", signed(voteOf(nil, &census.Blind{Class: census.Class{Weight: []byte{1}, Key: bytes.Repeat([]byte{0xfe}, 384)}, Signature: credential(wanted, self).Signature}))},
		{BadProof, "a credential that is the key", signed(voteOf(nil, &census.Blind{Class: classes[1], Signature: classes[1].Key}))},
		{BadRules, "65 values", unsigned(strings.Replace(process(""), "maxCount: 1", "maxCount: 65", 1))},
		{BadRules, "no rules", unsigned(strings.Replace(process(""), "voteOptions { maxCount: 1 maxValue: 1 }", "", 1))},
		{BadProof, "no proof", unsigned(strings.Replace(vote("p", ""), "proof {  }", "", 1))},
		{BadProof, "an empty proof", unsigned(vote("p", ""))},
		{BadProof, "half a sibling", signed(vote(`{\"votes\":[]}`, arbo("BLAKE2B", proof.Siblings[:40])))},
		{BadProofKind, "a Poseidon tree", signed(vote(`{\"votes\":[]}`, arbo("POSEIDON", proof.Siblings)))},
		{BadProofKind, "a storage proof", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x1a\x00\x22\x01p"), nil)},
		{BadProofKind, "an account proof", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x22\x00\x22\x01p"), nil)},
		{BadProofKind, "a checkpoint proof", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x42\x00\x22\x01p"), nil)},
		{BadProofKind, "a frame", envelope(member(1, "\x12\x20"+id+"\x1a\x02\x4a\x00\x22\x01p"), nil)},
		{BadBallot, "no JSON", signed(vote("hello", arbo("BLAKE2B", proof.Siblings)))},
		{BadFaucetPackage, "no payload", unsigned(`collectFaucet { faucetPackage { signature: "` + strings.Repeat("s", 65) + `" } }`)},
		{BadFaucetPackage, "a payload for nobody", unsigned(`collectFaucet { faucetPackage { payload: "\x18\x01" signature: "` + strings.Repeat("s", 65) + `" } }`)},
		{BadFaucetPackage, "a short signature", unsigned(strings.Replace(`collectFaucet { faucetPackage { `+faucet(testChain)+` } }`, `\x1b" }`, `" }`, 1) + " ")},
		{BadFaucetPackage, "nobody's signature", signed(strings.Replace(strings.Replace(`collectFaucet { faucetPackage { `+faucet(testChain)+` } }`, `\x1b" }`, `\x02" }`, 1), `\x1c" }`, `\x02" }`, 1))},
		{WrongChain, "another chain", signed(`collectFaucet { faucetPackage { ` + faucet("another chain") + ` } }`)},
		{WrongChain, "no chain", signed(`setAccount { txtype: CREATE_ACCOUNT faucetPackage { ` + faucet("") + ` } }`)},
		{DuplicateEntry, "a delegate twice", unsigned(`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT delegates: "` + address + `" delegates: "` + address + `" }`)},
		{DuplicateEntry, "a delegate twice at creation", unsigned(`setAccount { txtype: CREATE_ACCOUNT delegates: "` + address + `" delegates: "` + address + `" }`)},
		{DuplicateEntry, "a delegate taken away twice", unsigned(`setAccount { txtype: DEL_DELEGATE_FOR_ACCOUNT delegates: "` + address + `" delegates: "` + address + `" }`)},
		{BadKey, "no point of the curve", signed(validator(bytes.Repeat([]byte{5}, 33)))},
		{BadPossession, "possession for another chain", signed(validator(consensus.PublicKey()))},
		{BadPossession, "possession by another key", signed(validator(issuer.PublicKey()))},
		{WrongAccount, "creating another's account", signed(`setAccount { txtype: CREATE_ACCOUNT account: "` + address + `" }`)},
		{WrongAccount, "delegates of another", signed(`setAccount { txtype: ADD_DELEGATE_FOR_ACCOUNT account: "` + address + `" delegates: "` + address + `" }`)},
		{WrongAccount, "undelegates of another", signed(`setAccount { txtype: DEL_DELEGATE_FOR_ACCOUNT account: "` + address + `" delegates: "` + address + `" }`)},
		{WrongAccount, "a seat for another", signed(`setAccount { account: "` + address + `" ` + strings.TrimPrefix(validator(consensus.PublicKey()), "setAccount {"))},
		{WrongAccount, "another's tokens", signed(`sendTokens { txtype: SEND_TOKENS from: "` + address + `" to: "` + address + `" value: 1 }`)},
	}
	provoked := map[Code]bool{}
	for _, c := range cases {
		provoked[c.want] = true
		t.Run(c.want.String()+"/"+c.name, func(t *testing.T) {
			_, err := Verify(testChain, c.raw)
			wantRejection(t, err, c.want)
		})
	}
	for _, c := range Codes {
		if c < 200 && !provoked[c] {
			t.Errorf("nothing provokes %s", c)
		}
	}
}

// twoProofs and halfProof are bodies that a protobuf compiler does not write.
func twoProofs(t *testing.T) []byte {
	return withProof(t, &Vote{Proof: path(3, 1), Blind: credential(election.ID{1}, signer.Address())})
}

func halfProof(t *testing.T) []byte {
	return withProof(t, &Vote{Proof: census.MerkleProof{VoteWeight: []byte{1}}, Signed: vouch(issuer, election.ID{1}, signer.Address(), nil)})
}

func withProof(t *testing.T, p *Vote) []byte {
	t.Helper()
	p.Election, p.Package = election.ID{1}, []byte("p")
	return member(1, string(encode(nil, voteFields, p)))
}

func TestWhatClientsMayNotPresetIsRefused(t *testing.T) {
	base := bodyOf(t, examples(t)[0].text)
	for _, f := range processFields {
		if f.refuse == 0 {
			continue
		}
		for _, junk := range [][]byte{
			protowire.AppendVarint(protowire.AppendTag(nil, f.num, protowire.VarintType), 0),
			protowire.AppendVarint(protowire.AppendTag(nil, f.num, protowire.VarintType), 1),
			protowire.AppendBytes(protowire.AppendTag(nil, f.num, protowire.BytesType), nil),
			protowire.AppendBytes(protowire.AppendTag(nil, f.num, protowire.BytesType), []byte("junk")),
		} {
			_, err := Decode(envelope(insert(t, base, 2, 3, junk), nil))
			wantRejection(t, err, FieldRange)
		}
	}
}

// insert adds a field where its number belongs, inside the message that the
// path of numbers leads to.
func insert(t *testing.T, b []byte, steps ...any) []byte {
	t.Helper()
	var out []byte
	extra, placed := steps[len(steps)-1].([]byte), false
	want, _, _ := protowire.ConsumeTag(extra)
	for len(b) > 0 {
		num, v, rest := consume(b)
		if rest == nil {
			t.Fatal("not a message")
		}
		field := b[:len(b)-len(rest)]
		b = rest
		if len(steps) == 1 {
			if !placed && num > want {
				out, placed = append(out, extra...), true
			}
			out = append(out, field...)
		} else if num == protowire.Number(steps[0].(int)) {
			out = protowire.AppendTag(out, num, protowire.BytesType)
			out = protowire.AppendBytes(out, insert(t, v.b, steps[1:]...))
		} else {
			out = append(out, field...)
		}
	}
	if len(steps) == 1 && !placed {
		out = append(out, extra...)
	}
	return out
}

func TestAnAccountThatIsLeftOutIsTheSigner(t *testing.T) {
	self := signer.Address()
	for _, p := range []Payload{
		&CreateAccount{}, &SetAccountInfo{}, &AddDelegate{Delegates: []ethkey.Address{{1}}},
		&DelDelegate{Delegates: []ethkey.Address{{1}}}, &SendTokens{To: ethkey.Address{1}, Amount: 1},
	} {
		raw, err := Sign(signer, testChain, p)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Verify(testChain, raw)
		if err != nil {
			t.Fatal(err)
		}
		var got ethkey.Address
		switch p := v.Payload.(type) {
		case *CreateAccount:
			got = p.Account
		case *SetAccountInfo:
			got = p.Account
		case *AddDelegate:
			got = p.Account
		case *DelDelegate:
			got = p.Account
		case *SendTokens:
			got = p.From
		}
		if got != self {
			t.Errorf("%T: account %s, want %s", p, got, self)
		}
	}
}
