package archive

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"urna/audit/archive/car"
	"urna/ballot"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// uriScheme is what stands before a CID in a URI.
const uriScheme = "ipfs://"

// maxDescription bounds the metadata that are read for the verdict.
const maxDescription = 1 << 20

// Outcome is what an archive of an election says.
type Outcome struct {
	ID           string        `json:"id"`
	Organisation string        `json:"organisation"`
	Start        uint64        `json:"start"` // unix seconds
	End          uint64        `json:"end"`
	Voters       uint64        `json:"voters"`
	Votes        uint64        `json:"votes"` // with those that were replaced
	Overwritten  uint64        `json:"overwritten"`
	Weight       string        `json:"weight"`
	Tally        [][]string    `json:"tally"`
	Members      uint64        `json:"members,omitempty"`     // of the census, if its file is there
	Description  *Description  `json:"description,omitempty"` // if its file is there
	Rules        *ballot.Rules `json:"-"`
}

// claims are the records of an election that its archive proves.
type claims struct {
	settings *election.Settings
	stage    *state.Stage
	log      state.Log
	result   *state.Result
	sealing  *state.Sealing
}

// logClaim is the place of the log's record among the claims.
const logClaim = 2

// claimKeys are the keys of the claims in their order.
func claimKeys(id election.ID) [][]byte {
	return [][]byte{state.SettingsKey(id), state.StageKey(id), state.LogKey(id), state.ResultKey(id), state.SealingKey(id)}
}

// readClaims reads records whose canonical form is checked.
func readClaims(id election.ID, list []light.Claim) *claims {
	in := func(i int) *codec.Reader { return codec.NewReader(list[i].Value) }
	settings := election.ReadSettings(in(0))
	settings.ID = id
	return &claims{&settings, state.ReadStage(in(1)), state.ReadLog(in(2)), state.ReadResult(in(3)), state.ReadSealing(in(4))}
}

// election checks an archive of one election after its genesis.
func (v *verifier) election() error {
	id := v.manifest.election
	sets, err := v.sets()
	if err != nil {
		return err
	}
	doc, err := v.proofs(id)
	if err != nil {
		return err
	}
	c := readClaims(id, doc.Claims)
	if err := v.settled(id, c); err != nil {
		return err
	}
	out := &Outcome{
		ID: id.String(), Organisation: c.settings.Organisation.String(), Start: c.settings.Start, End: c.stage.End, Rules: &c.settings.Rules,
	}
	if err := v.metadata(c, out); err != nil {
		return err
	}
	if err := v.census(c, out); err != nil {
		return err
	}
	v.document = doc
	b := &blocks{verifier: v, sets: sets, trusted: v.trusted, life: newLife(v.manifest.chainID, c.settings)}
	b.life.box.tell = v.o.record
	if err := b.read(); err != nil {
		return err
	}
	if err := b.life.compare(v.manifest, c, v.report); err != nil {
		return err
	}
	want := c.closing(v.manifest, doc.Signed.Header, &b.span, b.life.transactions)
	text, err := v.small(closingFile, maxClosing)
	if err != nil {
		return err
	}
	if err := checkClosing(text, want); err != nil {
		return err
	}
	v.report.Passed(check.Closing, 1)
	out.Voters, out.Votes, out.Overwritten, out.Weight, out.Tally = want.Voters, want.Records, want.Overwritten, want.Weight, want.Tally
	v.verdict.Election, v.verdict.Block = out, want.Block
	return nil
}

// sets reads the sets of validators.
func (v *verifier) sets() (*setList, error) {
	text, err := v.small(validatorsFile, maxValidators)
	if err != nil {
		return nil, err
	}
	l := &setList{at: map[light.Hash]int{}}
	for r := codec.NewReader(text); r.Len() > 0; {
		b := r.Bytes(maxValidators)
		if r.Err() != nil {
			return nil, check.Fail(check.Frame, "%s: %v", validatorsFile, r.Err())
		}
		set, err := light.ParseValidators(b)
		if err != nil {
			return nil, err
		}
		if !l.add(set) {
			return nil, check.Fail(check.Frame, "a set of validators stands in %s twice", validatorsFile)
		}
	}
	return l, nil
}

// setList is the sets of validators that stand in an archive, in their order.
type setList struct {
	list []light.Validators
	at   map[light.Hash]int
	used int // so many were used, the first ones
}

func (l *setList) add(set light.Validators) bool {
	hash := set.Hash()
	if _, twice := l.at[hash]; twice {
		return false
	}
	l.at[hash] = len(l.list)
	l.list = append(l.list, set)
	return true
}

