package gateway

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/gateway/censuses"
)

// dumpTypeWeighted is the wire's number for the one type of census.
const dumpTypeWeighted = 1

func pathCensus(r *http.Request) (censuses.ID, error) {
	id, err := pathHash(r, "census", codeCensusID)
	return id, err
}

// token is the bearer token of a request; empty if there is none.
func token(r *http.Request) string {
	scheme, t, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(t)
}

// censusProblems says what the errors of the census service are to a client.
var censusProblems = []struct {
	err          error
	status, code int
}{
	{censuses.ErrNotFound, http.StatusNotFound, codeCensusNotFound},
	{censuses.ErrDraft, http.StatusNotFound, codeCensusNotFound},
	{censuses.ErrToken, http.StatusUnauthorized, codeToken},
	{censuses.ErrOwner, http.StatusForbidden, codeToken},
	{censuses.ErrPublished, http.StatusConflict, codeCensusPublished},
	{censuses.ErrDiskFull, http.StatusInsufficientStorage, codeDiskFull},
	{censuses.ErrPublish, http.StatusInternalServerError, codeCensusPublishFailed},
	{censuses.ErrImport, http.StatusInternalServerError, codeCensusImportFailed},
	{censuses.ErrFull, http.StatusInsufficientStorage, codeCensusesFull},
	{censuses.ErrTooLarge, http.StatusRequestEntityTooLarge, codeManyParticipants},
	{censuses.ErrBatch, http.StatusConflict, codeManyParticipants},
	{censuses.ErrDraftTooLarge, http.StatusConflict, codeManyParticipants},
	{censuses.ErrEmpty, http.StatusBadRequest, codeNoParticipants},
	{censuses.ErrRoot, http.StatusBadRequest, codeDumpRoot},
	{tree.ErrDump, http.StatusBadRequest, codeDumpMissing},
	{tree.ErrNotEmpty, http.StatusConflict, codeCensusNotEmpty},
	{tree.ErrNotMember, http.StatusNotFound, codeNotInCensus},
	{censuses.ErrClosed, http.StatusServiceUnavailable, codeOverloaded},
}

func (g *Gateway) censusProblem(err error) error {
	if errors.Is(err, censuses.ErrNotYet) {
		return overloaded("the census is being brought here; try again later")
	}
	for _, known := range censusProblems {
		if errors.Is(err, known.err) {
			switch known.err {
			case censuses.ErrPublish, censuses.ErrImport, censuses.ErrDiskFull: // the rest of the text is for the log
				g.log.Error("census", "error", err)
				err = known.err
			}
			return problem(known.status, known.code, "%v", err)
		}
	}
	return err
}

// newCensus takes the type where other calls take a census: the path is the
// wire's.
func (g *Gateway) newCensus(w http.ResponseWriter, r *http.Request) error {
	switch kind := r.PathValue("census"); kind {
	case censuses.Type:
	case "zkweighted", "csp":
		return problem(http.StatusBadRequest, codeCensusType, "censuses of type %s are not supported by this version; use %s", kind, censuses.Type)
	default:
		return problem(http.StatusBadRequest, codeCensusType, "census type %q is unknown; use %s", kind, censuses.Type)
	}
	id, err := g.censuses.Create(token(r))
	if errors.Is(err, censuses.ErrToken) {
		return problem(http.StatusUnauthorized, codeToken,
			"the call needs a bearer token that this gateway issued; POST %s/wallet/add/new gives one", BasePath)
	}
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, map[string]string{"censusID": id.String()})
}

// readMembers is readJSON for members of a census, of which one client may not
// send so many that there is no room for others.
func (g *Gateway) readMembers(r *http.Request, v any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if err := g.chargeMembers(r, len(body)); err != nil {
		return err
	}
	return unmarshal(body, v)
}

type participant struct {
	Key    string  `json:"key"`
	Weight *string `json:"weight"` // decimal; 1 if missing
}

// member reads a participant. A weight of zero is let through: the tree refuses
// it with a reason of its own.
func (p *participant) member() (m tree.Member, err error) {
	if p.Key == "" {
		return m, problem(http.StatusBadRequest, codeKeyMissing, "key is missing")
	}
	if m.Address, err = ethkey.ParseAddress(p.Key); err != nil {
		return m, problem(http.StatusBadRequest, codeCensusKey, "%v", err)
	}
	m.Weight.SetOne()
	if p.Weight != nil {
		v, err := uint256.FromDecimal(*p.Weight)
		if err != nil {
			return m, problem(http.StatusBadRequest, codeNumber, "weight %q is not a decimal number below 2^256", *p.Weight)
		}
		m.Weight = *v
	}
	return m, nil
}

// rejectedMember is a participant that was left out.
type rejectedMember struct {
	Index int    `json:"index"`
	Key   string `json:"key"`
	Error string `json:"error"`
}

