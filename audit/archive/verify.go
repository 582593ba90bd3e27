package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/internal/check"
)

// Options say what a verifier trusts. With none of them the verdict is about
// the chain of the genesis that the archive itself holds.
type Options struct {
	// Genesis is a copy of the genesis document that is trusted; nil for none.
	Genesis []byte

	// GenesisHash is the SHA-256 of the genesis file that is trusted, or nil.
	GenesisHash *[32]byte

	// Checkpoint is a header that must be in the archive, or zero.
	Checkpoint light.Trusted

	// Dir is where the state of a chain is kept while its archive is verified,
	// in a directory that is removed afterwards; "" keeps it in memory.
	Dir string

	// Progress is told, now and then, how many transactions are checked.
	Progress func(transactions uint64)

	// header is told of every header that the archive holds, in their order,
	// those of the proofs first.
	header func(*light.Header) error

	// record is told of every record of an election's vote log.
	record func([]byte) error
}

// Verdict is what a verified archive says. Where verification ended early, only
// some of it is there.
type Verdict struct {
	Kind        Kind          `json:"kind,omitempty"`
	CID         string        `json:"cid"`
	ChainID     string        `json:"chainId,omitempty"`
	GenesisHash string        `json:"genesisHash,omitempty"` // SHA-256 of the file
	Trusted     bool          `json:"trusted"`               // the genesis or a header is one that the caller knows
	Height      int64         `json:"height,omitempty"`
	Block       string        `json:"block,omitempty"` // hash of the header that everything hangs on
	Election    *Outcome      `json:"election,omitempty"`
	Chain       *ChainOutcome `json:"chain,omitempty"`
	Checks      []check.Line  `json:"checks"`
}

// Verify reads an archive and checks everything in it. The verdict is there
// whatever the error is: a *check.Failure, which is about the archive, or one
// that kept Verify from looking.
func Verify(ctx context.Context, in io.Reader, o Options) (*Verdict, error) {
	v := &verifier{ctx: ctx, o: o, verdict: &Verdict{}, report: check.NewReport('E')}
	err := v.finish(v.run(in))
	return v.verdict, err
}

// finish writes the report.
func (v *verifier) finish(err error) error {
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("read archive: %v", err)
	}
	v.verdict.Checks = v.report.Lines(err)
	return err
}

// Log verifies an archive of one election and calls add with every record of its
// vote log; the bytes are good until add returns. The document proves the log's
// record, see package tiles. Nothing that add was told is certain before Log
// returns without an error.
func Log(ctx context.Context, in io.Reader, o Options, add func(record []byte) error) (*light.Document, *Verdict, error) {
	o.record = add
	v := &verifier{ctx: ctx, o: o, verdict: &Verdict{}, report: check.NewReport('E')}
	err := v.finish(v.run(in))
	if err == nil && v.document == nil {
		err = errors.New("it is an archive of a chain, which has many vote logs")
	}
	if err != nil {
		return nil, v.verdict, err
	}
	doc := *v.document
	doc.Claims = doc.Claims[logClaim : logClaim+1]
	return &doc, v.verdict, nil
}

// verifier is a verification under way. One goroutine owns it.
type verifier struct {
	ctx     context.Context
	o       Options
	in      *car.Reader
	report  *check.Report
	verdict *Verdict

	manifest *manifest
	genesis  []byte
	trusted  light.Trusted        // what the genesis says
	seen     bool                 // the checkpoint
	document *light.Document      // 30-proofs.json
	named    map[int64]light.Hash // headers that 30-proofs.json holds, and those that they name
	held     *car.Content         // a file that was opened to see that it is another one
}

func (v *verifier) run(in io.Reader) error {
	var err error
	if v.in, err = car.NewReader(in, freeLayout); err != nil {
		return err
	}
	v.verdict.CID = v.in.Root().String()
	if err := v.open(); err != nil {
		return err
	}
	if v.manifest.kind == Chain {
		v.report = check.NewReport('C')
		err = v.chain()
	} else {
		err = v.election()
	}
	if err != nil {
		return err
	}
	if _, err := v.in.Next(); !errors.Is(err, io.EOF) {
		return errors.Join(err, check.Fail(check.Frame, "a file follows the last one"))
	}
	if v.o.Checkpoint.Height > 0 && !v.seen {
		return fmt.Errorf("the archive does not hold header %d, so nothing ties it to the trusted one", v.o.Checkpoint.Height)
	}
	v.verdict.Trusted = v.o.Genesis != nil || v.o.GenesisHash != nil || v.seen
	v.report.Passed(check.Frame, len(v.manifest.names()))
	return nil
}

