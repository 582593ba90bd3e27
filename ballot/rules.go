// Package ballot says what a ballot may contain and how ballots are added up.
// It is arithmetic only: bounded integers, no clock, no storage.
package ballot

import "github.com/holiman/uint256"

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
