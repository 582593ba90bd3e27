package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/iavl"
	iavldb "github.com/cosmos/iavl/db"

	"urna/app/apptest"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/internal/codec"
)

// forger makes archives as an attacker would who holds the keys of all
// validators: it changes one thing of an accepted archive and makes everything
// around it consistent again.
type forger struct {
	t       testing.TB
	chainID string

	manifest manifest
	height   int64 // of the claims
	genesis  []byte
	sets     map[light.Hash]light.Validators
	keys     map[ethkey.Address]*ethkey.Key

	trail  []*forged // headers that 30-proofs.json holds before the last
	signed *forged   // header of height h+1
	claims []light.Claim
	blocks []*forged // 60-blocks

	metadata, census []byte // nil if they are not there

	vote     *light.Vote // of a document that is no archive's
	notVoted *light.NotVoted

	// What an attacker does not repair.
	keepTree bool

	// Hooks, in the order in which they are called.
	header   func(*forged)           // when its hashes are repaired, before it is signed
	commit   func(*forged)           // when it is signed
	document func(*light.Document)   // when it hangs together
	closing  func(*closing)          // when it says what the file holds
	files    func(map[string][]byte) // before they go into the CAR
	car      func([]byte) []byte     // at last
}

// forged is a header in the making, with the transactions that the archive has
// of it.
type forged struct {
	h        cmttypes.Header
	txs      []entryTx
	usual    light.Validators // of its height
	commits  bool             // it gets a commit
	by       light.Validators // who signs; nil: the set that the header names
	absent   int              // so many of them do not sign
	light    *light.Header
	commit   *light.Commit
	unlinked bool // it keeps its last block id
}

// newForger takes an accepted archive of a world apart.
func newForger(t testing.TB, w *world, archive []byte) *forger {
	t.Helper()
	files := unpackFiles(t, archive)
	m, err := readManifest(files[manifestFile])
	must(t, err)
	f := newDocumentForger(t, w, files[proofsFile])
	f.manifest, f.genesis = *m, files[genesisFile]
	if m.metadata {
		f.metadata = files[metadataFile]
	}
	if m.census {
		f.census = files[censusFile]
	}
	for _, e := range unpackEntries(t, files[blocksFile]) {
		b := f.take(w, e.header, e.commit)
		b.txs = e.txs
		f.blocks = append(f.blocks, b)
	}
	return f
}

// newDocumentForger takes an accepted proof document of a world apart.
func newDocumentForger(t testing.TB, w *world, document []byte) *forger {
	t.Helper()
	doc, err := light.ParseDocument(document)
	must(t, err)
	f := newKeys(t)
	f.chainID, f.height, f.claims, f.vote, f.notVoted = doc.ChainID, doc.Height, doc.Claims, doc.Vote, doc.NotVoted
	for _, b := range doc.Trail {
		f.trail = append(f.trail, f.take(w, b.Header, b.Commit))
	}
	f.signed = f.take(w, doc.Signed.Header, doc.Signed.Commit)
	return f
}

// newKeys is a forger who has nothing but the keys of the validators.
func newKeys(t testing.TB) *forger {
	f := &forger{t: t, chainID: apptest.ChainID, sets: map[light.Hash]light.Validators{}, keys: map[ethkey.Address]*ethkey.Key{}}
	f.know(apptest.Key("validator joining"))
	for _, k := range apptest.Keys("validator", 3) {
		f.know(k)
	}
	return f
}

// buildDocument makes the document alone.
func (f *forger) buildDocument() []byte {
	f.t.Helper()
	f.repairTree()
	f.repairHeaders()
	f.sign()
	doc := f.proofs()
	if f.document != nil {
		f.document(doc)
	}
	b := doc.Encode()
	if f.files != nil {
		files := map[string][]byte{proofsFile: b}
		f.files(files)
		b = files[proofsFile]
	}
	return b
}

// know gives the forger the key of a validator.
func (f *forger) know(k *ethkey.Key) { f.keys[k.Address()] = k }

func (f *forger) take(w *world, h *light.Header, c *light.Commit) *forged {
	f.t.Helper()
	set, err := w.validators(f.t.Context(), h.Height)
	must(f.t, err)
	f.sets[set.Hash()] = set
	b := &forged{usual: set, commits: c != nil, commit: c}
	if h.Height <= w.Height() {
		b.h = w.Blocks[h.Height-1].Block.Header
	} else {
		closing, err := w.Closing()
		must(f.t, err)
		b.h = closing.Block.Header
	}
	made, err := light.HeaderOf(&b.h)
	must(f.t, err)
	if made.Hash() != h.Hash() {
		f.t.Fatalf("header %d is not the chain's", h.Height)
	}
	return b
}

