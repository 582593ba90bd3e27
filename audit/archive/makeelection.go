package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/tx"
)

// MakeElection makes the archive of an election and returns its CID. The source
// must have the two blocks after m.Height. The archive is checked while it is
// made, so an error that is a *check.Failure is about the material.
func MakeElection(ctx context.Context, m ElectionMaterial, path string) (cid string, err error) {
	return m.write(ctx, path, func(k *maker) error {
		e := &electionMaker{maker: k, m: m}
		return e.collect()
	})
}

// electionMaker is the archive of an election in the making.
type electionMaker struct {
	*maker
	m ElectionMaterial

	claims   *claims
	manifest *manifest
	life     *life
	runs     *runs
}

func (e *electionMaker) collect() error {
	doc, err := e.document()
	if err != nil {
		return err
	}
	id := e.m.ID
	e.claims = readClaims(id, doc.Claims)
	e.manifest = &manifest{kind: Election, chainID: e.trusted.ChainID, election: id, height: e.m.Height}
	e.life = newLife(e.trusted.ChainID, e.claims.settings)
	if err := e.put(proofsFile, doc.Encode()); err != nil {
		return err
	}
	if err := e.files(); err != nil {
		return err
	}
	if err := e.blocksFile(); err != nil {
		return err
	}
	if err := e.life.compare(e.manifest, e.claims, check.NewReport('E')); err != nil {
		return err
	}
	last := e.claims.closing(e.manifest, doc.Signed.Header, &e.runs.span, e.life.transactions)
	return errors.Join(e.put(manifestFile, e.manifest.encode()), e.put(closingFile, line(last)))
}

// document hangs the claims on signed headers.
func (e *electionMaker) document() (*light.Document, error) {
	keys := claimKeys(e.m.ID)
	if len(e.m.Claims) != len(keys) {
		return nil, fmt.Errorf("%d claims about the election, not %d", len(e.m.Claims), len(keys))
	}
	for i, c := range e.m.Claims {
		if string(c.Key) != string(keys[i]) || c.Value == nil {
			return nil, fmt.Errorf("claim %d is not about record %x", i, keys[i])
		}
	}
	trail, err := light.Trail(e.ctx, e.trusted, e.m.Height+1, e.fetch)
	if err != nil {
		return nil, err
	}
	doc := &light.Document{Height: e.m.Height, Claims: e.m.Claims}
	return doc, doc.Anchor(trail)
}

// files adds metadata and census.
func (e *electionMaker) files() (err error) {
	if e.manifest.metadata, err = e.file(metadataFile, e.claims.settings.MetadataURI, nil); err != nil {
		return err
	}
	if !e.claims.settings.CensusOrigin.IsTree() {
		return nil // an issuer publishes no list
	}
	e.manifest.census, err = e.file(censusFile, e.claims.stage.CensusURI, func(in io.Reader) error {
		root, _, err := readCensus(in)
		if err == nil && root != e.claims.stage.CensusRoot {
			err = fmt.Errorf("it has the root %s, the election's is %s", root, e.claims.stage.CensusRoot)
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.complete()
}

// blocksFile makes 60-blocks and 20-validators.
func (e *electionMaker) blocksFile() error {
	out, err := e.builder.Create(blocksFile)
	if err != nil {
		return err
	}
	var buffer []byte
	e.runs = &runs{maker: e.maker, trusted: e.trusted, sets: setList{at: map[light.Hash]int{}}, write: func(n *entry) error {
		buffer = n.encode(buffer[:0])
		_, err := out.Write(buffer)
		return err
	}}
	to := int64(e.claims.result.Height)
	err = e.blocks(int64(e.claims.settings.CreatedHeight), func(b, next *cmttypes.Block) error {
		if err := e.block(b, next); err != nil {
			return fmt.Errorf("block %d: %w", b.Height, err)
		}
		if e.Progress != nil {
			e.Progress(b.Height, to)
		}
		if b.Height >= to {
			return errEnough
		}
		return nil
	})
	if err == nil {
		err = e.runs.end()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	w := codec.Writer{}
	for _, set := range e.runs.sets.list {
		w.Bytes(set.Encode())
	}
	return e.put(validatorsFile, w.B)
}

// block takes a block of the time of the election.
func (e *electionMaker) block(b, next *cmttypes.Block) error {
	h, err := light.HeaderOf(&b.Header)
	if err != nil {
		return err
	}
	item := &runEntry{entry: entry{header: h}, commits: next.LastCommit}
	txs, relevant, err := e.transactions(b, next, h)
	if err != nil {
		return err
	}
	if relevant {
		item.txs = txs
	}
	return e.runs.take(item)
}

// transactions are those of a block, and whether some are of the election.
func (e *electionMaker) transactions(b, next *cmttypes.Block, h *light.Header) ([]entryTx, bool, error) {
	txs, facts := make([]entryTx, len(b.Txs)), make([]fact, len(b.Txs))
	inParallel(len(b.Txs), func(i int) {
		raw := b.Txs[i]
		txs[i].hash = sha256.Sum256(raw)
		t, err := tx.Decode(raw)
		if err != nil {
			return
		}
		if id, creates, ok := subject(t.Payload); !ok || (!creates && id != e.m.ID) {
			return
		}
		if v, err := tx.Verify(e.trusted.ChainID, raw); err == nil {
			facts[i] = fact{tx: v, ballot: ballotHash(v.Payload)}
		}
	})
	accepted := allAccepted(len(b.Txs), next)
	at := moment{uint64(h.Height), uint64(h.Time.Unix())}
	relevant, older := false, e.m.Twins
	for i := range facts {
		t := facts[i].tx
		if t == nil {
			continue
		}
		if p, creates := t.Payload.(*tx.NewElection); creates {
			if h.Height != int64(e.claims.settings.CreatedHeight) || organisation(t, p) != e.claims.settings.Organisation {
				continue
			}
			if older--; older >= 0 {
				continue
			}
			if e.life.stage != nil {
				continue // a younger one
			}
		}
		_, isVote := t.Payload.(*tx.Vote)
		err := e.life.apply(t, facts[i].ballot, at)
		switch _, refused := check.Failed(err); {
		case err == nil && !accepted && !isVote:
			return nil, false, errors.New("the law refused a transaction in a block that changes the election; which one is not known here")
		case err == nil:
			txs[i].raw, relevant = b.Txs[i], true
		case accepted || !refused:
			return nil, false, err
		}
	}
	return txs, relevant, nil
}

func organisation(t *tx.Verified, p *tx.NewElection) ethkey.Address {
	if p.Organisation.IsZero() {
		return t.Signer
	}
	return p.Organisation
}

// allAccepted tells from the header of the next block whether the law accepted
// all n transactions of a block.
func allAccepted(n int, next *cmttypes.Block) bool {
	codes := make([]*abci.ExecTxResult, n)
	for i := range codes {
		codes[i] = &abci.ExecTxResult{}
	}
	return string(cmttypes.NewResults(codes).Hash()) == string(next.LastResultsHash)
}

// inParallel calls f for all of [0, n) on all processors.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}
