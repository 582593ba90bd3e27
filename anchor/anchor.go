// Package anchor tells Ethereum about the chain: it turns signed headers and
// proofs into calls of the contracts in the folder contracts, and reads back what
// they keep.
//
// It takes headers, sets and proofs as plain bytes and trusts nobody with them: the
// contracts check everything again. It refuses what they would refuse for certain,
// before it costs anything. It holds no key and sends nothing by itself.
package anchor
