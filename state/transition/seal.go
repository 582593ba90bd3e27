package transition

import (
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/election"
	"urna/state"
)

// nullifierTree adds up the sorted set of nullifiers (RFC 6962 hashing).
var nullifierTree = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// seal adds at most room nullifiers, in byte order, to the set of a closed
// election, and returns the room that is left. With the set's root the absence
// of a vote can be proved. A set that is not finished goes to the back of the
// schedule, where it stands in nobody's way.
func seal(f *state.Fork, b Block, item state.Scheduled, room int) (int, error) {
	id := election.ID(item.Subject)
	if err := f.Unschedule(item); err != nil {
		return 0, err
	}
	if room == 0 {
		return 0, f.Schedule(sealing(id, b))
	}
	log, err := f.Log(id)
	if err != nil {
		return 0, fmt.Errorf("seal %s: %w", id, err)
	}
	done, err := f.Sealing(id)
	if err != nil {
		return 0, fmt.Errorf("seal %s: %w", id, err)
	}
	var after *election.Nullifier
	if done.Count > 0 {
		after = &done.Cursor
	}
	chunk, err := f.ClosedNullifiers(id, after, room)
	if err != nil {
		return 0, fmt.Errorf("nullifiers of %s: %w", id, err)
	}
	set, err := openSet(done)
	if err != nil {
		return 0, fmt.Errorf("seal %s: %w", id, err)
	}
	for i := range chunk {
		if err := set.Append(rfc6962.DefaultHasher.HashLeaf(chunk[i][:]), nil); err != nil {
			return 0, fmt.Errorf("seal %s: %w", id, err)
		}
		done.Cursor = chunk[i]
	}
	done.Count = set.End()
	if done.Count > log.Voters || (len(chunk) < room && done.Count != log.Voters) {
		return 0, fmt.Errorf("election %s has %d voters but at least %d nullifiers", id, log.Voters, done.Count)
	}
	if done.Count < log.Voters {
		done.Frontier = closeSet(set)
		if err := f.Schedule(sealing(id, b)); err != nil {
			return 0, err
		}
	} else if err := finishSet(done, set); err != nil {
		return 0, fmt.Errorf("seal %s: %w", id, err)
	}
	return room - len(chunk), f.SetSealing(id, done)
}

// openSet continues the compact range where the last chunk stopped.
func openSet(s *state.Sealing) (*compact.Range, error) {
	hashes := make([][]byte, len(s.Frontier))
	for i := range s.Frontier {
		hashes[i] = s.Frontier[i][:]
	}
	return nullifierTree.NewRange(0, s.Count, hashes)
}

func closeSet(set *compact.Range) [][32]byte {
	hashes := set.Hashes()
	out := make([][32]byte, len(hashes))
	for i, h := range hashes {
		out[i] = [32]byte(h)
	}
	return out
}

// finishSet turns the range into the root of the whole set.
func finishSet(s *state.Sealing, set *compact.Range) error {
	root := rfc6962.DefaultHasher.EmptyRoot()
	if s.Count > 0 {
		var err error
		if root, err = set.GetRootHash(nil); err != nil {
			return err
		}
	}
	s.Done, s.Frontier, s.Root = true, nil, [32]byte(root)
	return nil
}
