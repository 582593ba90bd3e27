package sim

import (
	"crypto/sha256"
	"math/big"
	"slices"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/codec"
	"urna/state"
	"urna/tx"
)

type writer = codec.Writer

func sum(parts ...[]byte) [32]byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// contest is an election as the slow law sees it.
type contest struct {
	origin   census.Origin
	issuer   []byte // key of an issuer
	classes  []*class
	org      ethkey.Address
	creator  ethkey.Address
	rules    ballot.Rules
	start    uint64
	breaks   bool // interruptible
	dynamic  bool
	status   election.Status
	byHand   bool
	root     census.Root
	uri      string
	size     uint64
	end      uint64
	votes    map[election.Nullifier]*vote
	log      [][]byte
	result   *result
	sealFrom uint64 // when the set of nullifiers may be made
	set      *[32]byte
}

// class is a class of a blind issuer.
type class struct {
	weight         *big.Int
	key            [32]byte
	issued, voters uint64
}

type vote struct {
	position   uint64
	values     []uint32
	weight     *big.Int
	overwrites uint32
	packages   map[[32]byte]bool
}

type result struct {
	tally         [][]string
	weight        string
	voters, votes int
	root          [32]byte
	census        census.Root
	height        uint64
}

const tenYears = 10 * 366 * 24 * 3600

func (l *law) contest(id election.ID) *contest {
	e, ok := l.contests[id]
	want(ok, tx.UnknownElection)
	return e
}

func (l *law) create(v *tx.Verified, p *tx.NewElection) {
	me, org := v.Signer, p.Organisation
	l.count(me, p.Nonce)
	l.redeem(me, v.Faucet)
	if org.IsZero() {
		org = me
	}
	l.authority(me, org)
	want(p.MetadataURI != "", tx.MetadataMissing)
	want(p.CensusURI != "" || !listed(p.CensusOrigin), tx.CensusURIMissing)
	want(p.MaxCensusSize > 0, tx.FieldRange)
	want(p.MaxCensusSize <= l.params.MaxCensusSize, tx.CensusTooLarge)
	want(p.Duration >= 1 && p.Duration <= tenYears, tx.FieldRange)
	start := p.StartTime
	want(p.CensusOrigin != census.BlindIssuer || start > l.now, tx.IssuanceClosed)
	if start == 0 {
		start = l.now
	}
	want(start >= l.now, tx.StartInPast)
	want(start <= l.now+tenYears, tx.FieldRange)
	owner := l.account(org)
	id := election.NewID(l.chain, org, p.CensusOrigin, p.Mode, p.Rules, owner.elections)
	want(p.Expect == nil || *p.Expect == id, tx.UnexpectedElectionID)
	classes, root := l.classes(p)
	owner.elections++
	l.accounts[org] = owner
	l.fee(me, l.price(p.MaxCensusSize, p.Duration, p.Rules.MaxOverwrites).Uint64())
	status := election.Ready
	if p.Paused {
		status = election.Paused
	}
	for _, c := range classes {
		l.taken[c.key] = true
	}
	l.order = append(l.order, id)
	l.contests[id] = &contest{
		origin: p.CensusOrigin, issuer: p.IssuerKey, classes: classes,
		org: org, creator: me, rules: p.Rules, start: start, breaks: p.Interruptible, dynamic: p.DynamicCensus,
		status: status, root: root, uri: p.CensusURI, size: p.MaxCensusSize, end: start + p.Duration,
		votes: map[election.Nullifier]*vote{},
	}
}

