package tiles

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// Publication is what a directory of tiles is made of.
type Publication struct {
	// Log calls add with each record of the log, in its order, and returns a
	// document whose first claim is the log's record.
	Log func(add func(record []byte) error) (*light.Document, error)

	// Key signs the checkpoint.
	Key ed25519.PrivateKey
}

// Export writes the files below a directory that does not exist yet. If it fails
// there is none.
func Export(dir string, p Publication) (err error) {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already", dir))
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	write := func(path string, content []byte) error {
		path = filepath.Join(temp, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o644)
	}
	l := newLayout(write)
	doc, err := p.Log(l.add)
	if err != nil {
		return err
	}
	id, log, err := Claimed(doc)
	if err != nil {
		return err
	}
	root, err := l.finish()
	if err != nil {
		return err
	}
	if root != log.Root || l.size != log.Size {
		return check.Fail(check.Log, "%d records make the root %x, the log has %d and %x", l.size, root, log.Size, log.Root)
	}
	signed, err := sign(origin(doc.ChainID, id), log, p.Key)
	if err != nil {
		return err
	}
	err = errors.Join(write(checkpointFile, signed), write(proofFile, doc.Encode()), os.Chmod(temp, 0o755))
	if err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

// Claimed is the log record that a document claims first.
func Claimed(d *light.Document) (id election.ID, log state.Log, err error) {
	c := &d.Claims[0]
	if len(c.Key) != 1+len(id) || c.Value == nil {
		return id, log, errors.New("the first claim is not about a vote log that exists")
	}
	id = election.ID(c.Key[1:])
	if string(c.Key) != string(state.LogKey(id)) {
		return id, log, errors.New("the first claim is not about a vote log")
	}
	return id, state.ReadLog(codec.NewReader(c.Value)), nil
}

// signer signs notes under the name of its verifier.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

// Sign implements note.Signer.
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

// VerifierKey is the text by which clients know who signs the checkpoints of an
// election.
func VerifierKey(chainID string, id election.ID, key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(keyName(origin(chainID, id)), key)
}

func sign(origin string, log state.Log, key ed25519.PrivateKey) ([]byte, error) {
	text, err := note.NewEd25519VerifierKey(keyName(origin), key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: checkpointText(origin, log.Size, log.Root)}, signer{v, key})
}

// Key reads the key of a publisher from a file: 64 hex digits, the seed. A file
// that is not there is made.
func Key(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		_, err = fmt.Fprintf(f, "%x\n", key.Seed())
		return key, errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s does not hold the %d hex digits of a key", path, 2*ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
