package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/indexer"
	"urna/state"
)

type blockItem struct {
	ChainID       string    `json:"chainId"`
	Height        int64     `json:"height"`
	Time          time.Time `json:"time"`
	Hash          string    `json:"hash"`
	Proposer      string    `json:"proposer"`
	LastBlockHash string    `json:"lastBlockHash"`
	TxCount       int       `json:"txCount"`
}

func (g *Gateway) listBlocks(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	var f indexer.BlockFilter
	if f.Hash, err = prefixParam(r, "hash", 32, codeHex); err != nil {
		return err
	}
	if f.Proposer, err = prefixParam(r, "proposerAddress", ethkey.AddressLen, codeAddress); err != nil {
		return err
	}
	if id := param(r, "chainId"); id != "" && id != g.app.ChainID() {
		return replyList(w, "blocks", p, indexer.List[indexer.BlockInfo]{}, g.showBlock)
	}
	l, err := g.index.Blocks(r.Context(), f, p)
	if err != nil {
		return err
	}
	return replyList(w, "blocks", p, l, g.showBlock)
}

func (g *Gateway) showBlock(b indexer.BlockInfo) (blockItem, error) {
	return blockItem{
		ChainID: g.app.ChainID(), Height: b.Height, Time: b.Time, Hash: hex.EncodeToString(b.Hash[:]),
		Proposer: b.Proposer.String(), LastBlockHash: hex.EncodeToString(b.LastHash[:]), TxCount: b.TxCount,
	}, nil
}

type blockAnswer struct {
	Hash    string       `json:"hash"`
	Header  headerAnswer `json:"header"`
	TxCount int          `json:"txCount"`
}

// headerAnswer is a header as the consensus engine's own API shows it.
type headerAnswer struct {
	AppHash            upperHex      `json:"appHash"`
	ChainID            string        `json:"chainId"`
	ConsensusHash      upperHex      `json:"consensusHash"`
	DataHash           upperHex      `json:"dataHash"`
	EvidenceHash       upperHex      `json:"evidenceHash"`
	Height             int64         `json:"height"`
	LastBlockID        blockID       `json:"lastBlockId"`
	LastCommitHash     upperHex      `json:"lastCommitHash"`
	LastResultsHash    upperHex      `json:"lastResultsHash"`
	NextValidatorsHash upperHex      `json:"nextValidatorsHash"`
	ProposerAddress    upperHex      `json:"proposerAddress"`
	Time               time.Time     `json:"time"`
	ValidatorsHash     upperHex      `json:"validatorsHash"`
	Version            headerVersion `json:"version"`
}

type blockID struct {
	Hash  upperHex `json:"hash"`
	Parts struct {
		Hash  upperHex `json:"hash"`
		Total int      `json:"total"`
	} `json:"parts"`
}

type headerVersion struct {
	Block uint64 `json:"block,omitempty"`
	App   uint64 `json:"app,omitempty"`
}

// upperHex is shown as upper-case hex.
type upperHex []byte

// MarshalText implements encoding.TextMarshaler.
func (h upperHex) MarshalText() ([]byte, error) {
	return []byte(strings.ToUpper(hex.EncodeToString(h))), nil
}

func (g *Gateway) block(w http.ResponseWriter, r *http.Request) error {
	height, err := heightParam(r, "height")
	if err != nil {
		return err
	}
	b, err := g.index.Block(r.Context(), height)
	if err != nil {
		return missing(err, codeBlockNotFound, "block not found")
	}
	return g.replyBlock(w, r, b)
}

func (g *Gateway) blockByHash(w http.ResponseWriter, r *http.Request) error {
	hash, err := pathHash(r, "hash", codeHex)
	if err != nil {
		return err
	}
	b, err := g.index.BlockByHash(r.Context(), hash)
	if err != nil {
		return missing(err, codeBlockNotFound, "block not found")
	}
	return g.replyBlock(w, r, b)
}