func (l *law) setStatus(me ethkey.Address, p *tx.SetStatus) {
	e := l.contest(p.Election)
	l.authority(me, e.org)
	over, live := l.now > e.end, e.status == election.Ready || e.status == election.Paused
	want(p.Status != e.status, tx.StatusSame)
	want(live && p.Status != election.Results, tx.StatusForbidden)
	switch {
	case p.Status == election.Ended:
		want(e.breaks || over, tx.NotInterruptible)
	case e.status == election.Ready:
		want(e.breaks, tx.NotInterruptible)
	}
	want(!over || p.Status == election.Ended, tx.ElectionClosed)
	l.fee(me, l.params.Costs.SetStatus)
	e.status = p.Status
	if p.Status == election.Ended || p.Status == election.Canceled {
		e.byHand = true
		e.end = min(e.end, max(e.start, l.now))
	}
}

func (l *law) changeable(me ethkey.Address, id election.ID) *contest {
	e := l.contest(id)
	l.authority(me, e.org)
	want((e.status == election.Ready || e.status == election.Paused) && l.now <= e.end, tx.ElectionClosed)
	return e
}

// extra is the cost of a change and what the election is dearer by.
func (l *law) extra(e *contest, cost, size, end uint64) uint64 {
	was := l.price(e.size, e.end-e.start, e.rules.MaxOverwrites)
	is := l.price(size, end-e.start, e.rules.MaxOverwrites)
	if is.Cmp(was) > 0 {
		cost += new(big.Int).Sub(is, was).Uint64()
	}
	return cost
}

func (l *law) setCensus(me ethkey.Address, p *tx.SetCensus) {
	e := l.changeable(me, p.Election)
	root, uri, size, issuer := e.root, e.uri, e.size, e.issuer
	switch e.origin {
	case census.Issuer:
		want(len(p.Issued) == 0 && (p.Root == nil || p.IssuerKey != nil), tx.CensusKind)
	case census.BlindIssuer:
		want(p.Root == nil && p.IssuerKey == nil, tx.CensusKind)
	default:
		want(len(p.Issued) == 0 && p.IssuerKey == nil, tx.CensusKind)
	}
	switch {
	case p.IssuerKey != nil:
		issuer, root = p.IssuerKey, addressed(p.IssuerKey)
	case p.Root != nil:
		root = *p.Root
	}
	if p.URI != nil {
		uri = *p.URI
	}
	if p.Size != 0 {
		size = p.Size
	}
	counts := e.counts(p.Issued, size, l.now)
	counted := counts != nil && !slices.EqualFunc(counts, e.classes, func(n uint64, c *class) bool { return n == c.issued })
	want(root != e.root || uri != e.uri || size != e.size || counted, tx.CensusUnchanged)
	want(e.dynamic || root == e.root && uri == e.uri, tx.CensusFixed)
	want(!listed(e.origin) || uri != "" && (root == e.root || p.URI != nil && *p.URI != ""), tx.CensusURIMissing)
	want(size >= e.size, tx.CensusShrinks)
	want(size <= l.params.MaxCensusSize, tx.CensusTooLarge)
	l.fee(me, l.extra(e, l.params.Costs.SetCensus, size, e.end))
	e.root, e.uri, e.size, e.issuer = root, uri, size, issuer
	for i, n := range counts {
		e.classes[i].issued = n
	}
}

func (l *law) setDuration(me ethkey.Address, p *tx.SetDuration) {
	e := l.changeable(me, p.Election)
	want(p.Duration >= 1 && p.Duration <= tenYears, tx.FieldRange)
	end := e.start + p.Duration
	want(end != e.end, tx.DurationUnchanged)
	want(end > l.now, tx.EndInPast)
	want(end > e.end || e.breaks, tx.NotInterruptible)
	l.fee(me, l.extra(e, l.params.Costs.SetDuration, e.size, end))
	e.end = end
}

