package car

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/blockstore"
	chunker "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/exchange/offline"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	unixfs "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"

	"urna/internal/check"
	"urna/ipfs"
)

var sizes = []int{0, 1, 100, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize, maxLinks * chunkSize, maxLinks*chunkSize + 1, 2*maxLinks*chunkSize + 77}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

// pack makes a CAR of files by name.
func pack(t testing.TB, files map[string][]byte) ([]byte, CID) {
	t.Helper()
	b, err := NewBuilder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		f, err := b.Create(name)
		if err == nil {
			_, err = f.Write(content)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return finish(t, b)
}

func finish(t testing.TB, b *Builder) ([]byte, CID) {
	t.Helper()
	var out bytes.Buffer
	root, err := b.Write(&out)
	if err = errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), root
}

// unpack reads a CAR to its end.
func unpack(in io.Reader, free func(string) bool) (map[string][]byte, error) {
	r, err := NewReader(in, free)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		if uint64(len(content)) != f.Size() {
			return nil, fmt.Errorf("%s has %d bytes, not %d", f.Path(), len(content), f.Size())
		}
		files[f.Path()] = content
	}
}

// boxo is a node's files in memory: the judge.
func boxo() (blockstore.Blockstore, ipld.DAGService) {
	store := blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore()))
	return store, merkledag.NewDAGService(blockservice.New(store, offline.Exchange(store)))
}

func TestFilesHaveTheNamesThatIPFSGivesThem(t *testing.T) {
	for _, n := range sizes {
		content := noise(n)
		l := newLayout(false)
		for _, part := range [][]byte{content[:n/3], content[n/3:]} {
			_, _ = l.Write(part)
		}
		want, err := ipfs.CID(content)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.finish().root().cid.String(); ipfs.Scheme+got != want {
			t.Errorf("%d bytes: %s, not %s", n, got, want)
		}
	}
}

