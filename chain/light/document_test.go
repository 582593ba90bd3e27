package light

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"urna/election"
	"urna/internal/check"
	"urna/state"
)

func TestDocumentsVerifyFromWhatIsTrusted(t *testing.T) {
	w := newWorld(t, 60)
	for name, d := range w.everyDocument() {
		raw := d.Encode()
		again, err := ParseDocument(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(again.Encode(), raw) || bytes.Count(raw, []byte("\n")) != 1 {
			t.Errorf("%s: the document changed on the way", name)
		}
		r := check.NewReport('R')
		if err := again.Verify(w.f.trusted(), r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.Items(check.State) != uint64(len(d.Claims)) || r.Items(check.Commits) < 4 || r.Items(check.Validators) == 0 || r.Items(check.Genesis) != 1 {
			t.Errorf("%s: the report is %+v", name, r.Lines(nil))
		}
		if (r.Items(check.Log) == 1) != (d.Vote != nil) || (r.Items(check.Nullifiers) == 1) != (d.NotVoted != nil) {
			t.Errorf("%s: the report is %+v", name, r.Lines(nil))
		}
		if err := again.Verify(again.Root(), check.NewReport('R')); err != nil {
			t.Errorf("%s, on its own: %v", name, err)
		}
	}
	for _, from := range w.trusted() {
		d, err := NewReceipt(w.store.View(), w.open, voterOf(8))
		must(t, verify(w.anchored(d, err, from).Encode(), from))
	}
}

func TestAReceiptHoldsTheNewestVote(t *testing.T) {
	w := newWorld(t, 60)
	r, err := w.receipt(3).Receipt()
	must(t, err)
	if r.Election != w.open || r.Record.Nullifier != voterOf(3) || r.Record.Overwrites != 2 || r.Position != 61 || r.Size != 62 ||
		!strings.Contains(string(r.Package), `"votes":[0,2]`) || string(r.Memo) != "memo" {
		t.Errorf("%+v", r)
	}
	first, err := w.receipt(4).Receipt()
	must(t, err)
	if first.Record.Overwrites != 0 || first.Same(r) || !r.Same(r) {
		t.Errorf("%+v", first)
	}
	if r, err := w.claims(state.ParamsKey()).Receipt(); r != nil || err != nil {
		t.Errorf("a document without a vote is a receipt: %v", err)
	}
}

func TestNoDocumentIsMadeOfWhatIsNotThere(t *testing.T) {
	w := newWorld(t, 20)
	view := w.store.View()
	if _, err := NewReceipt(view, w.open, voterOf(99)); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a receipt of no vote: %v", err)
	}
	if _, err := NewReceipt(view, idOf(9), voterOf(1)); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a receipt of no election: %v", err)
	}
	if _, err := NewAbsence(view, w.sealed, voterOf(1)); !errors.Is(err, ErrVoted) {
		t.Errorf("absence of one who voted: %v", err)
	}
	if _, err := NewAbsence(view, w.open, voterOf(99)); !errors.Is(err, state.ErrUnsealed) {
		t.Errorf("absence from an open election: %v", err)
	}
	if _, err := NewDocument(view); err == nil {
		t.Error("a document without claims")
	}
	if _, err := NewDocument(view, slices.Repeat([][]byte{state.ParamsKey()}, 65)...); err == nil {
		t.Error("a document with 65 claims")
	}
	if _, err := NewDocument(view, []byte("zebra")); err == nil {
		t.Error("a claim about no key")
	}
	d, err := NewDocument(view, state.ParamsKey())
	must(t, err)
	trail := w.f.trail(w.f.trusted(), worldHeight+2)
	for name, trail := range map[string][]*Block{
		"no header": nil, "the header after": trail, "a header without a commit": {{Header: w.f.block(worldHeight + 1).Header}},
	} {
		if d.Anchor(trail) == nil {
			t.Errorf("claims hang on %s", name)
		}
	}
	other := newFactory(t, worldHeight+1, nil, nil)
	if d.Anchor(other.trail(other.trusted(), worldHeight+1)) == nil {
		t.Error("claims hang on a header with another application hash")
	}
}

