package gateway

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"
	"time"

	"urna/crypto/ethkey"
	"urna/state"
	"urna/tx"
)

// Quota is how often something may be done: Times at once, and as many again
// over the course of Per.
type Quota struct {
	Times int
	Per   time.Duration
}

func (q Quota) perSecond() float64 { return float64(q.Times) / q.Per.Seconds() }

// FaucetConfig says what the faucet gives away.
type FaucetConfig struct {
	Key    *ethkey.Key // of the account that pays; nil turns the faucet off
	Amount uint64      // tokens in a package; required

	// Validity is how long a package may be redeemed, at most what the chain
	// allows; one day.
	Validity time.Duration

	PerAddress Quota // packages for one account; 3 a day
	PerClient  Quota // packages for one network client; 20 a day
	Remember   int   // accounts and clients remembered at most; 65,536 each
}

func (c *FaucetConfig) complete() error {
	if c.Key == nil {
		return nil
	}
	def(&c.Validity, 24*time.Hour)
	def(&c.PerAddress, Quota{3, 24 * time.Hour})
	def(&c.PerClient, Quota{20, 24 * time.Hour})
	def(&c.Remember, 1<<16)
	if c.Amount == 0 {
		return errors.New("the amount of a package is required")
	}
	if min(int64(c.Validity/time.Second), int64(c.PerAddress.Times), int64(c.PerAddress.Per),
		int64(c.PerClient.Times), int64(c.PerClient.Per), int64(c.Remember)) < 1 {
		return errors.New("validity and quotas must be above zero")
	}
	return nil
}

type faucet struct {
	FaucetConfig
	addresses *meter[ethkey.Address]
	clients   *meter[client]
}

func newFaucet(c FaucetConfig, now func() time.Time) faucet {
	f := faucet{FaucetConfig: c}
	if c.Key != nil {
		f.addresses = newMeter[ethkey.Address](c.PerAddress.perSecond(), c.PerAddress.Times, c.Remember, now)
		f.clients = newMeter[client](c.PerClient.perSecond(), c.PerClient.Times, c.Remember, now)
	}
	return f
}

// claim signs a promise of tokens. Nothing moves until the account redeems it.
func (g *Gateway) claim(w http.ResponseWriter, r *http.Request) error {
	if g.faucet.Key == nil {
		return problem(http.StatusNotFound, codeFaucetOff, "this gateway has no faucet")
	}
	to, err := pathAddress(r, "address")
	if err != nil {
		return err
	}
	v, err := g.committed()
	if err != nil {
		return err
	}
	if wait := g.faucet.clients.take(g.limits.clientOf(r), 1); wait > 0 {
		return tooMany("the faucet has given enough to this client; try again later", wait)
	}
	if wait := g.faucet.addresses.take(to, 1); wait > 0 {
		return tooMany("the faucet has given enough to this account; try again later", wait)
	}
	payer, err := v.Account(g.faucet.Key.Address())
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	if err != nil || payer.Balance < g.faucet.Amount {
		return problem(http.StatusServiceUnavailable, codeFaucet, "the faucet is empty")
	}
	notAfter, err := g.faucetExpiry(v)
	if err != nil {
		return err
	}
	p, err := tx.SignFaucet(g.faucet.Key, tx.FaucetPayload{
		Identifier: randomUint64(), To: to, Amount: g.faucet.Amount, ChainID: g.app.ChainID(), NotAfter: notAfter,
	})
	if err != nil {
		return err
	}
	text, err := p.MarshalText()
	if err != nil {
		return err
	}
	return reply(w, &struct {
		Amount  string `json:"amount"`
		Package string `json:"faucetPackage"`
	}{strconv.FormatUint(g.faucet.Amount, 10), string(text)})
}

// faucetExpiry counts from the chain's own time, which is what decides.
func (g *Gateway) faucetExpiry(v *state.View) (uint64, error) {
	params, err := v.Params()
	if err != nil {
		return 0, err
	}
	mark, err := v.Mark()
	if err != nil {
		return 0, err
	}
	return mark.Time + min(uint64(g.faucet.Validity/time.Second), params.FaucetHorizon), nil
}

// randomUint64 makes two packages of one identifier, of which one would be
// refused as spent, too rare to meet.
func randomUint64() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:])
}
