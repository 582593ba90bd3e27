// Package e2e runs networks of separate processes, as operators do, and breaks
// them. Networks are data, in networks/*.toml: how many validators, how many
// voters, who is killed, paused or restarted when. What is promised: whatever a
// gateway has answered as mined is there afterwards, on every node; all nodes
// have the same blocks and roots; the result is the sum of the ballots; and the
// auditor, who trusts no node, finds nothing wrong with the chain.
//
// A killed process leaves what it wrote to the kernel; what a power failure does
// to a disk is tested in package state, on a file system that can lose writes.
//
// An Ethereum runs beside them: geth as a process, which `make e2e` builds. The
// headers of a network whose validators join, leave, are away, late and vote for no
// block are told to its contracts, and so is everything that is near them and false.
// Relayers run as processes, and everything that they need fails in turn.
//
// The package has tests only. Every process is ended by its id, every wait has
// a deadline, and the logs of a failed run are kept.
package e2e
