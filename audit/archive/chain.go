package archive

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"urna/audit"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// ChainOutcome is what an archive of a chain says.
type ChainOutcome struct {
	Transactions uint64 `json:"transactions"`
	Votes        uint64 `json:"votes"` // with those that were replaced
	Elections    uint64 `json:"elections"`
	Results      uint64 `json:"results"`
}

// maxBlockBytes is above what CometBFT allows.
const maxBlockBytes = 128 << 20

// chain checks an archive of a chain after its genesis: the law is run over the
// blocks as the file has them.
func (v *verifier) chain() error {
	sets, err := v.firsts()
	if err != nil {
		return err
	}
	c := &chainReader{verifier: v, sets: sets, results: sha256.New(), files: map[car.CID]bool{}}
	replayed, err := c.replay()
	if err != nil {
		return err
	}
	if replayed.Height != v.manifest.height {
		return check.Fail(check.Frame, "%s ends at block %d, not %d", blocksFile, replayed.Height, v.manifest.height)
	}
	if err := c.ended(); err != nil {
		return err
	}
	if v.manifest.files {
		if err := c.filesThere(); err != nil {
			return err
		}
	} else {
		v.report.Skip(check.Content, "the files that elections name are not in the archive")
	}
	if err := c.resultsFile(); err != nil {
		return err
	}
	want := &chainClosing{
		Format: closingFormat, ChainID: v.manifest.chainID, Height: v.manifest.height,
		Block: hashText(c.final.Hash()), AppHash: hashText(c.final.AppHash),
		Transactions: c.out.Transactions, Votes: c.out.Votes, Elections: c.out.Elections, Results: c.out.Results,
	}
	text, err := v.small(closingFile, maxClosing)
	if err != nil {
		return err
	}
	if err := checkClosing(text, want); err != nil {
		return err
	}
	v.report.Passed(check.Closing, 1)
	v.verdict.Chain, v.verdict.Block = &c.out, want.Block
	return nil
}

// replay runs the law over the blocks.
func (c *chainReader) replay() (v *audit.Verdict, err error) {
	o := audit.Options{Source: c, Report: c.report, OnBlock: c.block, Progress: c.progress}
	if c.o.Dir != "" {
		if o.Dir, err = os.MkdirTemp(c.o.Dir, "urna-verify-*"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
	}
	v, err = audit.Replay(c.ctx, o)
	for _, id := range []check.ID{check.Frame, check.Content, check.Closing} {
		c.report.Skip(id, "") // a replay knows of no archive
	}
	return v, err
}

// first is a set of validators by its hash, and the height from which on it
// decides.
type first struct {
	height int64
	hash   light.Hash
}

// firsts reads 20-validators. Of each set only the hash is kept.
func (v *verifier) firsts() ([]first, error) {
	c, err := v.next(validatorsFile)
	if err != nil {
		return nil, err
	}
	var out []first
	for r := bufio.NewReaderSize(c, 64<<10); ; {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) {
			return out, nil
		}
		height, err := readUvarint(r)
		if err != nil {
			return nil, err
		}
		b, err := readBytes(r, maxSetBytes)
		if err != nil {
			return nil, err
		}
		set, err := light.ParseValidators(b)
		if err != nil {
			return nil, err
		}
		next := first{int64(height), set.Hash()}
		if n := len(out); n > 0 && (next.height <= out[n-1].height || next.hash == out[n-1].hash) || height > maxNumber {
			return nil, check.Fail(check.Frame, "set %d of %s does not stand in its place", n, validatorsFile)
		}
		out = append(out, next)
	}
}

// maxSetBytes is more than 10,000 validators need.
const maxSetBytes = 512 << 10

// chainReader is the archive as a source of blocks for a replay, and what its
// other files must say as far as the replay has come.
type chainReader struct {
	*verifier
	sets    []first // those that are still to come
	now     light.Hash
	final   *light.Header
	out     ChainOutcome
	results hash.Hash        // of 80-results
	files   map[car.CID]bool // that elections name; true if they are there
}

// Name implements audit.Source.
func (c *chainReader) Name() string { return "the archive" }

// Genesis implements audit.Source.
func (c *chainReader) Genesis(context.Context) ([]byte, error) { return c.genesis, nil }

// Tip implements audit.Source.
func (c *chainReader) Tip(context.Context) (int64, error) { return c.manifest.height, nil }

// Blocks implements audit.Source. The file is read once, from its start.
func (c *chainReader) Blocks(ctx context.Context, from int64, visit func([]byte) error) error {
	file, err := c.next(blocksFile)
	if err != nil {
		return err
	}
	return readBlocks(ctx, file, from, visit)
}