// freeLayout tells which files are laid out as others liked.
func freeLayout(path string) bool {
	return path == metadataFile || path == censusFile || strings.HasPrefix(path, filesDirectory+"/")
}

// open reads the manifest and the genesis.
func (v *verifier) open() error {
	names := v.in.Names()
	if len(names) == 0 || names[0] != manifestFile {
		return check.Fail(check.Frame, "the first file is not %s", manifestFile)
	}
	text, err := v.small(manifestFile, maxManifest)
	if err != nil {
		return err
	}
	if v.manifest, err = readManifest(text); err != nil {
		return err
	}
	if want := v.manifest.names(); !slices.Equal(names, want) {
		return check.Fail(check.Frame, "its files are %q, not %q", names, want)
	}
	v.verdict.Kind, v.verdict.ChainID, v.verdict.Height = v.manifest.kind, v.manifest.chainID, v.manifest.height
	if v.genesis, err = v.small(genesisFile, maxGenesis); err != nil {
		return err
	}
	sum := sha256.Sum256(v.genesis)
	v.verdict.GenesisHash = hex.EncodeToString(sum[:])
	if v.trusted, err = light.TrustGenesis(v.genesis); err != nil {
		return err
	}
	if v.trusted.ChainID != v.manifest.chainID {
		return check.Fail(check.Genesis, "the archive is of chain %q, its genesis of %q", v.manifest.chainID, v.trusted.ChainID)
	}
	if v.o.GenesisHash != nil && sum != *v.o.GenesisHash {
		return check.Fail(check.Genesis, "the genesis has the hash %x, the trusted one %x", sum, *v.o.GenesisHash)
	}
	if v.o.Genesis != nil {
		if err := sameGenesis(v.genesis, v.o.Genesis); err != nil {
			return err
		}
	}
	v.report.Passed(check.Genesis, 1)
	return nil
}

// sameGenesis compares a genesis with a trusted copy, which may have white space
// between its tokens (V01).
func sameGenesis(doc, trusted []byte) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, trusted); err != nil {
		return fmt.Errorf("the trusted genesis: %w", err)
	}
	if !bytes.Equal(doc, compact.Bytes()) {
		return check.Fail(check.Genesis, "the genesis is not the trusted one, as the engine writes it; its SHA-256 is %x", sha256.Sum256(doc))
	}
	return nil
}

// next is the next file, which must be the named one.
func (v *verifier) next(name string) (*car.Content, error) {
	c := v.held
	if v.held = nil; c == nil {
		var err error
		if c, err = v.following(name); err != nil {
			return nil, err
		}
	}
	if c.Path() != name {
		return nil, check.Fail(check.Frame, "%s stands where %s must", c.Path(), name)
	}
	v.report.Passed(check.Content, 1)
	return c, nil
}

// following is the next file, whatever it is.
func (v *verifier) following(name string) (*car.Content, error) {
	c, err := v.in.Next()
	if errors.Is(err, io.EOF) {
		return nil, check.Fail(check.Frame, "%s is not there", name)
	}
	return c, err
}

// small reads the next file whole.
func (v *verifier) small(name string, limit int) ([]byte, error) {
	c, err := v.next(name)
	if err != nil {
		return nil, err
	}
	return readAll(c, name, c.Size(), limit)
}

// holds takes a header that the archive holds (V21).
func (v *verifier) holds(h *light.Header) error {
	if err := v.meets(h); err != nil {
		return err
	}
	if p := v.o.Checkpoint; p.Height == h.Height {
		if p.Hash != h.Hash() {
			return check.Fail(check.Headers, "header %d is %x, not the trusted %s", h.Height, h.Hash(), p)
		}
		v.seen = true
	}
	if v.o.header != nil {
		return v.o.header(h)
	}
	return nil
}

// meets checks that a header goes with those of 30-proofs.json (V21).
func (v *verifier) meets(h *light.Header) error {
	if hash, there := v.named[h.Height]; there && hash != h.Hash() {
		return check.Fail(check.Headers, "header %d is %x, and %x for %s", h.Height, h.Hash(), hash, proofsFile)
	}
	if hash, there := v.named[h.Height-1]; there && hash != h.LastHash {
		return check.Fail(check.Headers, "header %d names the block %x before it, which is %x for %s", h.Height, h.LastHash, hash, proofsFile)
	}
	return nil
}

// skip says why a check was not made.
func (v *verifier) skip(id check.ID, format string, args ...any) {
	v.report.Skip(id, fmt.Sprintf(format, args...))
}
