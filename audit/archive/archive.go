// Package archive makes and verifies the one file that holds an election, or a
// whole chain, for those who trust nobody: docs/spec/audit.md section 2.
//
// It promises that two people who archive the same thing make the same bytes,
// and that a file which Verify accepts says nothing about votes and result that
// does not follow from the file itself and the genesis that its reader knows.
// Verify reads a file once, without network or clock, in bounded memory. It
// counts on its own: of the code that made the chain it shares how transactions,
// ballots, census proofs and records are read, and not how votes are added up.
package archive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/tx"
)

// Names of the files in an archive.
const (
	manifestFile   = "00-archive.json"
	genesisFile    = "10-genesis.json"
	validatorsFile = "20-validators"
	proofsFile     = "30-proofs.json"
	metadataFile   = "40-metadata"
	censusFile     = "50-census"
	blocksFile     = "60-blocks"
	finalFile      = "61-final"
	filesDirectory = "70-files"
	resultsFile    = "80-results"
	closingFile    = "90-closing.json"
)

// Formats of the JSON files.
const (
	archiveFormat = "urna-archive/1"
	closingFormat = "urna-closing/1"
)

// Kind tells what an archive is of.
type Kind string

// The kinds.
const (
	Election Kind = "election"
	Chain    Kind = "chain"
)

// Bounds on the files that are read whole.
const (
	maxManifest   = 1 << 10
	maxGenesis    = 16 << 20
	maxValidators = 64 << 20
	maxProofs     = 16 << 20
	maxClosing    = 1 << 20
	maxNumber     = 1<<53 - 1 // what every reader of JSON holds exactly
)

// manifest is the first file. Its JSON depends on the kind.
type manifest struct {
	kind     Kind
	chainID  string
	election election.ID
	height   int64

	metadata, census bool // of an election: these files are there
	files            bool // of a chain: there is a directory of files
}

type (
	jsonElection struct {
		Format   string   `json:"format"`
		Kind     Kind     `json:"kind"`
		ChainID  string   `json:"chainId"`
		Election string   `json:"election"`
		Height   uint64   `json:"height"`
		Files    []string `json:"files"`
	}
	jsonChain struct {
		Format  string `json:"format"`
		Kind    Kind   `json:"kind"`
		ChainID string `json:"chainId"`
		Height  uint64 `json:"height"`
		Files   bool   `json:"files"`
	}
)

// names are the files that such an archive has, and no other ones.
func (m *manifest) names() []string {
	if m.kind == Chain {
		names := []string{manifestFile, genesisFile, validatorsFile, blocksFile, finalFile, filesDirectory, resultsFile, closingFile}
		return slices.DeleteFunc(names, func(n string) bool { return n == filesDirectory && !m.files })
	}
	names := []string{manifestFile, genesisFile, validatorsFile, proofsFile, metadataFile, censusFile, blocksFile, closingFile}
	return slices.DeleteFunc(names, func(n string) bool {
		return n == metadataFile && !m.metadata || n == censusFile && !m.census
	})
}

func (m *manifest) encode() []byte {
	if m.kind == Chain {
		return line(jsonChain{archiveFormat, Chain, m.chainID, uint64(m.height), m.files})
	}
	files := []string{}
	if m.metadata {
		files = append(files, "metadata")
	}
	if m.census {
		files = append(files, "census")
	}
	return line(jsonElection{archiveFormat, Election, m.chainID, m.election.String(), uint64(m.height), files})
}