func TestADocumentOfAnotherChainIsRefused(t *testing.T) {
	w := newWorld(t, 20)
	raw := w.receipt(5).Encode()
	other := w.f.trusted()
	other.ChainID = "urna/other/1"
	fails(t, "another name", verify(raw, other), check.Genesis)
	strangers := newFactory(t, 1, func(int64) []seat { return seats(70, 4) }, nil)
	fails(t, "other validators", verify(raw, strangers.trusted()), check.Validators)
	fails(t, "another checkpoint", verify(raw, TrustCheckpoint(1, Hash{1})), check.Validators)
	fails(t, "a later checkpoint", verify(raw, TrustCheckpoint(9, Hash{1})), check.Validators)
	fails(t, "nothing", verify(raw, Trusted{}), check.Validators)
}

// Each field of a document is changed, and everything else kept.
func TestEachFieldIsUnderACheck(t *testing.T) {
	w := newWorld(t, 60)
	absent := w.outsiders()[1]
	for _, c := range []struct {
		name   string
		doc    func() *Document
		change func(d *Document)
		want   check.ID
	}{
		{"chain", w.any, func(d *Document) { d.ChainID = "urna/light/2" }, check.Genesis},
		{"height", w.any, func(d *Document) { d.Height++ }, check.State},
		{"header", w.any, func(d *Document) { d.Signed.Header = w.f.block(worldHeight + 2).Header }, check.State},
		{"a header of another fork", w.any, func(d *Document) {
			other := w.f.fork(worldHeight, "other")
			other.Grow(worldHeight + 1)
			d.Signed = other.block(worldHeight + 1)
		}, check.State},
		{"a forged header", w.any, func(d *Document) {
			h := *w.f.Headers[worldHeight]
			h.AppHash = make([]byte, 32)
			d.Signed.Header, _ = HeaderOf(&h)
		}, check.Commits},
		{"commit", w.any, func(d *Document) { d.Signed.Commit.Slots[1].Nanos++ }, check.Commits},
		{"no commit", w.any, func(d *Document) { d.Signed.Commit = nil }, check.Commits},
		{"validators", w.any, func(d *Document) { d.Signed.Validators = d.Signed.Validators[1:] }, check.Validators},
		{"trail", w.any, func(d *Document) { d.Trail[0].Commit.Slots[0].Seconds++ }, check.Commits},
		{"no trail", w.any, func(d *Document) { d.Trail = nil }, check.Validators},
		{"a trail in another order", w.any, func(d *Document) { slices.Reverse(d.Trail) }, check.Validators},
		{"a trail that stands still", w.any, func(d *Document) { d.Trail = append(d.Trail, d.Trail[len(d.Trail)-1]) }, check.Validators},
		{"a trail that goes beyond", w.any, func(d *Document) { d.Trail = append(d.Trail, d.Signed) }, check.Validators},
		{"a trail without a commit", w.any, func(d *Document) { d.Trail[0].Commit = nil }, check.Commits},

		{"no key", w.any, func(d *Document) { d.Claims[0].Key = []byte("zebra") }, check.Encoding},
		{"another key", w.any, func(d *Document) { d.Claims[0].Key = state.LogKey(w.sealed) }, check.State},
		{"value", w.any, func(d *Document) { d.Claims[0].Value[30]++ }, check.State},
		{"an absent value", w.any, func(d *Document) { d.Claims[0].Value = nil }, check.State},
		{"an empty value", w.any, func(d *Document) { d.Claims[0].Value = []byte{} }, check.State},
		{"proof", w.any, func(d *Document) { d.Claims[0].Proof[len(d.Claims[0].Proof)-1] ^= 1 }, check.State},
		{"a longer proof", w.any, func(d *Document) { d.Claims[0].Proof = append(d.Claims[0].Proof, 0xf8, 1, 0) }, check.State},
		{"no proof", w.any, func(d *Document) { d.Claims[0].Proof = nil }, check.State},
		{"the proof of another", w.any, func(d *Document) { d.Claims[0].Proof = w.claims(state.ParamsKey()).Claims[0].Proof }, check.State},
		{"a value for what is absent", w.none, func(d *Document) { d.Claims[0].Value = []byte{1} }, check.State},
		{"another absent key", w.none, func(d *Document) { d.Claims[0].Key[20] ^= 1 }, check.State},
		{"absence of what is there", w.none, func(d *Document) {
			d.Claims[0].Key = state.AccountKey(accountOf(1))
		}, check.State},

		{"position", w.any, func(d *Document) { d.Vote.Position++ }, check.Log},
		{"a position beyond", w.any, func(d *Document) { d.Vote.Position = 62 }, check.Log},
		{"record", w.any, func(d *Document) { d.Vote.Record[5]++ }, check.Log},
		{"a longer record", w.any, func(d *Document) { d.Vote.Record = append(d.Vote.Record, 0) }, check.Encoding},
		{"no record", w.any, func(d *Document) { d.Vote.Record = nil }, check.Encoding},
		{"package", w.any, func(d *Document) { d.Vote.Package[9] ^= 1 }, check.Signature},
		{"memo", w.any, func(d *Document) { d.Vote.Memo = []byte("x") }, check.Signature},
		{"from package to memo", w.any, func(d *Document) {
			v := d.Vote
			v.Memo, v.Package = append(v.Package[len(v.Package)-1:], v.Memo...), v.Package[:len(v.Package)-1]
		}, check.Signature},
		{"hashes", w.any, func(d *Document) { d.Vote.Hashes[2][0] ^= 1 }, check.Log},
		{"a hash less", w.any, func(d *Document) { d.Vote.Hashes = d.Vote.Hashes[1:] }, check.Log},
		{"a hash more", w.any, func(d *Document) { d.Vote.Hashes = append(d.Vote.Hashes, Hash{}) }, check.Log},
		{"the vote of another election", w.any, func(d *Document) {
			d.Claims = w.claims(state.LogKey(w.sealed)).Claims
		}, check.Log},
		{"a vote and another claim", w.any, func(d *Document) { d.Claims = w.claims(state.StageKey(w.open)).Claims }, check.Log},
		{"a vote in no election", w.any, func(d *Document) { d.Claims = w.claims(state.LogKey(idOf(8))).Claims }, check.Log},

		{"one who voted", w.gone, func(d *Document) { d.NotVoted.Nullifier = d.NotVoted.Before.Nullifier }, check.Nullifiers},
		{"one after", w.gone, func(d *Document) { d.NotVoted.Nullifier = d.NotVoted.After.Nullifier }, check.Nullifiers},
		{"one far after", w.gone, func(d *Document) { d.NotVoted.Nullifier = w.outsiders()[2] }, check.Nullifiers},
		{"one far before", w.gone, func(d *Document) { d.NotVoted.Nullifier = election.Nullifier{} }, check.Nullifiers},
		{"position before", w.gone, func(d *Document) { d.NotVoted.Before.Position++ }, check.Nullifiers},
		{"position after", w.gone, func(d *Document) { d.NotVoted.After.Position++ }, check.Nullifiers},
		{"nullifier before", w.gone, func(d *Document) { d.NotVoted.Before.Nullifier[31]-- }, check.Nullifiers},
		{"nullifier after", w.gone, func(d *Document) { d.NotVoted.After.Nullifier[31]++ }, check.Nullifiers},
		{"hashes before", w.gone, func(d *Document) { d.NotVoted.Before.Hashes[0][7]++ }, check.Nullifiers},
		{"hashes after", w.gone, func(d *Document) { d.NotVoted.After.Hashes[0][7]++ }, check.Nullifiers},
		{"nobody before", w.gone, func(d *Document) { d.NotVoted.Before = nil }, check.Nullifiers},
		{"nobody after", w.gone, func(d *Document) { d.NotVoted.After = nil }, check.Nullifiers},
		{"nobody at all", w.gone, func(d *Document) { d.NotVoted.Before, d.NotVoted.After = nil, nil }, check.Nullifiers},
		{"neighbours that are none", w.gone, func(d *Document) {
			d.NotVoted.After = w.absence(w.sealed, w.outsiders()[0]).NotVoted.After
		}, check.Nullifiers},
		{"wide neighbours", func() *Document { return w.absence(w.sealed, w.outsiders()[0]) }, func(d *Document) {
			d.NotVoted.After, d.NotVoted.Nullifier = w.gone().NotVoted.After, absent
		}, check.Nullifiers},
		{"the set of another election", w.gone, func(d *Document) { d.Claims = w.claims(state.SealingKey(w.empty)).Claims }, check.Nullifiers},
		{"a set that is not finished", w.gone, func(d *Document) { d.Claims = w.claims(state.SealingKey(w.open)).Claims }, check.Nullifiers},
		{"no set", w.gone, func(d *Document) { d.Claims = w.claims(state.SealingKey(idOf(8))).Claims }, check.Nullifiers},
		{"another claim", w.gone, func(d *Document) { d.Claims = w.claims(state.StageKey(w.open)).Claims }, check.Nullifiers},
	} {
		d := c.doc()
		must(t, d.Verify(w.f.trusted(), check.NewReport('R')))
		c.change(d)
		fails(t, c.name, verify(d.Encode(), w.f.trusted()), c.want)
	}
}

