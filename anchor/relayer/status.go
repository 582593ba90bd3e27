package relayer

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"urna/chain/light"
)

// Status says how far anchoring is. Amounts are in wei, as decimal numbers.
type Status struct {
	Contract   string
	Registry   string // empty if there is none
	EthereumID uint64 // chain id; 0 until Ethereum has answered
	ChainID    string // of the chain that is anchored

	ChainHeight   int64     // newest that could be anchored; 0 if the chain does not answer
	Height        uint64    // newest that is anchored, with as many blocks on top as is asked for
	Time          time.Time // of that header; zero if there is none
	Newest        uint64    // anchored in the newest block of Ethereum
	NewestTime    time.Time
	Transaction   string   // that anchored Newest; empty if it is not known
	Block         uint64   // of Ethereum, of that transaction
	Heights       []uint64 // that were seen to be anchored lately, newest first
	Head          uint64   // newest block of Ethereum
	Confirmations uint64
	FrozenFrom    uint64    // height from which the contract is frozen; 0 if it is not
	TrustedUntil  time.Time // when the contract stops to believe the validators

	Account string // that pays; empty if this node only looks
	Balance string
	Spent   string
	DryRun  bool
	Waiting []Waiting // transactions that are not final
	Next    *Planned  // what is about to be sent
	Unready int       // results that wait to be proved
	Alarms  []Alarm
}

// Waiting is a transaction that is not final.
type Waiting struct {
	Kind        string
	Height      uint64
	Transaction string
	Block       uint64 // 0 until it is in a block
	Since       time.Time
}

// Planned is what would be sent next.
type Planned struct {
	Kind   string
	Height uint64
	Why    string
	Gas    uint64 // 0 until it is estimated
	Cost   string // wei at most; empty until it is estimated
}

// Alarm is something that a person should look at.
type Alarm struct {
	Name string
	Text string
}

// What alarms are about.
const (
	alarmEthereum = "ethereum" // no node of Ethereum answers as it should
	alarmChain    = "chain"    // the chain's node does not answer, is behind, or lies
	alarmBalance  = "balance"  // the account cannot pay
	alarmFees     = "fees"     // Ethereum is dearer than the cap
	alarmTrust    = "trust"    // the trusting period is over, or three quarters of it
	alarmFrozen   = "frozen"   // somebody has shown a fork
	alarmRefused  = "refused"  // a contract refuses what should be right
	alarmStore    = "store"    // nothing can be kept
	alarmKey      = "key"      // nothing can be signed
)

var alarmNames = []string{
	alarmEthereum, alarmChain, alarmBalance, alarmFees, alarmTrust, alarmFrozen, alarmRefused, alarmStore, alarmKey,
}

// troubled is an error that is an alarm.
type troubled struct {
	alarm string
	error
}

func (t *troubled) Unwrap() error { return t.error }

// trouble makes an error an alarm, unless it is one.
func trouble(alarm string, err error) error {
	if err == nil || errors.As(err, new(*troubled)) {
		return err
	}
	return &troubled{alarm, err}
}

// raise notes an alarm of this step.
func (r *Relayer) raise(alarm string, err error) { r.raised[alarm] = err.Error() }

// ring tells of alarms that begin or end. One that lasts is told once.
func (r *Relayer) ring() {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []Alarm{}
	for _, name := range alarmNames {
		text, now := r.raised[name]
		_, before := r.alarms[name]
		switch {
		case now && !before:
			r.log.Error("anchoring needs somebody", "alarm", name, "err", text)
		case before && !now:
			r.log.Info("an alarm is over", "alarm", name)
		}
		if now {
			list = append(list, Alarm{name, text})
		}
	}
	r.alarms, r.status.Alarms = r.raised, list
}

// expired tells whether the contract believes nobody any more.
func (r *Relayer) expired(v *view) bool {
	return v.head.Time > v.latest.Time && v.head.Time-v.latest.Time > uint64(r.period/time.Second)
}

