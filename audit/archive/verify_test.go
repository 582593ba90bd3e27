package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/internal/check"
	"urna/tx"
)

// tellLong is an election whose blocks are more than one chunk of a file.
func tellLong(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 700)
	e := w.open(voters, nil)
	for lo := 0; lo < len(voters); lo += 100 {
		w.Mine(e.Votes(voters[lo : lo+100])...)
	}
	return w.told("long", "", e, nil)
}

func TestFailuresComeInTheOrderOfTheFile(t *testing.T) {
	s := tellLong(t)
	f := newForger(t, s.world, s.archive)
	onTx(2, 5, func(_ *forger, b []byte) []byte { return append(b, 0) })(f) // V13 in the first chunk
	bent := f.build()
	blocks := unpackFiles(t, bent)[blocksFile]
	if len(blocks) < 350<<10 {
		t.Fatalf("the blocks are of %d bytes only", len(blocks))
	}
	last := bytes.LastIndex(bent, blocks[len(blocks)-100:])
	bent[last] ^= 1 // V42 in the last chunk
	for range 10 {  // whatever comes first elsewhere
		_, err := Verify(t.Context(), bytes.NewReader(bent), Options{})
		fails(t, "two lies", err, check.Encoding)
	}
	_, err := Verify(t.Context(), bytes.NewReader(bent[:last]), Options{})
	fails(t, "a lie, and cut off", err, check.Encoding)
	good := bytes.Clone(s.archive)
	good[bytes.LastIndex(good, unpackFiles(t, good)[closingFile])-300] ^= 1
	_, err = Verify(t.Context(), bytes.NewReader(good), Options{})
	fails(t, "the second lie alone", err, check.Content)
}