// readBlocks reads 60-blocks of a chain.
func readBlocks(ctx context.Context, file io.Reader, from int64, visit func([]byte) error) error {
	r := bufio.NewReaderSize(file, 1<<20)
	for height := int64(1); ctx.Err() == nil; height++ {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		raw, err := readBytes(r, maxBlockBytes)
		if err != nil {
			return err
		}
		if height < from {
			continue
		}
		if err := visit(raw); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Closing implements audit.Closer.
func (c *chainReader) Closing(context.Context) (*light.Block, error) {
	text, err := c.small(finalFile, maxSigned)
	if err != nil {
		return nil, err
	}
	b, err := light.ParseBlock(text)
	if err != nil {
		return nil, err
	}
	c.final = b.Header
	return b, nil
}

// maxSigned bounds a signed header.
const maxSigned = 2 << 20

func (c *chainReader) progress(p audit.Progress) {
	if c.o.Progress != nil {
		c.o.Progress(p.Votes)
	}
}

// block takes a block that was replayed.
func (c *chainReader) block(b *audit.Block) error {
	if err := c.decides(b.Header); err != nil {
		return err
	}
	if err := c.holds(b.Header); err != nil {
		return err
	}
	c.out.Transactions += uint64(len(b.Txs))
	var closed []election.ID
	note := func(events []transition.Event) {
		for _, e := range events {
			switch e := e.(type) {
			case transition.VoteCast:
				c.out.Votes++
			case transition.ElectionCreated:
				c.out.Elections++
			case transition.ResultWritten:
				closed = append(closed, e.ID)
			}
		}
	}
	for i := range b.Outcome.Txs {
		note(b.Outcome.Txs[i].Events)
	}
	note(b.Outcome.Events)
	for _, raw := range b.Txs {
		for _, cid := range filesOf(raw) {
			c.files[cid] = false
		}
	}
	slices.SortFunc(closed, func(x, y election.ID) int { return slices.Compare(x[:], y[:]) })
	for _, id := range closed {
		result, err := b.View.Result(id)
		if err != nil {
			return err
		}
		c.out.Results++
		c.results.Write(resultEntry(id, result))
	}
	return nil
}

// decides checks that the set of a height stands in 20-validators.
func (c *chainReader) decides(h *light.Header) error {
	if len(c.sets) > 0 && c.sets[0].height == h.Height {
		c.now, c.sets = c.sets[0].hash, c.sets[1:]
	}
	if c.now != h.ValidatorsHash {
		return check.Fail(check.Validators, "%s has the validators %x for height %d, the header names %x", validatorsFile, c.now, h.Height, h.ValidatorsHash)
	}
	return nil
}

// ended asks whether everything was used.
func (c *chainReader) ended() error {
	if err := c.decides(c.final); err != nil {
		return err
	}
	if len(c.sets) > 0 {
		return check.Fail(check.Frame, "%s has validators for height %d", validatorsFile, c.sets[0].height)
	}
	return c.holds(c.final)
}

// filesOf are the files that a transaction names, as metadata or census of an
// election.
func filesOf(raw []byte) (out []car.CID) {
	t, err := tx.Decode(raw)
	if err != nil {
		return nil
	}
	var uris []string
	switch p := t.Payload.(type) {
	case *tx.NewElection:
		uris = []string{p.MetadataURI, p.CensusURI}
	case *tx.SetCensus:
		if p.URI != nil {
			uris = []string{*p.URI}
		}
	}
	for _, uri := range uris {
		if cid, ok := named(uri); ok {
			out = append(out, cid)
		}
	}
	return out
}

// fileName is the place of a file that an election names.
func fileName(cid car.CID) string {
	text := cid.String()
	return filesDirectory + "/" + text[len(text)-2:] + "/" + text
}

// filesThere reads the files that elections name.
func (c *chainReader) filesThere() error {
	missing := len(c.files)
	for {
		file, err := c.following(resultsFile)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(file.Path(), filesDirectory+"/") {
			c.held = file
			break
		}
		cid := file.CID()
		seen, wanted := c.files[cid]
		if !wanted || seen || file.Path() != fileName(cid) {
			return check.Fail(check.Frame, "%s is not a file that an election names", file.Path())
		}
		if _, err := io.Copy(io.Discard, file); err != nil {
			return err
		}
		c.files[cid] = true
		missing--
		c.report.Passed(check.Content, 1)
	}
	if missing > 0 {
		c.report.Skip(check.Content, fmt.Sprintf("%d of %d files that elections name are not in the archive", missing, len(c.files)))
	}
	return nil
}

// resultEntry is an entry of 80-results.
func resultEntry(id election.ID, r *state.Result) []byte {
	record, w := codec.Writer{}, codec.Writer{}
	r.Append(&record)
	w.Fixed(id[:])
	w.Bytes(record.B)
	return w.B
}

// resultsFile compares 80-results with what the law has written.
func (c *chainReader) resultsFile() error {
	file, err := c.next(resultsFile)
	if err != nil {
		return err
	}
	got := sha256.New()
	if _, err := io.Copy(got, file); err != nil {
		return err
	}
	if string(got.Sum(nil)) != string(c.results.Sum(nil)) {
		return check.Fail(check.Result, "%s does not hold the %d results of the blocks", resultsFile, c.out.Results)
	}
	c.report.Passed(check.Result, int(c.out.Results))
	return nil
}
