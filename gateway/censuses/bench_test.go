package censuses

import (
	"context"
	"errors"
	"io"
	"testing"
)

// A census of 100,000 voters from empty to published.
func BenchmarkPublish100k(b *testing.B) {
	store := discard{}
	for b.Loop() {
		s, err := Open(Config{Dir: b.TempDir(), Files: store, Log: quiet()})
		if err != nil {
			b.Fatal(err)
		}
		token := s.NewToken()
		id, err := s.Create(token)
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; i < 100_000; i += 8000 {
			if _, err := s.Add(id, token, members(i, min(i+8000, 100_000))); err != nil {
				b.Fatal(err)
			}
		}
		if _, _, err := s.Publish(b.Context(), id, token, nil); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProof(b *testing.B) {
	s, err := Open(Config{Dir: b.TempDir(), Files: discard{}, Log: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	token := s.NewToken()
	id, err := s.Create(token)
	if err != nil {
		b.Fatal(err)
	}
	all := members(0, 8000)
	if _, err := s.Add(id, token, all); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, err := s.Proof(id, all[i%len(all)].Address); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

type discard struct{}

func (discard) Add(_ context.Context, file io.Reader) (string, int64, error) {
	n, err := io.Copy(io.Discard, file)
	return "ipfs://discarded", n, err
}

func (discard) Reader(context.Context, string, int64) (io.Reader, int64, error) {
	return nil, 0, errors.ErrUnsupported
}
