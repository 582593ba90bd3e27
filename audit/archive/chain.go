package archive

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"strings"

	"urna/audit"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
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
		return check.Fail(check.Frame, "%d of %d files that elections name are not in the archive", missing, len(c.files))
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
