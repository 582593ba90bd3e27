package ipfs

import "context"

// Status tells how the store is connected.
func (s *Store) Status(ctx context.Context) (Status, error) { return s.back.status(ctx) }

// Status is how a store is connected. A local store has no more than its name.
type Status struct {
	Backend   string   `json:"backend"`   // "local", "embedded" or "kubo"
	ID        string   `json:"id"`        // of the node among its peers
	Addresses []string `json:"addresses"` // where it can be reached, each with its id
	Peers     int      `json:"peers"`     // connected

	// Blocks exchanged since the start; a daemon's are not known.
	BlocksSent     uint64 `json:"blocksSent"`
	BlocksReceived uint64 `json:"blocksReceived"`
	BytesSent      uint64 `json:"bytesSent"`
	BytesReceived  uint64 `json:"bytesReceived"`
}