// addParticipants adds those who can be members and lists the others. A
// participant that cannot be read refuses the whole call: that is a client's
// mistake, not a list with a flaw.
func (g *Gateway) addParticipants(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	var body struct {
		Participants []participant `json:"participants"`
	}
	if err := g.readMembers(r, &body); err != nil {
		return err
	}
	if len(body.Participants) == 0 {
		return problem(http.StatusBadRequest, codeNoParticipants, "participants are missing")
	}
	if len(body.Participants) > censuses.MaxBatch {
		return g.censusProblem(censuses.ErrBatch)
	}
	members := make([]tree.Member, len(body.Participants))
	for i := range members {
		if members[i], err = body.Participants[i].member(); err != nil {
			p, _ := asProblem(err)
			return problem(p.Status, p.Code, "participant %d: %s", i, p.Detail)
		}
	}
	bad, err := g.censuses.Add(id, token(r), members)
	if err != nil {
		return g.censusProblem(err)
	}
	rejected := make([]rejectedMember, len(bad))
	for i, b := range bad {
		rejected[i] = rejectedMember{b.Index, members[b.Index].Address.String(), b.Err.Error()}
	}
	return reply(w, &struct {
		Added    int              `json:"added"`
		Rejected []rejectedMember `json:"rejected"`
	}{len(members) - len(bad), rejected})
}

func (g *Gateway) importCensus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	var body struct {
		Type int    `json:"type"`
		Root string `json:"rootHash"`
		Data []byte `json:"data"`
	}
	if err := g.readMembers(r, &body); err != nil {
		return err
	}
	if body.Root == "" || len(body.Data) == 0 {
		return problem(http.StatusBadRequest, codeDumpMissing, "rootHash or data is missing")
	}
	if body.Type != dumpTypeWeighted {
		return problem(http.StatusBadRequest, codeDumpType, "the dump is of type %d, the census of type %d", body.Type, dumpTypeWeighted)
	}
	root, ok := parseHash(body.Root)
	if !ok {
		return problem(http.StatusBadRequest, codeHex, "rootHash %q is not 64 hex digits", body.Root)
	}
	if err := g.censuses.Import(r.Context(), id, token(r), root, body.Data); err != nil {
		return g.censusProblem(err)
	}
	return replyDone(w)
}

// exportCensus sends a census while it is read: it may be large.
func (g *Gateway) exportCensus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	if err := g.censusReady(r, id); err != nil {
		return err
	}
	err = g.censuses.Export(id, token(r), &sender{w: w, write: g.paced(w)})
	if err == nil || errors.Is(err, errGone) {
		return nil
	}
	return g.censusProblem(err)
}

// sender sends JSON piece by piece; the answer begins with the first.
type sender struct {
	w     http.ResponseWriter
	write func([]byte) bool
}

// Write implements io.Writer.
func (s *sender) Write(b []byte) (int, error) {
	if h := s.w.Header(); h.Get("Content-Type") == "" {
		h.Set("Content-Type", jsonType)
	}
	if !s.write(b) {
		return 0, errGone
	}
	return len(b), nil
}

// censusReady waits until a census can be read.
func (g *Gateway) censusReady(r *http.Request, id censuses.ID) error {
	if err := g.censuses.Ready(r.Context(), id); err != nil {
		return g.censusProblem(err)
	}
	return nil
}

// readableCensus is pathCensus for a census that is to be read.
func (g *Gateway) readableCensus(r *http.Request) (censuses.ID, error) {
	id, err := pathCensus(r)
	if err == nil {
		err = g.censusReady(r, id)
	}
	return id, err
}

// chargePublication counts the copy that publishing makes as if the client had sent
// its members: changing a large census by one member and publishing it again costs
// this node all of it.
func (g *Gateway) chargePublication(r *http.Request, id censuses.ID) error {
	members, err := g.censuses.Cost(id)
	if err != nil {
		return g.censusProblem(err)
	}
	return g.chargeMembers(r, members*censuses.MemberLen)
}

func (g *Gateway) chargeMembers(r *http.Request, bytes int) error {
	if wait := g.members.take(g.limits.clientOf(r), bytes); wait > 0 {
		return tooMany("this client has sent or published too many census members; try again later", wait)
	}
	return nil
}

type published struct {
	Census string `json:"censusID"`
	URI    string `json:"uri,omitempty"`
}

func (g *Gateway) publishCensus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	var expect *census.Root
	if r.PathValue("root") != "" {
		root, err := pathHash(r, "root", codeHex)
		if err != nil {
			return err
		}
		expect = (*census.Root)(&root)
	}
	if err := g.chargePublication(r, id); err != nil {
		return err
	}
	root, uri, err := g.censuses.Publish(r.Context(), id, token(r), expect)
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, &published{root.String(), uri})
}

