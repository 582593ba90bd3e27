package gateway

import (
	"encoding/binary"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// abiResult encodes a result as Ethereum contracts take it: the arguments
// (bytes32 election, address organisation, bytes32 census root, address source
// contract, uint256[][] results) of the contract ABI.
func abiResult(id election.ID, org ethkey.Address, root census.Root, source ethkey.Address, cells [][]ballot.Amount) []byte {
	const word = 32
	var b []byte
	number := func(n int) {
		var w [word]byte
		binary.BigEndian.PutUint64(w[word-8:], uint64(n))
		b = append(b, w[:]...)
	}
	address := func(a ethkey.Address) {
		b = append(b, make([]byte, word-len(a))...)
		b = append(b, a[:]...)
	}
	b = append(b, id[:]...)
	address(org)
	b = append(b, root[:]...)
	address(source)
	number(5 * word) // where the array begins
	number(len(cells))
	at := len(cells) * word
	for _, row := range cells {
		number(at) // where the row begins, from here on
		at += (1 + len(row)) * word
	}
	for _, row := range cells {
		number(len(row))
		for i := range row {
			w := row[i].Bytes32()
			b = append(b, w[:]...)
		}
	}
	return b
}