// replyBlock shows a header; of a block that this node has thrown away, what
// the index kept.
func (g *Gateway) replyBlock(w http.ResponseWriter, r *http.Request, b indexer.BlockInfo) error {
	h, err := g.blocks.Header(r.Context(), b.Height)
	if errors.Is(err, ErrNoBlock) {
		h, err = &Header{Height: b.Height, Time: b.Time, Proposer: b.Proposer, LastBlockHash: b.LastHash[:]}, nil
	}
	if err != nil {
		return err
	}
	answer := blockAnswer{Hash: hex.EncodeToString(b.Hash[:]), TxCount: b.TxCount, Header: headerAnswer{
		AppHash: h.AppHash, ChainID: g.app.ChainID(), ConsensusHash: h.ConsensusHash, DataHash: h.DataHash,
		EvidenceHash: h.EvidenceHash, Height: h.Height, LastCommitHash: h.LastCommitHash,
		LastResultsHash: h.LastResultsHash, NextValidatorsHash: h.NextValidatorsHash,
		ProposerAddress: h.Proposer[:], Time: h.Time.UTC(), ValidatorsHash: h.ValidatorsHash,
		Version: headerVersion{h.VersionBlock, h.VersionApp},
	}}
	answer.Header.LastBlockID.Hash = h.LastBlockHash
	answer.Header.LastBlockID.Parts.Hash, answer.Header.LastBlockID.Parts.Total = h.LastBlockPartsHash, h.LastBlockParts
	return reply(w, answer)
}

type validatorItem struct {
	Power            uint64 `json:"power"`
	PubKey           string `json:"pubKey"`
	Address          string `json:"address"`
	Name             string `json:"name"`
	ValidatorAddress string `json:"validatorAddress"`
	JoinHeight       uint64 `json:"joinHeight"`
	Votes            uint64 `json:"votes"`
	Proposals        uint64 `json:"proposals"`
	Score            uint64 `json:"score"` // percentage of the recent blocks that it signed
}

func (g *Gateway) validators(w http.ResponseWriter, _ *http.Request) error {
	view := g.app.View()
	seats, err := view.Validators()
	if err != nil {
		return err
	}
	items := make([]validatorItem, 0, len(seats))
	for _, s := range seats {
		uptime, err := view.Uptime(s.Address)
		if err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
		item := validatorItem{
			Power: s.Power, PubKey: hex.EncodeToString(s.PublicKey[:]), Address: s.Account.String(), Name: s.Name,
			ValidatorAddress: s.Address.String(), JoinHeight: s.JoinHeight, Votes: s.Votes, Proposals: s.Proposals,
		}
		if uptime != nil && uptime.Seen > 0 {
			item.Score = 100 * uint64(uptime.Seen-uptime.Missed) / uint64(uptime.Seen)
		}
		items = append(items, item)
	}
	return reply(w, struct {
		Validators []validatorItem `json:"validators"`
	}{items})
}

type infoAnswer struct {
	ChainID           string    `json:"chainId"`
	BlockTime         [5]int64  `json:"blockTime"` // milliseconds, over a minute, 10 minutes, 1, 6 and 24 hours; 0 if the chain is younger
	ElectionCount     int64     `json:"electionCount"`
	OrganizationCount int64     `json:"organizationCount"`
	GenesisTime       time.Time `json:"genesisTime"`
	InitialHeight     int64     `json:"initialHeight"`
	Height            int64     `json:"height"`
	BlockStoreBase    int64     `json:"blockStoreBase"`
	Syncing           bool      `json:"syncing"`
	BlockTimestamp    int64     `json:"blockTimestamp"` // unix seconds
	TransactionCount  int64     `json:"transactionCount"`
	ValidatorCount    int       `json:"validatorCount"`
	VoteCount         int64     `json:"voteCount"`
	CircuitVersion    string    `json:"circuitVersion"`
	MaxCensusSize     uint64    `json:"maxCensusSize"`
	NetworkCapacity   uint64    `json:"networkCapacity"`

	// IndexHeight is the height of the counts: less than Height while the index
	// catches up.
	IndexHeight int64 `json:"indexHeight"`

	// Missing where nobody looks at Ethereum.
	AnchoredHeight *uint64    `json:"lastAnchoredHeight,omitempty"`
	AnchoredTime   *time.Time `json:"lastAnchoredTime,omitempty"`
}

