package chain

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
	"urna/genesis"
)

// StateDir and SnapshotDir are where the application's data is at home.
func StateDir(home string) string    { return filepath.Join(home, "data", "state") }
func SnapshotDir(home string) string { return filepath.Join(home, "data", "snapshots") }

// Identity is who a node is.
type Identity struct {
	Validator ethkey.Address // consensus address; also of a node without a seat
	PublicKey [33]byte       // consensus key, compressed secp256k1
	NodeID    string         // what peers dial: NodeID@host:port
}

// Validator is a seat in the genesis.
type Validator struct {
	PublicKey [33]byte
	Power     uint64
	Name      string
}

// Genesis is what the nodes of a chain must have in common from the start.
type Genesis struct {
	ChainID string
	Time    time.Time // now, if zero

	// MaxBlockBytes bounds a block; 16 MiB.
	MaxBlockBytes int64

	// EvidenceBlocks and EvidenceAge say for how long misbehaviour can be
	// proved: until both are over; 100,000 blocks and 48 h.
	EvidenceBlocks int64
	EvidenceAge    time.Duration

	Validators []Validator
	App        *genesis.Doc
}

// ErrHomeTaken says that there are keys at home already. They are never
// overwritten: a validator that forgets what it signed may sign twice.
var ErrHomeTaken = errors.New("chain: the home directory has keys already")

// paths are CometBFT's own names of the files at home.
func paths(home string) *cmtcfg.Config { return cmtcfg.DefaultConfig().SetRoot(home) }

// NewKeys makes a home directory with the keys of a node.
func NewKeys(home string) (Identity, error) {
	c := paths(home)
	for _, f := range []string{c.PrivValidatorKeyFile(), c.PrivValidatorStateFile(), c.NodeKeyFile()} {
		if _, err := os.Lstat(f); !errors.Is(err, os.ErrNotExist) {
			return Identity{}, errors.Join(ErrHomeTaken, err)
		}
	}
	for _, d := range []string{"config", "data"} {
		if err := os.MkdirAll(filepath.Join(home, d), 0o700); err != nil {
			return Identity{}, err
		}
	}
	if err := savePV(privval.NewFilePV(secp256k1eth.GenPrivKey(), c.PrivValidatorKeyFile(), c.PrivValidatorStateFile())); err != nil {
		return Identity{}, err
	}
	if _, err := p2p.LoadOrGenNodeKey(c.NodeKeyFile()); err != nil {
		return Identity{}, fmt.Errorf("make node key: %w", err)
	}
	return ReadIdentity(home)
}

// savePV turns CometBFT's panic on a full disk into an error.
func savePV(pv *privval.FilePV) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("save validator key: %v", r)
		}
	}()
	pv.Save()
	return nil
}

// ReadIdentity reads who the node at home is.
func ReadIdentity(home string) (id Identity, err error) {
	pv, nodeKey, err := readKeys(home)
	if err != nil {
		return id, err
	}
	key, ok := pv.Key.PubKey.(secp256k1eth.PubKey)
	if !ok {
		return id, fmt.Errorf("validator key is of type %s, not %s", pv.Key.PubKey.Type(), secp256k1eth.KeyType)
	}
	id.PublicKey, id.Validator, id.NodeID = [33]byte(key), ethkey.Address(key.Address()), string(nodeKey.ID())
	return id, nil
}

// readKeys reads what a node signs with. CometBFT's own loader ends the process
// if a file is missing or broken, so they are looked at first.
func readKeys(home string) (*privval.FilePV, *p2p.NodeKey, error) {
	c := paths(home)
	if err := readable(c.PrivValidatorKeyFile(), new(privval.FilePVKey)); err != nil {
		return nil, nil, fmt.Errorf("read validator key: %w", err)
	}
	if err := readable(c.PrivValidatorStateFile(), new(privval.FilePVLastSignState)); err != nil {
		return nil, nil, fmt.Errorf("read what the validator signed last: %w", err)
	}
	nodeKey, err := p2p.LoadNodeKey(c.NodeKeyFile())
	if err != nil {
		return nil, nil, fmt.Errorf("read node key: %w", err)
	}
	return privval.LoadFilePV(c.PrivValidatorKeyFile(), c.PrivValidatorStateFile()), nodeKey, nil
}

func readable(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return cmtjson.Unmarshal(b, into)
}

// WriteGenesis puts the genesis document at home.
func (g Genesis) WriteGenesis(home string) error {
	doc, err := g.comet()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
		return err
	}
	if err := doc.SaveAs(paths(home).GenesisFile()); err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	return nil
}

