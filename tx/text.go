package tx

import (
	"encoding/hex"
	"strconv"
	"strings"

	"urna/crypto/ethkey"
)

// Text is what a wallet shows to its owner and signs: what the transaction is,
// the hash of its body and the chain it is for.
func (t *Tx) Text(chainID string) []byte {
	return text(t.Payload, ethkey.Keccak256(t.Body), chainID)
}

func text(p Payload, bodyHash [32]byte, chainID string) []byte {
	b := make([]byte, 0, 320)
	b = append(b, "You are signing a Vocdoni transaction of type "...)
	b = appendSubject(b, p)
	b = append(b, ".\n\nThe hash of this transaction is "...)
	b = hex.AppendEncode(b, bodyHash[:])
	b = append(b, " and the destination chain is "...)
	b = append(b, chainID...)
	return append(b, '.')
}

// appendSubject writes the type and what wallets show of the fields. An account
// that the sender left out is empty here too.
func appendSubject(b []byte, p Payload) []byte {
	switch p := p.(type) {
	case *Vote:
		b = append(b, "VOTE for process ID "...)
		return hex.AppendEncode(b, p.Election[:])
	case *CreateAccount:
		b = append(b, "CREATE_ACCOUNT for address "...)
		return appendAddress(b, p.Account)
	case *SetAccountInfo:
		b = append(b, "SET_ACCOUNT_INFO_URI for address "...)
		b = appendAddress(b, p.Account)
		return append(append(b, " with URI "...), p.InfoURI...)
	case *SendTokens:
		b = append(b, "SEND_TOKENS for an amount of "...)
		b = strconv.AppendUint(b, p.Amount, 10)
		return appendAddress(append(b, " VOC tokens to destination address "...), p.To)
	case *SetStatus:
		b = append(b, "SET_PROCESS_STATUS for process ID "...)
		b = hex.AppendEncode(b, p.Election[:])
		return append(append(b, " and status "...), strings.ToLower(p.Status.String())...)
	case *SetCensus:
		b = append(b, "SET_PROCESS_CENSUS for process ID "...)
		b = hex.AppendEncode(b, p.Election[:])
		b = append(b, " and census "...)
		return hex.AppendEncode(b, load((*newRoot)(p)).b)
	case *SetDuration:
		b = append(b, "SET_PROCESS/SET_PROCESS_DURATION with process ID "...)
		return hex.AppendEncode(b, p.Election[:])
	case *AddDelegate, *DelDelegate, *SetValidator:
		b = append(b, "SET_ACCOUNT/"...)
	}
	return append(b, p.Kind().wireName()...)
}

func appendAddress(b []byte, a ethkey.Address) []byte {
	if a.IsZero() {
		return b
	}
	return hex.AppendEncode(b, a[:])
}

// wireName is the kind's name in the wire's TxType.
func (k Kind) wireName() string { return strings.ToUpper(k.String()) }

// PossessionText is what a consensus key signs to show that whoever asks for a
// validator's seat holds it. It names chain and account, so that the signature
// serves nobody else.
func PossessionText(chainID string, account ethkey.Address) []byte {
	return []byte("This key takes a validator's seat on chain " + chainID + " for account " + account.String() + ".")
}
