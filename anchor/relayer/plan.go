package relayer

import (
	"context"
	"fmt"

	"urna/anchor"
	"urna/chain/light"
)

// Fetch returns the signed header of a height.
type Fetch func(ctx context.Context, height int64) (*light.Block, error)

// Step is one header to anchor.
type Step struct {
	Since  uint64 // the set in office signs above this height
	Signed *light.Block
	Next   light.Validators // takes office; nil if the set stays
}

// Height is that of the header.
func (s *Step) Height() uint64 { return uint64(s.Signed.Header.Height) }

// Call is the call of the anchor.
func (s *Step) Call() ([]byte, error) {
	signed, err := FromLight(s.Signed)
	if err != nil {
		return nil, err
	}
	if s.Next != nil {
		return anchor.RotateCall(signed, s.Since, Members(s.Next))
	}
	return anchor.AnchorCall(signed, s.Since)
}

// Plan finds the headers that bring an anchor from where it stands to a height: the
// last header of each set between, and that of the height. There is nothing to do if
// the anchor is there. If the header of the height is the last of its set, the next
// one must be there, too.
//
// It fetches few headers: a change of the set is found by bisection. A set that left
// and came back in between is taken for one that stayed, as the contract does.
func Plan(ctx context.Context, latest anchor.Latest, to int64, fetch Fetch) ([]*Step, error) {
	var steps []*Step
	for int64(latest.Height) < to {
		s, err := Next(ctx, latest, to, fetch)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
		latest.Height = s.Height()
		if s.Next != nil {
			latest.Since = s.Height()
		}
	}
	return steps, nil
}

// Next is the first step of a plan to a height above that of the anchor.
func Next(ctx context.Context, latest anchor.Latest, to int64, fetch Fetch) (*Step, error) {
	if latest.Height >= uint64(to) {
		return nil, fmt.Errorf("relayer: the anchor stands at height %d, not below %d", latest.Height, to)
	}
	first, err := fetch(ctx, int64(latest.Height)+1)
	if err != nil {
		return nil, err
	}
	office := first.Header.ValidatorsHash
	last := first // of those known to be signed by the set in office
	if to > first.Header.Height {
		target, err := fetch(ctx, to)
		if err != nil {
			return nil, err
		}
		if target.Header.ValidatorsHash == office {
			last = target
		} else if last, err = lastOf(ctx, first, to, fetch); err != nil {
			return nil, err
		}
	}
	step := &Step{Since: latest.Since, Signed: last}
	if last.Header.NextValidatorsHash != office {
		next, err := fetch(ctx, last.Header.Height+1)
		if err != nil {
			return nil, err
		}
		step.Next = next.Validators
	}
	return step, nil
}

// lastOf finds a header that is signed by the same set as the first one and whose
// next one is not. The set of the height above is another one.
func lastOf(ctx context.Context, first *light.Block, above int64, fetch Fetch) (*light.Block, error) {
	for low := first; ; {
		if low.Header.Height+1 == above {
			return low, nil
		}
		middle, err := fetch(ctx, low.Header.Height+(above-low.Header.Height)/2)
		if err != nil {
			return nil, err
		}
		if middle.Header.ValidatorsHash == first.Header.ValidatorsHash {
			low = middle
		} else {
			above = middle.Header.Height
		}
	}
}
