package sim

import (
	"maps"
	"math"
	"math/big"
	"slices"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// law is docs/spec/law.md once more, with maps and big integers. It has nothing
// in common with the real one but the facts of package tx. It is slow, and
// copies whatever a refused transaction could have touched.
type law struct {
	params   genesis.Params
	chain    string
	height   uint64
	now      uint64
	accounts map[ethkey.Address]account
	packages map[grant]uint64 // spent: until when
	supply   *big.Int
	contests map[election.ID]*contest
	order    []election.ID // of creation
	seats    map[ethkey.Address]*seat
	banned   map[ethkey.Address]bool
	taken    map[[32]byte]bool // keys of blind issuers
}

type account struct {
	balance   *big.Int // never changed in place
	nonce     uint32
	elections uint32
	uri       string
	delegates []ethkey.Address // never changed in place
	key       []byte
}

type grant struct {
	issuer ethkey.Address
	id     uint64
}

// refusal is thrown by want and caught by apply.
type refusal tx.Code

func want(ok bool, c tx.Code) {
	if !ok {
		panic(refusal(c))
	}
}

func newLaw(chain string, doc *genesis.Doc, validators []*ethkey.Key) *law {
	l := &law{
		params: doc.Params, chain: chain,
		accounts: map[ethkey.Address]account{}, packages: map[grant]uint64{}, contests: map[election.ID]*contest{},
		supply: num(0), seats: map[ethkey.Address]*seat{}, banned: map[ethkey.Address]bool{},
		taken: map[[32]byte]bool{},
	}
	for _, a := range doc.Accounts {
		l.accounts[a.Parsed()] = account{balance: num(a.Balance)}
		l.supply.Add(l.supply, num(a.Balance))
	}
	for _, k := range validators {
		l.seats[k.Address()] = newSeat([33]byte(k.PublicKey()), 10)
	}
	return l
}

func num(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

// apply carries out a transaction and returns 0, or the code of its refusal.
func (l *law) apply(v *tx.Verified) (code tx.Code) {
	accounts, packages := maps.Clone(l.accounts), maps.Clone(l.packages)
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			l.accounts, l.packages, code = accounts, packages, tx.Code(r)
		default:
			panic(r)
		}
	}()
	c := l.params.Costs
	me := v.Signer
	switch p := v.Payload.(type) {
	case *tx.Vote:
		l.vote(v, p)
	case *tx.CreateAccount:
		_, there := l.accounts[me]
		want(!there, tx.AccountExists)
		l.delegates(me, nil, p.Delegates)
		a := account{balance: num(0), uri: p.InfoURI, delegates: slices.Clone(p.Delegates)}
		if len(p.IdentityKey) > 0 {
			a.key = make([]byte, 32)
			copy(a.key, p.IdentityKey)
		}
		l.accounts[me] = a
		l.redeem(me, v.Faucet)
		l.fee(me, c.CreateAccount)
	case *tx.SetAccountInfo:
		l.count(me, p.Nonce)
		l.authority(me, p.Account)
		l.fee(me, c.SetAccountInfo)
		a := l.account(p.Account)
		want(p.InfoURI != "" && p.InfoURI != a.uri, tx.SameURI)
		a.uri = p.InfoURI
		l.accounts[p.Account] = a
	case *tx.AddDelegate:
		l.count(me, p.Nonce)
		l.fee(me, c.AddDelegate)
		a := l.account(me)
		l.delegates(me, a.delegates, p.Delegates)
		a.delegates = slices.Concat(a.delegates, p.Delegates)
		l.accounts[me] = a
	case *tx.DelDelegate:
		l.count(me, p.Nonce)
		l.fee(me, c.DelDelegate)
		a := l.account(me)
		for _, d := range p.Delegates {
			i := slices.Index(a.delegates, d)
			want(i >= 0, tx.UnknownDelegate)
			a.delegates = slices.Delete(slices.Clone(a.delegates), i, i+1)
		}
		l.accounts[me] = a
	case *tx.SendTokens:
		want(p.To != me, tx.SelfTransfer)
		l.count(me, p.Nonce)
		l.fee(me, c.SendTokens)
		l.account(p.To)
		l.move(me, p.To, num(p.Amount))
	case *tx.CollectFaucet:
		l.count(me, p.Nonce)
		l.redeem(me, v.Faucet)
		l.fee(me, c.CollectFaucet)
	case *tx.SetValidator:
		l.count(me, p.Nonce)
		l.fee(me, c.SetValidator)
		l.join(p)
	case *tx.NewElection:
		l.create(v, p)
	case *tx.SetStatus:
		l.count(me, p.Nonce)
		l.setStatus(me, p)
	case *tx.SetCensus:
		l.count(me, p.Nonce)
		l.setCensus(me, p)
	case *tx.SetDuration:
		l.count(me, p.Nonce)
		l.setDuration(me, p)
	}
	return 0
}

func (l *law) account(a ethkey.Address) account {
	acc, ok := l.accounts[a]
	want(ok, tx.UnknownAccount)
	return acc
}