func TestDirectoriesHaveTheNamesThatIPFSGivesThem(t *testing.T) {
	ctx := context.Background()
	_, dag := boxo()
	files := map[string][]byte{"b": noise(3), "a": noise(2*chunkSize + 5), "d/x/y": noise(9), "d/x/z": nil, "aa": noise(1)}
	add := func(dir unixfs.Directory, name string, content []byte) {
		params := helpers.DagBuilderParams{Dagserv: dag, Maxlinks: maxLinks, CidBuilder: cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256}}
		db, err := params.New(chunker.NewSizeSplitter(bytes.NewReader(content), chunkSize))
		if err != nil {
			t.Fatal(err)
		}
		n, err := balanced.Layout(db)
		if err == nil {
			err = dir.AddChild(ctx, name, n)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	directory := func() unixfs.Directory {
		d, err := unixfs.NewBasicDirectory(dag, unixfs.WithCidBuilder(cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256}))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	nest := func(parent unixfs.Directory, name string, d unixfs.Directory) {
		n, err := d.GetNode()
		if err == nil {
			err = errors.Join(dag.Add(ctx, n), parent.AddChild(ctx, name, n))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	x, d, top := directory(), directory(), directory()
	add(x, "y", files["d/x/y"])
	add(x, "z", files["d/x/z"])
	nest(d, "x", x)
	add(top, "b", files["b"])
	nest(top, "d", d)
	add(top, "aa", files["aa"])
	add(top, "a", files["a"])
	want, err := top.GetNode()
	if err != nil {
		t.Fatal(err)
	}
	if _, got := pack(t, files); got.String() != want.Cid().String() {
		t.Errorf("%s, not %s", got, want.Cid())
	}
}

func TestANodeOfIPFSImportsWhatWeWrite(t *testing.T) {
	ctx := context.Background()
	files := map[string][]byte{"b": noise(3), "a": noise(maxLinks*chunkSize + 5), "d/x": noise(9), "empty": nil, "copy": noise(3)}
	car, root := pack(t, files)
	_, dag := boxo()
	for in := bytes.NewReader(car[1+0x3a:]); in.Len() > 0; {
		length, err := binary.ReadUvarint(in)
		if err != nil {
			t.Fatal(err)
		}
		frame := make([]byte, length)
		if _, err := io.ReadFull(in, frame); err != nil {
			t.Fatal(err)
		}
		l, c, err := cid.CidFromBytes(frame)
		if err != nil {
			t.Fatal(err)
		}
		n, err := merkledag.DecodeProtobuf(frame[l:])
		if err != nil {
			t.Fatal(err)
		}
		if err := n.SetCidBuilder(c.Prefix()); err != nil || n.Cid() != c {
			t.Fatalf("block %s has another hash: %v", c, err)
		}
		if err := dag.Add(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	c, err := cid.Decode(root.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		var at ipld.Node
		if at, err = dag.Get(ctx, c); err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(name, "/") {
			dir, err := unixfs.NewDirectoryFromNode(dag, at)
			if err != nil {
				t.Fatal(err)
			}
			if at, err = dir.Find(ctx, part); err != nil {
				t.Fatal(err)
			}
		}
		r, err := unixfs.NewDagReader(ctx, at, dag)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s comes out as %d bytes, not %d: %v", name, len(got), len(content), err)
		}
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	files := map[string][]byte{"b": noise(3), "a": noise(2*chunkSize + 5), "d/x": noise(9), "empty": nil}
	car, root := pack(t, files)
	for name, in := range map[string]io.Reader{"at once": bytes.NewReader(car), "byte by byte": iotest.OneByteReader(bytes.NewReader(car))} {
		got, err := unpack(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for name, content := range files {
			if !bytes.Equal(got[name], content) {
				t.Errorf("%s differs", name)
			}
		}
		if len(got) != len(files) {
			t.Errorf("%d files", len(got))
		}
	}
	r, err := NewReader(bytes.NewReader(car), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Root() != root || !slices.Equal(r.Names(), []string{"a", "b", "d", "empty"}) {
		t.Errorf("%s %q", r.Root(), r.Names())
	}
	for n := 0; ; n++ { // files that nobody reads are read over
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			if n != 4 {
				t.Errorf("%d files", n)
			}
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesOfOthersMayBeLaidOutAsTheyLike(t *testing.T) {
	content := noise(5*1000 + 7)
	params := helpers.DagBuilderParams{Maxlinks: 2, RawLeaves: true, CidBuilder: cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256}}
	for _, raw := range []bool{true, false} {
		store, dag := boxo()
		params.Dagserv, params.RawLeaves = dag, raw
		db, err := params.New(chunker.NewSizeSplitter(bytes.NewReader(content), 1000))
		if err != nil {
			t.Fatal(err)
		}
		root, err := balanced.Layout(db)
		if err != nil {
			t.Fatal(err)
		}
		car := wrap(t, store, root)
		files, err := unpack(bytes.NewReader(car), func(path string) bool { return path == "f" })
		if err != nil || !bytes.Equal(files["f"], content) {
			t.Errorf("raw leaves %v: %d bytes, %v", raw, len(files["f"]), err)
		}
		if _, err := unpack(bytes.NewReader(car), nil); !failed(err, check.Content) {
			t.Errorf("raw leaves %v, not free: %v", raw, err)
		}
	}
}

func TestNodesThatNobodyWritesAreRefused(t *testing.T) {
	c := cidOf(Raw, nil)
	entry := func(name string) link { return link{cid: c, name: name, tree: 10} }
	part := []link{{cid: c, tree: 10, size: 2}}
	file := func(n *node) []byte { return n.encode(nil) }
	envelope := func(unixfs string) []byte { return append([]byte{tagData, byte(len(unixfs))}, unixfs...) }
	good := file(inner(part))
	for name, block := range map[string][]byte{
		"nothing":                         {},
		"no type":                         envelope(""),
		"a symbolic link":                 envelope("\x08\x04\x12\x01x"),
		"a sharded directory":             envelope("\x08\x05"),
		"a file with a mode":              envelope("\x08\x02\x18\x00\x38\x01"),
		"a file without a size":           envelope("\x08\x02"),
		"no bytes, written out":           envelope("\x08\x02\x12\x00\x18\x00"),
		"a size in a longer form":         envelope("\x08\x02\x18\x80\x00"),
		"another size":                    envelope("\x08\x02\x12\x01x\x18\x02"),
		"a directory with a size":         envelope("\x08\x01\x18\x00"),
		"data before links":               append(envelope("\x08\x01"), file(&node{directory: true, links: []link{entry("a")}})...),
		"bytes at the end":                append(slices.Clone(good), 0),
		"cut off":                         good[:len(good)-1],
		"a name in a file":                file(&node{links: []link{{cid: c, name: "x", tree: 10, size: 2}}, size: 2}),
		"an inner node with data":         file(&node{links: part, data: []byte("x"), size: 3}),
		"a part of no bytes":              file(&node{links: []link{{cid: c, tree: 10}}}),
		"parts that are larger":           file(&node{links: part, size: 1}),
		"names out of order":              file(&node{directory: true, links: []link{entry("b"), entry("a")}}),
		"a name twice":                    file(&node{directory: true, links: []link{entry("a"), entry("a")}}),
		"an entry without a name":         file(&node{directory: true, links: []link{entry(""), entry("a")}}),
		"only an entry without a name":    file(&node{directory: true, links: []link{entry("")}}),
		"a name with a slash":             file(&node{directory: true, links: []link{entry("a/b")}}),
		"a name that is too long":         file(&node{directory: true, links: []link{entry(strings.Repeat("n", 256))}}),
		"blocks beyond all bounds":        file(&node{directory: true, links: []link{{cid: c, name: "a", tree: 1 << 62}, {cid: c, name: "b", tree: 1}}}),
		"a part beyond all bounds":        file(inner([]link{{cid: c, tree: 10, size: 1 << 63}})),
		"parts beyond all bounds":         file(inner([]link{{cid: c, tree: 10, size: 1 << 62}, {cid: c, tree: 10, size: 1}})),
		"a name of version 0":             bytes.Replace(good, c.append(nil), append([]byte{0x12, 0x20}, append(c.Hash[:], 0, 0)...), 1),
		"a name by another hash function": bytes.Replace(good, []byte{1, Raw, 0x12, 0x20}, []byte{1, Raw, 0x13, 0x20}, 1),
		"a name of another codec":         bytes.Replace(good, []byte{1, Raw, 0x12, 0x20}, []byte{1, 0x71, 0x12, 0x20}, 1),
	} {
		if n, err := decodeNode(block); err == nil {
			t.Errorf("%s: read as %+v", name, n)
		}
	}
	if _, err := decodeNode(good); err != nil {
		t.Error(err)
	}
}

func TestPartsMustBeWhatTheirLinksState(t *testing.T) {
	leaf := node{data: []byte("abc"), size: 3}
	block := leaf.encode(nil)
	at := link{cid: cidOf(DagPB, block), tree: uint64(len(block)), size: 3}
	dir := (&node{directory: true}).encode(nil)
	for name, l := range map[string]link{
		"as it is":            at,
		"another size":        {cid: at.cid, tree: at.tree, size: 4},
		"another tree":        {cid: at.cid, tree: at.tree + 1, size: 3},
		"a directory in file": {cid: cidOf(DagPB, dir), tree: uint64(len(dir)), size: 3},
	} {
		below := block
		if l.cid != at.cid {
			below = dir
		}
		n := inner([]link{l})
		file := n.encode(nil)
		top := &node{directory: true, links: []link{{cid: cidOf(DagPB, file), name: "f", tree: n.tree(len(file))}}}
		car := appendHeader(nil, cidOf(DagPB, top.encode(nil)))
		for _, b := range [][]byte{top.encode(nil), file, below} {
			car = append(appendFrame(car, cidOf(DagPB, b), len(b)), b...)
		}
		_, err := unpack(bytes.NewReader(car), func(string) bool { return true })
		if name == "as it is" && err != nil || name != "as it is" && !failed(err, check.Content) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := unpack(bytes.NewReader(car), nil); !failed(err, check.Content) {
			t.Errorf("%s, laid out as no Builder does: %v", name, err)
		}
	}
}

func TestDirectoriesHaveABottom(t *testing.T) {
	block := (&node{directory: true}).encode(nil)
	below := link{cid: cidOf(DagPB, block), name: "d", tree: uint64(len(block))}
	stack := [][]byte{block}
	for range maxDepth + 1 {
		n := &node{directory: true, links: []link{below}}
		block := n.encode(nil)
		below = link{cid: cidOf(DagPB, block), name: "d", tree: n.tree(len(block))}
		stack = append(stack, block)
	}
	slices.Reverse(stack)
	for _, s := range [][][]byte{stack, stack[1:]} {
		car := appendHeader(nil, cidOf(DagPB, s[0]))
		for _, b := range s {
			car = append(appendFrame(car, cidOf(DagPB, b), len(b)), b...)
		}
		if _, err := unpack(bytes.NewReader(car), nil); (len(s) > maxDepth+1) != failed(err, check.Content) {
			t.Errorf("%d levels: %v", len(s), err)
		}
	}
}

// wrap makes a CAR of a directory with one file, "f", from a node's store.
func wrap(t *testing.T, store blockstore.Blockstore, file ipld.Node) []byte {
	t.Helper()
	c, err := readCID(file.Cid().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	size, err := file.Size()
	if err != nil {
		t.Fatal(err)
	}
	dir := node{directory: true, links: []link{{cid: c, name: "f", tree: size}}}
	block := dir.encode(nil)
	root := cidOf(DagPB, block)
	car := append(appendFrame(appendHeader(nil, root), root, len(block)), block...)
	var walk func(cid.Cid)
	walk = func(c cid.Cid) {
		b, err := store.Get(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := readCID(c.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		car = append(appendFrame(car, ours, len(b.RawData())), b.RawData()...)
		if c.Type() == cid.Raw {
			return
		}
		n, err := merkledag.DecodeProtobuf(b.RawData())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range n.Links() {
			walk(l.Cid)
		}
	}
	walk(file.Cid())
	return car
}

func TestAFileIsAddedInTheLayoutThatGivesItsName(t *testing.T) {
	for _, raw := range []bool{true, false} {
		for _, n := range []int{0, 5, chunkSize + 1} {
			l := newLayout(raw)
			_, _ = l.Write(noise(n))
			want := l.finish().root().cid
			b, err := NewBuilder(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Add("other", want, strings.NewReader("other bytes")); !errors.Is(err, ErrLayout) {
				t.Errorf("other bytes: %v", err)
			}
			if err := b.Add("f", want, bytes.NewReader(noise(n))); err != nil {
				t.Fatal(err)
			}
			car, _ := finish(t, b)
			files, err := unpack(bytes.NewReader(car), func(string) bool { return true })
			if err != nil || len(files) != 1 || !bytes.Equal(files["f"], noise(n)) {
				t.Errorf("raw %v, %d bytes: %v", raw, n, err)
			}
		}
	}
}

func failed(err error, id check.ID) bool {
	f, ok := check.Failed(err)
	return ok && f.Check == id
}

func TestNamesAreTakenOnce(t *testing.T) {
	b, err := NewBuilder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "d/e"} {
		f, err := b.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "a/b", "", "d//e", strings.Repeat("n", 256)} {
		f, err := b.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Close() == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if err := b.Mkdir("d/e"); err == nil {
		t.Error("a file became a directory")
	}
	if err := b.Mkdir("m"); err != nil {
		t.Error(err)
	}
	car, _ := finish(t, b)
	r, err := NewReader(bytes.NewReader(car), nil)
	if err != nil || !slices.Equal(r.Names(), []string{"a", "d", "m"}) {
		t.Errorf("%q %v", r.Names(), err)
	}
}

func TestEveryByteCounts(t *testing.T) {
	files := map[string][]byte{"a": noise(300), "b": nil, "d/c": noise(40)}
	car, _ := pack(t, files)
	for i := range car {
		for _, bit := range []byte{1, 0x80} {
			bent := slices.Clone(car)
			bent[i] ^= bit
			if _, err := unpack(bytes.NewReader(bent), nil); !failed(err, check.Frame) && !failed(err, check.Content) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
		}
		if _, err := unpack(bytes.NewReader(car[:i]), nil); !failed(err, check.Frame) {
			t.Fatalf("cut off after %d bytes: %v", i, err)
		}
	}
	if _, err := unpack(bytes.NewReader(append(slices.Clone(car), 0)), nil); !failed(err, check.Frame) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestAnInputThatFailsIsNoEvidence(t *testing.T) {
	car, _ := pack(t, map[string][]byte{"a": noise(chunkSize + 1)})
	for _, n := range []int{0, 30, 80, 200, len(car) - 1} {
		in := io.MultiReader(bytes.NewReader(car[:n]), iotest.ErrReader(errors.New("disk")))
		_, err := unpack(in, nil)
		if _, evidence := check.Failed(err); err == nil || evidence {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestCIDsHaveOneText(t *testing.T) {
	c := cidOf(DagPB, []byte("x"))
	text := c.String()
	if got, err := ParseCID(text); err != nil || got != c {
		t.Fatal(got, err)
	}
	if ref, err := cid.Decode(text); err != nil || !bytes.Equal(ref.Bytes(), c.append(nil)) {
		t.Fatal(ref, err)
	}
	for _, bad := range []string{"", "b", text[:len(text)-1], text + "a", "z" + text[1:], strings.ToUpper(text), text[:len(text)-1] + "b", "b" + text[2:] + "a"} {
		if got, err := ParseCID(bad); err == nil && got.String() != bad {
			t.Errorf("%q was read as %s", bad, got)
		} else if err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, files := range []map[string][]byte{nil, {"a": nil}, {"a": noise(100), "d/e": noise(7)}, {"big": noise(chunkSize + 1)}} {
		car, _ := pack(f, files)
		f.Add(car, false)
		f.Add(car, true)
	}
	f.Fuzz(func(t *testing.T, in []byte, free bool) {
		files, err := unpack(bytes.NewReader(in), func(string) bool { return free })
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Fatal(err)
			}
			return
		}
		if free {
			return
		}
		for name := range files {
			if strings.Count(name, "/") > 20 {
				return
			}
		}
		if again, _ := pack(t, files); len(files) > 0 && !bytes.Equal(again, in) && !hasEmptyDirectory(in) {
			t.Fatal("accepted, but written in another way")
		}
	})
}

// hasEmptyDirectory tells whether some directory shows in no file's name.
func hasEmptyDirectory(in []byte) bool {
	empty := (&node{directory: true}).encode(nil)
	return bytes.Contains(in, empty)
}

func FuzzNode(f *testing.F) {
	leaf := node{data: []byte("abc"), size: 3}
	f.Add(leaf.encode(nil))
	f.Add((&node{directory: true, links: []link{{cid: cidOf(Raw, nil), name: "x", tree: 300}}}).encode(nil))
	f.Add(inner([]link{{cid: cidOf(Raw, nil), tree: 300, size: 200}}).encode(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := decodeNode(in)
		if err != nil || n.raw {
			return
		}
		if again := n.encode(nil); !bytes.Equal(again, in) {
			t.Fatalf("%x comes back as %x", in, again)
		}
	})
}
