// Package follow is a light client: it follows a chain by its signed headers,
// from a genesis or a checkpoint, and compares several sources. It is
// CometBFT's own light client over sources that hand out the bytes of package
// light.
//
// It promises that a header it returns follows from what its caller trusts, was
// confirmed by a witness if there is one, and that sources which contradict each
// other with valid signatures are reported with the evidence. It refuses to
// trust either of them, and to begin without a root of trust.
package follow
