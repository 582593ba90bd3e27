package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"

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
	for _, b := range doc.Trail {
		if err := v.holds(b.Header); err != nil {
			return nil, err
		}
	}
	return doc, v.holds(doc.Signed.Header)
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

// compare asks whether the claims of an archive are what follows from its
// blocks.
func (l *life) compare(m *manifest, c *claims, r *check.Report) error {
	if l.stage == nil {
		return broken("no transaction creates the election")
	}
	stage := *l.stage
	if stage.Status = election.Results; stage != *c.stage {
		return broken("the stage is %+v, the transactions lead to %+v", *c.stage, stage)
	}
	box, log, result := l.box, c.log, c.result
	r.Passed(check.Rules, int(l.transactions-box.records))
	if l.strangers > 0 {
		r.Skip(check.Rules, fmt.Sprintf("%d changes are signed by others than the organisation; whether they were its delegates is not in the file", l.strangers))
	}
	root, err := box.voteRoot()
	if err != nil {
		return err
	}
	if log.Size != box.records || log.Root != root {
		return check.Fail(check.Log, "the log has %d records and the root %x, the votes make %d and %x", log.Size, log.Root, box.records, root)
	}
	r.Passed(check.Log, int(box.records))
	overwritten := box.records - box.voters
	if log.Voters != box.voters || result.Votes != box.voters || result.Overwritten != overwritten {
		return check.Fail(check.Counts, "log and result speak of %d and %d voters and %d overwrites, there are %d and %d",
			log.Voters, result.Votes, result.Overwritten, box.voters, overwritten)
	}
	r.Passed(check.Counts, 3)
	tally := box.tally()
	if err := sameTally(&tally, &result.Tally); err != nil {
		return err
	}
	r.Passed(check.Tally, int(box.voters))
	if result.Invalid != 0 || result.Method != state.MethodRunningSum || result.CensusRoot != c.stage.CensusRoot ||
		result.VoteRoot != root || result.VoteSize != box.records || result.Height < l.last || result.Height > uint64(m.height) {
		return check.Fail(check.Result, "the result of block %d is not about these votes", result.Height)
	}
	r.Passed(check.Result, 1)
	nullifiers, greatest, err := box.nullifiers()
	if err != nil {
		return err
	}
	if c.sealing.Count != box.voters || c.sealing.Cursor != greatest || c.sealing.Root != nullifiers {
		return check.Fail(check.Nullifiers, "the set has %d nullifiers up to %s and the root %x, the votes make %d up to %s and %x",
			c.sealing.Count, c.sealing.Cursor, c.sealing.Root, box.voters, greatest, nullifiers)
	}
	r.Passed(check.Nullifiers, int(box.voters))
	return nil
}

// closing is the closing record of an archive whose claims are compared.
func (c *claims) closing(m *manifest, signed *light.Header, s *span, transactions uint64) *closing {
	return &closing{
		Format: closingFormat, ChainID: m.chainID, Election: m.election.String(), Height: m.height,
		Block: hashText(signed.Hash()), AppHash: hashText(signed.AppHash),
		FirstHeight: s.first, LastHeight: s.last, Entries: s.entries, Transactions: transactions,
		Voters: c.log.Voters, Records: c.log.Size, Overwritten: c.log.Overwrites,
		Weight: c.result.Tally.Weight.Dec(), Tally: c.result.Tally.Strings(),
		CensusRoot: c.stage.CensusRoot.String(), VoteRoot: hashText(c.log.Root), NullifierRoot: hashText(c.sealing.Root),
	}
}

// span is what 60-blocks covers.
type span struct {
	first, last int64 // heights
	entries     uint64
}

func (s *span) add(height int64) {
	if s.entries == 0 {
		s.first = height
	}
	s.last = height
	s.entries++
}

func sameTally(counted, claimed *ballot.Tally) error {
	same := len(counted.Cells) == len(claimed.Cells)
	for q := 0; same && q < len(counted.Cells); q++ {
		same = len(counted.Cells[q]) == len(claimed.Cells[q])
		for i := 0; same && i < len(counted.Cells[q]); i++ {
			if !counted.Cells[q][i].Eq(&claimed.Cells[q][i]) {
				return check.Fail(check.Tally, "cell (%d, %d) of the result is %s, the ballots make %s", q, i, claimed.Cells[q][i].Dec(), counted.Cells[q][i].Dec())
			}
		}
	}
	if !same || !counted.Weight.Eq(&claimed.Weight) {
		return check.Fail(check.Tally, "the result has the weight %s, the ballots have %s", claimed.Weight.Dec(), counted.Weight.Dec())
	}
	return nil
}
