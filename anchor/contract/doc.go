// Package contract is the Go binding of the contracts in the folder contracts,
// written by abigen from their checked-in artifacts.
package contract
