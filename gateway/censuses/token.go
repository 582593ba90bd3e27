package censuses

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

// A token is 16 random bytes and 16 bytes of their HMAC-SHA256 under the
// service's secret, in hex: issuing one leaves nothing behind, and still nobody
// can pick one that is easy to guess. A draft keeps its token's SHA-256.
const tokenHalf = 16

// NewToken makes a token. Whoever shows it when a draft is made owns the draft.
func (s *Service) NewToken() string {
	var b [tokenHalf]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(append(b[:], s.mac(b[:])...))
}

func (s *Service) mac(b []byte) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write(b)
	return h.Sum(nil)[:tokenHalf]
}

// ownerOf checks that a token is one of ours and returns what is kept of it.
func (s *Service) ownerOf(token string) (string, error) {
	b, err := hex.DecodeString(token)
	if err != nil || len(b) != 2*tokenHalf || !hmac.Equal(b[tokenHalf:], s.mac(b[:tokenHalf])) {
		return "", ErrToken
	}
	return hashToken(token), nil
}

func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

func (m *meta) belongsTo(token string) bool {
	return m.draft() && subtle.ConstantTimeCompare([]byte(hashToken(token)), []byte(m.Owner)) == 1
}