// claim changes the record of a claim.
func (f *forger) claim(i int, change func(record any) any) {
	f.t.Helper()
	w := codec.Writer{}
	c := readClaims(f.manifest.election, f.claims)
	switch i {
	case 0:
		change(c.settings)
		c.settings.Append(&w)
	case 1:
		change(c.stage)
		c.stage.Append(&w)
	case 2:
		change(&c.log)
		c.log.Append(&w)
	case 3:
		change(c.result)
		c.result.Append(&w)
	case 4:
		change(c.sealing)
		c.sealing.Append(&w)
	}
	f.claims[i].Value = w.B
}

// build makes the archive.
func (f *forger) build() []byte {
	f.t.Helper()
	f.repairTree()
	f.repairHeaders()
	f.sign()
	doc := f.proofs()
	if f.document != nil {
		f.document(doc)
	}
	files := map[string][]byte{
		manifestFile: f.manifest.encode(), genesisFile: f.genesis, proofsFile: doc.Encode(),
	}
	if f.metadata != nil {
		files[metadataFile] = f.metadata
	}
	if f.census != nil {
		files[censusFile] = f.census
	}
	files[blocksFile], files[validatorsFile] = f.entries()
	record := f.closed(doc.Signed.Header)
	if f.closing != nil {
		f.closing(record)
	}
	files[closingFile] = line(record)
	if f.files != nil {
		f.files(files)
	}
	b := packFiles(f.t, files)
	if f.car != nil {
		b = f.car(b)
	}
	return b
}

// repairTree makes a state of the claims alone, if one of them was changed.
func (f *forger) repairTree() {
	same := true
	for i := range f.claims {
		same = same && f.claims[i].Verify(light.Hash(f.signed.h.AppHash)) == nil
	}
	if same || f.keepTree {
		return
	}
	tree := iavl.NewMutableTree(iavldb.NewMemDB(), 100, true, iavl.NewNopLogger())
	for i := range f.claims {
		if f.claims[i].Value == nil {
			continue
		}
		_, err := tree.Set(f.claims[i].Key, f.claims[i].Value)
		must(f.t, err)
	}
	root, _, err := tree.SaveVersion()
	must(f.t, err)
	for i := range f.claims {
		p, err := tree.GetProof(f.claims[i].Key)
		must(f.t, err)
		f.claims[i].Proof, err = p.Marshal()
		must(f.t, err)
	}
	f.signed.h.AppHash = root
}

// repairHeaders puts the hashes into the headers that follow from what was
// changed.
func (f *forger) repairHeaders() {
	f.t.Helper()
	for i, b := range f.blocks {
		if len(b.txs) > 0 {
			leaves := make([][]byte, len(b.txs))
			for i := range b.txs {
				b.txs[i].sum()
				leaves[i] = b.txs[i].hash[:]
			}
			root := light.MerkleRoot(leaves)
			b.h.DataHash = root[:]
		}
		if i > 0 && f.blocks[i-1].h.Height+1 == b.h.Height && !b.unlinked {
			b.h.LastBlockID.Hash = f.blocks[i-1].h.Hash()
		}
		if f.header != nil {
			f.header(b)
		}
	}
	for _, b := range append(slices.Clone(f.trail), f.signed) {
		if f.header != nil {
			f.header(b)
		}
	}
	for _, b := range slices.Concat(f.trail, f.blocks, []*forged{f.signed}) {
		h, err := light.HeaderOf(&b.h)
		must(f.t, err)
		b.light = h
	}
}

// sign gives every header that has a commit a new one.
func (f *forger) sign() {
	f.t.Helper()
	for _, b := range slices.Concat(f.trail, f.blocks, []*forged{f.signed}) {
		if !b.commits {
			b.commit = nil
			continue
		}
		if b.commit == nil || b.by != nil || b.absent > 0 || !f.commitHolds(b) {
			b.commit = f.sealOf(b)
		}
		if f.commit != nil {
			f.commit(b)
		}
	}
}

func (f *forger) setOf(b *forged) light.Validators {
	if b.by != nil {
		return b.by
	}
	return f.sets[b.light.ValidatorsHash]
}

