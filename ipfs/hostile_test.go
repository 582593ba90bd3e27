package ipfs

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ipfs/boxo/bitswap"
	"github.com/ipfs/boxo/bitswap/network/bsnet"
	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/libp2p/go-libp2p/core/peer"

	"urna/internal/kv"
)

// deadline is what no refusal may need, however peers behave.
const deadline = 10 * time.Second

// evil is a blockstore between a node and its bitswap server, which shows peers
// something else than is there.
type evil struct {
	blockstore.Blockstore
	show func(ctx context.Context, b blocks.Block) (blocks.Block, error)
}

func (e evil) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	b, err := e.Blockstore.Get(ctx, c)
	if err != nil {
		return nil, err
	}
	return e.show(ctx, b)
}

// badPeer is a node with honest blocks and a dishonest server. It returns its
// address, too.
func badPeer(t *testing.T, show func(context.Context, blocks.Block) (blocks.Block, error)) (*Store, string) {
	t.Helper()
	d, err := openDisk("", kv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	if err := cfg.complete(); err != nil {
		t.Fatal(err)
	}
	h, err := newHost(cfg, key)
	if err != nil {
		t.Fatal(err)
	}
	server := bitswap.New(t.Context(), bsnet.NewFromIpfsHost(h), nil, evil{d, show})
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), h.Close(), d.close()); err != nil {
			t.Error(err)
		}
	})
	all, err := peer.AddrInfoToP2pAddrs(&peer.AddrInfo{ID: h.ID(), Addrs: h.Addrs()})
	if err != nil {
		t.Fatal(err)
	}
	return &Store{newEmbedded(d)}, all[0].String()
}

// refused fetches what must be refused, in time, and leaves nothing pinned.
func refused(t *testing.T, s *Store, uri string, l Limits, want error) {
	t.Helper()
	began := time.Now()
	if _, err := s.Fetch(t.Context(), uri, l, nil); !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
	if took := time.Since(began); took > deadline {
		t.Errorf("it took %s", took)
	}
	if has, err := s.Has(t.Context(), uri); has || err != nil {
		t.Errorf("it is pinned; %v", err)
	}
}

func TestMissingContentIsGivenUpInTime(t *testing.T) {
	a := startNode(t, Config{DHT: DHTServer})
	b := startNode(t, Config{DHT: DHTServer, Peers: []string{address(t, a)}})
	uri, err := CID(content(1000))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, b, uri, quick, ErrUnavailable)
}

func TestHalfAFileIsGivenUpInTimeAndTheRestFetchedLater(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	file := content(2 << 20)
	uri := mustPut(t, a, file)
	lost := lastBlock(t, a, uri)
	if err := a.back.(*embedded).disk.DeleteBlock(t.Context(), lost.Cid()); err != nil {
		t.Fatal(err)
	}
	refused(t, b, uri, quick, ErrUnavailable)
	before := status(t, b).BlocksReceived
	mustPut(t, a, file)
	if _, err := b.Fetch(t.Context(), uri, quick, nil); err != nil {
		t.Fatal(err)
	}
	holds(t, b, uri, file)
	if n := status(t, b).BlocksReceived - before; n == 0 || n > 3 { // peers may send twice
		t.Errorf("%d blocks came for the one that was missing", n)
	}
}