func (l *law) vote(v *tx.Verified, p *tx.Vote) {
	e := l.contest(p.Election)
	want(e.status == election.Ready, tx.NotReady)
	want(e.start <= l.now, tx.NotStarted)
	want(l.now <= e.end, tx.Finished)
	weight := v.Weight.ToBig()
	var c *class
	switch e.origin {
	case census.BlindIssuer:
		want(p.Blind != nil, tx.WrongProofKind)
		for _, one := range e.classes {
			if one.key == sum(p.Blind.Key) && one.weight.Cmp(weight) == 0 {
				c = one
			}
		}
		want(c != nil, tx.WrongRoot)
	case census.Issuer:
		want(p.Signed != nil, tx.WrongProofKind)
		want(v.Root == e.root, tx.WrongRoot)
	default:
		want(p.Signed == nil && p.Blind == nil, tx.WrongProofKind)
		want(v.Root == e.root, tx.WrongRoot)
	}
	want(accepts(e.rules, v.Ballot.Values, weight), tx.BallotRule)
	pkg := sum(lengthed(p.Package), lengthed(p.Memo))
	record := state.VoteRecord{Nullifier: v.Nullifier, BallotHash: pkg, Weight: v.Weight, Height: l.height}
	old := e.votes[v.Nullifier]
	if old == nil {
		want(uint64(len(e.votes)) < e.size, tx.CensusFull)
		if c != nil {
			want(c.voters < c.issued, tx.NoCredentialLeft)
			c.voters++
		}
		old = &vote{packages: map[[32]byte]bool{}}
	} else {
		want(c == nil || old.weight.Cmp(weight) == 0, tx.ClassChanged)
		want(old.overwrites < e.rules.MaxOverwrites, tx.NoOverwritesLeft)
		want(!old.packages[pkg], tx.ReplayedBallot)
		record.Replaces, record.Overwrites = old.position+1, old.overwrites+1
	}
	old.packages[pkg] = true
	e.votes[v.Nullifier] = &vote{
		position: uint64(len(e.log)), values: slices.Clone(v.Ballot.Values), weight: weight,
		overwrites: record.Overwrites, packages: old.packages,
	}
	e.log = append(e.log, leafOf(record))
}

func lengthed(b []byte) []byte {
	w := writer{}
	w.Bytes(b)
	return w.B
}

// tally counts the votes that stand, from the start.
func (e *contest) tally() (cells [][]string, weight string) {
	sums := make([][]*big.Int, e.rules.MaxCount)
	for q := range sums {
		sums[q] = make([]*big.Int, e.rules.MaxValue+1)
		for v := range sums[q] {
			sums[q][v] = num(0)
		}
	}
	all := num(0)
	for _, v := range e.votes {
		all.Add(all, v.weight)
		for q, value := range v.values {
			switch {
			case e.rules.MaxValue > 0:
				sums[q][value].Add(sums[q][value], v.weight)
			case e.rules.CostFromWeight:
				sums[q][0].Add(sums[q][0], num(uint64(value)))
			default:
				sums[q][0].Add(sums[q][0], new(big.Int).Mul(v.weight, num(uint64(value))))
			}
		}
	}
	for _, row := range sums {
		var out []string
		for _, v := range row {
			out = append(out, v.String())
		}
		cells = append(cells, out)
	}
	return cells, all.String()
}

// finish is End: closes, sets, forgotten packages. A life is too small for the
// bounds per block to matter.
func (l *law) finish() {
	for _, e := range l.contests {
		over := l.now > e.end && (e.status == election.Ready || e.status == election.Paused)
		switch {
		case over || e.status == election.Ended:
			e.status = election.Results
			r := &result{voters: len(e.votes), votes: len(e.log), root: treeHash(e.log), census: e.root, height: l.height}
			r.tally, r.weight = e.tally()
			e.result, e.sealFrom = r, l.now+1
		case e.status == election.Results && e.set == nil && l.now >= e.sealFrom:
			var names [][]byte
			for n := range e.votes {
				names = append(names, slices.Clone(n[:]))
			}
			slices.SortFunc(names, func(a, b []byte) int { return slices.Compare(a, b) })
			set := treeHash(names)
			e.set = &set
		}
	}
	for p, until := range l.packages {
		if until < l.now {
			delete(l.packages, p)
		}
	}
}
