package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Election is what a gateway says of an election.
type Election struct {
	ID            string     `json:"electionId"`
	Organisation  string     `json:"organizationId"`
	Status        string     `json:"status"`
	Start         time.Time  `json:"startDate"`
	End           time.Time  `json:"endDate"`
	VoteCount     uint64     `json:"voteCount"`
	FinalResults  bool       `json:"finalResults"`
	Result        [][]string `json:"result,omitempty"` // [question][value], decimal
	ManuallyEnded bool       `json:"manuallyEnded"`
	ChainID       string     `json:"chainId"`
	Title         string     `json:"title,omitempty"`

	// The fields below are missing in lists.
	Created     time.Time       `json:"creationTime,omitzero"`
	MetadataURL string          `json:"metadataURL,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Census      *ElectionCensus `json:"census,omitempty"`
	Classes     []WeightClass   `json:"weightClasses,omitempty"` // of a blind issuer
	VoteMode    *VoteMode       `json:"voteMode,omitempty"`
	Mode        *ElectionMode   `json:"electionMode,omitempty"`
	Tally       *TallyMode      `json:"tallyMode,omitempty"`
}

// ElectionCensus says who may vote.
type ElectionCensus struct {
	Origin  string `json:"censusOrigin"`
	Root    string `json:"censusRoot"`
	URL     string `json:"censusURL"`
	MaxSize uint64 `json:"maxCensusSize"`
}

// WeightClass tells of the credentials of one weight.
type WeightClass struct {
	Weight  string `json:"weight"`  // decimal
	KeyHash string `json:"keyHash"` // SHA-256 of the RSA modulus
	Issued  uint64 `json:"issued"`  // as counted before the start
	Voters  uint64 `json:"voters"`
}

// VoteMode says how ballots are made.
type VoteMode struct {
	Anonymous      bool `json:"anonymous"`
	Encrypted      bool `json:"encryptedVotes"`
	UniqueValues   bool `json:"uniqueValues"`
	CostFromWeight bool `json:"costFromWeight"`
}

// ElectionMode says what the organiser may still change.
type ElectionMode struct {
	AutoStart         bool `json:"autoStart"`
	Interruptible     bool `json:"interruptible"`
	DynamicCensus     bool `json:"dynamicCensus"`
	EncryptedMetadata bool `json:"encryptedMetaData"`
}

// TallyMode holds the ballot rules.
type TallyMode struct {
	MaxCount      uint32 `json:"maxCount"`
	MaxValue      uint32 `json:"maxValue"`
	MaxOverwrites uint32 `json:"maxVoteOverwrites"`
	MaxTotalCost  uint32 `json:"maxTotalCost"`
	CostExponent  uint32 `json:"costExponent"`
}

// ElectionMetadata describes an election to voters. It is stored by content.
type ElectionMetadata struct {
	Version     string            `json:"version"`
	Title       Text              `json:"title"`
	Description Text              `json:"description"`
	Media       map[string]string `json:"media"`
	Meta        map[string]any    `json:"meta"`
	Questions   []Question        `json:"questions"`
	Type        ElectionType      `json:"type"`
}

// Question is one question of an election.
type Question struct {
	Title       Text     `json:"title"`
	Description Text     `json:"description"`
	Choices     []Choice `json:"choices"`
}

// Choice is a possible answer and its value in a ballot.
type Choice struct {
	Title Text   `json:"title"`
	Value uint32 `json:"value"`
}

// ElectionType tells clients how to read the result.
type ElectionType struct {
	Name       string         `json:"name"`
	Properties map[string]any `json:"properties"`
}

// Election asks for an election. An unknown one is a *Problem with
// CodeElectionNotFound.
func (c *Client) Election(ctx context.Context, id election.ID) (*Election, error) {
	var e Election
	if err := c.get(ctx, "/elections/"+id.String(), &e); err != nil {
		return nil, err
	}
	return &e, nil
}

// ElectionQuery selects elections. Zero fields select everything.
type ElectionQuery struct {
	Organisation string // hex
	Status       string // READY, PAUSED, ENDED, CANCELED, RESULTS
	Page, Limit  int
}

// Page says where in a list an answer is.
type Page struct {
	TotalItems uint64 `json:"totalItems"`
	Previous   *int   `json:"previousPage"`
	Current    int    `json:"currentPage"`
	Next       *int   `json:"nextPage"`
	Last       int    `json:"lastPage"`
}

// Elections lists elections, the newest first.
func (c *Client) Elections(ctx context.Context, q ElectionQuery) ([]Election, *Page, error) {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("organizationId", q.Organisation)
	set("status", q.Status)
	if q.Page > 0 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	var out struct {
		Elections  []Election `json:"elections"`
		Pagination Page       `json:"pagination"`
	}
	if err := c.get(ctx, "/elections?"+v.Encode(), &out); err != nil {
		return nil, nil, err
	}
	return out.Elections, &out.Pagination, nil
}

// PriceQuery says what an election would be like.
type PriceQuery struct {
	MaxCensusSize uint64 `json:"maxCensusSize"`
	Duration      uint64 `json:"electionDuration"` // seconds
	Encrypted     bool   `json:"encryptedVotes"`
	Anonymous     bool   `json:"anonymousVotes"`
	MaxOverwrites uint32 `json:"maxVoteOverwrite"`
}

// Price is what such an election costs now, in tokens.
func (c *Client) Price(ctx context.Context, q PriceQuery) (uint64, error) {
	var out struct {
		Price uint64 `json:"price"`
	}
	err := c.post(ctx, "/elections/price", q, &out)
	return out.Price, err
}

// CreateElection stores metadata and creates the election that e describes; its
// nonce, expected id and metadata URI are filled in. The election exists when
// the transaction is mined.
func (c *Client) CreateElection(ctx context.Context, key *ethkey.Key, e tx.NewElection, metadata []byte) (election.ID, tx.ID, error) {
	org := e.Organisation
	if org.IsZero() {
		org = key.Address()
	}
	chainID, err := c.ChainID(ctx)
	if err != nil {
		return election.ID{}, tx.ID{}, err
	}
	account, err := c.Account(ctx, org)
	if err != nil {
		return election.ID{}, tx.ID{}, fmt.Errorf("account of the organisation: %w", err)
	}
	e.Nonce = account.Nonce
	if org != key.Address() { // a delegate signs, and pays with its own nonce
		if e.Nonce, err = c.nonce(ctx, key.Address()); err != nil {
			return election.ID{}, tx.ID{}, err
		}
	}
	if e.MetadataURI, err = c.CID(ctx, metadata); err != nil {
		return election.ID{}, tx.ID{}, err
	}
	id := election.NewID(chainID, org, e.CensusOrigin, e.Mode, e.Rules, account.ElectionIndex)
	e.Expect = &id
	raw, err := c.Sign(ctx, key, &e)
	if err != nil {
		return id, tx.ID{}, err
	}
	var out struct {
		Hash string `json:"txHash"`
	}
	if err := known(c.post(ctx, "/elections", withMetadata{raw, metadata}, &out), &out.Hash); err != nil {
		return id, tx.ID{}, err
	}
	hash, err := ParseTxID(out.Hash)
	return id, hash, err
}

// SetStatus pauses, resumes, ends or cancels an election.
func (c *Client) SetStatus(ctx context.Context, key *ethkey.Key, id election.ID, s election.Status) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.SetStatus{Nonce: n, Election: id, Status: s}
	})
}

// SetCensus gives an election another census (root and uri) or lets it grow
// (size). Empty values leave things as they are.
func (c *Client) SetCensus(ctx context.Context, key *ethkey.Key, id election.ID, root *census.Root, uri *string, size uint64) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.SetCensus{Nonce: n, Election: id, Root: root, URI: uri, Size: size}
	})
}

// SetDuration moves the end of an election to d after its start.
func (c *Client) SetDuration(ctx context.Context, key *ethkey.Key, id election.ID, d time.Duration) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.SetDuration{Nonce: n, Election: id, Duration: uint64(d / time.Second)}
	})
}

// ParseRoot reads a census root.
func ParseRoot(s string) (census.Root, error) {
	var r census.Root
	err := parseHash(r[:], s, "census root")
	return r, err
}

// ResultOnEthereum says how far the result of an election is on its way to
// Ethereum, and what to send to prove it there. Nothing of it needs to be believed:
// the contracts check.
type ResultOnEthereum struct {
	Election    string     `json:"electionId"`
	State       string     `json:"state"`       // notFinal, notAnchored, ready, proved or refused
	Explanation string     `json:"explanation"` // for people
	EthereumID  uint64     `json:"ethereumChainId"`
	Anchor      string     `json:"anchor"`
	Registry    string     `json:"registry"`
	Anchored    uint64     `json:"anchoredHeight"` // newest; 0 if there is none
	Next        *time.Time `json:"nextAnchor"`     // when it is expected at the latest; nil if nobody knows
	Call        *struct {
		To        string `json:"to"`
		Data      string `json:"data"` // hex with 0x
		Value     string `json:"value"`
		Height    uint64 `json:"height"` // anchored height that it is proved against
		Gas       uint64 `json:"gas"`
		GasSource string `json:"gasSource"` // estimate or table
	} `json:"call"` // nil if there is nothing to send
}

// ResultOnEthereum returns what it takes to prove an election's result on Ethereum.
// A *Problem with status 501 says that the gateway knows of no registry there.
func (c *Client) ResultOnEthereum(ctx context.Context, id election.ID) (*ResultOnEthereum, error) {
	var out ResultOnEthereum
	if err := c.get(ctx, "/elections/"+id.String()+"/anchor", &out); err != nil {
		return nil, err
	}
	return &out, nil
}