// use returns the set with a hash.
func (l *setList) use(h *light.Header) (light.Validators, error) {
	i, ok := l.at[h.ValidatorsHash]
	if !ok {
		return nil, check.Fail(check.Validators, "%s does not hold the validators %x of header %d", validatorsFile, h.ValidatorsHash, h.Height)
	}
	if i > l.used {
		return nil, check.Fail(check.Frame, "set %d of %s is used before set %d", i, validatorsFile, l.used)
	}
	l.used = max(l.used, i+1)
	return l.list[i], nil
}

// proofs reads the proof document and checks it.
func (v *verifier) proofs(id election.ID) (*light.Document, error) {
	text, err := v.small(proofsFile, maxProofs)
	if err != nil {
		return nil, err
	}
	doc, err := light.ParseDocument(text)
	if err != nil {
		return nil, err
	}
	keys := claimKeys(id)
	if doc.Height != v.manifest.height || doc.Vote != nil || doc.NotVoted != nil || len(doc.Claims) != len(keys) {
		return nil, check.Fail(check.Frame, "%s is of height %d with %d claims; it must be of height %d with %d", proofsFile, doc.Height, len(doc.Claims), v.manifest.height, len(keys))
	}
	for i, c := range doc.Claims {
		if !bytes.Equal(c.Key, keys[i]) || c.Value == nil {
			return nil, check.Fail(check.Frame, "claim %d of %s is not about record %x", i, proofsFile, keys[i])
		}
	}
	if doc.ChainID != v.manifest.chainID {
		return nil, check.Fail(check.Genesis, "%s is of chain %q, the archive of %q", proofsFile, doc.ChainID, v.manifest.chainID)
	}
	if err := doc.Verify(v.trusted, v.report); err != nil {
		return nil, err
	}
	v.named = map[int64]light.Hash{}
	for _, b := range append(slices.Clone(doc.Trail), doc.Signed) {
		h := b.Header
		if err := v.holds(h); err != nil {
			return nil, err
		}
		v.named[h.Height], v.named[h.Height-1] = h.Hash(), h.LastHash
	}
	return doc, nil
}

// settled checks that the election is the named one and over.
func (v *verifier) settled(id election.ID, c *claims) error {
	s := c.settings
	if made := election.NewID(v.manifest.chainID, s.Organisation, s.CensusOrigin, s.Mode, s.Rules, s.Index); made != id {
		return check.Fail(check.Rules, "the settings are those of election %s, not %s", made, id)
	}
	if c.stage.Status != election.Results {
		return check.Fail(check.Result, "the election has no result, its status is %s", c.stage.Status)
	}
	if !c.sealing.Done {
		return check.Fail(check.Nullifiers, "the set of nullifiers is not finished")
	}
	return nil
}

// named is the CID that a URI names, if it is one that an archive can hold.
func named(uri string) (car.CID, bool) {
	if len(uri) < len(uriScheme) || uri[:len(uriScheme)] != uriScheme {
		return car.CID{}, false
	}
	c, err := car.ParseCID(uri[len(uriScheme):])
	return c, err == nil
}

func (v *verifier) metadata(c *claims, out *Outcome) error {
	if !v.manifest.metadata {
		v.skip(check.Metadata, "the archive does not hold %s", c.settings.MetadataURI)
		return nil
	}
	file, err := v.next(metadataFile)
	if err != nil {
		return err
	}
	if want, ok := named(c.settings.MetadataURI); !ok || want != file.CID() {
		return check.Fail(check.Metadata, "the metadata are %s, the election names %q", file.CID(), c.settings.MetadataURI)
	}
	var text []byte
	if file.Size() <= maxDescription {
		if text, err = io.ReadAll(file); err != nil {
			return err
		}
		out.Description = describe(text)
	}
	if _, err := io.Copy(io.Discard, file); err != nil {
		return err
	}
	v.report.Passed(check.Metadata, 1)
	return nil
}

func (v *verifier) census(c *claims, out *Outcome) error {
	if !v.manifest.census && !c.settings.CensusOrigin.IsTree() {
		v.skip(check.Census, "an issuer publishes no list")
		return nil
	}
	if !v.manifest.census {
		v.skip(check.Census, "the archive does not hold %s", c.stage.CensusURI)
		return nil
	}
	file, err := v.next(censusFile)
	if err != nil {
		return err
	}
	if want, ok := named(c.stage.CensusURI); !ok || want != file.CID() {
		return check.Fail(check.Census, "the census is %s, the election names %q", file.CID(), c.stage.CensusURI)
	}
	root, members, err := readCensus(file)
	if bad := (errCensus{}); errors.As(err, &bad) {
		return check.Fail(check.Census, "the census file: %v", bad.error)
	}
	if err != nil {
		return err
	}
	if root != c.stage.CensusRoot {
		return check.Fail(check.Census, "the census file has the root %s, the election's is %s", root, c.stage.CensusRoot)
	}
	out.Members = members.Count
	v.report.Passed(check.Census, int(members.Count))
	return nil
}