func TestAVerificationEndsWithItsContext(t *testing.T) {
	s := tellLong(t)
	before := runtime.NumGoroutine()
	for _, n := range []int{0, 50_000, 300_000} {
		ctx, cancel := context.WithCancel(t.Context())
		in := io.MultiReader(bytes.NewReader(s.archive[:n]), readerFunc(func(p []byte) (int, error) {
			cancel()
			return 0, io.ErrNoProgress
		}))
		_, err := Verify(ctx, in, Options{})
		if _, evidence := check.Failed(err); err == nil || evidence {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines are left of %d", n, before)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAnArchiveThatCannotBeReadIsNotRefused(t *testing.T) {
	s := tellPlain(t)
	for n := 0; n <= len(s.archive); n += 97 {
		_, err := Verify(t.Context(), io.MultiReader(bytes.NewReader(s.archive[:n]), iotest.ErrReader(errors.New("disk"))), Options{})
		if _, evidence := check.Failed(err); err == nil || evidence {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestSmallReadsChangeNothing(t *testing.T) {
	s := tellLong(t)
	if _, err := Verify(t.Context(), iotest.HalfReader(bytes.NewReader(s.archive)), Options{}); err != nil {
		t.Error(err)
	}
}

func TestAHeaderThatIsTrustedTiesAnArchiveToItsChain(t *testing.T) {
	s := tellMoving(t)
	w := s.world
	hash := func(h int64) light.Hash { return light.Hash(w.Blocks[h-1].Block.Hash()) }
	for _, h := range []int64{2, 17, 28, 31, w.at + 1} {
		v, err := Verify(t.Context(), bytes.NewReader(s.archive), Options{Checkpoint: light.TrustCheckpoint(h, hash(h))})
		if err != nil || !v.Trusted {
			t.Errorf("header %d: %v", h, err)
		}
		_, err = Verify(t.Context(), bytes.NewReader(s.archive), Options{Checkpoint: light.TrustCheckpoint(h, hash(1))})
		fails(t, "another header", err, check.Headers)
	}
	_, err := Verify(t.Context(), bytes.NewReader(s.archive), Options{Checkpoint: light.TrustCheckpoint(10, hash(10))})
	if _, evidence := check.Failed(err); err == nil || evidence {
		t.Errorf("a header that is not there: %v", err)
	}
	_, err = Verify(t.Context(), bytes.NewReader(s.archive), Options{Genesis: []byte("{}")})
	if err == nil {
		t.Error("what is no genesis is trusted")
	}
}

func TestProgressIsTold(t *testing.T) {
	s := tellLong(t)
	var told []uint64
	_, err := Verify(t.Context(), bytes.NewReader(s.archive), Options{Progress: func(n uint64) { told = append(told, n) }})
	must(t, err)
	if len(told) != 8 || told[7] != 701 {
		t.Errorf("the progress is %v", told)
	}
}

func TestMetadataOfAnyFormAreDescribedAsFarAsTheyGo(t *testing.T) {
	for text, title := range map[string]string{
		`{"title":{"default":"A"}}`: "A", `{"title":"B"}`: "B", `{"title":{"en":"C"}}`: "", `{}`: "",
	} {
		if d := describe([]byte(text)); d == nil || d.Title != title {
			t.Errorf("%s is described as %+v", text, d)
		}
	}
	for _, text := range []string{"", "no JSON", `{"title":7}`, `{"questions":7}`, `[]`} {
		if d := describe([]byte(text)); d != nil {
			t.Errorf("%s is described as %+v", text, d)
		}
	}
}

func TestARefusedTransactionFailsTheCheckOfItsCode(t *testing.T) {
	for code, want := range map[tx.Code]check.ID{
		tx.BadSignature: check.Signature, tx.BadProof: check.Membership, tx.BadProofKind: check.Membership,
		tx.BadBallot: check.BallotRules, tx.MalformedTx: check.Encoding, tx.BadRules: check.Encoding, tx.WrongChain: check.Encoding,
	} {
		fails(t, code.String(), refusal(tx.Reject(code, "x")), want)
	}
	if err := errors.New("disk"); refusal(err) != err {
		t.Error("another error became the failure of a check")
	}
}

// FuzzVerify breaks the files inside an archive and gives them their names
// again, so that the frame does not stop every change.
func FuzzVerify(f *testing.F) {
	s := tellPlain(f)
	files := unpackFiles(f, s.archive)
	names := []string{manifestFile, genesisFile, validatorsFile, proofsFile, metadataFile, censusFile, blocksFile, closingFile}
	for i, name := range names {
		f.Add(uint8(i), files[name])
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		name := names[int(which)%len(names)]
		bent := map[string][]byte{}
		for n, b := range files {
			bent[n] = b
		}
		bent[name] = content
		_, err := Verify(t.Context(), bytes.NewReader(packFiles(t, bent)), Options{Genesis: s.world.Genesis()})
		if same := bytes.Equal(content, files[name]); same != (err == nil) {
			t.Fatalf("%s: %v", name, err)
		}
		if _, evidence := check.Failed(err); err != nil && !evidence {
			t.Fatal(err)
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add((&manifest{kind: Election, chainID: "a/b", height: 7, metadata: true}).encode())
	f.Add((&manifest{kind: Chain, chainID: "a", height: 1, files: true}).encode())
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := readManifest(in)
		if err != nil {
			return
		}
		if !bytes.Equal(m.encode(), in) || !goodChainID(m.chainID) || m.height < 1 {
			t.Fatalf("%q reads as %+v", in, m)
		}
	})
}

func FuzzChainFile(f *testing.F) {
	s := tellEmpty(f)
	files := unpackFiles(f, s.chain(4, nil))
	names := []string{validatorsFile, blocksFile, finalFile, resultsFile, closingFile}
	for i, name := range names {
		f.Add(uint8(i), files[name])
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		name := names[int(which)%len(names)]
		bent := map[string][]byte{}
		for n, b := range files {
			bent[n] = b
		}
		bent[name] = content
		_, err := Verify(t.Context(), bytes.NewReader(packFiles(t, bent)), Options{})
		if same := bytes.Equal(content, files[name]); same != (err == nil) {
			t.Fatalf("%s: %v", name, err)
		}
	})
}

// What CIDs give away is not enough: a change below them is given its names again.
func TestNoRandomChangeInsideAnArchiveIsAccepted(t *testing.T) {
	s := tellPlain(t)
	c, chain := tellChain(t)
	for _, in := range []struct {
		archive, genesis []byte
	}{{s.archive, s.world.Genesis()}, {chain, c.world.Genesis()}} {
		files := unpackFiles(t, in.archive)
		names := slices.Sorted(maps.Keys(files))
		r := rand.New(rand.NewPCG(3, 2026))
		for range 400 {
			name := names[r.IntN(len(names))]
			changed := maps.Clone(files)
			b := bytes.Clone(files[name])
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			changed[name] = b
			_, err := Verify(t.Context(), bytes.NewReader(packFiles(t, changed)), Options{Genesis: in.genesis})
			if _, evidence := check.Failed(err); !evidence {
				t.Errorf("%s with a bit changed: %v", name, err)
			}
		}
	}
}