// readManifest reads the first file of an archive of either kind.
func readManifest(b []byte) (*manifest, error) {
	var any struct {
		Format string `json:"format"`
		Kind   Kind   `json:"kind"`
	}
	if err := json.Unmarshal(b, &any); err != nil {
		return nil, check.Fail(check.Frame, "%s: %v", manifestFile, err)
	}
	m := &manifest{kind: any.Kind}
	var height uint64
	switch any.Kind {
	case Election:
		var j jsonElection
		if err := json.Unmarshal(b, &j); err != nil {
			return nil, check.Fail(check.Frame, "%s: %v", manifestFile, err)
		}
		var err error
		if m.election, err = election.ParseID(j.Election); err != nil {
			return nil, check.Fail(check.Frame, "%s: %v", manifestFile, err)
		}
		m.chainID, height = j.ChainID, j.Height
		m.metadata, m.census = slices.Contains(j.Files, "metadata"), slices.Contains(j.Files, "census")
	case Chain:
		var j jsonChain
		if err := json.Unmarshal(b, &j); err != nil {
			return nil, check.Fail(check.Frame, "%s: %v", manifestFile, err)
		}
		m.chainID, height, m.files = j.ChainID, j.Height, j.Files
	default:
		return nil, check.Fail(check.Frame, "an archive of the kind %q", any.Kind)
	}
	if any.Format != archiveFormat {
		return nil, check.Fail(check.Frame, "the format is %q, not %q", any.Format, archiveFormat)
	}
	if height < 1 || height >= maxNumber {
		return nil, check.Fail(check.Frame, "an archive of height %d", height)
	}
	if !goodChainID(m.chainID) {
		return nil, check.Fail(check.Frame, "the name of the chain is %q", m.chainID)
	}
	m.height = int64(height)
	if !bytes.Equal(m.encode(), b) {
		return nil, check.Fail(check.Frame, "%s is not in its canonical form", manifestFile)
	}
	return m, nil
}

// goodChainID tells whether a name is one that JSON writes in one way only.
func goodChainID(id string) bool {
	return id != "" && len(id) <= tx.MaxChainIDBytes &&
		strings.IndexFunc(id, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`"\<>&`, c) }) < 0
}

// closing is the closing record of an election.
type closing struct {
	Format        string     `json:"format"`
	ChainID       string     `json:"chainId"`
	Election      string     `json:"election"`
	Height        int64      `json:"height"`
	Block         string     `json:"block"`
	AppHash       string     `json:"appHash"`
	FirstHeight   int64      `json:"firstHeight"`
	LastHeight    int64      `json:"lastHeight"`
	Entries       uint64     `json:"entries"`
	Transactions  uint64     `json:"transactions"`
	Voters        uint64     `json:"voters"`
	Records       uint64     `json:"records"`
	Overwritten   uint64     `json:"overwritten"`
	Weight        string     `json:"weight"`
	Tally         [][]string `json:"tally"`
	CensusRoot    string     `json:"censusRoot"`
	VoteRoot      string     `json:"voteRoot"`
	NullifierRoot string     `json:"nullifierRoot"`
}

// chainClosing is the closing record of a chain.
type chainClosing struct {
	Format       string `json:"format"`
	ChainID      string `json:"chainId"`
	Height       int64  `json:"height"`
	Block        string `json:"block"`
	AppHash      string `json:"appHash"`
	Transactions uint64 `json:"transactions"`
	Votes        uint64 `json:"votes"`
	Elections    uint64 `json:"elections"`
	Results      uint64 `json:"results"`
}

// line is a value as one line of JSON.
func line(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain numbers and strings always marshal
	}
	return append(b, '\n')
}

// checkClosing compares the last file with what it must say.
func checkClosing[T any](b []byte, want *T) error {
	got := new(T)
	if err := json.Unmarshal(b, got); err != nil {
		return check.Fail(check.Frame, "%s: %v", closingFile, err)
	}
	if !bytes.Equal(line(got), b) {
		return check.Fail(check.Frame, "%s is not in its canonical form", closingFile)
	}
	if !bytes.Equal(line(want), b) {
		return check.Fail(check.Closing, "it says\n%sand not\n%s", b, line(want))
	}
	return nil
}

func hashText(h light.Hash) string { return hex.EncodeToString(h[:]) }
