package state

import (
	"fmt"
	"math/bits"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/codec"
)

// recordVersion is the first byte of every record that this package lays out.
const recordVersion = 1

// record is what the hashed tree may hold.
type record interface{ Append(*codec.Writer) }

// kind is a kind of record, known by how its values are read.
type kind[T record] struct{ read func(*codec.Reader) T }

var (
	paramsKind    = kind[*genesis.Params]{genesis.ReadParams}
	markKind      = kind[BlockMark]{ReadBlockMark}
	accountKind   = kind[*Account]{ReadAccount}
	settingsKind  = kind[*election.Settings]{readSettings}
	stageKind     = kind[*Stage]{ReadStage}
	logKind       = kind[Log]{ReadLog}
	tallyKind     = kind[*ballot.Tally]{readTally}
	resultKind    = kind[*Result]{ReadResult}
	issuerKind    = kind[*Issuer]{ReadIssuer}
	sealingKind   = kind[*Sealing]{ReadSealing}
	validatorKind = kind[*Validator]{ReadValidator}
	uptimeKind    = kind[*Uptime]{ReadUptime}
	numberKind    = kind[number]{readNumber}
	nothingKind   = kind[nothing]{readNothing}
)

// decode reads a whole value.
func (k kind[T]) decode(value []byte) (T, error) {
	r := codec.NewReader(value)
	v := k.read(r)
	if err := r.Done(); err != nil {
		var none T
		return none, err
	}
	return v, nil
}

// encode writes a value that decode accepts.
func (k kind[T]) encode(v T) ([]byte, error) {
	w := codec.Writer{B: make([]byte, 0, 128)}
	v.Append(&w)
	if _, err := k.decode(w.B); err != nil {
		return nil, err // a part is longer than its bound, or has no meaning
	}
	return w.B, nil
}

func readSettings(r *codec.Reader) *election.Settings {
	s := election.ReadSettings(r)
	return &s
}

func readTally(r *codec.Reader) *ballot.Tally {
	t := ballot.ReadTally(r)
	return &t
}

func putVersion(w *codec.Writer) { w.U8(recordVersion) }

func takeVersion(r *codec.Reader) {
	if r.U8() != recordVersion {
		r.Fail()
	}
}

// uvarint32 reads a varint that must fit 32 bits.
func uvarint32(r *codec.Reader) uint32 {
	v := r.Uvarint()
	if v > 1<<32-1 {
		r.Fail()
	}
	return uint32(v)
}

// Append writes the mark.
func (m BlockMark) Append(w *codec.Writer) {
	putVersion(w)
	w.U64(m.Height)
	w.U64(m.Time)
}

// ReadBlockMark reads what BlockMark.Append wrote.
func ReadBlockMark(r *codec.Reader) BlockMark {
	takeVersion(r)
	return BlockMark{Height: r.U64(), Time: r.U64()}
}

// Append writes the account.
func (a *Account) Append(w *codec.Writer) {
	putVersion(w)
	w.Uvarint(a.Balance)
	w.Uvarint(uint64(a.Nonce))
	w.Uvarint(uint64(a.ElectionIndex))
	w.String(a.InfoURI)
	w.Uvarint(uint64(len(a.Delegates)))
	for i := range a.Delegates {
		w.Fixed(a.Delegates[i][:])
	}
	w.Bytes(a.IdentityKey)
}

// ReadAccount reads what Account.Append wrote.
func ReadAccount(r *codec.Reader) *Account {
	takeVersion(r)
	a := &Account{Balance: r.Uvarint(), Nonce: uvarint32(r), ElectionIndex: uvarint32(r), InfoURI: r.String(maxURIBytes)}
	n := r.Uvarint()
	if n > maxDelegates {
		r.Fail()
		return a
	}
	if n > 0 {
		a.Delegates = make([]ethkey.Address, n)
	}
	for i := range a.Delegates {
		r.Into(a.Delegates[i][:])
	}
	key := r.Bytes(32)
	if len(key) != 0 && len(key) != 32 {
		r.Fail()
	}
	a.IdentityKey = append(a.IdentityKey, key...)
	return a
}

