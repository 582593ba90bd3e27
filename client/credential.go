package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/blindrsa"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Credential is what a voter keeps: a key of its own, and what the issuer
// signed for it. Whoever has it votes.
type Credential struct {
	Chain     string `json:"chain"`
	Election  string `json:"election"`
	Issuer    string `json:"issuer"` // URL
	Kind      string `json:"kind"`
	Key       string `json:"key"`            // private, hex
	Seed      string `json:"seed,omitempty"` // of the blinding, hex
	Weight    string `json:"weight,omitempty"`
	ClassKey  string `json:"classKey,omitempty"`  // modulus, hex
	Signature string `json:"signature,omitempty"` // empty until the issuer has signed
}

// Voter is the key that signs the vote.
func (c *Credential) Voter() (*ethkey.Key, error) { return ethkey.ParseKey(c.Key) }

// ask makes the request that the issuer signs, and what makes a proof of the
// answer.
func (c *Credential) ask() (request []byte, finish func(answer []byte) (signature []byte, err error), err error) {
	key, err := c.Voter()
	if err != nil {
		return nil, nil, err
	}
	id, err := election.ParseID(c.Election)
	if err != nil {
		return nil, nil, err
	}
	weight, err := uint256.FromDecimal(c.Weight)
	if err != nil {
		return nil, nil, fmt.Errorf("weight %q: %w", c.Weight, err)
	}
	if c.Kind == PlainCredential {
		p := &census.Signed{Election: id, Voter: key.Address(), Weight: bundled(weight)}
		return tx.EncodeBundle(p), func(answer []byte) ([]byte, error) {
			p.Signature = answer
			_, _, err := p.Prove(tx.EncodeBundle(p), id, key.Address())
			return answer, err
		}, nil
	}
	class, err := c.class()
	if err != nil {
		return nil, nil, err
	}
	var seed [blindrsa.SeedLen]byte
	if n, err := hex.Decode(seed[:], []byte(c.Seed)); err != nil || n != len(seed) {
		return nil, nil, errors.New("the seed of the credential is not 64 hex digits")
	}
	r, err := blindrsa.Blind(class.PublicKey(), census.CredentialMessage(c.Chain, id, weight, key.Address()), seed)
	if err != nil {
		return nil, nil, err
	}
	return r.Blinded, r.Finish, nil
}

// bundled is a weight as a bundle has it: nothing for 1, which existing clients
// leave out.
func bundled(w *uint256.Int) []byte {
	if w.IsUint64() && w.Uint64() == 1 {
		return nil
	}
	return w.Bytes()
}

func (c *Credential) class() (*census.Class, error) {
	weight, err := uint256.FromDecimal(c.Weight)
	if err != nil {
		return nil, fmt.Errorf("weight %q: %w", c.Weight, err)
	}
	key, err := hex.DecodeString(c.ClassKey)
	class := &census.Class{Weight: weight.Bytes(), Key: key}
	if err == nil {
		err = census.CheckClasses([]census.Class{*class})
	}
	return class, err
}

// CheckClass asks whether the election on the chain has the class that the
// issuer named. An issuer that named a key of its own to each member would know
// who votes what.
func (c *Credential) CheckClass(e *Election) error {
	class, err := c.class()
	if err != nil {
		return err
	}
	hash := class.Hash()
	for _, one := range e.Classes {
		if one.Weight == c.Weight && one.KeyHash == hex.EncodeToString(hash[:]) {
			return nil
		}
	}
	return fmt.Errorf("the issuer names a key for weight %s that the election does not have", c.Weight)
}

// Obtain has the issuer sign, with the token that the last step gave.
func (c *Credential) Obtain(ctx context.Context, i *Issuer, token string) error {
	request, finish, err := c.ask()
	if err != nil {
		return err
	}
	id, err := election.ParseID(c.Election)
	if err != nil {
		return err
	}
	answer, err := i.Sign(ctx, id, c.Kind, token, request)
	if err != nil {
		return err
	}
	signature, err := finish(answer)
	if err != nil {
		return err
	}
	c.Signature = hex.EncodeToString(signature)
	return nil
}

// Vote makes the vote of whoever holds the credential.
func (c *Credential) Vote(b Ballot) (*tx.Vote, error) {
	if c.Signature == "" {
		return nil, errors.New("the issuer has not signed the credential yet")
	}
	if b.Election.String() != c.Election {
		return nil, fmt.Errorf("the credential is for election %s", c.Election)
	}
	if b.Weight != nil {
		return nil, errors.New("a credential votes with all of its weight")
	}
	v, err := NewVote(b, census.MerkleProof{})
	if err != nil {
		return nil, err
	}
	signature, err := hex.DecodeString(c.Signature)
	if err != nil {
		return nil, err
	}
	if c.Kind == BlindCredential {
		class, err := c.class()
		if err != nil {
			return nil, err
		}
		v.Blind = &census.Blind{Class: *class, Signature: signature}
		return v, nil
	}
	key, err := c.Voter()
	if err != nil {
		return nil, err
	}
	weight, err := uint256.FromDecimal(c.Weight)
	if err != nil {
		return nil, err
	}
	v.Signed = &census.Signed{Election: b.Election, Voter: key.Address(), Weight: bundled(weight), Signature: signature}
	return v, nil
}

// CastCredential signs and sends the vote of whoever holds a credential.
func (c *Client) CastCredential(ctx context.Context, cred *Credential, b Ballot) (election.Nullifier, tx.ID, error) {
	vote, err := cred.Vote(b)
	if err != nil {
		return election.Nullifier{}, tx.ID{}, err
	}
	key, err := cred.Voter()
	if err != nil {
		return election.Nullifier{}, tx.ID{}, err
	}
	raw, err := c.Sign(ctx, key, vote)
	if err != nil {
		return election.Nullifier{}, tx.ID{}, err
	}
	return c.sendVote(ctx, raw)
}
