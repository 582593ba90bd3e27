package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"urna/election"
	"urna/internal/codec"
	"urna/internal/kv"
)

// reads is what a DB and a Snapshot of one offer.
type reads interface {
	Get(key []byte) ([]byte, error)
	Iter(start, end []byte) (*kv.Iterator, error)
}

// position reads the index: the latest position of a nullifier in the log on
// disk, which may be longer than the log at the height that is asked about.
func position(db reads, id election.ID, n election.Nullifier) (pos uint64, found bool, err error) {
	value, err := db.Get(indexKey(id, n))
	if err != nil || value == nil {
		return 0, false, err
	}
	_, pos, err = indexEntry(id, indexKey(id, n), value)
	return pos, true, err
}

// indexEntry reads an entry of the index.
func indexEntry(id election.ID, key, value []byte) (n election.Nullifier, pos uint64, err error) {
	if len(key) != 1+len(id)+len(n) || len(value) != 8 {
		return n, 0, fmt.Errorf("state: the index of %s has an entry %x with %d bytes", id, key, len(value))
	}
	return election.Nullifier(key[1+len(id):]), binary.BigEndian.Uint64(value), nil
}

// leaf reads the record at a position that the log has.
func leaf(db reads, id election.ID, pos uint64) (VoteRecord, error) {
	value, err := db.Get(positionKey(leafKeys, id, pos))
	if err != nil {
		return VoteRecord{}, err
	}
	if value == nil {
		return VoteRecord{}, fmt.Errorf("state: vote %d of %s is missing", pos, id)
	}
	return parseLeaf(id, pos, value)
}

func parseLeaf(id election.ID, pos uint64, value []byte) (VoteRecord, error) {
	r := codec.NewReader(value)
	v := ReadVoteRecord(r)
	if err := r.Done(); err != nil {
		return VoteRecord{}, fmt.Errorf("state: vote %d of %s: %w", pos, id, err)
	}
	return v, nil
}

// latest finds the newest record of a nullifier among the first size records.
// The index may point beyond them; from there the records lead back.
func latest(db reads, id election.ID, n election.Nullifier, size uint64) (VoteRecord, uint64, error) {
	pos, found, err := position(db, id, n)
	if err != nil {
		return VoteRecord{}, 0, err
	}
	for found {
		v, err := leaf(db, id, pos)
		if err != nil {
			return VoteRecord{}, 0, err
		}
		if v.Nullifier != n {
			return VoteRecord{}, 0, fmt.Errorf("state: the index of %s leads from %s to vote %d of %s", id, n, pos, v.Nullifier)
		}
		if pos < size {
			return v, pos, nil
		}
		if v.Replaces == 0 {
			break
		}
		if v.Replaces > pos {
			return VoteRecord{}, 0, fmt.Errorf("state: vote %d of %s replaces a later one", pos, id)
		}
		pos = v.Replaces - 1
	}
	return VoteRecord{}, 0, ErrNotFound
}

// appendBallot writes the bytes of a vote as they are kept. Their SHA-256 is
// the ballot hash.
func appendBallot(w *codec.Writer, pkg, memo []byte) {
	w.Bytes(pkg)
	w.Bytes(memo)
}

// parseBallot checks the bytes of a vote against its record.
func parseBallot(value []byte, hash [32]byte) (pkg, memo []byte, err error) {
	if sha256.Sum256(value) != hash {
		return nil, nil, errors.New("the bytes do not have the hash in the vote record")
	}
	r := codec.NewReader(value)
	pkg, memo = r.Bytes(maxBallotBytes), r.Bytes(maxBallotBytes)
	return pkg, memo, r.Done()
}

// Vote returns the latest record of a nullifier and its position.
func (v *View) Vote(id election.ID, n election.Nullifier) (VoteRecord, uint64, error) {
	log, err := v.log(id)
	if err != nil {
		return VoteRecord{}, 0, err
	}
	return v.store.latest(id, n, log.Size)
}

// latest is the function of this name, spared where the answer is known.
func (s *Store) latest(id election.ID, n election.Nullifier, size uint64) (VoteRecord, uint64, error) {
	if size == 0 || s.voters.absent(&id, &n) {
		return VoteRecord{}, 0, ErrNotFound
	}
	return latest(s.db, id, n, size)
}

// VoteAt returns the record at a position.
func (v *View) VoteAt(id election.ID, pos uint64) (VoteRecord, error) {
	log, err := v.log(id)
	if err != nil {
		return VoteRecord{}, err
	}
	if pos >= log.Size {
		return VoteRecord{}, ErrNotFound
	}
	return leaf(v.store.db, id, pos)
}

// Ballot returns the bytes of the vote at a position, checked against its
// record.
func (v *View) Ballot(id election.ID, pos uint64) (pkg, memo []byte, err error) {
	record, err := v.VoteAt(id, pos)
	if err != nil {
		return nil, nil, err
	}
	value, err := v.store.db.Get(positionKey(ballotKeys, id, pos))
	if err != nil {
		return nil, nil, err
	}
	if pkg, memo, err = parseBallot(value, record.BallotHash); err != nil {
		return nil, nil, fmt.Errorf("state: ballot %d of %s: %w", pos, id, err)
	}
	return pkg, memo, nil
}

// ClosedNullifiers returns the nullifiers of an election in byte order, from
// the first one above after, or from the start if after is nil.
func (v *View) ClosedNullifiers(id election.ID, after *election.Nullifier, limit int) ([]election.Nullifier, error) {
	log, err := v.log(id)
	if err != nil {
		return nil, err
	}
	return nullifiers(v.store.db, id, after, limit, log.Size)
}

// nullifiers lists, in byte order, those of the first size records.
func nullifiers(db reads, id election.ID, after *election.Nullifier, limit int, size uint64) (out []election.Nullifier, err error) {
	prefix := logPrefix(indexKeys, id)
	start := prefix
	if after != nil {
		start = append(indexKey(id, *after), 0)
	}
	it, err := db.Iter(start, kv.PrefixEnd(prefix))
	if err != nil {
		return nil, err
	}
	for err == nil && len(out) < limit && it.Next() {
		n, pos, bad := indexEntry(id, it.Key(), it.Value())
		if bad == nil && pos >= size {
			if _, _, bad = latest(db, id, n, size); errors.Is(bad, ErrNotFound) {
				continue // cast after the height that is asked about
			}
		}
		out, err = append(out, n), bad
	}
	return out, errors.Join(err, it.Close())
}

func positionValue(pos uint64) []byte { return binary.BigEndian.AppendUint64(nil, pos) }

func compareNullifiers(a, b election.Nullifier) int { return bytes.Compare(a[:], b[:]) }