func (w *world) any() *Document { return w.reread(w.receipt(7)) }
func (w *world) none() *Document {
	return w.reread(w.claims(state.AccountKey(accountOf(99))))
}
func (w *world) gone() *Document { return w.reread(w.absence(w.sealed, w.outsiders()[1])) }

// reread makes a copy that shares nothing.
func (w *world) reread(d *Document) *Document {
	w.t.Helper()
	again, err := ParseDocument(d.Encode())
	must(w.t, err)
	return again
}

func TestARecordOfAnotherKindIsRefused(t *testing.T) {
	w := newWorld(t, 4)
	// The state of a chain that keeps garbage under a key that we know: such a
	// proof is right, and the record has no meaning.
	d := w.claims(state.StageKey(w.open), state.LogKey(w.open))
	d.Claims[0].Key, d.Claims[1].Key = d.Claims[1].Key, d.Claims[0].Key
	fails(t, "exchanged keys", verify(d.Encode(), w.f.trusted()), check.State)
	if err := state.CheckRecord(state.StageKey(w.open), d.Claims[1].Value); err == nil {
		t.Error("a log is a stage")
	}
}

func TestOnlyOneTextIsADocument(t *testing.T) {
	w := newWorld(t, 20)
	raw := string(w.receipt(5).Encode())
	absent := string(w.none().Encode())
	gone := string(w.gone().Encode())
	end := func(s, with string) string { return s[:len(s)-2] + with + "}\n" }
	record := base64.StdEncoding.EncodeToString(w.receipt(5).Vote.Record)
	for name, text := range map[string]string{
		"nothing":              "",
		"null":                 "null\n",
		"an array":             "[]\n",
		"no line feed":         strings.TrimSuffix(raw, "\n"),
		"two line feeds":       raw + "\n",
		"a carriage return":    strings.TrimSuffix(raw, "\n") + "\r\n",
		"white space":          strings.Replace(raw, ":", ": ", 1),
		"two documents":        raw + raw,
		"an unknown field":     end(raw, `,"x":1`),
		"a field twice":        end(raw, `,"height":6`),
		"another case":         strings.Replace(raw, `"height"`, `"Height"`, 1),
		"an escape":            strings.Replace(raw, `"height"`, `"h\u0065ight"`, 1),
		"another order":        strings.Replace(raw, `"chainId":"urna/light/1","height":6`, `"height":6,"chainId":"urna/light/1"`, 1),
		"another format":       strings.Replace(raw, "urna-proof/1", "urna-proof/2", 1),
		"no format":            strings.Replace(raw, `"format":"urna-proof/1",`, "", 1),
		"height 0":             strings.Replace(raw, `"height":6`, `"height":0`, 1),
		"a negative height":    strings.Replace(raw, `"height":6`, `"height":-6`, 1),
		"a height with a dot":  strings.Replace(raw, `"height":6`, `"height":6.0`, 1),
		"a height in steps":    strings.Replace(raw, `"height":6`, `"height":6e0`, 1),
		"a height with a zero": strings.Replace(raw, `"height":6`, `"height":06`, 1),
		"a great height":       strings.Replace(raw, `"height":6`, `"height":9007199254740991`, 1),
		"a height in words":    strings.Replace(raw, `"height":6`, `"height":"6"`, 1),
		"a great position":     strings.Replace(raw, `"position":5`, `"position":9007199254740992`, 1),
		"no claims":            strings.Replace(raw, raw[strings.Index(raw, `"claims":[`)+10:strings.Index(raw, `],"vote"`)], "", 1),
		"null claims":          strings.Replace(absent, absent[strings.Index(absent, `[`):strings.Index(absent, `,"signed"`)], "null", 1),
		"a null vote":          strings.Replace(absent, `,"signed"`, `,"vote":null,"signed"`, 1),
		"null hashes":          strings.Replace(raw, raw[strings.Index(raw, `"hashes":[`)+9:strings.Index(raw, `},"signed"`)], "null", 1),
		"a short hash":         strings.Replace(raw, `"hashes":["`, `"hashes":["AAAA","`, 1),
		"65 hashes":            strings.Replace(raw, `"hashes":[`, `"hashes":[`+strings.Repeat(`"`+strings.Repeat("A", 43)+`=",`, 65), 1),
		"no padding":           strings.Replace(raw, "=", "", 1),
		"a base64 line":        strings.Replace(raw, record, record[:4]+`\n`+record[4:], 1),
		"url base64":           strings.Replace(raw, "+", "-", 1),
		"a spare bit":          strings.Replace(raw, record, spareBit(record), 1),
		"a null trail":         raw[:strings.Index(raw, `"trail":`)] + "\"trail\":null}\n",
		"no trail":             raw[:strings.Index(raw, `,"trail":`)] + "}\n",
		"no signed header":     raw[:strings.Index(raw, `"signed":`)] + raw[strings.Index(raw, `"trail":`):],
		"an empty header":      raw[:strings.Index(raw, `"signed":`)] + `"signed":{"header":"","commit":"","validators":""},` + raw[strings.Index(raw, `"trail":`):],
		"both vote and none":   strings.Replace(raw, `,"signed"`, `,`+gone[strings.Index(gone, `"notVoted"`):strings.Index(gone, `"signed"`)]+`"signed"`, 1),
		"no neighbour":         strings.Replace(gone, gone[strings.Index(gone, `"before"`):strings.Index(gone, `"after"`)], "", 1),
		"a short nullifier":    strings.Replace(gone, `"notVoted":{"nullifier":"`, `"notVoted":{"nullifier":"AAAA`, 1),
		"a short neighbour":    strings.Replace(gone, `"before":{"position":`, `"before":{"position":1,"nullifier":"AAAA","hashes":[]},"x":{"position":`, 1),
		"a strange chain":      strings.Replace(raw, "urna/light/1", "urna<light/1", 1),
		"a bomb":               strings.Repeat("[", 100_000),
		"a list of little":     strings.Replace(absent, `"claims":[`, `"claims":[`+strings.Repeat("{},", 1<<20), 1),
		"a null item":          strings.Replace(absent, `"claims":[`, `"claims":[null,`, 1),
		"16 MiB":               strings.Repeat(" ", maxDocumentBytes+1),
	} {
		if text == raw || text == absent || text == gone {
			t.Errorf("%s: nothing was changed", name)
		}
		fails(t, name, verify([]byte(text), w.f.trusted()), check.Frame)
	}
	many := w.none()
	many.Trail = slices.Repeat(many.Trail[:1], maxTrail+1)
	fails(t, "a long trail", verify(many.Encode(), w.f.trusted()), check.Frame)
	many.Trail, many.Claims = nil, slices.Repeat(many.Claims, 65)
	fails(t, "65 claims", verify(many.Encode(), w.f.trusted()), check.Frame)
}

