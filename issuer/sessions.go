package issuer

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"urna/election"
)

// ErrSession reports a token that is unknown, used up or too old.
var ErrSession = errors.New("the session is over; begin again")

// session is somebody on the way to a credential. Sessions live in memory: after
// a restart people say again who they are.
type session struct {
	election election.ID
	kind     string // of signature, as the path names it
	next     int    // step that is asked for
	state    string
	tries    int
	member   string // once it is known
	expires  time.Time
}

// sessions are open for a while.
type sessions struct {
	mu  sync.Mutex // guards all
	all map[string]session
}

func newSessions() *sessions { return &sessions{all: map[string]session{}} }

// put keeps a session and returns its token.
func (s *sessions) put(one session, now time.Time) (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	one.expires = now.Add(sessionLife)
	token := hex.EncodeToString(b[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= maxSessions {
		for k, old := range s.all {
			if now.After(old.expires) {
				delete(s.all, k)
			}
		}
	}
	if len(s.all) >= maxSessions {
		return "", ErrTooOften
	}
	s.all[token] = one
	return token, nil
}

// take removes a session while an answer is looked at, so that guesses come one
// at a time; retry puts it back.
func (s *sessions) take(token string, now time.Time) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[token]
	delete(s.all, token)
	if !ok || now.After(one.expires) {
		return session{}, ErrSession
	}
	return one, nil
}

// retry puts a session back after a wrong answer, a few times.
func (s *sessions) retry(token string, one session) {
	if one.tries++; one.tries >= maxTries {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[token] = one
}

// get returns a session and leaves it there: whoever lost the answer asks again.
func (s *sessions) get(token string, now time.Time) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[token]
	if !ok || now.After(one.expires) {
		return session{}, ErrSession
	}
	return one, nil
}
