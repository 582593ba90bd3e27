package apptest

// Unaudited says that this chain is broken on purpose, and why. From now on its
// blocks may be such as CometBFT would not decide, and the auditor is not asked
// about it when the test ends.
func (c *Chain) Unaudited(why string) { c.unaudited = why }
