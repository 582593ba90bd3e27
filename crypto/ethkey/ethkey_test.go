package ethkey

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	"github.com/ethereum/go-ethereum/crypto"
)

func key(t testing.TB, n int) *Key {
	t.Helper()
	k, err := ParseKey(fmt.Sprintf("%064x", n))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysHaveTheAddressesThatWalletsShow(t *testing.T) {
	// The addresses of the private keys 1 and 2 are known to every block explorer.
	for n, want := range map[int]string{
		1: "7e5f4552091a69125d5dfcb7b8c2659029395bdf",
		2: "2b5ad5c4795c026514f8317c7a215e218dccd6cf",
	} {
		k := key(t, n)
		if k.Address().String() != want {
			t.Errorf("key %d: address %s, want %s", n, k.Address(), want)
		}
		if a, err := PublicKeyAddress(k.PublicKey()); err != nil || a != k.Address() {
			t.Errorf("key %d: address of the public key %s, %v", n, a, err)
		}
		if k.Hex() != fmt.Sprintf("%064x", n) {
			t.Errorf("key %d: hex %s", n, k.Hex())
		}
	}
}

func TestTheTextHashIsThatOfWallets(t *testing.T) {
	// The example of the ethers documentation for hashMessage.
	const want = "a1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2"
	if h := TextHash([]byte("Hello World")); hex.EncodeToString(h[:]) != want {
		t.Errorf("got %x, want %s", h, want)
	}
}

func TestWhoSignedIsRecovered(t *testing.T) {
	for i := range 50 {
		k, err := Generate()
		if err != nil {
			t.Fatal(err)
		}
		text := bytes.Repeat([]byte("text "), i)
		sig, err := k.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		before := bytes.Clone(sig)
		got, err := Recover(text, sig)
		if err != nil || got != k.Address() {
			t.Fatalf("recovered %s, %v; want %s", got, err, k.Address())
		}
		if !bytes.Equal(sig, before) {
			t.Fatal("the signature was changed")
		}
		short := bytes.Clone(sig)
		short[64] -= 27
		if got, err := Recover(text, short); err != nil || got != k.Address() {
			t.Fatalf("v %d: recovered %s, %v", short[64], got, err)
		}
		if got, err := Recover(append(text, '.'), sig); err == nil && got == k.Address() {
			t.Fatal("the signature serves another text")
		}
	}
}

func TestASignatureHasOneFormOnly(t *testing.T) {
	k, text := key(t, 1), []byte("text")
	good, err := k.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	order := crypto.S256().Params().N
	change := func(f func(sig []byte) []byte) []byte { return f(bytes.Clone(good)) }
	cases := map[string][]byte{
		"nothing":  nil,
		"64 bytes": good[:64],
		"66 bytes": append(bytes.Clone(good), 0),
		"zero r":   change(func(s []byte) []byte { clear(s[:32]); return s }),
		"zero s":   change(func(s []byte) []byte { clear(s[32:64]); return s }),
		"large r":  change(func(s []byte) []byte { order.FillBytes(s[:32]); return s }),
		"large s":  change(func(s []byte) []byte { order.FillBytes(s[32:64]); return s }),
		"the higher s": change(func(s []byte) []byte {
			high := new(big.Int).Sub(order, new(big.Int).SetBytes(s[32:64]))
			high.FillBytes(s[32:64])
			s[64] = 55 - s[64]
			return s
		}),
	}
	for v := range 256 {
		if v != 0 && v != 1 && v != 27 && v != 28 {
			cases[fmt.Sprint("v of ", v)] = change(func(s []byte) []byte { s[64] = byte(v); return s })
		}
	}
	for name, sig := range cases {
		if a, err := Recover(text, sig); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: recovered %s, %v", name, a, err)
		}
	}
}

func TestTheLargestLowSIsHalfTheOrder(t *testing.T) {
	half := new(big.Int).Rsh(crypto.S256().Params().N, 1)
	if !bytes.Equal(half.Bytes(), halfOrder[:]) {
		t.Fatalf("half the order is %x", half)
	}
	next := new(big.Int).Add(half, big.NewInt(1)).Bytes()
	if !lowS(halfOrder[:]) || lowS(next) {
		t.Error("the bound is not where it belongs")
	}
}

