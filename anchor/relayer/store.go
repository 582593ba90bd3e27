package relayer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Store keeps what must survive a restart: which transactions are under way. If it
// is lost, the relayer finds out what it needs from Ethereum.
type Store interface {
	Load() ([]byte, error) // nil if there is nothing
	Save([]byte) error     // durable on return; whole or not at all
}

// File is a store in a file.
type File string

// Load implements Store.
func (f File) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Save implements Store: it writes a new file, syncs it and renames it.
func (f File) Save(b []byte) (err error) {
	dir := filepath.Dir(string(f))
	out, err := os.CreateTemp(dir, filepath.Base(string(f))+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(out.Name())
		}
	}()
	_, err = out.Write(b)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), string(f)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// memory is what a store keeps.
type memory struct {
	Ethereum uint64         `json:"ethereum"` // chain id
	Anchor   common.Address `json:"anchor"`
	Account  common.Address `json:"account"`

	Sent   []*sent      `json:"sent,omitempty"` // by nonce; not final
	Posted uint64       `json:"posted"`         // newest height that this relayer has anchored
	Spent  *hexutil.Big `json:"spent"`          // wei, in final transactions

	Results  int64    `json:"results"`            // height up to which results are known
	ToProve  []*job   `json:"toProve,omitempty"`  // results that are not finally proved
	Searched uint64   `json:"searched,omitempty"` // block of Ethereum up to which events are known
	Last     last     `json:"last"`
	Heights  []uint64 `json:"heights,omitempty"` // that were seen to be anchored lately, newest first
}

// last is what is known of the newest header that was anchored.
type last struct {
	Height uint64      `json:"height"`
	In     common.Hash `json:"in"` // transaction
	Block  uint64      `json:"block"`
}

// Kinds of transactions.
const (
	kindAnchor = "anchor"
	kindRotate = "rotate"
	kindResult = "result"
	kindCancel = "cancel" // nothing, in place of one that would be refused
)

// sent is a transaction that was signed and is not final. Every version of it has
// the same nonce, so at most one of them is ever executed.
type sent struct {
	Kind     string         `json:"kind"`
	Height   uint64         `json:"height,omitempty"`   // that it anchors
	Election common.Hash    `json:"election,omitempty"` // whose result it proves
	To       common.Address `json:"to"`
	Data     hexutil.Bytes  `json:"data,omitempty"`
	Nonce    uint64         `json:"nonce"`
	Gas      uint64         `json:"gas"`
	Tip      *hexutil.Big   `json:"tip"`
	Fee      *hexutil.Big   `json:"fee"`
	Raw      hexutil.Bytes  `json:"raw"`             // newest version, signed
	Versions []version      `json:"versions"`        // all that were signed for this nonce, oldest first
	At       time.Time      `json:"at"`              // of the newest version; zero: offer more at once
	Block    uint64         `json:"block,omitempty"` // in which one was seen
}

// version is one of several transactions with the same nonce.
type version struct {
	Hash   common.Hash `json:"hash"`
	Kind   string      `json:"kind"`
	Height uint64      `json:"height,omitempty"`
}

// newest is the hash of the newest version.
func (s *sent) newest() common.Hash { return s.Versions[len(s.Versions)-1].Hash }

// job is a result to prove.
type job struct {
	Election common.Hash   `json:"election"`
	Written  int64         `json:"written"`
	Anchored uint64        `json:"anchored,omitempty"` // header under which the proof is
	Record   hexutil.Bytes `json:"record,omitempty"`
	Proof    hexutil.Bytes `json:"proof,omitempty"`   // ICS-23
	Refused  string        `json:"refused,omitempty"` // why it will not be tried again
}

// whole tells whether a memory is one that a relayer has written.
func (m *memory) whole() bool {
	for _, s := range m.Sent {
		if s == nil || len(s.Versions) == 0 || s.Tip == nil || s.Fee == nil {
			return false
		}
	}
	return !slices.Contains(m.ToProve, nil)
}

// recall loads what the store has about these contracts and this account. Anything
// else counts as lost.
func (r *Relayer) recall() error {
	b, err := r.cfg.Store.Load()
	if err != nil {
		return fmt.Errorf("relayer: %w", err)
	}
	r.mem = memory{}
	if b != nil {
		if err := json.Unmarshal(b, &r.mem); err != nil {
			r.log.Warn("what the relayer remembered cannot be read; it asks Ethereum", "err", err)
			r.mem = memory{}
		}
	}
	if !r.mem.whole() {
		r.log.Warn("what the relayer remembered is not whole; it asks Ethereum")
		r.mem = memory{}
	}
	if r.mem.Ethereum != r.id || r.mem.Anchor != r.cfg.Anchor || r.mem.Account != r.account {
		r.mem = memory{Ethereum: r.id, Anchor: r.cfg.Anchor, Account: r.account}
	}
	if r.mem.Spent == nil {
		r.mem.Spent = (*hexutil.Big)(new(big.Int))
	}
	return nil
}

// save makes the memory durable. Nothing is sent before.
func (r *Relayer) save() error {
	r.unsaved = true
	b, err := json.Marshal(&r.mem)
	if err == nil {
		err = r.cfg.Store.Save(append(b, '\n'))
	}
	if err != nil {
		return trouble(alarmStore, fmt.Errorf("relayer: %w", err))
	}
	r.unsaved = false
	return nil
}
