package state

import (
	"errors"
	"strings"
	"testing"

	"urna/election"
	"urna/internal/kv"
	"urna/internal/kv/kvtest"
)

// on is a store on a disk in memory.
func on(disk *kvtest.Disk, mode CheckMode) Config {
	return Config{Dir: "state", FS: disk.FS(), Check: mode}
}

// spoil changes the database behind the store's back.
func spoil(t *testing.T, disk *kvtest.Disk, change func(*kv.Batch) error) {
	t.Helper()
	db, err := kv.Open("state", kv.Options{FS: disk.FS()})
	must(t, err)
	b := db.NewBatch()
	must(t, errors.Join(change(b), b.WriteSync(), db.Close()))
}

func TestOpenRefusesVotesThatContradictTheTree(t *testing.T) {
	const n = 1400 // more than the last records that a sample reads
	good := kvtest.NewDisk()
	s, id, votes := sized(t, on(good, Full), n, n)
	must(t, s.Close())
	for _, mode := range []CheckMode{Sampled, Full} {
		must(t, openStore(t, on(good, mode)).Close())
	}
	replaced := func(votes []NewVote, pos int, change func(*VoteRecord)) []byte {
		r := votes[pos].Record
		change(&r)
		return bytesOf(&r)
	}
	for name, c := range map[string]struct {
		change  func(*kv.Batch, []NewVote) error
		sampled bool // found without reading everything
	}{
		"the last record is gone": {func(b *kv.Batch, v []NewVote) error { return b.Delete(positionKey(leafKeys, id, n-1)) }, true},
		"a record too many": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(positionKey(leafKeys, id, n), bytesOf(&v[0].Record))
		}, true},
		"a record far beyond": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(positionKey(leafKeys, id, 1<<40), bytesOf(&v[0].Record))
		}, true},
		"a record is gone": {func(b *kv.Batch, v []NewVote) error { return b.Delete(positionKey(leafKeys, id, 3)) }, false},
		"a record is changed": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(positionKey(leafKeys, id, 3), replaced(v, 3, func(r *VoteRecord) { r.Height++ }))
		}, false},
		"a late record is changed": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(positionKey(leafKeys, id, n-3), replaced(v, n-3, func(r *VoteRecord) { r.Height++ }))
		}, true},
		"a record cannot be read": {func(b *kv.Batch, v []NewVote) error { return b.Set(positionKey(leafKeys, id, n-2), []byte{1}) }, true},
		"a ballot is gone":        {func(b *kv.Batch, v []NewVote) error { return b.Delete(positionKey(ballotKeys, id, 5)) }, false},
		"a ballot is changed":     {func(b *kv.Batch, v []NewVote) error { return b.Set(positionKey(ballotKeys, id, 5), []byte{0, 0}) }, false},
		"the index forgot an early vote": {func(b *kv.Batch, v []NewVote) error {
			return b.Delete(indexKey(id, v[2].Record.Nullifier))
		}, false},
		"the index forgot a late vote": {func(b *kv.Batch, v []NewVote) error {
			return b.Delete(indexKey(id, v[n-2].Record.Nullifier))
		}, true},
		"the index leads elsewhere": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(indexKey(id, v[n-2].Record.Nullifier), positionValue(n-1))
		}, true},
		"the index leads beyond the log": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(indexKey(id, v[n-2].Record.Nullifier), positionValue(n+1))
		}, true},
		"the index has a stranger": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(indexKey(id, election.Nullifier{1}), positionValue(1))
		}, false},
		"the index is no number": {func(b *kv.Batch, v []NewVote) error {
			return b.Set(indexKey(id, v[n-2].Record.Nullifier), []byte{1})
		}, true},
		"a subtree is changed": {func(b *kv.Batch, v []NewVote) error { return b.Set(tileKey(id, 1, 1), make([]byte, 32)) }, true},
		"a subtree is gone":    {func(b *kv.Batch, v []NewVote) error { return b.Delete(tileKey(id, 1, 1)) }, true},
		"a subtree is cut":     {func(b *kv.Batch, v []NewVote) error { return b.Set(tileKey(id, 1, 1), []byte{1}) }, true},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			disk := good.Restart()
			spoil(t, disk, func(b *kv.Batch) error { return c.change(b, votes) })
			for mode, found := range map[CheckMode]bool{Sampled: c.sampled, Full: true} {
				s, err := Open(on(disk, mode))
				if (err != nil) != found {
					t.Errorf("mode %d: %v", mode, err)
				}
				if err == nil {
					must(t, s.Close())
				} else if !strings.Contains(err.Error(), id.String()) {
					t.Errorf("mode %d: the error does not name the election: %v", mode, err)
				}
			}
		})
	}
}

func TestTheRecordsOfAClosedElectionAreLeftToAFullCheck(t *testing.T) {
	disk := kvtest.NewDisk()
	s, id, _ := sized(t, on(disk, Sampled), 20, 20)
	f := s.Fork()
	stage := newStage()
	stage.Status = election.Results
	must(t, f.SetStage(id, stage))
	commit(t, s, f)
	must(t, s.Close())
	spoil(t, disk, func(b *kv.Batch) error { return b.Delete(positionKey(leafKeys, id, 3)) })
	s = openStore(t, on(disk, Sampled))
	if _, err := s.View().VoteAt(id, 3); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a lost record reads as %v", err)
	}
	if _, _, err := s.View().Vote(id, nullifierOf(3)); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a lost vote reads as %v", err)
	}
	must(t, s.Close())
	if _, err := Open(on(disk, Full)); err == nil {
		t.Error("a full check found nothing")
	}
}

func TestAWrongBallotIsAFaultWhenItIsRead(t *testing.T) {
	disk := kvtest.NewDisk()
	s, id, _ := sized(t, on(disk, Sampled), 20, 20)
	must(t, s.Close())
	spoil(t, disk, func(b *kv.Batch) error {
		return errors.Join(b.Set(positionKey(ballotKeys, id, 3), []byte{0, 0}), b.Delete(positionKey(ballotKeys, id, 4)))
	})
	s = closing(t, openStore(t, on(disk, Sampled)))
	for pos := range uint64(6) {
		_, _, err := s.View().Ballot(id, pos)
		if bad := pos == 3 || pos == 4; (err != nil) != bad || errors.Is(err, ErrNotFound) {
			t.Errorf("ballot %d: %v", pos, err)
		}
	}
}
