package issuer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// Method is a way to find out who somebody is: a few questions, whose answers
// lead to a member's ID or to an error. Whether that member is on a list is
// not its business, and its answers must not tell.
type Method interface {
	// Name is the word for it in the API.
	Name() string
	// Questions are what is asked, one step each.
	Questions() []Question
	// Answer takes the answer to a step. state is what it said to remember of
	// the step before; after the last step it returns the member's ID.
	Answer(ctx context.Context, step int, state string, answer []string) (Progress, error)
	// Key turns an entry of a list of members into a member's ID.
	Key(entry string) (string, error)
}

// Question is a step of a Method.
type Question struct {
	Title string `json:"title"`
	Type  string `json:"type"` // "text", "email" or "token"
}

// Progress is what a step leads to.
type Progress struct {
	State  string   // to remember; the client does not see it
	Hints  []string // for the client
	Member string   // after the last step
}

// ErrAnswer reports an answer that is wrong; the client may try again.
var ErrAnswer = errors.New("the answer is wrong")

// Codes lets in whoever has an invitation code. Codes are kept as hashes: they
// must be long enough not to be guessed.
type Codes struct{}

// CodeLen is the shortest code that is taken, characters without hyphens. 16
// characters of 32 kinds are 80 bits.
const CodeLen = 16

const codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// NewCode makes an invitation code: four groups of four characters.
func NewCode() string {
	var b [CodeLen]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness
	}
	var s strings.Builder
	for i, c := range b {
		if i > 0 && i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(codeLetters[c%32])
	}
	return s.String()
}

// Name implements Method.
func (Codes) Name() string { return "code" }

// Questions implements Method.
func (Codes) Questions() []Question { return []Question{{"Invitation code", "text"}} }

// Answer implements Method.
func (c Codes) Answer(_ context.Context, _ int, _ string, answer []string) (Progress, error) {
	if len(answer) != 1 {
		return Progress{}, ErrAnswer
	}
	member, err := c.Key(answer[0])
	if err != nil {
		return Progress{}, ErrAnswer
	}
	return Progress{Member: member}, nil
}

// Key implements Method: the SHA-256 of the code in capitals without hyphens.
func (Codes) Key(code string) (string, error) {
	plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	if len(plain) < CodeLen {
		return "", errors.New("an invitation code has at least 16 letters and digits")
	}
	h := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(h[:]), nil
}