// lastBlock is the last chunk of a file.
func lastBlock(t *testing.T, s *Store, uri string) blocks.Block {
	t.Helper()
	c, err := parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.back.here(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	n, err := decode(c, b)
	if err != nil {
		t.Fatal(err)
	}
	last := n.links[len(n.links)-1].cid
	if b, err = s.back.here(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	out, err := blocks.NewBlockWithCid(b, last)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTamperedContentIsNotTaken(t *testing.T) {
	bad, where := badPeer(t, func(_ context.Context, b blocks.Block) (blocks.Block, error) {
		changed := slices.Clone(b.RawData())
		changed[len(changed)/2] ^= 1
		return blocks.NewBlockWithCid(changed, b.Cid())
	})
	s := startNode(t, Config{Peers: []string{where}})
	for _, n := range []int{10, 1 << 20} {
		refused(t, s, mustPut(t, bad, content(n)), quick, ErrUnavailable)
	}
}

func TestAPeerThatSaysItHasAFileAndNeverSendsItIsGivenUp(t *testing.T) {
	bad, where := badPeer(t, func(ctx context.Context, _ blocks.Block) (blocks.Block, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	s := startNode(t, Config{Peers: []string{where}})
	refused(t, s, mustPut(t, bad, content(100_000)), quick, ErrUnavailable)
}

func TestAPeerThatDripsIsGivenUpAndAnHonestOneIsNotHeldUp(t *testing.T) {
	drip := time.NewTicker(300 * time.Millisecond)
	defer drip.Stop()
	bad, where := badPeer(t, func(ctx context.Context, b blocks.Block) (blocks.Block, error) {
		select {
		case <-drip.C:
			return b, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	s := startNode(t, Config{Peers: []string{where}})
	file := content(20 << 20)
	slow := Limits{Bytes: 1 << 30, Stall: 5 * time.Second, Time: 2 * time.Second}
	uri := mustPut(t, bad, file)
	refused(t, s, uri, slow, ErrSlow)
	good := startNode(t, Config{Peers: []string{address(t, s)}})
	mustPut(t, good, file)
	eventually(t, "the honest peer is there", func() bool { return status(t, s).Peers == 2 })
	if _, err := s.Fetch(t.Context(), uri, Limits{Bytes: 1 << 30, Stall: 10 * time.Second, Time: time.Minute}, nil); err != nil {
		t.Error(err)
	}
}

func TestAFileOfOneByteTooManyIsRefusedAtItsFirstBlock(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	uri := mustPut(t, a, content(3<<20))
	l := quick
	l.Bytes = 3<<20 - 1
	refused(t, b, uri, l, ErrTooLarge)
	if n := status(t, b).BlocksReceived; n != 1 {
		t.Errorf("%d blocks came", n)
	}
	l.Bytes++
	if _, err := b.Fetch(t.Context(), uri, l, nil); err != nil {
		t.Error(err)
	}
}

// fileNode is a piece of a file as it should not be: content, links and the
// sizes that it says they have.
func fileNode(t *testing.T, s *Store, own []byte, pretend uint64, links ...piece) piece {
	t.Helper()
	f := unixfs.NewFSNode(unixfs.TFile)
	f.SetData(own)
	n := new(merkledag.ProtoNode)
	size := uint64(len(own))
	for _, l := range links {
		if err := n.AddRawLink("", &ipld.Link{Cid: l.cid, Size: min(l.size, 1<<40)}); err != nil {
			t.Fatal(err)
		}
		f.AddBlockSize(l.size)
		size += l.size
	}
	b, err := f.GetBytes()
	if err != nil {
		t.Fatal(err)
	}
	n.SetData(b)
	uri := put(t, s, n)
	c, err := parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	if pretend > 0 {
		size = pretend
	}
	return piece{link: link{c, size}}
}

func TestGraphsThatAreNoFilesAreRefused(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	leaf := fileNode(t, a, content(1000), 0)
	uri := func(p piece) string { return Scheme + p.cid.String() }

	deep := leaf
	for range maxDepth + 1 {
		deep = fileNode(t, a, nil, 0, deep)
	}
	wide := make([]piece, 0, maxBlocks(quick.Bytes)+1)
	for i := range cap(wide) {
		wide = append(wide, fileNode(t, a, []byte{byte(i), byte(i >> 8)}, 0))
	}
	var twice []piece // the smallest graph of a terabyte: each level names the one below 1,000 times
	bomb := leaf
	for range 3 {
		twice = slices.Repeat([]piece{bomb}, 1000)
		bomb = fileNode(t, a, nil, 0, twice...)
	}
	liar := leaf
	liar.size = 10
	for _, c := range []struct {
		name string
		root piece
		want error
	}{
		{"too deep", deep, ErrMalformed},
		{"too wide", fileNode(t, a, nil, 0, wide...), ErrTooLarge},
		{"a thousand times a thousand", bomb, ErrTooLarge},
		{"a piece of another size", fileNode(t, a, nil, 0, liar), ErrMalformed},
		{"one piece of two sizes", fileNode(t, a, nil, 0, leaf, liar), ErrMalformed},
		{"an empty piece", fileNode(t, a, nil, 0, leaf, piece{link: link{leaf.cid, 0}}), ErrMalformed},
		{"a piece of more than there can be", fileNode(t, a, nil, 0, piece{link: link{leaf.cid, 1 << 63}}), ErrMalformed},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			refused(t, b, uri(c.root), quick, c.want)
			if !errors.Is(c.want, ErrTooLarge) {
				if _, err := a.Get(t.Context(), uri(c.root), 1<<30); !errors.Is(err, c.want) && c.name != "one piece of two sizes" {
					t.Errorf("it can be read: %v", err)
				}
			}
		})
	}
	if _, err := b.Fetch(t.Context(), uri(fileNode(t, a, nil, 0, slices.Repeat([]piece{leaf}, 1000)...)), quick, nil); err != nil {
		t.Errorf("an honest file of equal pieces: %v", err)
	}
}

func TestFilesOfOtherShapesThatAreInOrderAreTaken(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	raw := func(data []byte) piece {
		n := merkledag.NewRawNode(data)
		w := a.back.begin(t.Context())
		defer w.done()
		if err := w.put(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		return piece{link: link{n.Cid(), uint64(len(data))}}
	}
	one, two := raw(content(300)), raw(content(400))
	for _, root := range []piece{
		one,                                      // raw leaves, as newer programs make them
		fileNode(t, a, nil, 0, one, two),         // below a node
		fileNode(t, a, content(50), 0, two, one), // trickle: content beside links
	} {
		uri := Scheme + root.cid.String()
		if n, err := b.Fetch(t.Context(), uri, quick, nil); err != nil || uint64(n) != root.size {
			t.Errorf("%s: %d bytes, %v", uri, n, err)
		}
		want, err := a.Get(t.Context(), uri, 1000)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, b, uri, want)
	}
}

func TestWhatTheCallerRefusesIsNotPinned(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	uri := mustPut(t, a, []byte("not JSON"))
	wrong := errors.New("it is not JSON")
	_, err := b.Fetch(t.Context(), uri, quick, func(r io.Reader) error {
		if text, err := io.ReadAll(r); err != nil || string(text) != "not JSON" {
			t.Errorf("%q, %v", text, err)
		}
		return wrong
	})
	if !errors.Is(err, ErrRefused) || !errors.Is(err, wrong) {
		t.Error(err)
	}
	if has, err := b.Has(t.Context(), uri); has || err != nil {
		t.Error("it is pinned", err)
	}
	if _, err := b.Fetch(t.Context(), uri, quick, func(io.Reader) error { return nil }); err != nil {
		t.Error(err)
	}
}