// spareBit sets a bit of a base64 text that no byte needs.
func spareBit(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	i := strings.IndexByte(s, '=') - 1
	if i < 0 {
		return s
	}
	return s[:i] + string(alphabet[strings.IndexByte(alphabet, s[i])+1]) + s[i+1:]
}

// Random bytes of documents are changed, thousands of times; none is accepted
// that says anything else.
func TestNoChangedDocumentIsAccepted(t *testing.T) {
	w := newWorld(t, 60)
	trusted := w.f.trusted()
	rng := rand.New(rand.NewPCG(3, 4))
	refused := map[check.ID]int{}
	for name, d := range w.everyDocument() {
		raw := d.Encode()
		for range 400 {
			b := bytes.Clone(raw)
			switch i := rng.IntN(len(b)); rng.IntN(8) {
			case 0:
				b = slices.Delete(b, i, min(len(b), i+1+rng.IntN(4)))
			case 1:
				b = slices.Insert(b, i, b[rng.IntN(len(b))])
			case 2:
				j := rng.IntN(len(b))
				b[i], b[j] = b[j], b[i]
			case 3:
				b[i] ^= 1 << rng.IntN(8)
			default:
				b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="[rng.IntN(65)]
			}
			if bytes.Equal(b, raw) {
				continue
			}
			err := verify(b, trusted)
			if f, ok := check.Failed(err); ok {
				refused[f.Check]++
				continue
			}
			if got, parseErr := ParseDocument(b); err == nil && parseErr == nil && w.true(got, d) {
				continue
			}
			t.Fatalf("%s: %v for %s", name, err, b)
		}
	}
	for _, id := range []check.ID{check.Frame, check.Commits, check.State, check.Validators, check.Log, check.Nullifiers} {
		if refused[id] == 0 {
			t.Errorf("%s was never the reason: %v", id, refused)
		}
	}
}

