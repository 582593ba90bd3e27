package ipfs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

// Bounds of what the DHT keeps for others, all of whom may write into it.
const (
	memoryEntries = 16_384
	memoryBytes   = 16 << 20
	memoryValue   = 16 << 10 // of one; records of names have 10 KiB at the most
)

// memory is a datastore that lives in memory and, when it is full, forgets what
// it has had for longest. A restart forgets everything; who wants to be found
// announces himself again.
type memory struct {
	mu     sync.Mutex // guards what follows
	values map[string][]byte
	sorted []string // keys, for queries by prefix
	ages   []string // keys, the oldest first; one that went and came again counts as old
	bytes  int
}

var _ datastore.Batching = (*memory)(nil)

func newMemory() *memory { return &memory{values: map[string][]byte{}} }

// Put implements datastore.Write.
func (m *memory) Put(_ context.Context, key datastore.Key, value []byte) error {
	k := key.String()
	if len(k)+len(value) > memoryValue {
		return fmt.Errorf("%w: a record of %d bytes", ErrTooLarge, len(k)+len(value))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.values[k]; ok {
		m.bytes -= len(k) + len(old)
	} else {
		i, _ := slices.BinarySearch(m.sorted, k)
		m.sorted = slices.Insert(m.sorted, i, k)
		m.ages = append(m.ages, k)
	}
	m.values[k] = value
	m.bytes += len(k) + len(value)
	for len(m.values) > memoryEntries || m.bytes > memoryBytes {
		m.remove(m.ages[0])
		m.ages = m.ages[1:]
	}
	if len(m.ages) > 2*memoryEntries { // mostly those that were deleted
		m.ages = slices.DeleteFunc(slices.Clone(m.ages), func(k string) bool { return m.values[k] == nil })
	}
	return nil
}

// remove needs mu.
func (m *memory) remove(k string) {
	value, ok := m.values[k]
	if !ok {
		return
	}
	i, _ := slices.BinarySearch(m.sorted, k)
	m.sorted = slices.Delete(m.sorted, i, i+1)
	m.bytes -= len(k) + len(value)
	delete(m.values, k)
}

// Delete implements datastore.Write.
func (m *memory) Delete(_ context.Context, key datastore.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(key.String())
	return nil
}

// Get implements datastore.Read.
func (m *memory) Get(_ context.Context, key datastore.Key) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.values[key.String()]
	if !ok {
		return nil, datastore.ErrNotFound
	}
	return value, nil
}

// Has implements datastore.Read.
func (m *memory) Has(ctx context.Context, key datastore.Key) (bool, error) {
	return datastore.GetBackedHas(ctx, m, key)
}

// GetSize implements datastore.Read.
func (m *memory) GetSize(ctx context.Context, key datastore.Key) (int, error) {
	return datastore.GetBackedSize(ctx, m, key)
}

// Query implements datastore.Read.
func (m *memory) Query(_ context.Context, q query.Query) (query.Results, error) {
	prefix := datastore.NewKey(q.Prefix).String()
	if prefix != "/" {
		prefix += "/"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []query.Entry
	i, _ := slices.BinarySearch(m.sorted, prefix)
	for ; i < len(m.sorted) && strings.HasPrefix(m.sorted[i], prefix); i++ {
		e := query.Entry{Key: m.sorted[i], Size: len(m.values[m.sorted[i]])}
		if !q.KeysOnly {
			e.Value = m.values[m.sorted[i]]
		}
		out = append(out, e)
	}
	rest := q
	rest.Prefix = ""
	return query.NaiveQueryApply(rest, query.ResultsWithEntries(q, out)), nil
}

// Batch implements datastore.Batching.
func (m *memory) Batch(context.Context) (datastore.Batch, error) {
	return datastore.NewBasicBatch(m), nil
}

// Sync implements datastore.Datastore.
func (m *memory) Sync(context.Context, datastore.Key) error { return nil }

// Close implements datastore.Datastore.
func (m *memory) Close() error { return nil }
