package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/audit"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/election"
	"urna/internal/codec"
	"urna/state"
)

// ChainMaterial is what an archive of a chain is made of. Validators need not be
// set: Kept knows them.
type ChainMaterial struct {
	Material

	// Kept is the directory of a replay that has come to Height at least.
	Kept *audit.Directory

	// Height is that of the last block of the archive.
	Height int64
}

// MakeChain makes the archive of the first blocks of a chain and returns its
// CID. The source must have the two blocks after m.Height.
func MakeChain(ctx context.Context, m ChainMaterial, path string) (cid string, err error) {
	m.Validators = m.Kept.Validators
	if m.Height < 1 || m.Height > m.Kept.Height() {
		return "", fmt.Errorf("the replay has come to block %d, so there can be no archive up to block %d", m.Kept.Height(), m.Height)
	}
	return m.write(ctx, path, func(k *maker) error {
		c := &chainMaker{maker: k, m: m}
		return c.collect()
	})
}

// chainMaker is the archive of a chain in the making.
type chainMaker struct {
	*maker
	m ChainMaterial

	sets   codec.Writer // 20-validators
	set    light.Hash   // the last of them
	uris   map[string]bool
	record chainClosing
}

func (c *chainMaker) collect() error {
	c.uris = map[string]bool{}
	if err := c.blocksFile(); err != nil {
		return err
	}
	final, err := c.fetch(c.ctx, c.m.Height+1)
	if err != nil {
		return err
	}
	if err := c.decides(final.Header); err != nil {
		return err
	}
	err = errors.Join(c.put(validatorsFile, c.sets.B), c.put(finalFile, final.Encode()), c.results())
	if err == nil && c.File != nil {
		err = c.files()
	}
	if err != nil {
		return err
	}
	transactions, votes, err := c.m.Kept.Totals(c.m.Height)
	if err != nil {
		return err
	}
	r := &c.record
	r.Format, r.ChainID, r.Height = closingFormat, c.trusted.ChainID, c.m.Height
	r.Block, r.AppHash = hashText(final.Header.Hash()), hashText(final.Header.AppHash)
	r.Transactions, r.Votes = transactions, votes
	first := &manifest{kind: Chain, chainID: c.trusted.ChainID, height: c.m.Height, files: c.File != nil}
	return errors.Join(c.put(manifestFile, first.encode()), c.put(closingFile, line(r)))
}

// blocksFile makes 60-blocks, and learns what it names.
func (c *chainMaker) blocksFile() error {
	out, err := c.builder.Create(blocksFile)
	if err != nil {
		return err
	}
	var w codec.Writer
	err = c.blocks(1, func(b, _ *cmttypes.Block) error {
		raw, err := rawBlock(b)
		if err != nil {
			return err
		}
		w.B = w.B[:0]
		w.Bytes(raw)
		if _, err := out.Write(w.B); err != nil {
			return err
		}
		h, err := light.HeaderOf(&b.Header)
		if err != nil {
			return err
		}
		if err := c.decides(h); err != nil {
			return err
		}
		for _, raw := range b.Txs {
			for _, cid := range filesOf(raw) {
				c.uris[uriScheme+cid.String()] = true
			}
		}
		if c.Progress != nil {
			c.Progress(b.Height, c.m.Height)
		}
		if b.Height < c.m.Height {
			return nil
		}
		if hash, err := c.m.Kept.Hash(b.Height); err != nil || hash != h.Hash() {
			return errors.Join(err, fmt.Errorf("block %d of %s is not the one that was replayed", b.Height, c.Source.Name()))
		}
		return errEnough
	})
	return errors.Join(err, out.Close())
}

// rawBlock is a block as it was read: there is one encoding.
func rawBlock(b *cmttypes.Block) ([]byte, error) {
	pb, err := b.ToProto()
	if err != nil {
		return nil, err
	}
	return pb.Marshal()
}

// decides adds the set of a height, if it is another one than before.
func (c *chainMaker) decides(h *light.Header) error {
	if c.set == h.ValidatorsHash {
		return nil
	}
	set, err := c.Validators(c.ctx, h.Height)
	if err != nil {
		return err
	}
	if set.Hash() != h.ValidatorsHash {
		return fmt.Errorf("block %d is not the one that was replayed", h.Height)
	}
	c.set = h.ValidatorsHash
	c.sets.Uvarint(uint64(h.Height))
	c.sets.Bytes(set.Encode())
	return nil
}

// files adds the files that elections name.
func (c *chainMaker) files() error {
	if err := c.builder.Mkdir(filesDirectory); err != nil {
		return err
	}
	uris := make([]string, 0, len(c.uris))
	for uri := range c.uris {
		uris = append(uris, uri)
	}
	slices.Sort(uris)
	for _, uri := range uris {
		cid, err := car.ParseCID(uri[len(uriScheme):])
		if err != nil {
			return err
		}
		if _, err := c.file(fileName(cid), uri, nil); err != nil {
			return err
		}
	}
	return c.complete()
}

// results makes 80-results.
func (c *chainMaker) results() error {
	type closed struct {
		height uint64
		id     election.ID
	}
	var list []closed
	view := c.m.Kept.View()
	err := view.EachElection(func(e *election.Settings) error {
		if e.CreatedHeight <= uint64(c.m.Height) {
			c.record.Elections++
		}
		stage, err := view.Stage(e.ID)
		if err != nil || stage.Status != election.Results {
			return err
		}
		r, err := view.Result(e.ID)
		if err == nil && r.Height <= uint64(c.m.Height) {
			list = append(list, closed{r.Height, e.ID})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b closed) int {
		if a.height != b.height {
			return int(int64(a.height) - int64(b.height))
		}
		return bytes.Compare(a.id[:], b.id[:])
	})
	out, err := c.builder.Create(resultsFile)
	if err != nil {
		return err
	}
	for _, l := range list {
		var r *state.Result
		if r, err = view.Result(l.id); err != nil {
			break
		}
		c.record.Results++
		if _, err = out.Write(resultEntry(l.id, r)); err != nil {
			break
		}
	}
	return errors.Join(err, out.Close())
}
