package tx

import (
	"errors"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// Verify decodes a signed transaction and checks everything that follows from
// its bytes and the chain's name: who signed it, where a vote's proof leads,
// what its ballot says, who issued a faucet package. An account that the
// payload leaves out is filled in with the signer. What it returns lives in
// raw, which must not change afterwards. An error is a *Rejection.
func Verify(chainID string, raw []byte) (*Verified, error) {
	t, r := decodeTx(raw)
	if r != nil {
		return nil, r
	}
	hash := ethkey.Keccak256(t.Body)
	signer, err := ethkey.Recover(text(t.Payload, hash, chainID), t.Signature)
	if err != nil {
		return nil, Reject(BadSignature, "%v", err)
	}
	v := &Verified{
		ID:      ID(ethkey.Keccak256(hash[:], signer[:])),
		Signer:  signer,
		Payload: t.Payload,
		Size:    len(raw),
	}
	if r := v.check(chainID); r != nil {
		return nil, r
	}
	return v, nil
}

func (v *Verified) check(chainID string) *Rejection {
	switch p := v.Payload.(type) {
	case *Vote:
		return v.checkVote(chainID, p)
	case *SetValidator:
		return v.checkValidator(chainID, p)
	case *SetAccountInfo:
		if p.Account.IsZero() {
			p.Account = v.Signer
		}
		return nil
	case *CreateAccount:
		if r := v.isSigner(&p.Account); r != nil {
			return r
		}
		return v.checkFaucet(chainID, p.Faucet)
	case *AddDelegate:
		return v.isSigner(&p.Account)
	case *DelDelegate:
		return v.isSigner(&p.Account)
	case *SendTokens:
		return v.isSigner(&p.From)
	}
	fillRoot(v.Payload)
	return v.checkFaucet(chainID, FaucetOf(v.Payload))
}

// fillRoot computes the root of a census that an issuer's keys make. The keys
// have been checked.
func fillRoot(p Payload) {
	switch p := p.(type) {
	case *NewElection:
		switch p.CensusOrigin {
		case census.Issuer:
			p.CensusRoot = issuerRoot(p.IssuerKey)
		case census.BlindIssuer:
			p.CensusRoot = census.ClassesRoot(p.Classes)
		}
	case *SetCensus:
		if p.IssuerKey != nil {
			root := issuerRoot(p.IssuerKey)
			p.Root = &root
		}
	}
}

func issuerRoot(key []byte) census.Root {
	address, err := ethkey.PublicKeyAddress(key)
	if err != nil {
		panic(err) // check let it pass
	}
	return census.IssuerRoot(address)
}

// checkVote finds out what the law needs to know of a vote.
func (v *Verified) checkVote(chainID string, p *Vote) *Rejection {
	var err error
	if v.Ballot, err = ballot.Decode(p.Package); err != nil {
		return Reject(BadBallot, "%v", err)
	}
	switch {
	case p.Signed != nil:
		v.Origin = census.Issuer
		v.Root, v.Weight, err = p.Signed.Prove(encode(nil, bundleFields, p.Signed), p.Election, v.Signer)
	case p.Blind != nil:
		v.Origin = census.BlindIssuer
		v.ClassKey, v.Weight, err = p.Blind.Prove(chainID, p.Election, v.Signer)
	default:
		v.Origin = census.TreeWeighted
		v.Root, v.Weight, err = p.Proof.Prove(v.Signer)
	}
	switch {
	case errors.Is(err, census.ErrProofType):
		return Reject(BadProofKind, "%v", err)
	case err != nil:
		return Reject(BadProof, "%v", err)
	}
	v.Nullifier = election.SignedNullifier(v.Signer, p.Election)
	return nil
}

// checkValidator asks that the consensus key itself takes part in the request.
func (v *Verified) checkValidator(chainID string, p *SetValidator) *Rejection {
	if r := v.isSigner(&p.Account); r != nil {
		return r
	}
	consensus, err := ethkey.PublicKeyAddress(p.PublicKey)
	if err != nil {
		return Reject(BadKey, "%v", err)
	}
	holder, err := ethkey.Recover(PossessionText(chainID, v.Signer), p.Possession)
	if err != nil || holder != consensus {
		return Reject(BadPossession, "validator %s did not sign for account %s", consensus, v.Signer)
	}
	return nil
}

// isSigner asks that an account is the signer, or fills it in.
func (v *Verified) isSigner(a *ethkey.Address) *Rejection {
	if a.IsZero() {
		*a = v.Signer
	}
	if *a != v.Signer {
		return Reject(WrongAccount, "account %s is not the signer, %s", a, v.Signer)
	}
	return nil
}

// checkFaucet finds who issued the faucet package, if there is one.
func (v *Verified) checkFaucet(chainID string, p *FaucetPackage) *Rejection {
	if p == nil {
		return nil
	}
	if p.Payload.ChainID != chainID {
		return Reject(WrongChain, "faucet package is for chain %q, not %q", p.Payload.ChainID, chainID)
	}
	issuer, err := ethkey.Recover(p.Raw, p.Signature)
	if err != nil {
		return Reject(BadFaucetPackage, "%v", err)
	}
	v.Faucet = &FaucetGrant{FaucetPayload: p.Payload, Issuer: issuer}
	return nil
}
