package car

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrLayout says that no layout which the Builder knows gives a file its name.
var ErrLayout = errors.New("the file is laid out in another way than this program can")

// Builder collects files in a directory of its own and writes them as one CAR.
// It is not safe for concurrent use.
type Builder struct {
	dir   string // for what was collected
	count int
	top   folder
	names map[string]bool
}

// folder is a directory, or a file if it has a spool.
type folder struct {
	below map[string]*folder

	spool  string
	layout *layout
	shape  shape
}

// NewBuilder makes a Builder that keeps what it collects below dir, or where
// the system likes to have such things if that is empty.
func NewBuilder(dir string) (*Builder, error) {
	dir, err := os.MkdirTemp(dir, "urna-archive-*")
	if err != nil {
		return nil, err
	}
	return &Builder{dir: dir, top: folder{below: map[string]*folder{}}, names: map[string]bool{}}, nil
}

// Close removes what was collected.
func (b *Builder) Close() error { return os.RemoveAll(b.dir) }

// Mkdir makes an empty directory.
func (b *Builder) Mkdir(name string) error {
	_, err := b.place(name)
	return err
}

// place makes a new entry and the directories above it.
func (b *Builder) place(name string) (*folder, error) {
	if b.names[name] {
		return nil, fmt.Errorf("%s stands there already", name)
	}
	at := &b.top
	for _, part := range strings.Split(name, "/") {
		if part == "" || len(part) > maxName || at.shape != nil {
			return nil, fmt.Errorf("%q is no name for a file", name)
		}
		next := at.below[part]
		if next == nil {
			next = &folder{below: map[string]*folder{}}
			at.below[part] = next
		}
		at = next
	}
	b.names[name] = true
	return at, nil
}

// Create makes a file; slashes in its name separate directories. It must be
// closed before the CAR is written.
func (b *Builder) Create(name string) (*File, error) {
	f, err := b.spool(name)
	if err != nil {
		return nil, err
	}
	f.layouts = []*layout{newLayout(false)}
	return f, nil
}

// Add makes a file that has a CID already. ErrLayout says that these are other
// bytes, or that they are laid out in a way that the Builder does not know;
// then there is no such file.
func (b *Builder) Add(name string, c CID, content io.Reader) error {
	f, err := b.spool(name)
	if err != nil {
		return err
	}
	f.layouts, f.want = []*layout{newLayout(false), newLayout(true)}, &c
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

func (b *Builder) spool(name string) (*File, error) {
	b.count++
	file, err := os.Create(filepath.Join(b.dir, strconv.Itoa(b.count)))
	if err != nil {
		return nil, err
	}
	return &File{b: b, name: name, file: file, buffer: bufio.NewWriterSize(file, 1<<20)}, nil
}

// File is a file that is being collected.
type File struct {
	b       *Builder
	name    string
	file    *os.File
	buffer  *bufio.Writer
	layouts []*layout
	want    *CID
	size    int64
}

// Write adds bytes to the file.
func (f *File) Write(p []byte) (int, error) {
	for _, l := range f.layouts {
		_, _ = l.Write(p)
	}
	n, err := f.buffer.Write(p)
	f.size += int64(n)
	return n, err
}

// Size is the number of bytes so far.
func (f *File) Size() int64 { return f.size }

// Close puts the file into its directory.
func (f *File) Close() error {
	if err := errors.Join(f.buffer.Flush(), f.file.Close()); err != nil {
		return err
	}
	for _, l := range f.layouts {
		s := l.finish()
		if f.want != nil && s.root().cid != *f.want {
			continue
		}
		at, err := f.b.place(f.name)
		if err != nil {
			return err
		}
		at.below, at.spool, at.layout, at.shape = nil, f.file.Name(), l, s
		return nil
	}
	return errors.Join(ErrLayout, os.Remove(f.file.Name()))
}

// find is an entry by its name; nil if there is none.
func (b *Builder) find(name string) (above, at *folder, last string) {
	at = &b.top
	for _, last = range strings.Split(name, "/") {
		if above, at = at, at.below[last]; at == nil {
			return nil, nil, ""
		}
	}
	return above, at, last
}

// Open reads a file that was collected.
func (b *Builder) Open(name string) (io.ReadCloser, error) {
	_, at, _ := b.find(name)
	if at == nil || at.shape == nil {
		return nil, fmt.Errorf("there is no file %s", name)
	}
	return os.Open(at.spool)
}

// Remove takes back a file that was collected. Directories stay.
func (b *Builder) Remove(name string) error {
	above, at, last := b.find(name)
	if at == nil || at.shape == nil {
		return fmt.Errorf("there is no file %s", name)
	}
	delete(above.below, last)
	delete(b.names, name)
	return os.Remove(at.spool)
}

// Write writes the CAR and returns the CID of the directory.
func (b *Builder) Write(w io.Writer) (CID, error) {
	root := b.top.link()
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.Write(appendHeader(nil, root.cid)); err != nil {
		return CID{}, err
	}
	var frame []byte
	emit := func(c CID, block []byte) error {
		frame = appendFrame(frame[:0], c, len(block))
		_, err := out.Write(append(frame, block...))
		return err
	}
	if err := b.top.write(emit); err != nil {
		return CID{}, err
	}
	return root.cid, out.Flush()
}

// node is the node of a directory.
func (f *folder) node() *node {
	n := &node{directory: true}
	for _, name := range slices.Sorted(maps.Keys(f.below)) {
		l := f.below[name].link()
		l.name = name
		n.links = append(n.links, l)
	}
	return n
}

// link is what a directory says of an entry.
func (f *folder) link() link {
	if f.shape != nil {
		return f.shape.root()
	}
	n := f.node()
	block := n.encode(nil)
	return link{cid: cidOf(DagPB, block), tree: n.tree(len(block))}
}

func (f *folder) write(emit func(CID, []byte) error) error {
	if f.shape == nil {
		block := f.node().encode(nil)
		if len(block) > maxBlock {
			return fmt.Errorf("a directory of %d entries is too large for a block", len(f.below))
		}
		if err := emit(cidOf(DagPB, block), block); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(f.below)) {
			if err := f.below[name].write(emit); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
	content, err := os.Open(f.spool)
	if err != nil {
		return err
	}
	err = f.layout.write(f.shape, bufio.NewReaderSize(content, chunkSize), emit)
	return errors.Join(err, content.Close())
}
