// Package kubo holds the file store against a real IPFS daemon: Kubo, built from
// its own module and far from ours. What is promised: both name a file alike,
// blocks move both ways, a store in a daemon keeps what a store of our own keeps
// and touches nothing else that is there, and a daemon that dies is an error
// that ends with it.
//
// The package has tests only. `make kubo-test` builds the daemon and runs them.
// Daemons listen on loopback, know nobody, and end by their process id.
package kubo
