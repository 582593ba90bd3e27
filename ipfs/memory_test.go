package ipfs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

func TestMemoryAgreesWithAMap(t *testing.T) {
	m, model, r := newMemory(), map[string]string{}, rand.New(rand.NewPCG(1, 2))
	ctx := t.Context()
	for i := range 5000 {
		key := datastore.NewKey(fmt.Sprintf("/%d/%d", r.IntN(5), r.IntN(50)))
		switch r.IntN(4) {
		case 0, 1:
			value := fmt.Sprint(i)
			if err := m.Put(ctx, key, []byte(value)); err != nil {
				t.Fatal(err)
			}
			model[key.String()] = value
		case 2:
			if err := m.Delete(ctx, key); err != nil {
				t.Fatal(err)
			}
			delete(model, key.String())
		case 3:
			want, ok := model[key.String()]
			got, err := m.Get(ctx, key)
			if has, _ := m.Has(ctx, key); has != ok || string(got) != want || ok != (err == nil) || !ok && !errors.Is(err, datastore.ErrNotFound) {
				t.Fatalf("%s = %q, %v, %v, want %q", key, got, has, err, want)
			}
			if n, err := m.GetSize(ctx, key); ok && (err != nil || n != len(want)) {
				t.Fatal(n, err)
			}
		}
		if i%100 != 0 {
			continue
		}
		for _, prefix := range []string{"", "/", "/1", "1", "/1/2", "/9"} {
			res, err := m.Query(ctx, query.Query{Prefix: prefix, Limit: 30, Offset: 1})
			if err != nil {
				t.Fatal(err)
			}
			all, err := res.Rest()
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, e := range all {
				got = append(got, e.Key+"="+string(e.Value))
			}
			below := strings.TrimSuffix("/"+strings.Trim(prefix, "/"), "/") + "/"
			for _, k := range slices.Sorted(maps.Keys(model)) {
				if strings.HasPrefix(k, below) {
					want = append(want, k+"="+model[k])
				}
			}
			want = want[min(1, len(want)):min(31, len(want))]
			if !slices.Equal(got, want) {
				t.Fatalf("below %q: %v, want %v", prefix, got, want)
			}
		}
	}
}

func TestMemoryIsBoundedAndForgetsTheOldestFirst(t *testing.T) {
	for name, size := range map[string]int{"many": 10, "large": 10_000} {
		m := newMemory()
		n := 3 * memoryEntries
		for i := range n {
			if err := m.Put(t.Context(), datastore.NewKey(fmt.Sprintf("/providers/%d", i)), bytes.Repeat([]byte{1}, size)); err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 {
				if err := m.Delete(t.Context(), datastore.NewKey(fmt.Sprintf("/providers/%d", i))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(m.values) > memoryEntries || m.bytes > memoryBytes || len(m.ages) > 2*memoryEntries || len(m.sorted) != len(m.values) {
			t.Errorf("%s: %d values of %d bytes, %d ages", name, len(m.values), m.bytes, len(m.ages))
		}
		for i, want := range map[int]bool{1: false, n - 1: true, n - 2: true} {
			if has, err := m.Has(t.Context(), datastore.NewKey(fmt.Sprintf("/providers/%d", i))); err != nil || has != (want && i%3 != 0) {
				t.Errorf("%s: %d of %d: %v, %v", name, i, n, has, err)
			}
		}
	}
	if err := newMemory().Put(t.Context(), datastore.NewKey("/x"), make([]byte, memoryValue)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}
