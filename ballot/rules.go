// Package ballot says what a ballot may contain and how ballots are added up.
// It is arithmetic only: bounded integers, no clock, no storage. A ballot that
// breaks a rule is refused when it is cast, with the rule's name; whatever was
// accepted counts, and adding it up can neither overflow nor fail.
package ballot

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/holiman/uint256"

	"urna/internal/codec"
)

// Amount is a weight or a sum of weights. Weights are below 2^128 (see
// CheckWeight), values below 2^32 and an election has fewer than 2^63 votes, so
// a sum of value times weight stays below 2^223 and cannot overflow.
type Amount = uint256.Int

// Rules are what an election asks of each ballot.
type Rules struct {
	MaxCount       uint32 // values in a ballot, 1 to 64
	MaxValue       uint32 // largest value; 0 means values are amounts, not choices
	MaxOverwrites  uint32 // how often a voter may replace the vote
	MaxTotalCost   uint32 // budget for the sum of value^CostExponent; 0 means none
	CostExponent   uint32 // 0 to 3
	UniqueValues   bool   // no value twice
	CostFromWeight bool   // the voter's weight is the budget
}

// Bounds of Rules. They keep a tally small enough to rewrite in every block
// and every sum within its type.
const (
	MaxCells        = 4096 // MaxCount × (MaxValue+1): a tally of at most 132 KiB
	MaxCostExponent = 3    // a cost below 2^102, even of 64 values
	MaxOverwrites   = 30   // a voter's share of the log; each one is read when the next is cast
)

// Names of the rules, as the wire and the HTTP API call them.
const (
	RuleCount      = "maxCount"
	RuleValue      = "maxValue"
	RuleUnique     = "uniqueValues"
	RuleTotalCost  = "maxTotalCost"
	RuleExponent   = "costExponent"
	RuleOverwrites = "maxVoteOverwrites"
	RuleWeightCost = "costFromWeight"
)

// RuleError names the rule that is broken: by the rules of an election
// themselves (from Check) or by a ballot (from Accept).
type RuleError struct {
	Rule   string // one of the names above
	Detail string
}

func (e *RuleError) Error() string { return e.Rule + ": " + e.Detail }

// Errors of CheckWeight.
var (
	ErrZeroWeight     = errors.New("weight is zero")
	ErrWeightTooLarge = errors.New("weight is 2^128 or more")
)

// CheckWeight asks for 0 < w < 2^128.
func CheckWeight(w *Amount) error {
	if w.IsZero() {
		return ErrZeroWeight
	}
	if w[2]|w[3] != 0 {
		return ErrWeightTooLarge
	}
	return nil
}

// Check says whether an election may have these rules. An error is a
// *RuleError.
func (r Rules) Check() error {
	switch {
	case r.MaxCount < 1 || r.MaxCount > MaxValues:
		return &RuleError{RuleCount, fmt.Sprintf("%d is not between 1 and %d", r.MaxCount, MaxValues)}
	case r.Cells() > MaxCells:
		return &RuleError{RuleValue, fmt.Sprintf("%d times %d values are more than %d cells", r.MaxCount, uint64(r.MaxValue)+1, MaxCells)}
	case r.CostExponent > MaxCostExponent:
		return &RuleError{RuleExponent, fmt.Sprintf("%d is above %d", r.CostExponent, MaxCostExponent)}
	case r.MaxOverwrites > MaxOverwrites:
		return &RuleError{RuleOverwrites, fmt.Sprintf("%d is above %d", r.MaxOverwrites, MaxOverwrites)}
	}
	return nil
}

// Cells is the size of the election's tally: MaxCount rows of MaxValue+1.
func (r Rules) Cells() uint64 { return uint64(r.MaxCount) * (uint64(r.MaxValue) + 1) }

// Accept says whether a voter of weight w may cast b. A ballot may have fewer
// values than MaxCount, even none. An error is a *RuleError.
func (r Rules) Accept(b Ballot, w *Amount) error {
	if uint64(len(b.Values)) > uint64(r.MaxCount) {
		return &RuleError{RuleCount, fmt.Sprintf("%d values are more than %d", len(b.Values), r.MaxCount)}
	}
	if r.MaxValue > 0 {
		for i, v := range b.Values {
			if v > r.MaxValue {
				return &RuleError{RuleValue, fmt.Sprintf("value %d at position %d is above %d", v, i, r.MaxValue)}
			}
		}
	}
	if r.UniqueValues {
		for i, v := range b.Values {
			for _, u := range b.Values[:i] {
				if u == v {
					return &RuleError{RuleUnique, fmt.Sprintf("value %d at position %d is there already", v, i)}
				}
			}
		}
	}
	if r.MaxTotalCost > 0 || r.CostFromWeight {
		return r.acceptCost(b, w)
	}
	return nil
}

func (r Rules) acceptCost(b Ballot, w *Amount) error {
	rule, budget := RuleTotalCost, uint256.NewInt(uint64(r.MaxTotalCost))
	if r.CostFromWeight {
		rule, budget = RuleWeightCost, w
	}
	if r.CostExponent > MaxCostExponent {
		return &RuleError{RuleExponent, fmt.Sprintf("%d is above %d", r.CostExponent, MaxCostExponent)}
	}
	if cost := r.cost(b); cost.Gt(budget) {
		return &RuleError{rule, fmt.Sprintf("the values cost %s, more than %s", cost.Dec(), budget.Dec())}
	}
	return nil
}

// cost is the sum of the values to the power of CostExponent, where 0^0 is 1.
// A term is below 2^96, and there are fewer than 2^32 of them: 128 bits do.
func (r Rules) cost(b Ballot) (sum Amount) {
	for _, v := range b.Values {
		hi, lo := uint64(0), uint64(1)
		for range r.CostExponent {
			hi, lo = bits.Mul64(lo, uint64(v)) // before the last step, below 2^64
		}
		var carry uint64
		sum[0], carry = bits.Add64(sum[0], lo, 0)
		sum[1], _ = bits.Add64(sum[1], hi, carry)
	}
	return sum
}

// Append writes the rules as a field of a record.
func (r Rules) Append(w *codec.Writer) {
	for _, v := range []uint32{r.MaxCount, r.MaxValue, r.MaxOverwrites, r.MaxTotalCost, r.CostExponent} {
		w.U32(v)
	}
	w.Bool(r.UniqueValues)
	w.Bool(r.CostFromWeight)
}

// ReadRules reads what Rules.Append wrote. It does not Check them.
func ReadRules(r *codec.Reader) Rules {
	return Rules{
		MaxCount: r.U32(), MaxValue: r.U32(), MaxOverwrites: r.U32(), MaxTotalCost: r.U32(), CostExponent: r.U32(),
		UniqueValues: r.Bool(), CostFromWeight: r.Bool(),
	}
}