func (g *Gateway) publishCensusAsync(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	if err := g.chargePublication(r, id); err != nil {
		return err
	}
	root, err := g.censuses.PublishAsync(id, token(r))
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, &published{Census: root.String()})
}

func (g *Gateway) checkCensus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	uri, err := g.censuses.Check(id)
	if errors.Is(err, censuses.ErrNotYet) {
		return replyNotYet(w)
	}
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, &published{id.String(), uri})
}

// jobAnswer is a censuses.Job.
type jobAnswer struct {
	Census  string `json:"censusID"`
	Kind    string `json:"kind"`
	State   string `json:"state"`
	Done    int    `json:"done"`
	Members int    `json:"members"`
	URI     string `json:"uri,omitempty"`
	Error   string `json:"error,omitempty"`
}

func (g *Gateway) censusJob(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	j, err := g.censuses.Job(id)
	if err != nil {
		return g.censusProblem(err)
	}
	a := jobAnswer{Census: id.String(), Kind: string(j.Kind), State: string(j.State), Done: j.Done, Members: j.Total, URI: j.URI}
	if j.Err != nil {
		p, _ := asProblem(g.censusProblem(j.Err))
		a.Error = p.Detail
	}
	return reply(w, &a)
}

func (g *Gateway) censusType(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	if !g.censuses.Exists(id) {
		return g.censusProblem(censuses.ErrNotFound)
	}
	return reply(w, map[string]string{"type": censuses.Type})
}

func (g *Gateway) censusSize(w http.ResponseWriter, r *http.Request) error {
	id, err := g.readableCensus(r)
	if err != nil {
		return err
	}
	n, err := g.censuses.Size(id)
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, map[string]int{"size": n})
}

func (g *Gateway) censusWeight(w http.ResponseWriter, r *http.Request) error {
	id, err := g.readableCensus(r)
	if err != nil {
		return err
	}
	weight, err := g.censuses.Weight(id)
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, map[string]string{"weight": weight.Dec()})
}

func (g *Gateway) censusRoot(w http.ResponseWriter, r *http.Request) error {
	id, err := g.readableCensus(r)
	if err != nil {
		return err
	}
	root, err := g.censuses.Root(id)
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, map[string]string{"root": root.String()})
}

type proofAnswer struct {
	Type   string `json:"type"`
	Weight string `json:"weight"`
	Root   string `json:"censusRoot"`
	Proof  string `json:"censusProof"`
	Value  string `json:"value"`
}

func (g *Gateway) censusProof(w http.ResponseWriter, r *http.Request) error {
	id, err := g.readableCensus(r)
	if err != nil {
		return err
	}
	voter, err := ethkey.ParseAddress(r.PathValue("address"))
	if err != nil {
		return problem(http.StatusBadRequest, codeCensusKey, "%v", err)
	}
	p, err := g.censuses.Proof(id, voter)
	if errors.Is(err, tree.ErrNotMember) {
		return problem(http.StatusNotFound, codeNotInCensus, "key not found in census: %s", voter)
	}
	if err != nil {
		return g.censusProblem(err)
	}
	return reply(w, &proofAnswer{
		Type: censuses.Type, Weight: p.Weight.Dec(), Root: p.Root.String(),
		Proof: hex.EncodeToString(p.Siblings), Value: hex.EncodeToString(p.Value[:]),
	})
}

// verifyProof checks a proof as the chain does, against the census as it is.
func (g *Gateway) verifyProof(w http.ResponseWriter, r *http.Request) error {
	id, err := g.readableCensus(r)
	if err != nil {
		return err
	}
	var body struct {
		Key   string `json:"key"`
		Proof string `json:"censusProof"`
		Value string `json:"value"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	if body.Key == "" || body.Proof == "" {
		return problem(http.StatusBadRequest, codeProofMissing, "key or censusProof is missing")
	}
	voter, err := ethkey.ParseAddress(body.Key)
	if err != nil {
		return problem(http.StatusBadRequest, codeCensusKey, "%v", err)
	}
	siblings, err1 := hex.DecodeString(trimHex(body.Proof))
	value, err2 := hex.DecodeString(trimHex(body.Value))
	if err1 != nil || err2 != nil {
		return problem(http.StatusBadRequest, codeHex, "censusProof or value is not hex")
	}
	root, err := g.censuses.Root(id)
	if err != nil {
		return g.censusProblem(err)
	}
	proof := census.MerkleProof{Type: census.TypeBlake2b, KeyType: census.KeyAddress, Siblings: siblings, AvailableWeight: value}
	leads, _, err := proof.Prove(voter)
	return reply(w, map[string]bool{"valid": err == nil && leads == root})
}

func (g *Gateway) deleteCensus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	if err := g.censuses.Delete(id, token(r)); err != nil {
		return g.censusProblem(err)
	}
	return replyDone(w)
}