// watch raises alarms about what Ethereum shows.
func (r *Relayer) watch(v *view, newest *light.Block) {
	until := time.Unix(int64(v.latest.Time), 0).Add(r.period)
	left := time.Unix(int64(v.head.Time), 0).Sub(until)
	switch {
	case r.expired(v):
		r.raise(alarmTrust, fmt.Errorf("relayer: the trusting period ended at %s; a new contract is needed", until.UTC().Format(time.RFC3339)))
	case -left < r.period/4:
		r.raise(alarmTrust, fmt.Errorf("relayer: the trusting period ends at %s", until.UTC().Format(time.RFC3339)))
	}
	if v.latest.FrozenFrom != 0 {
		r.raise(alarmFrozen, fmt.Errorf("relayer: two signed blocks of height %d were shown to the contract", v.latest.FrozenFrom))
	}
	if newest != nil && r.cfg.Now().Sub(newest.Header.Time) > chainStops {
		r.raise(alarmChain, fmt.Errorf("relayer: the newest header is of %s", newest.Header.Time.UTC().Format(time.RFC3339)))
	}
}

// chainStops is how old the newest header of a chain that runs may be.
const chainStops = 15 * time.Minute

// Status tells how far anchoring is.
func (r *Relayer) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	s.Waiting, s.Alarms, s.Heights = slices.Clone(s.Waiting), slices.Clone(s.Alarms), slices.Clone(s.Heights)
	if s.Next != nil {
		next := *s.Next
		s.Next = &next
	}
	return s
}

// keptHeights is how many anchored heights are told.
const keptHeights = 16

// note takes what a step has seen into the status.
func (r *Relayer) note(v *view, newest *light.Block) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.status
	s.EthereumID, s.ChainID = r.id, r.chainID
	s.ChainHeight = 0
	if newest != nil {
		s.ChainHeight = newest.Header.Height
	}
	s.Height, s.Time = v.final.Height, unix(v.final.Time)
	s.Newest, s.NewestTime, s.FrozenFrom = v.latest.Height, unix(v.latest.Time), v.latest.FrozenFrom
	s.Transaction, s.Block = "", 0
	if r.mem.Last.Height == v.latest.Height && v.latest.Height != 0 {
		s.Transaction, s.Block = r.mem.Last.In.Hex(), r.mem.Last.Block
	}
	for len(r.mem.Heights) > 0 && r.mem.Heights[0] >= v.latest.Height {
		r.mem.Heights = r.mem.Heights[1:] // seen already, or taken back
	}
	if v.latest.Height > 0 {
		r.mem.Heights = append([]uint64{v.latest.Height}, r.mem.Heights[:min(len(r.mem.Heights), keptHeights-1)]...)
	}
	s.Heights = r.mem.Heights
	s.Head = v.head.Number.Uint64()
	s.TrustedUntil = unix(v.latest.Time).Add(r.period)
	s.Waiting, s.Unready, s.Next = nil, len(r.mem.ToProve), nil
	for _, t := range r.mem.Sent {
		s.Waiting = append(s.Waiting, Waiting{t.Kind, t.Height, t.newest().Hex(), t.Block, t.At})
	}
	if r.cfg.Key != nil {
		s.Balance, s.Spent = v.balance.String(), r.mem.Spent.ToInt().String()
	}
}

// plan takes what is about to be sent into the status.
func (r *Relayer) plan(a *action, gas uint64, fee *big.Int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Next = nil
	if a == nil {
		return
	}
	r.status.Next = &Planned{Kind: a.kind, Height: a.height, Why: a.why, Gas: gas}
	if fee != nil {
		r.status.Next.Cost = new(big.Int).Mul(fee, new(big.Int).SetUint64(gas)).String()
	}
}

func unix(seconds uint64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// String says the alarm in one line.
func (a Alarm) String() string { return a.Name + ": " + strings.TrimPrefix(a.Text, "relayer: ") }
