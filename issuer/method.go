package issuer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"urna/registry/invitation"
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

// Codes lets in whoever has an invitation code, see registry/invitation. Codes
// are kept as hashes.
type Codes struct{}

// hashed begins an entry of a list that is the hash of a code, as
// urna-registry issuer-list writes it: whoever made the list does not show the
// codes to the issuer. In an answer it means nothing: the hash lets nobody in.
const hashed = "sha256:"

// NewCode makes an invitation code.
func NewCode() string { return invitation.New().String() }

// Name implements Method.
func (Codes) Name() string { return "code" }

// Questions implements Method.
func (Codes) Questions() []Question { return []Question{{"Invitation code", "text"}} }

// Answer implements Method.
func (Codes) Answer(_ context.Context, _ int, _ string, answer []string) (Progress, error) {
	if len(answer) != 1 {
		return Progress{}, ErrAnswer
	}
	code, err := invitation.Parse(answer[0]) // and never a hash: that is not secret
	if err != nil {
		return Progress{}, ErrAnswer
	}
	return Progress{Member: code.Hash()}, nil
}

// Key implements Method: the hash of a code, which may stand in the list itself.
func (Codes) Key(entry string) (string, error) {
	if hash, is := strings.CutPrefix(entry, hashed); is {
		if b, err := hex.DecodeString(hash); err != nil || len(b) != 32 || hex.EncodeToString(b) != hash {
			return "", fmt.Errorf("after %s come 64 hex digits in small letters", hashed)
		}
		return hash, nil
	}
	code, err := invitation.Parse(entry)
	if err != nil {
		return "", err
	}
	return code.Hash(), nil
}
