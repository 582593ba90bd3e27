package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/abigen"
)

var update = flag.Bool("update", false, "write the binding again")

// contracts is where the sources are; compile.mjs writes into out.
const contracts = "../../contracts"

const inputs = "inputs.json"

func TestTheArtifactsAreMadeOfTheSourcesThatAreHere(t *testing.T) {
	var from struct{ Files map[string]string }
	read(t, filepath.Join(contracts, "out", inputs), &from)
	for name, want := range from.Files {
		text, err := os.ReadFile(filepath.Join(contracts, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(text); hex.EncodeToString(got[:]) != want {
			t.Errorf("contracts/%s has changed since it was compiled; run make contracts-write", name)
		}
	}
	for _, pattern := range []string{"src/*.sol", "src/*/*.sol"} {
		names, err := filepath.Glob(filepath.Join(contracts, pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(names) == 0 {
			t.Errorf("no sources are like %s", pattern)
		}
		for _, name := range names {
			name, err := filepath.Rel(contracts, name)
			if err != nil {
				t.Fatal(err)
			}
			if from.Files[filepath.ToSlash(name)] == "" {
				t.Errorf("contracts/%s was not compiled; run make contracts-write", name)
			}
		}
	}
}

func TestTheBindingIsThatOfTheArtifacts(t *testing.T) {
	var names, abis, codes []string
	for name, a := range artifacts(t) {
		var abi bytes.Buffer
		if err := json.Compact(&abi, a.ABI); err != nil {
			t.Fatal(err)
		}
		names, abis, codes = append(names, name), append(abis, abi.String()), append(codes, a.Bytecode)
	}
	want, err := abigen.BindV2(names, abis, codes, "contract", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	const file = "binding.go"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("binding.go is not what abigen makes of contracts/out; run make contracts-write")
	}
}

// artifact is what the compiler made of a contract.
type artifact struct {
	ABI      json.RawMessage
	Bytecode string // that is sent to deploy it
	Deployed string // that stays
}

func artifacts(t *testing.T) map[string]artifact {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(contracts, "out", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]artifact{}
	for _, file := range files {
		if filepath.Base(file) == inputs {
			continue
		}
		var a artifact
		read(t, file, &a)
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = a
	}
	if len(out) == 0 {
		t.Fatal("there are no artifacts")
	}
	return out
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
