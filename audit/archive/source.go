package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/internal/check"
)

// Source is an archive of a chain in a file, for a replay: it is an
// audit.Source and an audit.Closer. Hashes are checked as blocks are read;
// everything else is for the replay.
type Source struct {
	path     string
	manifest *manifest
	genesis  []byte
}

// OpenSource reads the beginning of an archive of a chain.
func OpenSource(path string) (*Source, error) {
	s := &Source{path: path}
	err := s.read(genesisFile, func(v *verifier) error {
		s.manifest, s.genesis = v.manifest, v.genesis
		return nil
	})
	if err == nil && s.manifest.kind != Chain {
		err = fmt.Errorf("%s is an archive of one election, which cannot be replayed", path)
	}
	return s, err
}

// Name implements audit.Source.
func (s *Source) Name() string { return s.path }

// Genesis implements audit.Source.
func (s *Source) Genesis(context.Context) ([]byte, error) { return s.genesis, nil }

// Tip implements audit.Source.
func (s *Source) Tip(context.Context) (int64, error) { return s.manifest.height, nil }

// Blocks implements audit.Source.
func (s *Source) Blocks(ctx context.Context, from int64, visit func([]byte) error) error {
	return s.read(blocksFile, func(v *verifier) error { return readBlocks(ctx, v.held, from, visit) })
}

// Closing implements audit.Closer.
func (s *Source) Closing(context.Context) (b *light.Block, err error) {
	err = s.read(finalFile, func(v *verifier) error {
		text, err := readAll(v.held, finalFile, v.held.Size(), maxSigned)
		if err != nil {
			return err
		}
		b, err = light.ParseBlock(text)
		return err
	})
	return b, err
}

// read opens the file and goes to one of those in it, which is then held; the
// genesis has been read.
func (s *Source) read(name string, visit func(*verifier) error) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	err = readUntil(f, name, visit)
	return errors.Join(err, f.Close())
}

func readUntil(in io.Reader, name string, visit func(*verifier) error) (err error) {
	v := &verifier{report: check.NewReport('C'), verdict: &Verdict{}}
	if v.in, err = car.NewReader(in, freeLayout); err != nil {
		return err
	}
	if err := v.open(); err != nil {
		return err
	}
	for name != genesisFile {
		if v.held, err = v.following(name); err != nil {
			return err
		}
		if v.held.Path() == name {
			break
		}
	}
	return visit(v)
}
