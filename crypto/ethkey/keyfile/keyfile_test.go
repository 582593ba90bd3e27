package keyfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"

	"urna/crypto/ethkey"
)

func newKey(t *testing.T) *ethkey.Key {
	t.Helper()
	k, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// quickly saves with a cheap derivation; Load reads its cost from the file.
func quickly(t *testing.T, path string, k *ethkey.Key, passphrase string) error {
	t.Helper()
	sealed, err := encrypt(k, passphrase, keystore.LightScryptN, keystore.LightScryptP)
	if err != nil {
		t.Fatal(err)
	}
	return create(path, sealed)
}

func TestASavedKeyIsLoadedWithItsPassphraseOnly(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "key.json"), newKey(t)
	if err := quickly(t, path, key, "correct horse"); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if got.Hex() != key.Hex() || got.Address() != key.Address() {
		t.Errorf("loaded %s, saved %s", got.Address(), key.Address())
	}
	if _, err := Load(path, "battery staple"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("got %v, want %v", err, ErrPassphrase)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := Address(text); err != nil || who != key.Address() {
		t.Errorf("the file says it is %s's: %v", who, err)
	}
	if strings.Contains(string(text), key.Hex()) {
		t.Error("the file holds the key in the clear")
	}
}

func TestAKeyFileIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key.json")
	if err := quickly(t, path, newKey(t), "p"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files are left behind", len(entries)-1)
	}
}

func TestAKeyFileIsNeverReplaced(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "key.json"), newKey(t)
	if err := quickly(t, path, key, "p"); err != nil {
		t.Fatal(err)
	}
	if err := quickly(t, path, newKey(t), "p"); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want %v", err, ErrExists)
	}
	if got, err := Load(path, "p"); err != nil || got.Hex() != key.Hex() {
		t.Errorf("the first key is gone: %v", err)
	}
}

func TestWhatIsNoKeyFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := Save(filepath.Join(dir, "key.json"), newKey(t), ""); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v, want %v", err, ErrEmpty)
	}
	if err := quickly(t, filepath.Join(dir, "no", "key.json"), newKey(t), "p"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("saved in a directory that does not exist: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none"), "p"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	for i, text := range []string{"", "{}", "hello", `{"version":3,"crypto":{}}`, `{"version":9}`} {
		path := filepath.Join(dir, "bad")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, "p"); err == nil {
			t.Errorf("%d: %q is taken for a key", i, text)
		}
		if who, err := Address([]byte(text)); err == nil {
			t.Errorf("%d: %q is taken for %s's key", i, text, who)
		}
	}
}

// The first test vector of the Web3 Secret Storage definition (scrypt).
const wallet = `{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
"kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}`

func TestSaveAndLoadUseTheFullDerivation(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "key.json"), newKey(t)
	if err := Save(path, key, "p"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"n":262144`) {
		t.Errorf("a cheap derivation: %s", text)
	}
	if got, err := Load(path, "p"); err != nil || got.Hex() != key.Hex() {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAWalletsFileIsLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wallet")
	if err := os.WriteFile(path, []byte(wallet), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := Load(path, "testpassword")
	if err != nil {
		t.Fatal(err)
	}
	if want := "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"; key.Hex() != want {
		t.Errorf("got %s, want %s", key.Hex(), want)
	}
}