func TestAddressesAreReadStrictly(t *testing.T) {
	want := key(t, 1).Address()
	plain := want.String()
	for _, s := range []string{plain, "0x" + plain, "0X" + plain, strings.ToUpper(plain), "0x" + strings.ToUpper(plain)} {
		if a, err := ParseAddress(s); err != nil || a != want {
			t.Errorf("%q: %s, %v", s, a, err)
		}
	}
	for _, s := range []string{"", "0x", plain[1:], plain + "0", "0x0x" + plain[2:], " " + plain[1:], "g" + plain[1:]} {
		if a, err := ParseAddress(s); err == nil || !a.IsZero() {
			t.Errorf("%q is taken for %s", s, a)
		}
	}
	if a, err := AddressFromBytes(want[:]); err != nil || a != want {
		t.Errorf("got %s, %v", a, err)
	}
	for _, b := range [][]byte{nil, want[1:], append(want[:], 0)} {
		if _, err := AddressFromBytes(b); err == nil {
			t.Errorf("%d bytes are taken for an address", len(b))
		}
	}
	if want.IsZero() || !(Address{}).IsZero() {
		t.Error("IsZero")
	}
}

func TestKeysAreReadStrictly(t *testing.T) {
	good := key(t, 7).Hex()
	for _, s := range []string{good, "0x" + good, " " + good + "\n"} {
		if k, err := ParseKey(s); err != nil || k.Hex() != good {
			t.Errorf("%q: %v", s, err)
		}
	}
	order := fmt.Sprintf("%064x", crypto.S256().Params().N)
	for _, s := range []string{"", "0x", good[2:], good + "00", strings.Repeat("0", 64), order, strings.Repeat("f", 64), "zz" + good[2:]} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("%q is taken for a key", s)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 33), bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{0xff}, 33), append([]byte{4}, make([]byte, 64)...)} {
		if _, err := PublicKeyAddress(b); !errors.Is(err, ErrPublicKey) {
			t.Errorf("%x: %v", b, err)
		}
	}
}

func TestPrintingAKeyTellsNoSecret(t *testing.T) {
	k, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := new(big.Int).SetString(k.Hex(), 16)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, k); strings.Contains(s, k.Hex()) || strings.Contains(s, secret.String()) || !strings.Contains(s, k.Address().String()) {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func TestAKeyFromElsewhereIsChecked(t *testing.T) {
	k := key(t, 3)
	got, err := FromECDSA(k.ECDSA())
	if err != nil || got.Address() != k.Address() {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := FromECDSA(nil); err == nil {
		t.Error("nil is taken for a key")
	}
}

func FuzzRecover(f *testing.F) {
	sig, err := key(f, 1).Sign([]byte("text"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("text"), sig)
	f.Add([]byte{}, make([]byte, SignatureLen))
	f.Fuzz(func(t *testing.T, text, sig []byte) {
		a, err := Recover(text, sig)
		if err != nil {
			if !errors.Is(err, ErrSignature) || !a.IsZero() {
				t.Fatalf("%s, %v", a, err)
			}
			return
		}
		// Whatever has a signer has the strict form.
		if len(sig) != SignatureLen || !lowS(sig[32:64]) || !bytes.ContainsAny(sig[64:], "\x00\x01\x1b\x1c") {
			t.Fatalf("%x is taken", sig)
		}
	})
}

func TestAKeyIsRecoveredAsConsensusSigns(t *testing.T) {
	k := secp256k1eth.GenPrivKeySecp256k1Eth([]byte("validator"))
	message := []byte("a precommit")
	sig, err := k.Sign(message)
	if err != nil {
		t.Fatal(err)
	}
	pub := [PublicKeyLen]byte(k.PubKey().Bytes())
	if got, err := RecoverKey(Keccak256(message), sig); err != nil || got != pub {
		t.Errorf("recovered %x, %v, want %x", got, err, pub)
	}
	// Whatever is changed, both say the same.
	for i := range sig {
		for _, bit := range []byte{1, 27, 128} {
			bad := bytes.Clone(sig)
			bad[i] ^= bit
			if Verify(pub, Keccak256(message), bad) || k.PubKey().VerifySignature(message, bad) {
				t.Errorf("a signature with byte %d changed is accepted", i)
			}
		}
	}
	if Verify(pub, Keccak256(message), sig[:64]) || Verify(pub, Keccak256([]byte("another")), sig) {
		t.Error("a short signature, or one of another message, is accepted")
	}
}
