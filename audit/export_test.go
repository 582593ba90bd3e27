package audit

import (
	"math/big"

	"urna/election"
	"urna/internal/check"
	"urna/state"
)

// Miscount counts an election once more, gets one thing wrong and compares.
func Miscount(view *state.View, id election.ID, wrong string) error {
	c, err := count(view, id)
	if err != nil {
		return err
	}
	switch wrong {
	case "root":
		c.root[0] ^= 1
	case "records":
		c.records++
	case "voters":
		c.voters++
	case "cell":
		c.cells[0][1].Add(&c.cells[0][1], big.NewInt(1))
	case "weight":
		c.weight.Add(&c.weight, big.NewInt(1))
	case "nullifiers":
		c.nullifiers[0] ^= 1
		return sealedAs(view, id, c.nullifiers)
	}
	return c.compare(view, id)
}

// MiscountFails lists what Miscount may get wrong.
var MiscountFails = map[string]check.ID{
	"root": check.Log, "records": check.Log, "voters": check.Counts, "cell": check.Tally, "weight": check.Tally, "nullifiers": check.Nullifiers,
}
