package gateway

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

type electionAnswer struct {
	ID            string     `json:"electionId"`
	Organisation  string     `json:"organizationId"`
	Status        string     `json:"status"`
	Start         time.Time  `json:"startDate"`
	End           time.Time  `json:"endDate"`
	VoteCount     uint64     `json:"voteCount"`
	FinalResults  bool       `json:"finalResults"`
	Result        [][]string `json:"result,omitempty"`
	ManuallyEnded bool       `json:"manuallyEnded"`
	ChainID       string     `json:"chainId"`
	Title         string     `json:"title,omitempty"`
	FailReason    string     `json:"failReason,omitempty"`

	Census      electionCensus `json:"census"`
	Classes     []weightClass  `json:"weightClasses,omitempty"` // of a blind issuer
	MetadataURL string         `json:"metadataURL"`
	Created     time.Time      `json:"creationTime"`
	VoteMode    voteMode       `json:"voteMode"`
	Mode        electionMode   `json:"electionMode"`
	TallyMode   tallyMode      `json:"tallyMode"`
	Metadata    any            `json:"metadata,omitempty"` // an object, or base64 if it is encrypted
}

type electionCensus struct {
	Origin           string `json:"censusOrigin"`
	Root             string `json:"censusRoot"`
	PostRegisterRoot string `json:"postRegisterCensusRoot"` // always empty; clients expect it
	URL              string `json:"censusURL"`
	MaxSize          uint64 `json:"maxCensusSize"`
}

// weightClass tells of the credentials of one weight.
type weightClass struct {
	Weight  string `json:"weight"`  // decimal
	KeyHash string `json:"keyHash"` // SHA-256 of the RSA modulus
	Issued  uint64 `json:"issued"`  // as counted before the start
	Voters  uint64 `json:"voters"`
}

type voteMode struct {
	Serial         bool `json:"serial"` // always false; clients expect it
	Anonymous      bool `json:"anonymous"`
	Encrypted      bool `json:"encryptedVotes"`
	UniqueValues   bool `json:"uniqueValues"`
	CostFromWeight bool `json:"costFromWeight"`
}

type electionMode struct {
	AutoStart         bool `json:"autoStart"`
	Interruptible     bool `json:"interruptible"`
	DynamicCensus     bool `json:"dynamicCensus"`
	EncryptedMetadata bool `json:"encryptedMetaData"`
	PreRegister       bool `json:"preRegister"` // always false; clients expect it
}

type tallyMode struct {
	MaxCount      uint32 `json:"maxCount"`
	MaxValue      uint32 `json:"maxValue"`
	MaxOverwrites uint32 `json:"maxVoteOverwrites"`
	MaxTotalCost  uint32 `json:"maxTotalCost"`
	CostExponent  uint32 `json:"costExponent"`
}

// findElection reads the records of an election that the path names, all of one
// height.
func (g *Gateway) findElection(r *http.Request) (*state.View, *election.Settings, *state.Stage, error) {
	id, err := pathElection(r, "election")
	if err != nil {
		return nil, nil, nil, err
	}
	v := g.app.View()
	settings, err := v.Settings(id)
	if errors.Is(err, state.ErrNotFound) {
		return nil, nil, nil, problem(http.StatusNotFound, codeElectionNotFound, "election not found")
	}
	if err != nil {
		return nil, nil, nil, err
	}
	stage, err := v.Stage(id)
	return v, settings, stage, err
}