func (g *Gateway) chainInfo(w http.ResponseWriter, r *http.Request) error {
	view, err := g.committed()
	if err != nil {
		return err
	}
	params, err := view.Params()
	if err != nil {
		return err
	}
	mark, err := view.Mark()
	if err != nil {
		return err
	}
	seats, err := view.Validators()
	if err != nil {
		return err
	}
	c, err := g.index.Counters(r.Context())
	if err != nil {
		return err
	}
	means, err := g.index.BlockTimes(r.Context(), time.Minute, 10*time.Minute, time.Hour, 6*time.Hour, 24*time.Hour)
	if err != nil {
		return err
	}
	answer := infoAnswer{
		ChainID: g.app.ChainID(), ElectionCount: c.Elections, OrganizationCount: c.Organisations,
		GenesisTime: g.blocks.GenesisTime().UTC(), InitialHeight: 1, Height: int64(mark.Height),
		BlockStoreBase: g.blocks.Base(), Syncing: g.blocks.Syncing(), BlockTimestamp: int64(mark.Time),
		TransactionCount: c.Transactions, ValidatorCount: len(seats), VoteCount: c.Voters,
		MaxCensusSize: params.MaxCensusSize, NetworkCapacity: params.Price.Capacity, IndexHeight: c.Height,
	}
	for i, mean := range means {
		answer.BlockTime[i] = mean.Milliseconds()
	}
	if g.anchor != nil {
		s := g.anchor.Anchor()
		if answer.AnchoredHeight = &s.Height; !s.Time.IsZero() {
			answer.AnchoredTime = &s.Time
		}
	}
	return reply(w, answer)
}

type statsAnswer struct {
	AccountCount          int64            `json:"accountCount"`
	ElectionCount         int64            `json:"electionCount"`
	ElectionCountByStatus map[string]int64 `json:"electionCountByStatus"`
	TxCountByType         map[string]int64 `json:"txCountByType"`
	VoteCount             int64            `json:"voteCount"`
}

func (g *Gateway) chainStats(w http.ResponseWriter, r *http.Request) error {
	c, err := g.index.Counters(r.Context())
	if err != nil {
		return err
	}
	answer := statsAnswer{
		AccountCount: c.Accounts, ElectionCount: c.Elections, VoteCount: c.Voters,
		ElectionCountByStatus: map[string]int64{}, TxCountByType: map[string]int64{},
	}
	for status, n := range c.ByStatus {
		answer.ElectionCountByStatus[status.String()] = n
	}
	for kind, n := range c.ByKind {
		answer.TxCountByType[kind.Type()] += n
	}
	return reply(w, answer)
}

func (g *Gateway) dateToBlock(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("timestamp"), 10, 64)
	if err != nil || n < 0 || n > maxUnix {
		return problem(http.StatusBadRequest, codeNumber, "timestamp %q is not a unix time", r.PathValue("timestamp"))
	}
	at := time.Unix(n, 0)
	last, pace, err := g.pace(r.Context())
	if err != nil {
		return missing(err, codeBlockNotFound, "the chain has no block yet")
	}
	height := last.Height
	if at.After(last.Time) {
		height += int64(at.Sub(last.Time) / pace)
	} else {
		b, err := g.index.BlockAt(r.Context(), at)
		if err != nil {
			return missing(err, codeBlockNotFound, "the chain is younger")
		}
		height = b.Height
	}
	return reply(w, struct {
		Height int64 `json:"height"`
	}{height})
}

func (g *Gateway) blockToDate(w http.ResponseWriter, r *http.Request) error {
	height, err := heightParam(r, "height")
	if err != nil {
		return err
	}
	last, pace, err := g.pace(r.Context())
	if err != nil {
		return missing(err, codeBlockNotFound, "the chain has no block yet")
	}
	var date time.Time
	if height > last.Height {
		seconds := int64(pace.Seconds() * float64(height-last.Height))
		date = time.Unix(min(last.Time.Unix()+seconds, maxUnix), 0).UTC()
	} else {
		b, err := g.index.Block(r.Context(), height)
		if err != nil {
			return missing(err, codeBlockNotFound, "block not found")
		}
		date = b.Time
	}
	return reply(w, struct {
		Date time.Time `json:"date"`
	}{date})
}

// pace returns the last block and how long a block takes of late.
func (g *Gateway) pace(ctx context.Context) (last indexer.BlockInfo, pace time.Duration, err error) {
	if last, err = g.index.Block(ctx, g.index.Height()); err != nil {
		return last, 0, err
	}
	means, err := g.index.BlockTimes(ctx, time.Minute, 10*time.Minute, time.Hour)
	if err != nil {
		return last, 0, err
	}
	for _, mean := range means {
		if mean > 0 {
			return last, mean, nil
		}
	}
	return last, defaultPace, nil
}

// defaultPace stands for the time between blocks while there are too few to
// tell.
const defaultPace = time.Second
