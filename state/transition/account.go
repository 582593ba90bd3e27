package transition

import (
	"errors"
	"slices"

	"urna/crypto/ethkey"
	"urna/state"
	"urna/tx"
)

func (s *step) createAccount(p *tx.CreateAccount) error {
	if _, err := s.f.Account(s.t.Signer); err == nil {
		return tx.Reject(tx.AccountExists, "createAccountTx: account already exists")
	} else if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	if err := checkDelegates(s.t.Signer, nil, p.Delegates); err != nil {
		return err
	}
	acc := &state.Account{InfoURI: p.InfoURI, Delegates: p.Delegates, IdentityKey: identityKey(p.IdentityKey)}
	if err := s.f.SetAccount(s.t.Signer, acc); err != nil {
		return err
	}
	if err := s.redeem(s.t.Faucet); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	s.emit(AccountCreated{Account: s.t.Signer, InfoURI: p.InfoURI})
	return nil
}

// identityKey writes a commitment, a little-endian number, in its full length:
// some clients leave out the zero bytes at its end.
func identityKey(short []byte) []byte {
	if len(short) == 0 {
		return nil
	}
	return append(slices.Clone(short), make([]byte, 32-len(short))...)
}

func (s *step) setAccountInfo(p *tx.SetAccountInfo) error {
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	target := p.Account
	if target.IsZero() {
		target = s.t.Signer
	}
	if err := s.authorise(target); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	acc, err := s.account(target)
	if err != nil {
		return err
	}
	if p.InfoURI == "" || p.InfoURI == acc.InfoURI {
		return tx.Reject(tx.SameURI, "invalid URI, must be different and not empty")
	}
	acc.InfoURI = p.InfoURI
	if err := s.f.SetAccount(target, acc); err != nil {
		return err
	}
	s.emit(AccountChanged{Account: target})
	return nil
}

func (s *step) addDelegate(p *tx.AddDelegate) error {
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	acc, err := s.account(s.t.Signer)
	if err != nil {
		return err
	}
	if err := checkDelegates(s.t.Signer, acc.Delegates, p.Delegates); err != nil {
		return err
	}
	acc.Delegates = append(acc.Delegates, p.Delegates...)
	return s.changeAccount(acc)
}

func (s *step) delDelegate(p *tx.DelDelegate) error {
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	acc, err := s.account(s.t.Signer)
	if err != nil {
		return err
	}
	for _, d := range p.Delegates {
		i := slices.Index(acc.Delegates, d)
		if i < 0 {
			return tx.Reject(tx.UnknownDelegate, "%s is not a delegate", d)
		}
		acc.Delegates = slices.Delete(acc.Delegates, i, i+1)
	}
	return s.changeAccount(acc)
}

func (s *step) changeAccount(acc *state.Account) error {
	if err := s.f.SetAccount(s.t.Signer, acc); err != nil {
		return err
	}
	s.emit(AccountChanged{Account: s.t.Signer})
	return nil
}

// checkDelegates says whether more delegates may join those an account has.
func checkDelegates(owner ethkey.Address, have, more []ethkey.Address) error {
	if len(have)+len(more) > tx.MaxDelegates {
		return tx.Reject(tx.TooManyDelegates, "an account has at most %d delegates", tx.MaxDelegates)
	}
	for _, d := range more {
		if d == owner {
			return tx.Reject(tx.SelfDelegate, "an account cannot be its own delegate")
		}
		if slices.Contains(have, d) {
			return tx.Reject(tx.DelegateExists, "%s is a delegate already", d)
		}
	}
	return nil
}

// authorise checks that the signer may act for an organisation: as itself or
// as its delegate.
func (s *step) authorise(organisation ethkey.Address) error {
	if organisation == s.t.Signer {
		return nil
	}
	acc, err := s.account(organisation)
	if err != nil {
		return err
	}
	if !slices.Contains(acc.Delegates, s.t.Signer) {
		return tx.Reject(tx.NotAuthorized, "%s is not authorized to act for %s", s.t.Signer, organisation)
	}
	return nil
}

func (s *step) sendTokens(p *tx.SendTokens) error {
	if p.To == s.t.Signer {
		return tx.Reject(tx.SelfTransfer, "sender and receiver are the same account")
	}
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	if _, err := s.account(p.To); err != nil {
		return err
	}
	if err := s.move(s.t.Signer, p.To, p.Amount); err != nil {
		return err
	}
	s.emit(Transferred{From: s.t.Signer, To: p.To, Amount: p.Amount})
	return nil
}

func (s *step) collectFaucet(p *tx.CollectFaucet) error {
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.redeem(s.t.Faucet); err != nil {
		return err
	}
	return s.charge(s.cost(), nil)
}

func (s *step) setValidator(p *tx.SetValidator) error {
	consensus, err := ethkey.PublicKeyAddress(p.PublicKey)
	if err != nil {
		return tx.Reject(tx.BadKey, "%v", err)
	}
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.charge(s.cost(), nil); err != nil {
		return err
	}
	if banned, err := s.f.Tombstoned(consensus); err != nil {
		return err
	} else if banned {
		return tx.Reject(tx.ValidatorTombstoned, "validator %s misbehaved and may not return", consensus)
	}
	if _, err := s.f.Validator(consensus); err == nil {
		return tx.Reject(tx.ValidatorExists, "validator %s has a seat already", consensus)
	} else if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	seats, err := s.f.Validators()
	if err != nil {
		return err
	}
	if len(seats) >= int(s.params.MaxValidators) {
		return tx.Reject(tx.TooManyValidators, "all %d seats are taken", s.params.MaxValidators)
	}
	v := &state.Validator{
		PublicKey: [33]byte(p.PublicKey), Power: s.params.JoinPower, Name: p.Name,
		Account: s.t.Signer, JoinHeight: s.b.Height,
	}
	return seat(s.f, consensus, v, "joined", s.emit)
}