func (g *Gateway) election(w http.ResponseWriter, r *http.Request) error {
	v, e, stage, err := g.findElection(r)
	if err != nil {
		return err
	}
	log, err := v.Log(e.ID)
	if err != nil {
		return err
	}
	out := electionAnswer{
		ID: e.ID.String(), Organisation: e.Organisation.String(), Status: stage.Status.String(),
		Start: unixTime(e.Start), End: unixTime(stage.End),
		VoteCount: log.Voters, ManuallyEnded: stage.ManuallyEnded, ChainID: g.app.ChainID(),
		FailReason:  stage.FailReason,
		MetadataURL: e.MetadataURI, Created: unixTime(e.CreatedTime),
		Census: electionCensus{
			Origin: e.CensusOrigin.String(), Root: stage.CensusRoot.String(), URL: stage.CensusURI, MaxSize: stage.MaxCensusSize,
		},
		VoteMode: voteMode{
			Anonymous: e.Mode.Anonymous, Encrypted: e.Mode.Encrypted,
			UniqueValues: e.Rules.UniqueValues, CostFromWeight: e.Rules.CostFromWeight,
		},
		Mode: electionMode{
			AutoStart: e.AutoStart, Interruptible: e.Interruptible,
			DynamicCensus: e.DynamicCensus, EncryptedMetadata: e.EncryptedMetadata,
		},
		TallyMode: tallyMode{
			e.Rules.MaxCount, e.Rules.MaxValue, e.Rules.MaxOverwrites, e.Rules.MaxTotalCost, e.Rules.CostExponent,
		},
	}
	if out.Result, out.FinalResults, err = result(v, e, stage); err != nil {
		return err
	}
	if err := addIssuer(&out, v, e); err != nil {
		return err
	}
	if err := g.addMetadata(r.Context(), &out, e); err != nil {
		return err
	}
	return reply(w, &out)
}

// result is the count of an election: the final one, or as long as votes may
// come the one so far, unless ballots are sealed. An election that was canceled
// or has failed has none.
func result(v *state.View, e *election.Settings, stage *state.Stage) (cells [][]string, final bool, err error) {
	switch stage.Status {
	case election.Results:
		res, err := v.Result(e.ID)
		if err != nil {
			return nil, false, err
		}
		return res.Tally.Strings(), true, nil
	case election.Ready, election.Paused, election.Ended:
		if e.Mode.Encrypted {
			return nil, false, nil
		}
		tally, err := v.Tally(e.ID)
		if err != nil {
			return nil, false, err
		}
		return tally.Strings(), false, nil
	}
	return nil, false, nil
}

func (g *Gateway) addMetadata(ctx context.Context, out *electionAnswer, e *election.Settings) error {
	f, err := g.file(ctx, e.MetadataURI)
	switch {
	case err != nil || f == nil:
	case e.EncryptedMetadata:
		out.Metadata = f.raw // base64 in JSON
	case f.object:
		out.Metadata, out.Title = json.RawMessage(f.raw), f.title
	}
	return err
}

func unixTime(s uint64) time.Time { return time.Unix(int64(s), 0).UTC() }

// electionKeys has nothing to show until ballots may be sealed.
func (g *Gateway) electionKeys(w http.ResponseWriter, r *http.Request) error {
	if _, _, _, err := g.findElection(r); err != nil {
		return err
	}
	return problem(http.StatusNotFound, codeNoElectionKeys, "the election has no encryption keys")
}

type scrutinyAnswer struct {
	Election       string     `json:"electionId"`
	Organisation   string     `json:"organizationId"`
	CensusRoot     string     `json:"censusRoot"`
	SourceContract string     `json:"sourceContractAddress"`
	Results        [][]string `json:"results"`
	ABI            string     `json:"abiEncoded"`
}

func (g *Gateway) scrutiny(w http.ResponseWriter, r *http.Request) error {
	v, e, stage, err := g.findElection(r)
	if err != nil {
		return err
	}
	if stage.Status != election.Results {
		return problem(http.StatusNotFound, codeNoResults, "election results are not yet available: status is %s", stage.Status)
	}
	res, err := v.Result(e.ID)
	if err != nil {
		return err
	}
	var none ethkey.Address // results come from this chain's own votes
	return reply(w, &scrutinyAnswer{
		Election: e.ID.String(), Organisation: e.Organisation.String(), CensusRoot: res.CensusRoot.String(),
		SourceContract: none.String(), Results: res.Tally.Strings(),
		ABI: "0x" + hex.EncodeToString(abiResult(e.ID, e.Organisation, res.CensusRoot, none, res.Tally.Cells)),
	})
}

