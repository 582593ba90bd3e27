package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"urna/census"
	"urna/crypto/ethkey"
)

// MaxParticipants is how many members fit into one call.
const MaxParticipants = 8192

// Member is a voter of a census.
type Member struct {
	Key    string `json:"key"`    // address
	Weight string `json:"weight"` // decimal
}

// Published is a census that elections can name.
type Published struct {
	Root string `json:"censusID"`
	URI  string `json:"uri"`
}

// Proof shows that a voter is on a census.
type Proof struct {
	Type   string `json:"type"`
	Weight string `json:"weight"`      // decimal
	Root   string `json:"censusRoot"`  // hex
	Proof  string `json:"censusProof"` // packed siblings, hex
	Value  string `json:"value"`       // weight, little-endian, hex
}

// Dump is a whole census.
type Dump struct {
	Type      int    `json:"type"`
	RootHash  string `json:"rootHash"`
	Data      []byte `json:"data"`
	MaxLevels int    `json:"maxLevels"`
}

// Merkle is the proof as a vote carries it.
func (p *Proof) Merkle() (census.MerkleProof, error) {
	siblings, err := hex.DecodeString(p.Proof)
	if err != nil || len(siblings) == 0 {
		return census.MerkleProof{}, fmt.Errorf("census proof %q is not hex", p.Proof)
	}
	value, err := hex.DecodeString(p.Value)
	if err != nil {
		return census.MerkleProof{}, fmt.Errorf("census value %q is not hex", p.Value)
	}
	return census.MerkleProof{Siblings: siblings, AvailableWeight: value, Type: census.TypeBlake2b, KeyType: census.KeyAddress}, nil
}

// NewToken asks for a secret that owns new censuses: whoever knows it may change
// them until they are published.
func (c *Client) NewToken(ctx context.Context) (string, error) {
	// The call's path has room for a private key, which clients without a
	// server-side wallet fill with random bytes; the gateway keeps neither.
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	var out struct {
		Token string `json:"token"`
	}
	if err := c.call(ctx, request{method: http.MethodPost, path: "/wallet/add/" + hex.EncodeToString(b[:])}, &out); err != nil {
		return "", err
	}
	if out.Token == "" {
		return "", errors.New("POST /wallet/add: answer holds no token")
	}
	return out.Token, nil
}

// NewCensus starts a census of weighted members that token owns.
func (c *Client) NewCensus(ctx context.Context, token string) (id string, err error) {
	var out struct {
		ID string `json:"censusID"`
	}
	err = c.call(ctx, request{method: http.MethodPost, path: "/censuses/weighted", token: token}, &out)
	return out.ID, err
}

// AddMembers adds members, MaxParticipants a call, and reports how many were
// sent so far. progress may be nil.
func (c *Client) AddMembers(ctx context.Context, token, id string, members []Member, progress func(done int)) error {
	for done := 0; done < len(members); {
		n := min(len(members)-done, MaxParticipants)
		body, err := json.Marshal(map[string]any{"participants": members[done : done+n]})
		if err != nil {
			return err
		}
		r := request{method: http.MethodPost, path: "/censuses/" + id + "/participants", token: token, body: body}
		if err := c.call(ctx, r, nil); err != nil {
			return fmt.Errorf("members %d to %d: %w", done+1, done+n, err)
		}
		if done += n; progress != nil {
			progress(done)
		}
	}
	return nil
}

// PublishCensus freezes a copy of the census, stores it by content and waits
// until that is done.
func (c *Client) PublishCensus(ctx context.Context, token, id string) (*Published, error) {
	return c.FollowPublication(ctx, token, id, nil)
}

// FollowPublication is PublishCensus that tells how far it is.
func (c *Client) FollowPublication(ctx context.Context, token, id string, progress func(*CensusJob)) (*Published, error) {
	var p Published
	r := request{method: http.MethodPost, path: "/censuses/" + id + "/publish/async", token: token}
	if err := c.call(ctx, r, &p); err != nil {
		return nil, err
	}
	r = request{method: http.MethodGet, path: "/censuses/" + p.Root + "/check", token: token}
	root := p.Root
	err := c.until(ctx, func() error {
		err := c.call(ctx, r, &p)
		if errors.Is(err, ErrNotYet) && progress != nil {
			if j, err := c.CensusJob(ctx, root); err == nil { // the answer is the one of /check
				progress(j)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// CensusURI tells where the file of a published census is.
func (c *Client) CensusURI(ctx context.Context, root string) (string, error) {
	var p Published
	err := c.get(ctx, "/censuses/"+root+"/check", &p)
	return p.URI, err
}

// CensusSize is the number of members; id is a census or a published root.
func (c *Client) CensusSize(ctx context.Context, id string) (uint64, error) {
	var out struct {
		Size uint64 `json:"size"`
	}
	err := c.get(ctx, "/censuses/"+id+"/size", &out)
	return out.Size, err
}

// CensusWeight is the sum of the members' weights, in decimal.
func (c *Client) CensusWeight(ctx context.Context, id string) (string, error) {
	var out struct {
		Weight string `json:"weight"`
	}
	err := c.get(ctx, "/censuses/"+id+"/weight", &out)
	return out.Weight, err
}

// CensusProof proves that a is on the published census root. A voter who is
// not on it is a *Problem with CodeNotInCensus.
func (c *Client) CensusProof(ctx context.Context, root string, a ethkey.Address) (*Proof, error) {
	var p Proof
	if err := c.get(ctx, "/censuses/"+root+"/proof/"+a.String(), &p); err != nil {
		return nil, err
	}
	return &p, nil
}

// ExportCensus returns a whole census.
func (c *Client) ExportCensus(ctx context.Context, token, id string) (*Dump, error) {
	var d Dump
	r := request{method: http.MethodGet, path: "/censuses/" + id + "/export", token: token}
	if err := c.call(ctx, r, &d); err != nil {
		return nil, err
	}
	return &d, nil
}

// ImportCensus fills an empty census from a dump.
func (c *Client) ImportCensus(ctx context.Context, token, id string, d *Dump) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return c.call(ctx, request{method: http.MethodPost, path: "/censuses/" + id + "/import", token: token, body: body}, nil)
}

// DeleteCensus forgets a census that is not published.
func (c *Client) DeleteCensus(ctx context.Context, token, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/censuses/" + id, token: token}, nil)
}
