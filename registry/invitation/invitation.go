// Package invitation makes and reads the codes that members of an organisation are
// invited with, and the text that they sign when they redeem one. It knows no
// database, so that programs of members may use it.
package invitation

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"

	"urna/crypto/ethkey"
)

// Code is what an invitation is redeemed with: 24 random characters, that is 120
// bits, and one to catch mistyped ones, in groups of five. Whoever has it is the
// member; only its hash is stored.
type Code string

const codeLen = 25 // characters of a code

// alphabet has no letters that look like a digit or like each other (Crockford).
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var base32Code = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// ErrNotCode reports a text that no code has.
var ErrNotCode = errors.New("this is not a code: it has 25 letters and digits, and one of them is mistyped or missing")

// New makes a code.
func New() Code {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails
	s := base32Code.EncodeToString(b[:])
	return Code(s + checkLetter(s))
}

// checkLetter is the letter that follows the others.
func checkLetter(s string) string {
	h := sha256.Sum256([]byte(s))
	return alphabet[h[0]>>3 : h[0]>>3+1]
}

// Parse reads a code as people write it: in any case, with or without dashes
// and spaces, with O for 0 and I or L for 1.
func Parse(s string) (Code, error) {
	if len(s) > 4*codeLen {
		return "", ErrNotCode
	}
	s = strings.NewReplacer("-", "", " ", "", "\t", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(s)))
	if len(s) != codeLen || strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(alphabet, r) }) {
		return "", ErrNotCode
	}
	if checkLetter(s[:codeLen-1]) != s[codeLen-1:] {
		return "", ErrNotCode
	}
	return Code(s), nil
}

// String is the code in groups.
func (c Code) String() string {
	var groups []string
	for s := string(c); s != ""; s = s[min(5, len(s)):] {
		groups = append(groups, s[:min(5, len(s))])
	}
	return strings.Join(groups, "-")
}

// Hash is what is stored of a code: SHA-256 of its 25 characters without dashes,
// in hex. The code is random enough that it cannot be found from it.
func (c Code) Hash() string {
	h := sha256.Sum256([]byte(c))
	return hex.EncodeToString(h[:])
}

// Text is what a member signs to vote with an address: it names the organisation,
// the code and the address, so that the signature is good for nothing else.
func Text(organisation, registry string, c Code, a ethkey.Address) string {
	return "I will vote with this address.\n\n" +
		"Organisation: " + organisation + "\n" +
		"Registry: " + registry + "\n" +
		"Code: " + c.String() + "\n" +
		"Address: 0x" + a.String()
}