func (g *Gateway) submitElection(w http.ResponseWriter, r *http.Request) error {
	var body txBody
	if err := readJSON(r, &body); err != nil {
		return err
	}
	raw, t, err := decodeTx("txPayload", body.Payload)
	if err != nil {
		return err
	}
	p, ok := t.Payload.(*tx.NewElection)
	if !ok {
		return wrongKind(t, "new_process")
	}
	document, err := g.metadataOf(&body, p.MetadataURI)
	if err != nil {
		return err
	}
	s, err := g.submit(r.Context(), raw, document)
	if err != nil {
		return err
	}
	return reply(w, &submitAnswer{TxHash: s.ID.String(), ElectionID: electionOf(s), MetadataURL: p.MetadataURI})
}

// blockSeconds is how the wire counts a duration in blocks.
const blockSeconds = 10

func (g *Gateway) electionPrice(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		MaxCensusSize uint64 `json:"maxCensusSize"`
		Duration      uint64 `json:"electionDuration"` // seconds
		Blocks        uint32 `json:"electionBlocks"`   // another way to say it
		Encrypted     bool   `json:"encryptedVotes"`
		Anonymous     bool   `json:"anonymousVotes"`
		MaxOverwrites uint32 `json:"maxVoteOverwrite"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	if body.Duration == 0 {
		body.Duration = blockSeconds * uint64(body.Blocks)
	}
	params, err := g.params()
	if err != nil {
		return err
	}
	price, err := transition.ElectionPrice(params, body.MaxCensusSize, body.Duration, body.Encrypted, body.Anonymous, body.MaxOverwrites)
	if err != nil {
		return problem(http.StatusBadRequest, codeNumber, "%v", err)
	}
	return reply(w, map[string]uint64{"price": price})
}

// addIssuer says what clients of issuers know as the root, the issuer's key,
// and tells of the credentials of a blind issuer.
func addIssuer(out *electionAnswer, v *state.View, e *election.Settings) error {
	if e.CensusOrigin.IsTree() {
		return nil
	}
	issuer, err := v.Issuer(e.ID)
	if err != nil {
		return err
	}
	if len(issuer.Key) > 0 {
		out.Census.Root = hex.EncodeToString(issuer.Key)
	}
	for i := range issuer.Classes {
		c := &issuer.Classes[i]
		out.Classes = append(out.Classes, weightClass{
			Weight: c.Weight.Dec(), KeyHash: hex.EncodeToString(c.Key[:]), Issued: c.Issued, Voters: c.Voters,
		})
	}
	return nil
}

func (g *Gateway) nextElectionID(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Delta        uint32   `json:"delta"` // elections before it that are not on the chain yet
		Organisation string   `json:"organizationId"`
		Origin       uint64   `json:"censusOrigin"`
		Mode         voteMode `json:"envelopeType"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	org, err := ethkey.ParseAddress(body.Organisation)
	if err != nil {
		return problem(http.StatusBadRequest, codeOrganisation, "organizationId: %v", err)
	}
	origin, ok := census.FromWire(body.Origin)
	if !ok {
		return problem(http.StatusBadRequest, codeBody, "censusOrigin: there is no origin %d", body.Origin)
	}
	acc, err := g.app.View().Account(org)
	if errors.Is(err, state.ErrNotFound) {
		return problem(http.StatusNotFound, codeAccountNotFound, "account not found: %s", body.Organisation)
	}
	if err != nil {
		return err
	}
	id := election.NewID(g.app.ChainID(), org, origin,
		election.Mode{Anonymous: body.Mode.Anonymous, Encrypted: body.Mode.Encrypted},
		ballot.Rules{UniqueValues: body.Mode.UniqueValues, CostFromWeight: body.Mode.CostFromWeight},
		acc.ElectionIndex+body.Delta)
	return reply(w, map[string]string{"electionID": id.String()})
}