func (f *forger) commitHolds(b *forged) bool {
	signed := light.Block{Header: b.light, Commit: b.commit, Validators: f.setOf(b)}
	return signed.VerifyCommit() == nil
}

// sealOf signs a header with the keys of its validators.
func (f *forger) sealOf(b *forged) *light.Commit {
	f.t.Helper()
	hash := b.light.Hash()
	parts := sha256.Sum256([]byte("parts"))
	id := cmttypes.BlockID{Hash: hash[:], PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: parts[:]}}
	c := &cmttypes.Commit{Height: b.h.Height, BlockID: id}
	for i, v := range f.setOf(b) {
		if i < b.absent {
			c.Signatures = append(c.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		}
		at := b.h.Time.Add(time.Second)
		vote := &cmtproto.Vote{Type: cmtproto.PrecommitType, Height: b.h.Height, BlockID: id.ToProto(), Timestamp: at}
		sig := f.signature(v.Address(), cmttypes.VoteSignBytes(f.chainID, vote))
		address := v.Address()
		c.Signatures = append(c.Signatures, cmttypes.CommitSig{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: address[:], Timestamp: at, Signature: sig,
		})
	}
	out, err := light.CommitOf(c, hash)
	must(f.t, err)
	return out
}

// signature is that of a validator.
func (f *forger) signature(of ethkey.Address, text []byte) []byte {
	f.t.Helper()
	key := f.keys[of]
	if key == nil {
		f.t.Fatalf("the key of validator %s is not known", of)
	}
	raw, err := hex.DecodeString(key.Hex())
	must(f.t, err)
	sig, err := secp256k1eth.PrivKey(raw).Sign(text)
	must(f.t, err)
	return sig
}

func (f *forger) proofs() *light.Document {
	doc := &light.Document{
		ChainID: f.chainID, Height: f.height, Claims: slices.Clone(f.claims), Vote: f.vote, NotVoted: f.notVoted, Signed: f.block(f.signed),
	}
	for _, b := range f.trail {
		doc.Trail = append(doc.Trail, f.block(b))
	}
	return doc
}

func (f *forger) block(b *forged) *light.Block {
	return &light.Block{Header: b.light, Commit: b.commit, Validators: f.setOf(b)}
}

// entries makes 60-blocks and 20-validators.
func (f *forger) entries() (blocks, validators []byte) {
	sets := setList{at: map[light.Hash]int{}}
	for _, b := range f.blocks {
		e := entry{header: b.light, commit: b.commit, txs: b.txs}
		blocks = e.encode(blocks)
		if b.commit != nil {
			sets.add(f.setOf(b))
		}
	}
	w := codec.Writer{}
	for _, s := range sets.list {
		w.Bytes(s.Encode())
	}
	return blocks, w.B
}

// closed is what the closing record must say.
func (f *forger) closed(signed *light.Header) *closing {
	c := readClaims(f.manifest.election, f.claims)
	var s span
	transactions := uint64(0)
	for _, b := range f.blocks {
		s.add(b.h.Height)
		for i := range b.txs {
			if b.txs[i].raw != nil {
				transactions++
			}
		}
	}
	return c.closing(&f.manifest, signed, &s, transactions)
}

// unpackFiles reads all files of an archive.
func unpackFiles(t testing.TB, archive []byte) map[string][]byte {
	t.Helper()
	r, err := car.NewReader(bytes.NewReader(archive), freeLayout)
	must(t, err)
	files := map[string][]byte{}
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		must(t, err)
		b, err := readAll(c, c.Path(), c.Size(), 1<<30)
		must(t, err)
		files[c.Path()] = b
	}
}

// packFiles makes an archive of files.
func packFiles(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	b, err := car.NewBuilder(t.TempDir())
	must(t, err)
	k := &maker{builder: b}
	for name, content := range files {
		must(t, k.put(name, content))
	}
	var out bytes.Buffer
	_, err = b.Write(&out)
	must(t, err)
	must(t, b.Close())
	return out.Bytes()
}

func unpackEntries(t testing.TB, file []byte) (out []*entry) {
	t.Helper()
	a := readAhead(t.Context(), bytes.NewReader(file), apptest.ChainID)
	defer a.end()
	for {
		j, err := a.next()
		must(t, err)
		if j == nil {
			return out
		}
		out = append(out, j.entry)
		a.release(j)
	}
}
