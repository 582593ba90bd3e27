// Package sim runs small networks through random lives and holds every node
// against a second, slow account of the law.
//
// A life is a function of its seed: people, elections, votes, replays, garbage,
// proposals that nobody should make, validators that come, sleep and cheat,
// processes that end and disks that lose power. After every block all nodes have
// one root, every transaction has the code that the law of this package gives
// it, the state is what that law says, and the invariants hold. At the end the
// chain is replayed from its genesis, restored from a snapshot, and audited. A
// failure prints the seed and the block:
//
//	go test ./test/sim -args -seed 7      one life
//	go test ./test/sim -args -for 10m     many
package sim
