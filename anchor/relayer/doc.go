// Package relayer carries signed headers and final results from the chain to the
// contracts on Ethereum, and pays for it.
//
// It promises to anchor every change of the validators and then the newest header
// that is due; to go on after being stopped at any moment, after a reorganisation of
// Ethereum, and after any part was away for a while; and to pay twice for one thing
// only if somebody else was faster by less than a block of Ethereum. It waits, and
// says so, when there is no money, fees are above its cap, or nobody answers.
//
// Nobody needs to trust it: the contracts check everything. It refuses to sign for
// another Ethereum, another contract or another chain than it was told.
package relayer
