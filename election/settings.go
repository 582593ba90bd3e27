package election

import (
	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/internal/codec"
)

// Settings are what an election was created with and never changes.
type Settings struct {
	ID                ID
	Organisation      ethkey.Address
	Creator           ethkey.Address // who signed: the organisation or its delegate
	Index             uint32         // the organisation's count of elections before this one
	Mode              Mode
	Rules             ballot.Rules
	CensusOrigin      census.Origin
	Start             uint64 // unix seconds
	AutoStart         bool   // carried for clients; time alone opens an election
	Interruptible     bool
	DynamicCensus     bool
	EncryptedMetadata bool
	TempKeys          bool
	MetadataURI       string
	CreatedTime       uint64 // block time, unix seconds
	CreatedHeight     uint64
}

const (
	settingsVersion = 1

	// maxURIBytes bounds what a reader of settings takes for a URI: the length
	// that browsers agree on and transactions may carry.
	maxURIBytes = 2083
)

// Append writes the settings without the ID, under which they are stored.
func (s *Settings) Append(w *codec.Writer) {
	w.U8(settingsVersion)
	w.Fixed(s.Organisation[:])
	w.Fixed(s.Creator[:])
	w.U32(s.Index)
	w.Bool(s.Mode.Anonymous)
	w.Bool(s.Mode.Encrypted)
	s.Rules.Append(w)
	w.U8(uint8(s.CensusOrigin))
	w.U64(s.Start)
	w.Bool(s.AutoStart)
	w.Bool(s.Interruptible)
	w.Bool(s.DynamicCensus)
	w.Bool(s.EncryptedMetadata)
	w.Bool(s.TempKeys)
	w.String(s.MetadataURI)
	w.U64(s.CreatedTime)
	w.U64(s.CreatedHeight)
}

// ReadSettings reads what Settings.Append wrote; the caller sets the ID.
func ReadSettings(r *codec.Reader) (s Settings) {
	if r.U8() != settingsVersion {
		r.Fail()
	}
	r.Into(s.Organisation[:])
	r.Into(s.Creator[:])
	s.Index = r.U32()
	s.Mode.Anonymous = r.Bool()
	s.Mode.Encrypted = r.Bool()
	s.Rules = ballot.ReadRules(r)
	s.CensusOrigin = census.Origin(r.U8())
	s.Start = r.U64()
	s.AutoStart = r.Bool()
	s.Interruptible = r.Bool()
	s.DynamicCensus = r.Bool()
	s.EncryptedMetadata = r.Bool()
	s.TempKeys = r.Bool()
	s.MetadataURI = r.String(maxURIBytes)
	s.CreatedTime = r.U64()
	s.CreatedHeight = r.U64()
	if r.Err() != nil {
		return Settings{}
	}
	return s
}
