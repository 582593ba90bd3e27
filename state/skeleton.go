package state

import (
	"context"
	"errors"
	"io"

	ics23 "github.com/cosmos/ics23/go"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
)

var errUnbuilt = errors.New("state: not built yet")

type CheckMode int

const (
	Sampled CheckMode = iota
	Full
)

type Config struct {
	Dir           string // "" is memory
	KeepVersions  int
	Check         CheckMode
	InitialHeight int64
}

type Store struct{}

func Open(cfg Config) (*Store, error)                                          { return nil, errUnbuilt }
func Restore(cfg Config, r io.Reader) (*Store, error)                          { return nil, errUnbuilt }
func (s *Store) Close() error                                                  { return errUnbuilt }
func (s *Store) Height() int64                                                 { return 0 }
func (s *Store) Root() [32]byte                                                { return [32]byte{} }
func (s *Store) View() *View                                                   { return nil }
func (s *Store) ViewAt(height int64) (*View, error)                            { return nil, errUnbuilt }
func (s *Store) Fork() *Fork                                                   { return nil }
func (s *Store) Seal(f *Fork) ([32]byte, error)                                { return [32]byte{}, errUnbuilt }
func (s *Store) Commit(f *Fork, journal []byte) error                          { return errUnbuilt }
func (s *Store) Journal(height int64) ([]byte, error)                          { return nil, errUnbuilt }
func (s *Store) Snapshot(ctx context.Context, height int64, w io.Writer) error { return errUnbuilt }

type reader struct{}

func (reader) Params() (*genesis.Params, error)                 { return nil, errUnbuilt }
func (reader) Mark() (BlockMark, error)                         { return BlockMark{}, errUnbuilt }
func (reader) Account(ethkey.Address) (*Account, error)         { return nil, errUnbuilt }
func (reader) FaucetSpent(ethkey.Address, uint64) (bool, error) { return false, errUnbuilt }
func (reader) Settings(election.ID) (*election.Settings, error) { return nil, errUnbuilt }
func (reader) Stage(election.ID) (*Stage, error)                { return nil, errUnbuilt }
func (reader) Log(election.ID) (Log, error)                     { return Log{}, errUnbuilt }
func (reader) VoteRoot(election.ID) ([32]byte, error)           { return [32]byte{}, errUnbuilt }
func (reader) Tally(election.ID) (*ballot.Tally, error)         { return nil, errUnbuilt }
func (reader) Result(election.ID) (*Result, error)              { return nil, errUnbuilt }
func (reader) Sealing(election.ID) (*Sealing, error)            { return nil, errUnbuilt }
func (reader) Vote(election.ID, election.Nullifier) (VoteRecord, uint64, error) {
	return VoteRecord{}, 0, errUnbuilt
}
func (reader) VoteAt(election.ID, uint64) (VoteRecord, error)           { return VoteRecord{}, errUnbuilt }
func (reader) Ballot(election.ID, uint64) (pkg, memo []byte, err error) { return nil, nil, errUnbuilt }
func (reader) ClosedNullifiers(election.ID, *election.Nullifier, int) ([]election.Nullifier, error) {
	return nil, errUnbuilt
}
func (reader) Validator(ethkey.Address) (*Validator, error)                { return nil, errUnbuilt }
func (reader) Validators() ([]Seat, error)                                 { return nil, errUnbuilt }
func (reader) Uptime(ethkey.Address) (*Uptime, error)                      { return nil, errUnbuilt }
func (reader) Tombstoned(ethkey.Address) (bool, error)                     { return false, errUnbuilt }
func (reader) Due(uint64, int) ([]Scheduled, error)                        { return nil, errUnbuilt }
func (reader) EachAccount(func(ethkey.Address, *Account) error) error      { return errUnbuilt }
func (reader) EachElection(func(*election.Settings) error) error           { return errUnbuilt }
func (reader) EachFaucet(func(ethkey.Address, uint64, uint64) error) error { return errUnbuilt }
func (reader) EachScheduled(func(Scheduled) error) error                   { return errUnbuilt }

type View struct{ reader }

func (v *View) Height() int64  { return 0 }
func (v *View) Root() [32]byte { return [32]byte{} }
func (v *View) Fork() *Fork    { return nil }
func (v *View) Prove(key []byte) ([]byte, *ics23.CommitmentProof, error) {
	return nil, nil, errUnbuilt
}
func (v *View) ProveVote(election.ID, uint64) (VoteProof, error) { return VoteProof{}, errUnbuilt }

type Fork struct{ reader }

var _, _ Reader = (*View)(nil), (*Fork)(nil)

func (f *Fork) Begin() *Fork { return nil }
func (f *Fork) Merge()       {}

func (f *Fork) SetParams(*genesis.Params) error                           { return errUnbuilt }
func (f *Fork) SetMark(BlockMark) error                                   { return errUnbuilt }
func (f *Fork) SetAccount(ethkey.Address, *Account) error                 { return errUnbuilt }
func (f *Fork) CreateElection(*election.Settings, *Stage) error           { return errUnbuilt }
func (f *Fork) SetStage(election.ID, *Stage) error                        { return errUnbuilt }
func (f *Fork) SetResult(election.ID, *Result) error                      { return errUnbuilt }
func (f *Fork) SetSealing(election.ID, *Sealing) error                    { return errUnbuilt }
func (f *Fork) SpendFaucet(ethkey.Address, uint64, uint64) error          { return errUnbuilt }
func (f *Fork) ForgetFaucet(ethkey.Address, uint64) error                 { return errUnbuilt }
func (f *Fork) SetValidator(ethkey.Address, *Validator) error             { return errUnbuilt }
func (f *Fork) DeleteValidator(ethkey.Address) error                      { return errUnbuilt }
func (f *Fork) SetUptime(ethkey.Address, *Uptime) error                   { return errUnbuilt }
func (f *Fork) SetTombstone(ethkey.Address, uint64) error                 { return errUnbuilt }
func (f *Fork) Schedule(Scheduled) error                                  { return errUnbuilt }
func (f *Fork) Unschedule(Scheduled) error                                { return errUnbuilt }
func (f *Fork) AddVote(id election.ID, v NewVote) (pos uint64, err error) { return 0, errUnbuilt }
