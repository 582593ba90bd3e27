package election

import (
	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
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