// Append writes the stage.
func (s *Stage) Append(w *codec.Writer) {
	putVersion(w)
	w.U8(uint8(s.Status))
	w.Bool(s.ManuallyEnded)
	w.Fixed(s.CensusRoot[:])
	w.String(s.CensusURI)
	w.Uvarint(s.MaxCensusSize)
	w.U64(s.End)
	w.String(s.FailReason)
}

// ReadStage reads what Stage.Append wrote.
func ReadStage(r *codec.Reader) *Stage {
	takeVersion(r)
	s := &Stage{Status: election.Status(r.U8()), ManuallyEnded: r.Bool()}
	if s.Status < election.Ready || s.Status > election.Failed {
		r.Fail()
	}
	r.Into(s.CensusRoot[:])
	s.CensusURI = r.String(maxURIBytes)
	s.MaxCensusSize = r.Uvarint()
	s.End = r.U64()
	s.FailReason = r.String(maxReasonBytes)
	return s
}

// Append writes the issuer.
func (s *Issuer) Append(w *codec.Writer) {
	putVersion(w)
	w.Bytes(s.Key)
	w.Uvarint(uint64(len(s.Classes)))
	for i := range s.Classes {
		c := &s.Classes[i]
		w.U256(&c.Weight)
		w.Fixed(c.Key[:])
		w.Uvarint(c.Issued)
		w.Uvarint(c.Voters)
	}
}

// ReadIssuer reads what Issuer.Append wrote.
func ReadIssuer(r *codec.Reader) *Issuer {
	takeVersion(r)
	s := &Issuer{Key: append([]byte(nil), r.Bytes(ethkey.PublicKeyLen)...)}
	n := r.Uvarint()
	if n > census.MaxClasses || (n == 0) != (len(s.Key) == ethkey.PublicKeyLen) || (n > 0 && len(s.Key) > 0) {
		r.Fail()
		return s
	}
	for range n {
		c := IssuerClass{Weight: r.U256()}
		r.Into(c.Key[:])
		c.Issued, c.Voters = r.Uvarint(), r.Uvarint()
		if c.Voters > c.Issued || ballot.CheckWeight(&c.Weight) != nil {
			r.Fail()
		}
		s.Classes = append(s.Classes, c)
	}
	return s
}

// Append writes the log's commitment. Overwrites follows from the other two
// counters and is not written.
func (l Log) Append(w *codec.Writer) {
	putVersion(w)
	w.Fixed(l.Root[:])
	w.Uvarint(l.Size)
	w.Uvarint(l.Voters)
}

// ReadLog reads what Log.Append wrote.
func ReadLog(r *codec.Reader) (l Log) {
	takeVersion(r)
	r.Into(l.Root[:])
	l.Size = r.Uvarint()
	l.Voters = r.Uvarint()
	if l.Voters > l.Size {
		r.Fail()
		return Log{}
	}
	l.Overwrites = l.Size - l.Voters
	return l
}

// Append writes the leaf of the vote log.
func (v *VoteRecord) Append(w *codec.Writer) {
	putVersion(w)
	w.Fixed(v.Nullifier[:])
	w.Fixed(v.BallotHash[:])
	w.U256(&v.Weight)
	w.Uvarint(v.Replaces)
	w.Uvarint(uint64(v.Overwrites))
	w.Uvarint(v.Height)
}

func (v *VoteRecord) check() error {
	if err := ballot.CheckWeight(&v.Weight); err != nil {
		return err
	}
	if (v.Replaces == 0) != (v.Overwrites == 0) {
		return fmt.Errorf("overwrite %d replaces position %d", v.Overwrites, v.Replaces)
	}
	return nil
}

// ReadVoteRecord reads what VoteRecord.Append wrote.
func ReadVoteRecord(r *codec.Reader) (v VoteRecord) {
	takeVersion(r)
	r.Into(v.Nullifier[:])
	r.Into(v.BallotHash[:])
	v.Weight = r.U256()
	v.Replaces = r.Uvarint()
	v.Overwrites = uvarint32(r)
	v.Height = r.Uvarint()
	if r.Err() == nil && v.check() != nil {
		r.Fail()
	}
	return v
}

