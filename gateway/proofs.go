package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
)

// Proofs are documents of docs/spec/proofs.md, section 6: records of the state
// with all that leads to them from the genesis or a checkpoint. They are about
// the newest height whose root is in a signed header: one less than that of the
// last block.

// proofRoutes lists what a stranger needs to check the chain.
func (g *Gateway) proofRoutes() []route {
	return []route{
		{"GET", "/chain/genesis", g.genesisDocument, "The genesis document, byte for byte"},
		{"GET", "/chain/light/{height}", g.signedHeader, "The signed header of a height"},
		{"GET", "/chain/raw", g.rawBlocks, "Blocks as they were hashed, from a height on"},
		{"GET", "/files/{cid}", g.sendFile, "A file by its content id"},

		{"GET", "/proofs/params", g.paramsProof, "The chain's parameters, proved"},
		{"GET", "/proofs/accounts/{address}", g.addressProof(state.AccountKey), "An account or its absence, proved"},
		{"GET", "/proofs/validators/{address}", g.addressProof(state.ValidatorKey), "A validator or its absence, proved"},
		{"GET", "/proofs/elections/{election}/{record}", g.electionProof, "A record of an election or its absence, proved"},
		{"GET", "/proofs/keys/{keys}", g.keysProof, "Any records of the state or their absence, proved"},
		{"GET", "/proofs/votes/{election}/{vote}", g.receipt, "The receipt of a vote"},
		{"GET", "/proofs/absences/{election}/{vote}", g.absence, "That somebody did not vote, proved"},

		{"GET", "/elections/{election}/anchor", g.electionOnEthereum, "What it takes to prove a result on Ethereum"},
		{"GET", "/anchor", g.anchorStatus, "How far the chain is anchored on Ethereum"},

		{"GET", "/tiles/{election}/checkpoint", g.logCheckpoint, "Size and root of an election's vote log, as a signed note"},
		{"GET", "/tiles/{election}/key", g.logKeyText, "The key that checkpoints of an election are signed with"},
		{"GET", "/tiles/{election}/proof.json", g.logProof, "What makes a checkpoint the election's, proved"},
		{"GET", "/tiles/{election}/tile/{level}/{n...}", g.logTile, "A tile of an election's vote log"},
		{"GET", "/tiles/{election}/tile/entries/{n...}", g.entryBundle, "The vote records under a tile"},
	}
}

// proofs is what the gateway remembers of proofs, and the bounds of what they
// cost: a trail takes the checking of a few commits, an absence the reading of
// all votes of an election.
type proofs struct {
	genesis  light.Trusted
	trails   *recall[checkpoint, []*light.Block]
	walkers  *lane // who look for trails
	absences *recall[ballotKey, *light.NotVoted]
	counters *lane // who read all votes of an election
	provers  *lane // who ask about Ethereum
}

func newProofs(genesis []byte) (p *proofs, err error) {
	p = &proofs{
		trails: newRecall[checkpoint, []*light.Block](64), walkers: newLane(2, 32),
		absences: newRecall[ballotKey, *light.NotVoted](256), counters: newLane(1, 32),
		provers: newLane(4, 32),
	}
	p.genesis, err = light.TrustGenesis(genesis)
	return p, err
}

// proof is a request for a document.
type proof struct {
	height int64 // of the state; 0 until it is known
	trust  int64 // height of the checkpoint; 0 is the genesis
	newest bool  // nobody asked for a height
	view   *state.View
}

// prove answers with the document that build makes of a view. A vote that is not
// there at the newest height that can be proved but is at the last one is yet to
// come.
func (g *Gateway) prove(w http.ResponseWriter, r *http.Request, build func(*state.View) (*light.Document, error)) error {
	p, err := g.proofOf(r)
	if errors.Is(err, state.ErrUncommitted) {
		return replyNotYet(w)
	}
	if err != nil {
		return err
	}
	document, err := build(p.view)
	if errors.Is(err, errVoteNotFound) && p.newest {
		if _, err := build(g.app.View()); err == nil {
			return replyNotYet(w)
		}
	}
	if err != nil {
		return pruned(err)
	}
	return g.replyDocument(r.Context(), w, p, document)
}

