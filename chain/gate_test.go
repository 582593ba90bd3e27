package chain

import (
	"errors"
	"sync"
	"testing"

	"urna/internal/kv"
)

func TestBehindAClosedGateThereIsNothing(t *testing.T) {
	db, err := kv.Open("", kv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{DB: kv.Comet(db)}
	key := []byte("k")
	if err := g.SetSync(key, []byte("v")); err != nil {
		t.Fatal(err)
	}
	late := g.NewBatch()
	if err := late.Set(key, nil); err == nil {
		t.Error("CometBFT's databases refuse nil values")
	}
	if err := late.Set(key, []byte("w")); err != nil {
		t.Fatal(err)
	}

	// Readers that do not know that it is over.
	var wg sync.WaitGroup
	over := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				if _, err := g.Get(key); err != nil {
					t.Error(err)
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	close(over)
	wg.Wait()

	if v, err := g.Get(key); v != nil || err != nil {
		t.Errorf("Get: %q %v", v, err)
	}
	if has, err := g.Has(key); has || err != nil {
		t.Errorf("Has: %v %v", has, err)
	}
	_, iterator := g.Iterator(nil, nil)
	_, reverse := g.ReverseIterator(nil, nil)
	for name, err := range map[string]error{
		"Set": g.Set(key, key), "SetSync": g.SetSync(key, key), "Delete": g.Delete(key), "DeleteSync": g.DeleteSync(key),
		"Compact": g.Compact(nil, nil), "Iterator": iterator, "ReverseIterator": reverse,
		"Write": late.Write(), "WriteSync": late.WriteSync(), "NewBatch": g.NewBatch().Write(),
	} {
		if !errors.Is(err, ErrStopped) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
