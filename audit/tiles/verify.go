package tiles

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"urna/chain/light"
	"urna/internal/check"
)

// Options say what a verifier trusts.
type Options struct {
	// Trust says what is trusted for a document: a genesis or a checkpoint of
	// the chain. Document.Root is for those who know neither.
	Trust func(*light.Document) (light.Trusted, error)

	// Key is the verifier key of a publisher, as VerifierKey writes it; "" leaves
	// the signature unchecked.
	Key string
}

// Verdict is what a verified directory says.
type Verdict struct {
	ChainID  string       `json:"chainId,omitempty"`
	Election string       `json:"election,omitempty"`
	Height   int64        `json:"height,omitempty"`
	Block    string       `json:"block,omitempty"` // hash of the header that the proof hangs on
	Size     uint64       `json:"size"`            // vote records
	Voters   uint64       `json:"voters"`
	Root     string       `json:"root,omitempty"`
	Signer   string       `json:"signer,omitempty"` // name of the key below the checkpoint
	Checks   []check.Line `json:"checks"`
}

// Verify checks a directory of tiles. The verdict is there whatever the error
// is: a *check.Failure (V41, V46, V48, and those of a proof document), or one
// that kept Verify from looking.
func Verify(dir fs.FS, o Options) (*Verdict, error) {
	v := &verifier{dir: dir, o: o, verdict: &Verdict{}, report: check.NewReport('T'), used: map[string]bool{}}
	err := v.run()
	v.verdict.Checks = v.report.Lines(err)
	return v.verdict, err
}

type verifier struct {
	dir     fs.FS
	o       Options
	report  *check.Report
	verdict *Verdict
	used    map[string]bool
}

func (v *verifier) run() error {
	text, err := v.file(checkpointFile, maxCheckpoint, check.Frame)
	if err != nil {
		return err
	}
	c, err := parseCheckpoint(text)
	if err != nil {
		return err
	}
	v.verdict.Signer = c.signer
	if err := v.signature(text); err != nil {
		return err
	}
	proof, err := v.file(proofFile, maxProof, check.Frame)
	if err != nil {
		return err
	}
	doc, err := light.ParseDocument(proof)
	if err != nil {
		return err
	}
	trusted, err := v.o.Trust(doc)
	if err != nil {
		return err
	}
	if err := doc.Verify(trusted, v.report); err != nil {
		return err
	}
	id, log, err := Claimed(doc)
	if err != nil {
		return check.Fail(check.Log, "%s: %v", proofFile, err)
	}
	if want := origin(doc.ChainID, id); c.origin != want {
		return check.Fail(check.Log, "the checkpoint is of %s, the proof of %s", c.origin, want)
	}
	if c.size != log.Size || c.root != log.Root {
		return check.Fail(check.Log, "the checkpoint has %d votes and the root %x, the log has %d and %x", c.size, c.root, log.Size, log.Root)
	}
	root, err := v.tiles(log.Size)
	if err != nil {
		return err
	}
	if root != log.Root {
		return check.Fail(check.Log, "the entries make the root %x, the log has %x", root, log.Root)
	}
	v.report.Passed(check.Log, int(log.Size))
	v.report.Passed(check.Frame, 2)
	hash := doc.Signed.Header.Hash()
	v.verdict.ChainID, v.verdict.Election, v.verdict.Height = doc.ChainID, id.String(), doc.Height
	v.verdict.Block, v.verdict.Root = fmt.Sprintf("%x", hash), fmt.Sprintf("%x", root)
	v.verdict.Size, v.verdict.Voters = log.Size, log.Voters
	return nil
}

// file reads a file whole; without one, or with a larger one, the check fails.
func (v *verifier) file(path string, limit int64, id check.ID) ([]byte, error) {
	v.used[path] = true
	f, err := v.dir.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, check.Fail(id, "%s is missing", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, check.Fail(id, "%s is no file", path))
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = check.Fail(id, "%s has more than %d bytes", path, limit)
	}
	return b, err
}

// checkpoint is what the note of a publisher says.
type checkpoint struct {
	origin string
	size   uint64
	root   light.Hash
	signer string
}

