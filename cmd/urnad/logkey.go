package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// logKeyFile holds the key under which a gateway publishes vote logs.
const logKeyFile = "log.key"

// logKey reads the key that signs checkpoints of vote logs, and makes it if the
// home has none. It says who published a checkpoint, and nothing more: no vote
// depends on it.
func logKey(home string) (ed25519.PrivateKey, error) {
	file := filepath.Join(home, logKeyFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		seed := make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(seed) // never fails
		text = []byte(hex.EncodeToString(seed))
		err = writeKey(file, string(text))
	}
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s does not hold a key of 64 hex digits", file)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// writeKey writes a line into a new file that only its owner can read.
func writeKey(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, text)
	return errors.Join(err, f.Sync(), f.Close())
}