func (l *law) count(me ethkey.Address, nonce uint32) {
	a := l.account(me)
	want(nonce == a.nonce, tx.BadNonce)
	want(nonce != math.MaxUint32, tx.Overflow)
	a.nonce++
	l.accounts[me] = a
}

func (l *law) authority(me, org ethkey.Address) {
	if me != org {
		want(slices.Contains(l.account(org).delegates, me), tx.NotAuthorized)
	}
}

func (l *law) delegates(me ethkey.Address, have, more []ethkey.Address) {
	want(len(have)+len(more) <= 64, tx.TooManyDelegates)
	for _, d := range more {
		want(d != me, tx.SelfDelegate)
		want(!slices.Contains(have, d), tx.DelegateExists)
	}
}

func (l *law) move(from, to ethkey.Address, amount *big.Int) {
	a := l.account(from)
	want(a.balance.Cmp(amount) >= 0, tx.InsufficientBalance)
	a.balance = new(big.Int).Sub(a.balance, amount)
	l.accounts[from] = a
	b := l.account(to)
	b.balance = new(big.Int).Add(b.balance, amount)
	want(b.balance.IsUint64(), tx.Overflow)
	l.accounts[to] = b
}

func (l *law) fee(me ethkey.Address, amount uint64) {
	if amount == 0 {
		return
	}
	if _, ok := l.accounts[transition.Burn]; !ok {
		l.accounts[transition.Burn] = account{balance: num(0)}
	}
	l.move(me, transition.Burn, num(amount))
}

func (l *law) redeem(me ethkey.Address, g *tx.FaucetGrant) {
	if g == nil {
		return
	}
	want(g.To == me, tx.FaucetWrongReceiver)
	want(g.Issuer != me, tx.SelfTransfer)
	want(l.now <= g.NotAfter && g.NotAfter <= l.now+l.params.FaucetHorizon, tx.FaucetExpired)
	_, spent := l.packages[grant{g.Issuer, g.Identifier}]
	want(!spent, tx.FaucetSpent)
	issuer, ok := l.accounts[g.Issuer]
	want(ok && issuer.balance.Cmp(num(g.Amount)) >= 0, tx.FaucetUnderfunded)
	l.move(g.Issuer, me, num(g.Amount))
	l.packages[grant{g.Issuer, g.Identifier}] = g.NotAfter
}

// price is the formula in rational numbers.
func (l *law) price(size, duration uint64, overwrites uint32) *big.Int {
	k := l.params.Price
	if l.params.Costs.NewElection == 0 {
		return num(0)
	}
	ratio := func(a, b *big.Int) *big.Rat { return new(big.Rat).SetFrac(a, b) }
	nano := func(v uint64) *big.Rat { return ratio(num(v), num(1e9)) }
	whole := func(v uint64) *big.Rat { return new(big.Rat).SetInt(num(v)) }
	product := func(factors ...*big.Rat) *big.Int {
		out := whole(1)
		for _, f := range factors {
			out.Mul(out, f)
		}
		return new(big.Int).Quo(out.Num(), out.Denom())
	}
	one, capacity, n := whole(1), whole(k.Capacity), whole(size)
	growth := whole(1)
	if size >= k.K7 {
		growth.Add(one, new(big.Rat).Mul(nano(k.K6), whole(size-k.K7)))
	}
	shareOf := new(big.Rat).Quo(n, capacity)
	sum := num(l.params.Costs.NewElection)
	sum.Add(sum, product(nano(k.K1), n, new(big.Rat).Sub(one, new(big.Rat).Inv(capacity)), growth))
	sum.Add(sum, product(nano(k.K2), ratio(num(duration), num(10)), new(big.Rat).Add(one, shareOf)))
	sum.Add(sum, product(nano(k.K5), whole(uint64(overwrites)), shareOf))
	want(size <= 1<<40 && sum.BitLen() <= 62, tx.Overflow)
	return sum
}

// leafOf is the record of a vote as the log has it.
func leafOf(r state.VoteRecord) []byte {
	w := writer{}
	r.Append(&w)
	return w.B
}

// accepts is docs/spec/tally.md, section 2.
func accepts(r ballot.Rules, values []uint32, weight *big.Int) bool {
	if len(values) > int(r.MaxCount) {
		return false
	}
	cost := num(0)
	for i, v := range values {
		if r.MaxValue > 0 && v > r.MaxValue || r.UniqueValues && slices.Contains(values[:i], v) {
			return false
		}
		cost.Add(cost, new(big.Int).Exp(num(uint64(v)), num(uint64(r.CostExponent)), nil))
	}
	if r.CostFromWeight {
		return cost.Cmp(weight) <= 0
	}
	return r.MaxTotalCost == 0 || cost.Cmp(num(uint64(r.MaxTotalCost))) <= 0
}

// treeHash is the hash of RFC 6962, section 2.1, as it stands there.
func treeHash(leaves [][]byte) [32]byte {
	if len(leaves) == 0 {
		return sum()
	}
	if len(leaves) == 1 {
		return sum([]byte{0}, leaves[0])
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := treeHash(leaves[:k]), treeHash(leaves[k:])
	return sum([]byte{1}, left[:], right[:])
}