// parseCheckpoint reads a checkpoint with one signature (V41).
func parseCheckpoint(b []byte) (c checkpoint, err error) {
	bad := check.Fail(check.Frame, "%s is not a checkpoint with one signature", checkpointFile)
	lines := strings.Split(string(b), "\n")
	if len(lines) != 6 || lines[3] != "" || lines[5] != "" {
		return c, bad
	}
	c.origin = lines[0]
	if c.size, err = strconv.ParseUint(lines[1], 10, 63); err != nil || strconv.FormatUint(c.size, 10) != lines[1] {
		return c, bad
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(c.root) {
		return c, bad
	}
	c.root = light.Hash(root)
	name, signature, ok := strings.Cut(strings.TrimPrefix(lines[4], "— "), " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if !ok || err != nil || len(raw) != 4+64 || name == "" || c.origin == "" || checkpointText(c.origin, c.size, c.root) != strings.Join(lines[:3], "\n")+"\n" {
		return c, bad
	}
	if !strings.HasPrefix(lines[4], "— ") {
		return c, bad
	}
	c.signer = name
	return c, nil
}

// signature checks who published, if the key of a publisher is known (V41).
func (v *verifier) signature(text []byte) error {
	if v.o.Key == "" {
		v.report.Skip(check.Frame, "who published was not checked: no key was given")
		return nil
	}
	key, err := note.NewVerifier(v.o.Key)
	if err != nil {
		return fmt.Errorf("the key of the publisher: %w", err)
	}
	if _, err := note.Open(text, note.VerifierList(key)); err != nil {
		return check.Fail(check.Frame, "the checkpoint is not signed with the key %s: %v", key.Name(), err)
	}
	return nil
}

// tiles compares all other files with those that follow from the entries (V48),
// and returns the root of the log that these make.
func (v *verifier) tiles(size uint64) (root light.Hash, err error) {
	l := newLayout(func(path string, content []byte) error {
		if strings.HasPrefix(path, tileDirectory+"/entries/") {
			return nil // it is where the records come from
		}
		got, err := v.file(path, int64(len(content)), check.Tiles)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, content) {
			return check.Fail(check.Tiles, "%s does not follow from the entries", path)
		}
		v.report.Passed(check.Tiles, 1)
		return nil
	})
	for n := uint64(0); n*width < size; n++ {
		if err := v.bundle(l, n, int(min(width, size-n*width))); err != nil {
			return root, err
		}
	}
	if root, err = l.finish(); err != nil {
		return root, err
	}
	err = fs.WalkDir(v.dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !v.used[path] {
			err = check.Fail(check.Tiles, "%s should not be there", path)
		}
		return err
	})
	return root, err
}

// bundle reads a bundle of entries into the layout.
func (v *verifier) bundle(l *layout, n uint64, filled int) error {
	path := tilePath("entries", n, filled)
	b, err := v.file(path, maxBundle, check.Tiles)
	if err == nil {
		err = records(path, b, filled, l.add)
	}
	if err != nil {
		return err
	}
	v.report.Passed(check.Tiles, 1)
	return nil
}

// records calls add with those of a bundle (V48).
func records(path string, b []byte, filled int, add func(record []byte) error) error {
	for range filled {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return check.Fail(check.Tiles, "%s ends too early", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(b))
		if err := add(b[2:end]); err != nil {
			return err
		}
		b = b[end:]
	}
	if len(b) > 0 {
		return check.Fail(check.Tiles, "%s holds something besides", path)
	}
	return nil
}

// Fetch is a Publication's Log whose files come from elsewhere: fetch returns
// the file at a path, proof.json or a bundle of entries. Nothing of it is believed:
// the document must follow from what is trusted, and Export compares the records
// with the root that it proves.
func Fetch(fetch func(path string) ([]byte, error), trust func(*light.Document) (light.Trusted, error), add func(record []byte) error) (*light.Document, error) {
	text, err := fetch(proofFile)
	if err != nil {
		return nil, err
	}
	doc, err := light.ParseDocument(text)
	if err != nil {
		return nil, err
	}
	trusted, err := trust(doc)
	if err != nil {
		return nil, err
	}
	if err := doc.Verify(trusted, check.NewReport('T')); err != nil {
		return nil, err
	}
	_, log, err := Claimed(doc)
	if err != nil {
		return nil, check.Fail(check.Log, "%s: %v", proofFile, err)
	}
	for n := uint64(0); n*width < log.Size; n++ {
		filled := int(min(width, log.Size-n*width))
		path := tilePath("entries", n, filled)
		b, err := fetch(path)
		if err == nil {
			err = records(path, b, filled, add)
		}
		if err != nil {
			return nil, err
		}
	}
	return doc, nil
}
