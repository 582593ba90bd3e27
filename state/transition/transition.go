// Package transition is the law: what a transaction, a block and the passing of
// time do to the state.
//
// It is one function of the state, the block and the transaction; admission to
// the mempool, proposals, execution, replay and audit all call Apply. It reads
// no clock, draws no random number and keeps nothing between calls. What it
// refuses it refuses with a numbered rejection; any other error is a fault, and
// whoever gets one no longer knows the truth and must stop.
package transition

import (
	"errors"
	"fmt"
	"math"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/tx"
)

// Block is what the law may know of the block it runs in.
type Block struct {
	ChainID      string
	Height       uint64
	Time         uint64 // unix seconds
	Proposer     ethkey.Address
	Commit       []Signature      // who signed the block before this one
	Misbehaviour []ethkey.Address // validators proved to have signed twice
}

// Signature tells whether a validator signed the last commit.
type Signature struct {
	Validator ethkey.Address
	Signed    bool
}

// Burn is the account that fees go to; nobody can spend from it.
var Burn = ethkey.Address{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
}

// Apply carries out one transaction. It returns what happened, a
// *tx.Rejection, or a fault. A transaction that is not carried out leaves no
// trace.
func Apply(f *state.Fork, b Block, t *tx.Verified) ([]Event, error) {
	child := f.Begin()
	s := &step{f: child, b: b, t: t}
	if err := s.apply(); err != nil {
		return nil, err
	}
	child.Merge()
	return s.events, nil
}

// step is one transaction on its way through the law.
type step struct {
	f      *state.Fork
	b      Block
	t      *tx.Verified
	params *genesis.Params
	events []Event
}

func (s *step) apply() error {
	if v, ok := s.t.Payload.(*tx.Vote); ok { // most of all transactions, and free
		return s.vote(v)
	}
	var err error
	if s.params, err = s.f.Params(); err != nil {
		return fmt.Errorf("read parameters: %w", err)
	}
	switch p := s.t.Payload.(type) {
	case *tx.CreateAccount:
		return s.createAccount(p)
	case *tx.SetAccountInfo:
		return s.setAccountInfo(p)
	case *tx.AddDelegate:
		return s.addDelegate(p)
	case *tx.DelDelegate:
		return s.delDelegate(p)
	case *tx.SetValidator:
		return s.setValidator(p)
	case *tx.SendTokens:
		return s.sendTokens(p)
	case *tx.CollectFaucet:
		return s.collectFaucet(p)
	case *tx.NewElection:
		return s.newElection(p)
	case *tx.SetStatus:
		return s.setStatus(p)
	case *tx.SetCensus:
		return s.setCensus(p)
	case *tx.SetDuration:
		return s.setDuration(p)
	}
	return fmt.Errorf("no law for a %T", s.t.Payload)
}

func (s *step) emit(e Event) { s.events = append(s.events, e) }

// account reads an account that must exist.
func (s *step) account(a ethkey.Address) (*state.Account, error) {
	acc, err := s.f.Account(a)
	if errors.Is(err, state.ErrNotFound) {
		return nil, tx.Reject(tx.UnknownAccount, "account %s does not exist", a)
	}
	return acc, err
}

// nextNonce checks the nonce of a transaction against its signer's account and
// counts it up.
func (s *step) nextNonce(nonce uint32) error {
	acc, err := s.account(s.t.Signer)
	if err != nil {
		return err
	}
	if nonce != acc.Nonce {
		return tx.Reject(tx.BadNonce, "nonce is %d, the account's next is %d", nonce, acc.Nonce)
	}
	if acc.Nonce == math.MaxUint32 {
		return tx.Reject(tx.Overflow, "the account has used all its nonces")
	}
	acc.Nonce++
	return s.f.SetAccount(s.t.Signer, acc)
}

// cost is the fixed price of the transaction.
func (s *step) cost() uint64 { return Cost(s.params, s.t.Payload.Kind()) }

// charge burns the fee of the transaction from the signer's account.
func (s *step) charge(fee uint64, reference *election.ID) error {
	if fee == 0 {
		return nil
	}
	if err := s.move(s.t.Signer, Burn, fee); err != nil {
		return err
	}
	s.emit(FeePaid{From: s.t.Signer, Amount: fee, Kind: s.t.Payload.Kind(), Reference: reference})
	return nil
}

// move takes tokens from one existing account to another; Burn comes into being
// with the first fee.
func (s *step) move(from, to ethkey.Address, amount uint64) error {
	src, err := s.account(from)
	if err != nil {
		return err
	}
	if src.Balance < amount {
		return tx.Reject(tx.InsufficientBalance, "account %s has %d tokens, needs %d", from, src.Balance, amount)
	}
	src.Balance -= amount
	if err := s.f.SetAccount(from, src); err != nil {
		return err
	}
	dst, err := s.f.Account(to)
	if errors.Is(err, state.ErrNotFound) {
		if to != Burn {
			return tx.Reject(tx.UnknownAccount, "account %s does not exist", to)
		}
		dst, err = &state.Account{}, nil
	}
	if err != nil {
		return err
	}
	if dst.Balance > math.MaxUint64-amount {
		return tx.Reject(tx.Overflow, "the balance of %s would overflow", to)
	}
	dst.Balance += amount
	return s.f.SetAccount(to, dst)
}

// redeem spends a faucet package in favour of the signer, whose account exists.
func (s *step) redeem(g *tx.FaucetGrant) error {
	if g == nil {
		return nil
	}
	switch {
	case g.To != s.t.Signer:
		return tx.Reject(tx.FaucetWrongReceiver, "faucet package is for %s", g.To)
	case g.Issuer == s.t.Signer:
		return tx.Reject(tx.SelfTransfer, "faucet package is issued by its receiver")
	case g.NotAfter < s.b.Time:
		return tx.Reject(tx.FaucetExpired, "faucet package expired at %d, the time is %d", g.NotAfter, s.b.Time)
	case g.NotAfter > s.b.Time+s.params.FaucetHorizon:
		return tx.Reject(tx.FaucetExpired, "faucet package expires more than %d seconds ahead", s.params.FaucetHorizon)
	}
	spent, err := s.f.FaucetSpent(g.Issuer, g.Identifier)
	if err != nil {
		return err
	}
	if spent {
		return tx.Reject(tx.FaucetSpent, "faucet package %d of %s is spent already", g.Identifier, g.Issuer)
	}
	issuer, err := s.f.Account(g.Issuer)
	if errors.Is(err, state.ErrNotFound) || (err == nil && issuer.Balance < g.Amount) {
		return tx.Reject(tx.FaucetUnderfunded, "the issuer %s cannot cover %d tokens", g.Issuer, g.Amount)
	}
	if err != nil {
		return err
	}
	if err := s.move(g.Issuer, s.t.Signer, g.Amount); err != nil {
		return err
	}
	// The mark is needed only while the package could be redeemed again.
	if err := s.f.SpendFaucet(g.Issuer, g.Identifier, g.NotAfter); err != nil {
		return err
	}
	if err := s.f.Schedule(forget(g)); err != nil {
		return err
	}
	s.emit(Transferred{From: g.Issuer, To: s.t.Signer, Amount: g.Amount})
	return nil
}