func (g Genesis) comet() (*cmttypes.GenesisDoc, error) {
	if g.App == nil || len(g.Validators) == 0 {
		return nil, errors.New("chain: a genesis needs validators and the application's part")
	}
	params := cmttypes.DefaultConsensusParams()
	params.Validator.PubKeyTypes = []string{secp256k1eth.KeyType}
	params.Block.MaxBytes = 16 << 20
	if g.MaxBlockBytes != 0 {
		params.Block.MaxBytes = g.MaxBlockBytes
	}
	if g.EvidenceBlocks != 0 {
		params.Evidence.MaxAgeNumBlocks = g.EvidenceBlocks
	}
	if g.EvidenceAge != 0 {
		params.Evidence.MaxAgeDuration = g.EvidenceAge
	}
	doc := &cmttypes.GenesisDoc{ChainID: g.ChainID, GenesisTime: g.Time.UTC(), InitialHeight: 1, ConsensusParams: params}
	if g.Time.IsZero() {
		doc.GenesisTime = time.Now().UTC()
	}
	app := *g.App
	app.Validators = nil
	for _, v := range g.Validators {
		key, err := secp256k1eth.NewPubKeyFromBytes(v.PublicKey[:])
		if err != nil {
			return nil, fmt.Errorf("chain: genesis validator %q: %w", v.Name, err)
		}
		if v.Power == 0 || v.Power > 1<<40 {
			return nil, fmt.Errorf("chain: genesis validator %q has power %d, not within 1 and 2^40", v.Name, v.Power)
		}
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{
			Address: key.Address(), PubKey: key, Power: int64(v.Power), Name: v.Name,
		})
		app.Validators = append(app.Validators, genesis.Validator{Address: ethkey.Address(key.Address()).String(), Name: v.Name})
	}
	if err := app.Check(); err != nil {
		return nil, err
	}
	doc.AppState = json.RawMessage(app.JSON())
	if err := doc.ValidateAndComplete(); err != nil {
		return nil, fmt.Errorf("chain: genesis: %w", err)
	}
	return doc, nil
}

// ReadGenesis reads the genesis document at home and the hash of its file,
// which people compare.
func ReadGenesis(home string) (g Genesis, hash [32]byte, err error) {
	b, err := os.ReadFile(paths(home).GenesisFile())
	if err != nil {
		return g, hash, fmt.Errorf("read genesis: %w", err)
	}
	g, err = parseGenesis(b)
	return g, sha256.Sum256(b), err
}

func parseGenesis(text []byte) (g Genesis, err error) {
	doc, err := cmttypes.GenesisDocFromJSON(text)
	if err != nil {
		return g, fmt.Errorf("read genesis: %w", err)
	}
	g = Genesis{
		ChainID: doc.ChainID, Time: doc.GenesisTime, MaxBlockBytes: doc.ConsensusParams.Block.MaxBytes,
		EvidenceBlocks: doc.ConsensusParams.Evidence.MaxAgeNumBlocks, EvidenceAge: doc.ConsensusParams.Evidence.MaxAgeDuration,
	}
	for _, v := range doc.Validators {
		key, ok := v.PubKey.(secp256k1eth.PubKey)
		if !ok {
			return g, fmt.Errorf("genesis validator %q has a key of type %s, not %s", v.Name, v.PubKey.Type(), secp256k1eth.KeyType)
		}
		g.Validators = append(g.Validators, Validator{PublicKey: [33]byte(key), Power: uint64(v.Power), Name: v.Name})
	}
	g.App, err = genesis.Parse(doc.AppState)
	return g, err
}

// InitHome makes the home of the only validator of a new chain.
func InitHome(home string, g Genesis) (Identity, error) {
	id, err := NewKeys(home)
	if err != nil {
		return id, err
	}
	g.Validators = []Validator{{PublicKey: id.PublicKey, Power: 10, Name: filepath.Base(home)}}
	return id, g.WriteGenesis(home)
}

// Testnet makes the homes node0, node1… of n validators under dir, all
// connected to each other on loopback. ports are 2n free ones: for peers and
// for RPC of node 0, of node 1 and so on; an RPC port 0 turns it off.
func Testnet(dir string, n int, ports []int, g Genesis) ([]Config, error) {
	if n < 1 || len(ports) != 2*n {
		return nil, fmt.Errorf("chain: %d nodes need %d ports, not %d", n, 2*n, len(ports))
	}
	configs, peers := make([]Config, n), make([]string, n)
	g.Validators = nil
	for i := range configs {
		name := fmt.Sprintf("node%d", i)
		home := filepath.Join(dir, name)
		id, err := NewKeys(home)
		if err != nil {
			return nil, err
		}
		g.Validators = append(g.Validators, Validator{PublicKey: id.PublicKey, Power: 10, Name: name})
		peers[i] = fmt.Sprintf("%s@127.0.0.1:%d", id.NodeID, ports[2*i])
		configs[i] = Config{Home: home, Moniker: name, P2P: P2P{Listen: fmt.Sprintf("tcp://127.0.0.1:%d", ports[2*i]), Private: true}}
		if rpc := ports[2*i+1]; rpc != 0 {
			configs[i].RPC = fmt.Sprintf("tcp://127.0.0.1:%d", rpc)
		}
	}
	if g.Time.IsZero() {
		g.Time = time.Now()
	}
	for i := range configs {
		// Each pair has one that dials: when both do at the same moment, each
		// takes the other's connection for a second one and closes it.
		configs[i].P2P.Peers = append([]string(nil), peers[:i]...)
		if err := g.WriteGenesis(configs[i].Home); err != nil {
			return nil, err
		}
	}
	return configs, nil
}