// true tells whether a document differs from one that is true only by a
// nullifier of which the same is true.
func (w *world) true(got, d *Document) bool {
	if got.NotVoted == nil {
		return false
	}
	n := got.NotVoted.Nullifier
	got.NotVoted.Nullifier = d.NotVoted.Nullifier
	_, _, err := w.store.View().Vote(w.sealed, n)
	return bytes.Equal(got.Encode(), d.Encode()) && errors.Is(err, state.ErrNotFound)
}

func TestWhatADocumentShowsIsSaid(t *testing.T) {
	w := newWorld(t, 60)
	for name, want := range map[string]struct{ shows, not string }{
		"receipt": {
			"is in the box of election " + w.open.String() + " after block 6: number 6 of 62 records, with the weight 1", "has not replaced it since block 6",
		},
		"overwritten":        {"replaces an earlier vote of the same voter, who has voted 3 times", "has not replaced it"},
		"account":            {"This is the record of account " + accountOf(4).String() + " after block 6.", "What has changed since block 6."},
		"no account":         {"There is no record of account " + accountOf(99).String() + " after block 6.", "What has changed since block 6."},
		"absence 1":          {"has not voted in election " + w.sealed.String(), ""},
		"receipt and claims": {"This is the record of the settings of election", "Who the voter is."},
	} {
		shows, not, err := w.everyDocument()[name].Describe()
		must(t, err)
		if !strings.Contains(strings.Join(shows, "\n"), want.shows) || !strings.Contains(strings.Join(not, "\n"), want.not) || (want.not == "") != (len(not) == 0) {
			t.Errorf("%s: %q, %q", name, shows, not)
		}
	}
	settings := w.claims(state.SettingsKey(w.open))
	if _, not, err := settings.Describe(); err != nil || len(not) != 0 {
		t.Errorf("settings never change: %q, %v", not, err)
	}
	broken := w.any()
	broken.Vote.Record = nil
	if _, _, err := broken.Describe(); err == nil {
		t.Error("a record that cannot be read is described")
	}
	broken = w.any()
	broken.Claims[0].Key = state.StageKey(w.open)
	if _, err := broken.Receipt(); err == nil {
		t.Error("a vote of no election is described")
	}
	broken = w.none()
	broken.Claims[0].Key = []byte("zebra")
	if _, _, err := broken.Describe(); err == nil {
		t.Error("a claim about no key is described")
	}
}

