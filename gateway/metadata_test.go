package gateway

import (
	"fmt"
	"testing"

	"urna/app/apptest"
	"urna/ipfs"
	"urna/tx"
)

func TestMetadataIsReadOnce(t *testing.T) {
	a := newAPI(t, nil)
	_, id := a.newElection(apptest.Keys("voter", 1), func(p *tx.NewElection) { p.MetadataURI = a.put(electionMetadata) })
	type answer struct {
		Title    string
		Metadata struct{ Version string }
	}
	var first, second answer
	a.get("/elections/" + id).ok(&first)
	empty, err := ipfs.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	a.g.files = empty
	a.get("/elections/" + id).ok(&second)
	if first != second || second.Title != "Who & what?" || second.Metadata.Version != "1.2" {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

func TestAnElectionIsShownWhenTheStoreOfFilesFails(t *testing.T) {
	a := newAPI(t, nil)
	_, id := a.newElection(apptest.Keys("voter", 1), func(p *tx.NewElection) { p.MetadataURI = a.put(electionMetadata) })
	broken, err := ipfs.Open("")
	if err != nil {
		t.Fatal(err)
	}
	if err := broken.Close(); err != nil {
		t.Fatal(err)
	}
	good := a.g.files
	a.g.files = broken
	var got struct{ Title, Status string }
	if a.get("/elections/" + id).ok(&got); got.Title != "" || got.Status == "" {
		t.Errorf("%+v", got)
	}
	a.g.files = good
	if a.get("/elections/" + id).ok(&got); got.Title != "Who & what?" {
		t.Errorf("when it is back: %+v", got)
	}
}

func TestMetadataThatComesLateIsFound(t *testing.T) {
	a := newAPI(t, nil)
	_, id := a.newElection(apptest.Keys("voter", 1), func(p *tx.NewElection) { p.MetadataURI = a.cid(electionMetadata) })
	var got struct{ Title string }
	if a.get("/elections/" + id).ok(&got); got.Title != "" {
		t.Fatalf("a title without metadata: %q", got.Title)
	}
	a.put(electionMetadata)
	if a.get("/elections/" + id).ok(&got); got.Title != "Who & what?" {
		t.Errorf("the title is %q", got.Title)
	}
}

func TestTheFilesAskedForLastAreKept(t *testing.T) {
	c := newFileCache(10_000)
	name := func(i int) string { return fmt.Sprint("ipfs://", i) }
	for i := range 100 {
		c.put(name(i), &file{raw: make([]byte, 1000)})
		c.get(name(0))
	}
	c.put(name(7), &file{raw: make([]byte, 1000)})
	c.put(name(7), &file{raw: make([]byte, 1000)}) // twice at once
	if c.get(name(0)) == nil || c.get(name(99)) == nil || c.get(name(7)) == nil {
		t.Error("what was asked for last is gone")
	}
	if c.get(name(90)) != nil {
		t.Error("what was asked for long ago is kept")
	}
	n := 0
	for e := c.order.Front(); e != nil; e = e.Next() {
		n += e.Value.(*kept).size()
	}
	if n != c.bytes || n > 10_000 || len(c.byURI) != c.order.Len() || c.order.Len() != 7 {
		t.Errorf("%d files of %d bytes are kept, counted %d", c.order.Len(), n, c.bytes)
	}
	c.put("large", &file{raw: make([]byte, 20_000)})
	if c.bytes > 10_000 {
		t.Errorf("%d bytes are kept", c.bytes)
	}
}
