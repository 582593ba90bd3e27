package sim

import (
	"urna/crypto/ethkey"
	"urna/state/transition"
	"urna/tx"
)

// seat is a validator as the slow law sees it.
type seat struct {
	key       [33]byte
	power     uint64
	votes     uint64
	proposals uint64
	seen      int
	absent    map[uint64]bool // by height mod window
}

func newSeat(key [33]byte, power uint64) *seat {
	return &seat{key: key, power: power, absent: map[uint64]bool{}}
}

func (l *law) join(p *tx.SetValidator) {
	who, err := ethkey.PublicKeyAddress(p.PublicKey)
	if err != nil {
		panic(err) // tx has looked at it
	}
	want(!l.banned[who], tx.ValidatorTombstoned)
	want(l.seats[who] == nil, tx.ValidatorExists)
	want(len(l.seats) < int(l.params.MaxValidators), tx.TooManyValidators)
	l.seats[who] = newSeat([33]byte(p.PublicKey), l.params.JoinPower)
}

func (l *law) lose(who ethkey.Address) {
	if len(l.seats) > 1 {
		delete(l.seats, who)
	}
}

// begin is Begin.
func (l *law) begin(b transition.Block) {
	l.height, l.now = b.Height, b.Time
	for _, who := range b.Misbehaviour {
		if !l.banned[who] {
			l.banned[who] = true
			l.lose(who)
		}
	}
	window := uint64(l.params.UptimeWindow)
	for _, c := range b.Commit {
		s := l.seats[c.Validator]
		if s == nil {
			continue
		}
		if c.Signed {
			s.votes++
		}
		if c.Validator == b.Proposer {
			s.proposals++
		}
		s.seen = min(s.seen+1, int(window))
		s.absent[b.Height%window] = !c.Signed
		if s.seen == int(window) && s.missed() > int(l.params.MaxMissed) {
			l.lose(c.Validator)
		}
	}
}

func (s *seat) missed() (n int) {
	for _, yes := range s.absent {
		if yes {
			n++
		}
	}
	return n
}