// A log of a million votes and four validators, from the genesis: what a voter
// has to keep.
func TestAReceiptForAMillionVotesIsSmall(t *testing.T) {
	w := newWorld(t, 60)
	d := w.receipt(7)
	// The proof of such a log has as many hashes as the path is long; the sizes
	// of everything else are those of a real receipt.
	for len(d.Vote.Hashes) < 20 {
		d.Vote.Hashes = append(d.Vote.Hashes, Hash{0xff})
	}
	d.Vote.Position = 999_999
	// The state of a chain with a million accounts beside it: a path of 28.
	claim := &d.Claims[0]
	path := len(claim.Proof)
	claim.Proof = append(claim.Proof, make([]byte, max(0, 28*75-path))...)
	d.Trail = d.Trail[:1]
	if n := len(d.Encode()); n > 8<<10 {
		t.Errorf("the receipt has %d bytes", n)
	} else {
		t.Logf("the receipt has %d bytes", n)
	}
}

func FuzzParseDocument(f *testing.F) {
	w := newWorld(f, 20)
	for _, d := range w.everyDocument() {
		f.Add(d.Encode())
	}
	trusted := w.f.trusted()
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ParseDocument(b)
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(d.Encode(), b) {
			t.Error("two texts of one document")
		}
		if err := d.Verify(trusted, check.NewReport('R')); err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Error(err)
			}
			return
		}
		if _, _, err := d.Describe(); err != nil {
			t.Error(err)
		}
	})
}

func FuzzClaim(f *testing.F) {
	w := newWorld(f, 20)
	truth := map[string]string{}
	for _, d := range w.everyDocument() {
		for _, c := range d.Claims {
			f.Add(c.Key, c.Value, c.Value == nil, c.Proof)
			truth[string(c.Key)] = string(c.Value)
		}
	}
	root := w.store.Root()
	f.Fuzz(func(t *testing.T, key, value []byte, absent bool, proof []byte) {
		c := Claim{Key: key, Value: value, Proof: proof}
		switch {
		case absent:
			c.Value = nil
		case value == nil:
			c.Value = []byte{}
		}
		err := c.Verify(root)
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Error(err)
			}
			return
		}
		if known, ok := truth[string(key)]; ok && (known != string(c.Value) || absent != (known == "")) {
			t.Errorf("%x is proved to be %x", key, c.Value)
		}
	})
}
