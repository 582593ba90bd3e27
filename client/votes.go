package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Vote is a vote that counts.
type Vote struct {
	TxHash         string          `json:"txHash"`
	ID             string          `json:"voteID"`
	Package        json.RawMessage `json:"package"`
	Weight         string          `json:"weight"`
	Election       string          `json:"electionID"`
	Voter          string          `json:"voterID"`
	Height         int64           `json:"blockHeight"`
	Index          int             `json:"transactionIndex"`
	OverwriteCount uint32          `json:"overwriteCount"`
	Memo           string          `json:"memo,omitempty"`
	Date           time.Time       `json:"date"`
}

// Ballot says what to vote.
type Ballot struct {
	Election election.ID
	Choices  []uint32
	Weight   *ballot.Amount // less than the census gives; nil for all of it
	Memo     []byte
}

// Package is the JSON form of an open ballot. A random nonce makes each package
// unlike any other, which overwriting asks for.
func Package(choices []uint32) ([]byte, error) {
	var nonce [8]byte
	_, _ = rand.Read(nonce[:]) // never fails
	return json.Marshal(struct {
		Nonce string   `json:"nonce"`
		Votes []uint32 `json:"votes"`
	}{fmt.Sprintf("%x", nonce), append([]uint32{}, choices...)})
}

// NewVote builds the vote of a voter who has a census proof.
func NewVote(b Ballot, proof census.MerkleProof) (*tx.Vote, error) {
	pkg, err := Package(b.Choices)
	if err != nil {
		return nil, err
	}
	if b.Weight != nil {
		w := census.WeightValue(b.Weight)
		proof.VoteWeight = w[:]
	}
	nonce := make([]byte, tx.MaxNonceBytes)
	_, _ = rand.Read(nonce) // never fails
	return &tx.Vote{Election: b.Election, Nonce: nonce, Proof: proof, Package: pkg, Memo: b.Memo}, nil
}

// Cast fetches key's census proof, then signs and sends the vote. It counts
// when the transaction is mined.
func (c *Client) Cast(ctx context.Context, key *ethkey.Key, b Ballot) (election.Nullifier, tx.ID, error) {
	var none election.Nullifier
	e, err := c.Election(ctx, b.Election)
	if err != nil {
		return none, tx.ID{}, err
	}
	if e.Census == nil {
		return none, tx.ID{}, errors.New("the gateway does not say which census the election has")
	}
	p, err := c.CensusProof(ctx, e.Census.Root, key.Address())
	if err != nil {
		return none, tx.ID{}, err
	}
	proof, err := p.Merkle()
	if err != nil {
		return none, tx.ID{}, err
	}
	vote, err := NewVote(b, proof)
	if err != nil {
		return none, tx.ID{}, err
	}
	raw, err := c.Sign(ctx, key, vote)
	if err != nil {
		return none, tx.ID{}, err
	}
	return c.sendVote(ctx, raw)
}

func (c *Client) sendVote(ctx context.Context, raw []byte) (id election.Nullifier, hash tx.ID, err error) {
	var out struct {
		Hash string `json:"txHash"`
		ID   string `json:"voteID"`
	}
	in := struct {
		Tx []byte `json:"txPayload"`
	}{raw}
	if err := c.post(ctx, "/votes", in, &out); err != nil {
		return id, hash, err
	}
	if err := parseHash(id[:], out.ID, "vote id"); err != nil {
		return id, hash, err
	}
	hash, err = ParseTxID(out.Hash)
	return id, hash, err
}

// Vote asks for the vote that counts under a vote id. An unknown one is a
// *Problem with CodeVoteNotFound.
func (c *Client) Vote(ctx context.Context, id election.Nullifier) (*Vote, error) {
	var v Vote
	if err := c.get(ctx, "/votes/"+id.String(), &v); err != nil {
		return nil, err
	}
	return &v, nil
}

// VerifyVote returns nil if the election has a vote under the vote id, and a
// *Problem with CodeVoteNotFound if not.
func (c *Client) VerifyVote(ctx context.Context, e election.ID, id election.Nullifier) error {
	return c.get(ctx, "/votes/verify/"+e.String()+"/"+id.String(), nil)
}

// ParseNullifier reads a vote id.
func ParseNullifier(s string) (election.Nullifier, error) {
	var n election.Nullifier
	err := parseHash(n[:], s, "vote id")
	return n, err
}