// Append writes the result.
func (s *Result) Append(w *codec.Writer) {
	putVersion(w)
	s.Tally.Append(w)
	w.Uvarint(s.Votes)
	w.Uvarint(s.Overwritten)
	w.Uvarint(s.Invalid)
	w.Fixed(s.CensusRoot[:])
	w.Fixed(s.VoteRoot[:])
	w.Uvarint(s.VoteSize)
	w.U8(s.Method)
	w.Uvarint(s.Height)
}

// ReadResult reads what Result.Append wrote.
func ReadResult(r *codec.Reader) *Result {
	takeVersion(r)
	s := &Result{Tally: ballot.ReadTally(r), Votes: r.Uvarint(), Overwritten: r.Uvarint(), Invalid: r.Uvarint()}
	r.Into(s.CensusRoot[:])
	r.Into(s.VoteRoot[:])
	s.VoteSize = r.Uvarint()
	s.Method = r.U8()
	s.Height = r.Uvarint()
	return s
}

// Append writes the progress. How many hashes the frontier has follows from
// Count, and a finished set has none.
func (s *Sealing) Append(w *codec.Writer) {
	putVersion(w)
	w.Bool(s.Done)
	w.Uvarint(s.Count)
	if s.Count > 0 {
		w.Fixed(s.Cursor[:])
	}
	for i := range s.Frontier {
		w.Fixed(s.Frontier[i][:])
	}
	if s.Done {
		w.Fixed(s.Root[:])
	}
}

// ReadSealing reads what Sealing.Append wrote.
func ReadSealing(r *codec.Reader) *Sealing {
	takeVersion(r)
	s := &Sealing{Done: r.Bool(), Count: r.Uvarint()}
	if s.Count > 0 {
		r.Into(s.Cursor[:])
	}
	if s.Done {
		r.Into(s.Root[:])
	} else if n := bits.OnesCount64(s.Count); n > 0 {
		s.Frontier = make([][32]byte, n)
		for i := range s.Frontier {
			r.Into(s.Frontier[i][:])
		}
	}
	return s
}

// Append writes the validator.
func (v *Validator) Append(w *codec.Writer) {
	putVersion(w)
	w.Fixed(v.PublicKey[:])
	w.Uvarint(v.Power)
	w.String(v.Name)
	w.Fixed(v.Account[:])
	w.Uvarint(v.JoinHeight)
	w.Uvarint(v.Proposals)
	w.Uvarint(v.Votes)
}

// ReadValidator reads what Validator.Append wrote.
func ReadValidator(r *codec.Reader) *Validator {
	takeVersion(r)
	v := &Validator{}
	r.Into(v.PublicKey[:])
	v.Power = r.Uvarint()
	v.Name = r.String(maxNameBytes)
	r.Into(v.Account[:])
	v.JoinHeight = r.Uvarint()
	v.Proposals = r.Uvarint()
	v.Votes = r.Uvarint()
	return v
}

// Append writes the window.
func (u *Uptime) Append(w *codec.Writer) {
	putVersion(w)
	w.Uvarint(uint64(u.Seen))
	w.Uvarint(uint64(u.Missed))
	w.Bytes(u.Bits)
}

// ReadUptime reads what Uptime.Append wrote.
func ReadUptime(r *codec.Reader) *Uptime {
	takeVersion(r)
	return &Uptime{Seen: uvarint32(r), Missed: uvarint32(r), Bits: append([]byte(nil), r.Bytes(maxUptimeBytes)...)}
}

// number is a record that is one number: an expiry or a height.
type number uint64

func (n number) Append(w *codec.Writer) {
	putVersion(w)
	w.U64(uint64(n))
}

func readNumber(r *codec.Reader) number {
	takeVersion(r)
	return number(r.U64())
}

// nothing is a record whose key says it all.
type nothing struct{}

func (nothing) Append(w *codec.Writer) { putVersion(w) }

func readNothing(r *codec.Reader) nothing {
	takeVersion(r)
	return nothing{}
}