func (g *Gateway) replyDocument(ctx context.Context, w http.ResponseWriter, p proof, d *light.Document) error {
	trail, err := g.trail(ctx, p.trust, p.height+1)
	if err != nil {
		return err
	}
	if err := d.Anchor(trail); err != nil {
		return err
	}
	return replyBytes(w, jsonType, d.Encode())
}

// proofOf reads height and trust, and opens the view. state.ErrUncommitted says
// that no header is signed yet that has the root of the height.
func (g *Gateway) proofOf(r *http.Request) (p proof, err error) {
	if s := param(r, "height"); s != "" && s != latest {
		if p.height, err = heightParam(r, "height"); err != nil {
			return p, err
		}
	}
	if s := param(r, "trust"); s != "" && s != "0" {
		if p.trust, err = heightParam(r, "trust"); err != nil {
			return p, err
		}
	}
	last, err := g.provable(r.Context())
	if err != nil {
		return p, err
	}
	if p.height == 0 {
		p.newest, p.height = true, last
	}
	if p.height > last {
		return p, state.ErrUncommitted
	}
	if p.trust > p.height+1 {
		return p, problem(http.StatusBadRequest, codeNumber, "trust %d is beyond the header of height %d", p.trust, p.height+1)
	}
	p.view, err = g.app.Store().ViewAt(p.height)
	return p, pruned(err)
}

// provable is the newest height that can be proved, or state.ErrUncommitted.
func (g *Gateway) provable(ctx context.Context) (int64, error) {
	b, err := g.blocks.Signed(ctx, 0)
	if errors.Is(err, ErrNoBlock) || err == nil && b.Header.Height < 2 {
		return 0, state.ErrUncommitted
	}
	if err != nil {
		return 0, err
	}
	return b.Header.Height - 1, nil
}

// pruned is the problem for a height that this node has given up.
func pruned(err error) error {
	if errors.Is(err, state.ErrPruned) {
		return problem(http.StatusNotFound, codePruned, "this node has given up the state of that height")
	}
	return err
}

// checkpoint is what a trail is remembered by.
type checkpoint struct{ trust, to int64 }

// trail leads from a checkpoint, or from the genesis if trust is 0, to the
// header of a height.
func (g *Gateway) trail(ctx context.Context, trust, to int64) ([]*light.Block, error) {
	key := checkpoint{trust, to}
	if t, ok := g.proofs.trails.get(key); ok {
		return t, nil
	}
	leave, err := g.proofs.walkers.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if t, ok := g.proofs.trails.get(key); ok { // by the one before in the lane
		return t, nil
	}
	from := g.proofs.genesis
	if trust > 0 {
		b, err := g.blocks.Signed(ctx, trust)
		if err != nil {
			return nil, noTrail(err, trust, to)
		}
		from = light.TrustCheckpoint(trust, b.Header.Hash())
	}
	t, err := light.Trail(ctx, from, to, g.blocks.Signed)
	if err != nil {
		return nil, noTrail(err, trust, to)
	}
	g.proofs.trails.put(key, t)
	return t, nil
}

func noTrail(err error, trust, to int64) error {
	if !errors.Is(err, ErrNoBlock) {
		return err
	}
	return problem(http.StatusNotFound, codeNoTrail,
		"this node has thrown away headers between height %d and %d; name a later checkpoint with trust", trust, to)
}

// proveKeys answers with claims about records of the state, there or not.
func (g *Gateway) proveKeys(w http.ResponseWriter, r *http.Request, keys ...[]byte) error {
	return g.prove(w, r, func(v *state.View) (*light.Document, error) { return light.NewDocument(v, keys...) })
}

func (g *Gateway) paramsProof(w http.ResponseWriter, r *http.Request) error {
	return g.proveKeys(w, r, state.ParamsKey())
}

