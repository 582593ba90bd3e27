// Package keyfile keeps account keys on disk, encrypted with a passphrase, in
// the format that Ethereum wallets use (Web3 Secret Storage, version 3). It
// never replaces a file and never leaves half of one.
//
// It stands apart from ethkey because the format's implementation brings
// scrypt, file watching and much of a wallet along, and the law needs none of
// that.
package keyfile

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"

	"urna/crypto/ethkey"
)

// Errors of this package.
var (
	ErrExists     = errors.New("the key file exists")
	ErrPassphrase = errors.New("wrong passphrase")
	ErrEmpty      = errors.New("a key file needs a passphrase")
)

// Encrypt seals a key with a passphrase. Deriving the sealing key from the
// passphrase takes about a second and 256 MiB, here and in Decrypt.
func Encrypt(key *ethkey.Key, passphrase string) ([]byte, error) {
	return encrypt(key, passphrase, keystore.StandardScryptN, keystore.StandardScryptP)
}

func encrypt(key *ethkey.Key, passphrase string, n, p int) ([]byte, error) {
	if passphrase == "" {
		return nil, ErrEmpty
	}
	k := &keystore.Key{Address: common.Address(key.Address()), PrivateKey: key.ECDSA()}
	rand.Read(k.Id[:]) // a name for the file that says nothing of the key; cannot fail
	// RFC 9562: version 4, variant 10.
	k.Id[6], k.Id[8] = k.Id[6]&0x0f|0x40, k.Id[8]&0x3f|0x80
	sealed, err := keystore.EncryptKey(k, passphrase, n, p)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return append(sealed, '\n'), nil
}

// Decrypt opens what Encrypt or an Ethereum wallet sealed.
func Decrypt(sealed []byte, passphrase string) (*ethkey.Key, error) {
	opened, err := keystore.DecryptKey(sealed, passphrase)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("decrypt key: %w", err)
	}
	return ethkey.FromECDSA(opened.PrivateKey)
}

// Address is whose key is sealed, as far as the file says: nothing vouches for
// it until the key is opened, and some wallets leave it out.
func Address(sealed []byte) (ethkey.Address, error) {
	var file struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(sealed, &file); err != nil {
		return ethkey.Address{}, fmt.Errorf("key file: %w", err)
	}
	return ethkey.ParseAddress(file.Address)
}

// Save encrypts key into a new file that only its owner may read.
func Save(path string, key *ethkey.Key, passphrase string) error {
	sealed, err := Encrypt(key, passphrase)
	if err != nil {
		return err
	}
	return create(path, sealed)
}

// Load decrypts the key in a file.
func Load(path, passphrase string) (*ethkey.Key, error) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	key, err := Decrypt(sealed, passphrase)
	if err != nil {
		return nil, fmt.Errorf("load key %s: %w", path, err)
	}
	return key, nil
}

// create makes a file with all of data or none: the name appears by a link,
// which unlike a rename fails if the name is taken.
func create(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrExists)
	} else if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name in the directory survive a crash.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
