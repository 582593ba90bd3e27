package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/audit"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/election"
)

// MissingError names the files that an archive must hold and that are not to be
// had: made without some of them it would be another archive than that of
// somebody who has them.
type MissingError struct{ Files []MissingFile }

// MissingFile is one of them.
type MissingFile struct {
	URI string
	Why error
}

func (e *MissingError) Error() string {
	text := "files that elections name are not to be had:"
	for _, f := range e.Files {
		text += fmt.Sprintf("\n  %s (%v)", f.URI, f.Why)
	}
	return text
}

// Material is what archives are made of. Source and Validators are required.
// Nothing of it is trusted: what does not fit together makes no archive.
type Material struct {
	Source audit.Source

	// Validators are those of a height, in the order of their set.
	Validators func(ctx context.Context, height int64) (light.Validators, error)

	// File opens the file that an ipfs:// URI names. If it cannot, or if it opens
	// another file, there is no archive but a MissingError. A nil File leaves all
	// out.
	File func(ctx context.Context, uri string) (io.ReadCloser, error)

	// LeftOut is told of every file that no archive can hold, and why.
	LeftOut func(uri string, why error)

	// Progress is told how far the maker is.
	Progress func(height, to int64)

	// Dir is where to keep what is collected, as large as the archive; "" is
	// where the system likes to have such things.
	Dir string
}

// ElectionMaterial is what an archive of one election is made of.
type ElectionMaterial struct {
	Material
	ID election.ID

	// Height is that of the block that completed the set of nullifiers, Claims
	// are what audit.ReadClaims has of it.
	Height int64
	Claims []light.Claim

	// Twins is how many elections their organisation created before this one in
	// the same block.
	Twins int
}

// maker is an archive in the making.
type maker struct {
	Material
	ctx     context.Context
	builder *car.Builder
	genesis []byte
	trusted light.Trusted
	missing []MissingFile
}

// write makes a file at path, all or nothing, from what collect puts into the
// builder. It returns the archive's CID.
func (m Material) write(ctx context.Context, path string, collect func(*maker) error) (cid string, err error) {
	k := &maker{Material: m, ctx: ctx}
	if k.builder, err = car.NewBuilder(m.Dir); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, k.builder.Close()) }()
	doc, err := m.Source.Genesis(ctx)
	if err != nil {
		return "", fmt.Errorf("genesis from %s: %w", m.Source.Name(), err)
	}
	if k.genesis, err = audit.CanonicalGenesis(doc); err != nil {
		return "", err
	}
	if k.trusted, err = light.TrustGenesis(k.genesis); err != nil {
		return "", err
	}
	if err := k.put(genesisFile, k.genesis); err != nil {
		return "", err
	}
	if err := collect(k); err != nil {
		return "", err
	}
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return "", err
	}
	root, err := k.builder.Write(out)
	if err == nil {
		err = errors.Join(out.Chmod(0o644), out.Sync()) // it is made to be published
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(out.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(out.Name()))
	}
	return root.String(), nil
}

// put makes a small file.
func (k *maker) put(name string, content []byte) error {
	f, err := k.builder.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// errEnough ends the visit of blocks.
var errEnough = errors.New("enough")

// blocks visits blocks from a height on until visit returns errEnough. Each
// comes with the one after it, which has its commit.
func (k *maker) blocks(from int64, visit func(b, next *cmttypes.Block) error) error {
	var last *cmttypes.Block
	height := from
	err := k.Source.Blocks(k.ctx, from, func(raw []byte) error {
		b, err := parseBlock(raw)
		if err = errors.Join(err, k.ctx.Err()); err != nil {
			return err
		}
		if b.Height != height {
			return fmt.Errorf("%s has block %d in the place of block %d", k.Source.Name(), b.Height, height)
		}
		height++
		if last != nil {
			if !bytes.Equal(b.LastBlockID.Hash, last.Hash()) {
				return fmt.Errorf("%s: block %d does not follow from the block before it", k.Source.Name(), b.Height)
			}
			if err := visit(last, b); err != nil {
				return err
			}
		}
		last = b
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%s ends at block %d; the two blocks after the last one of the archive are needed, too", k.Source.Name(), height-1)
	}
	return err
}

func parseBlock(raw []byte) (*cmttypes.Block, error) {
	var pb cmtproto.Block
	if err := pb.Unmarshal(raw); err != nil {
		return nil, err
	}
	return cmttypes.BlockFromProto(&pb)
}

// signed is the signed header of a height, with the commit of the block after it.
func (k *maker) signed(h *light.Header, commits *cmttypes.Commit) (*light.Block, error) {
	commit, err := light.CommitOf(commits, h.Hash())
	if err != nil {
		return nil, err
	}
	set, err := k.Validators(k.ctx, h.Height)
	if err != nil {
		return nil, fmt.Errorf("validators of height %d: %w", h.Height, err)
	}
	return &light.Block{Header: h, Commit: commit, Validators: set}, nil
}

// fetch is the signed header of a height.
func (k *maker) fetch(_ context.Context, height int64) (out *light.Block, err error) {
	err = k.blocks(height, func(b, next *cmttypes.Block) error {
		h, err := light.HeaderOf(&b.Header)
		if err != nil {
			return err
		}
		if out, err = k.signed(h, next.LastCommit); err != nil {
			return err
		}
		return errEnough
	})
	return out, err
}

// file adds the file that a URI names, and tells whether it is there. One that no
// archive can hold is left out: the URI says so, or check, which may refuse it.
// One that cannot be had is noted as missing.
func (k *maker) file(name, uri string, check func(io.Reader) error) (bool, error) {
	cid, ok := named(uri)
	if !ok {
		k.leaveOut(uri, errors.New("it is not the URI of a file that an archive can hold"))
		return false, nil
	}
	if k.File == nil {
		return false, nil
	}
	content, err := k.File(k.ctx, uri)
	if err == nil {
		err = errors.Join(k.builder.Add(name, cid, content), content.Close())
	}
	if err != nil {
		k.missing = append(k.missing, MissingFile{uri, err})
		return false, k.ctx.Err()
	}
	if check == nil {
		return true, nil
	}
	if err := k.inspect(name, check); err != nil {
		k.leaveOut(uri, err)
		return false, k.ctx.Err()
	}
	return true, nil
}

func (k *maker) leaveOut(uri string, why error) {
	if k.LeftOut != nil {
		k.LeftOut(uri, why)
	}
}

// complete is nil if no file is missing.
func (k *maker) complete() error {
	if len(k.missing) == 0 {
		return nil
	}
	return &MissingError{k.missing}
}

// inspect shows a file to check, and removes it if that returns an error.
func (k *maker) inspect(name string, check func(io.Reader) error) error {
	content, err := k.builder.Open(name)
	if err != nil {
		return err
	}
	err = errors.Join(check(content), content.Close())
	if err != nil {
		return errors.Join(err, k.builder.Remove(name))
	}
	return nil
}