// maxClaims bounds the keys of one document.
const maxClaims = 64

func (g *Gateway) keysProof(w http.ResponseWriter, r *http.Request) error {
	names := strings.Split(r.PathValue("keys"), ",")
	if len(names) > maxClaims {
		return problem(http.StatusBadRequest, codeKey, "%d keys; the limit is %d", len(names), maxClaims)
	}
	keys := make([][]byte, len(names))
	for i, s := range names {
		var err error
		if keys[i], err = hex.DecodeString(trimHex(s)); err != nil {
			return problem(http.StatusBadRequest, codeHex, "key %q is not hex", s)
		}
		if _, err := state.KeyName(keys[i]); err != nil {
			return problem(http.StatusBadRequest, codeKey, "%q is no key of the state", s)
		}
	}
	return g.proveKeys(w, r, keys...)
}

// addressProof proves the record that an address has under a key.
func (g *Gateway) addressProof(key func(ethkey.Address) []byte) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := pathAddress(r, "address")
		if err != nil {
			return err
		}
		return g.proveKeys(w, r, key(a))
	}
}

// electionRecords are the records of an election by the names that they have in
// paths.
var electionRecords = map[string]func(election.ID) []byte{
	"settings": state.SettingsKey, "stage": state.StageKey, "log": state.LogKey,
	"tally": state.TallyKey, "result": state.ResultKey, "sealing": state.SealingKey,
}

func (g *Gateway) electionProof(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	key, ok := electionRecords[r.PathValue("record")]
	if !ok {
		return problem(http.StatusBadRequest, codeParameter, "an election has no record %q", r.PathValue("record"))
	}
	return g.proveKeys(w, r, key(id))
}

// pathBallot reads an election and a vote from the path.
func pathBallot(r *http.Request) (id election.ID, n election.Nullifier, err error) {
	if id, err = pathElection(r, "election"); err == nil {
		n, err = pathVote(r)
	}
	return id, n, err
}

// receipt answers with the document that shows a vote in the box.
func (g *Gateway) receipt(w http.ResponseWriter, r *http.Request) error {
	id, n, err := pathBallot(r)
	if err != nil {
		return err
	}
	return g.prove(w, r, func(v *state.View) (*light.Document, error) {
		d, err := light.NewReceipt(v, id, n)
		if errors.Is(err, state.ErrNotFound) {
			return nil, errVoteNotFound
		}
		return d, err
	})
}

// absence answers with the document that shows that somebody did not vote. What
// it takes to make is remembered: a sealed set does not change.
func (g *Gateway) absence(w http.ResponseWriter, r *http.Request) error {
	id, n, err := pathBallot(r)
	if err != nil {
		return err
	}
	return g.prove(w, r, func(v *state.View) (*light.Document, error) {
		d, err := g.findAbsence(r.Context(), v, ballotKey{id, n})
		switch {
		case errors.Is(err, light.ErrVoted):
			return nil, problem(http.StatusConflict, codeVoted, "this vote is in the election's box")
		case errors.Is(err, state.ErrUnsealed):
			return nil, problem(http.StatusNotFound, codeUnsealed, "the set of the election's votes is not sealed yet")
		}
		return d, missing(err, codeElectionNotFound, "election not found")
	})
}

// ballotKey is what an absence is remembered by.
type ballotKey struct {
	election election.ID
	vote     election.Nullifier
}

func (g *Gateway) findAbsence(ctx context.Context, v *state.View, key ballotKey) (*light.Document, error) {
	set, err := v.Sealing(key.election)
	if err != nil {
		return nil, err
	}
	if known, ok := g.proofs.absences.get(key); ok && set.Done {
		d, err := light.NewDocument(v, state.SealingKey(key.election))
		if err != nil {
			return nil, err
		}
		d.NotVoted = known
		return d, nil
	}
	leave, err := g.proofs.counters.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	d, err := light.NewAbsence(v, key.election, key.vote)
	if err == nil {
		g.proofs.absences.put(key, d.NotVoted)
	}
	return d, err
}
