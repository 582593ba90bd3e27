package tx

import (
	"math"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// What the wire says of issuers: their signatures, blind credentials, weight
// classes and counts.

// issuerFields are those of an issuer's signature. Its type is one of the
// wire's four; the others have rejections of their own.
var issuerFields = []field[census.Signed]{
	at(1, "type", 1, math.MaxInt32, func(*census.Signed) any { return issuerECDSA }),
	within(2, "bundle", bundleFields...),
	at(3, "signature", signatureLen, signatureLen, func(p *census.Signed) any { return &p.Signature }),
}

// bundleFields are those of the message that an issuer signs.
var bundleFields = []field[census.Signed]{
	at(1, "processId", hashLen, hashLen, func(p *census.Signed) any { return (*election.ID)(&p.Election) }),
	at(2, "address", addressLen, addressLen, func(p *census.Signed) any { return &p.Voter }),
	at(3, "voteWeight", 0, census.MaxWeightLen, func(p *census.Signed) any { return &p.Weight }).optional(),
}

var classFields = []field[census.Class]{
	at(1, "weight", 1, census.MaxWeightLen, func(p *census.Class) any { return &p.Weight }),
	at(2, "key", census.ClassKeyLen, census.ClassKeyLen, func(p *census.Class) any { return &p.Key }),
}

var credentialFields = []field[census.Blind]{
	at(1, "weight", 1, census.MaxWeightLen, func(p *census.Blind) any { return &p.Weight }),
	at(2, "key", census.ClassKeyLen, census.ClassKeyLen, func(p *census.Blind) any { return &p.Key }),
	at(3, "signature", census.CredentialLen, census.CredentialLen, func(p *census.Blind) any { return &p.Signature }),
}

var issuedFields = []field[Issued]{
	at(1, "weight", 1, census.MaxWeightLen, func(p *Issued) any { return &p.Weight }),
	at(2, "count", 1, math.MaxUint64, func(p *Issued) any { return &p.Count }),
}

// checkCensus says what a census of each kind is made of.
func (p *NewElection) checkCensus() *Rejection {
	if len(p.Classes) > 0 && p.CensusOrigin != census.BlindIssuer {
		return Reject(FieldRange, "process: weightClasses: only a blind issuer has them")
	}
	switch p.CensusOrigin {
	case census.Tree, census.TreeWeighted:
		if p.CensusRoot == (census.Root{}) || p.IssuerKey != nil {
			return Reject(FieldLength, "process: censusRoot: not %d bytes", hashLen)
		}
	case census.Issuer:
		if _, err := ethkey.PublicKeyAddress(p.IssuerKey); err != nil {
			return Reject(BadKey, "process: censusRoot: the issuer's key: %v", err)
		}
	case census.BlindIssuer:
		if p.CensusRoot != (census.Root{}) || p.IssuerKey != nil {
			return Reject(FieldLength, "process: censusRoot: a blind issuer has weight classes instead")
		}
		if err := census.CheckClasses(p.Classes); err != nil {
			return Reject(BadClasses, "%v", err)
		}
	case census.IssuerSalted:
		return Reject(UnsupportedIssuer, "salted issuer censuses are not accepted")
	default:
		return Reject(UnsupportedCensus, "census origin %d is not accepted", p.CensusOrigin)
	}
	return nil
}

// check asks that a key is one, and that no class is counted twice.
func (p *SetCensus) check() *Rejection {
	if p.IssuerKey != nil {
		if _, err := ethkey.PublicKeyAddress(p.IssuerKey); err != nil {
			return Reject(BadKey, "censusRoot: the issuer's key: %v", err)
		}
	}
	var last uint256.Int
	for i := range p.Issued {
		w, ok := (&census.Class{Weight: p.Issued[i].Weight}).Amount()
		if !ok || !w.Gt(&last) {
			return Reject(BadClasses, "issued: weights are in their shortest form and ascend")
		}
		last = w
	}
	return nil
}
