package contract

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/vm"
)

// writes lists every function that may change something, or take money. There is
// none for an owner, because there is no owner.
var writes = map[string][]string{
	"CometAnchor":    {"anchor", "anchorAndRotate", "showFork"},
	"ResultRegistry": {"prove"},
	"StateProofs":    {},
	"Treasury":       {"constructor", "pay", "refund"},
}

// forbidden are instructions that no contract has, with the reason.
var forbidden = map[vm.OpCode]string{
	vm.CALLCODE:     "runs foreign code as its own",
	vm.DELEGATECALL: "runs foreign code as its own",
	vm.SELFDESTRUCT: "may be destroyed",
	vm.CREATE:       "makes contracts",
	vm.CREATE2:      "makes contracts",
	vm.ORIGIN:       "looks at who sent the transaction",
	vm.COINBASE:     "looks at who made the block",
	vm.NUMBER:       "counts blocks",
	vm.BLOCKHASH:    "looks at old blocks",
	vm.PREVRANDAO:   "draws lots",
	vm.TSTORE:       "remembers within a transaction",
	vm.BLOBHASH:     "reads blobs",
}

// allowed are instructions that some contracts alone have.
var allowed = map[vm.OpCode][]string{
	vm.CALL:        {"Treasury"},
	vm.CALLVALUE:   {"CometAnchor", "ResultRegistry", "StateProofs", "Treasury"}, // to refuse money, or to take it
	vm.SELFBALANCE: {"Treasury"},
	vm.BALANCE:     {},
	vm.CALLER:      {},
	vm.TIMESTAMP:   {"CometAnchor", "Treasury"},
	vm.SSTORE:      {"CometAnchor", "ResultRegistry"},
	vm.STATICCALL:  {"CometAnchor", "ResultRegistry", "StateProofs", "Treasury"},
}

func TestNobodyIsSpecial(t *testing.T) {
	all := artifacts(t)
	if len(all) != len(writes) {
		t.Errorf("%d contracts, want %d", len(all), len(writes))
	}
	for name, a := range all {
		var abi []struct{ Type, Name, StateMutability string }
		if err := json.Unmarshal(a.ABI, &abi); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, e := range abi {
			switch e.Type {
			case "function":
				if e.StateMutability != "view" && e.StateMutability != "pure" {
					got = append(got, e.Name)
				}
			case "constructor":
				if e.StateMutability == "payable" {
					got = append(got, e.Type)
				}
			case "receive", "fallback":
				t.Errorf("%s takes calls without a name", name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, writes[name]) {
			t.Errorf("%s changes something in %v, want %v", name, got, writes[name])
		}
	}
}

func TestTheCodeHasNoInstructionThatItDoesNotNeed(t *testing.T) {
	for name, a := range artifacts(t) {
		code, err := hex.DecodeString(strings.TrimPrefix(a.Deployed, "0x"))
		if err != nil {
			t.Fatal(err)
		}
		if len(code) > 24_576 {
			t.Errorf("%s has %d bytes, more than Ethereum allows", name, len(code))
		}
		seen := 0
		for op := range instructions(code) {
			seen++
			if reason := forbidden[op]; reason != "" {
				t.Errorf("%s %s: %s", name, reason, op)
			}
			if who, limited := allowed[op]; limited && !slices.Contains(who, name) {
				t.Errorf("%s has %s", name, op)
			}
		}
		if seen < 500 {
			t.Errorf("%s has only %d instructions; the search has lost its way", name, seen)
		}
	}
}

// instructions walks over code and leaves out what is pushed.
func instructions(code []byte) func(yield func(vm.OpCode) bool) {
	return func(yield func(vm.OpCode) bool) {
		for i := 0; i < len(code); i++ {
			op := vm.OpCode(code[i])
			if !yield(op) {
				return
			}
			if op.IsPush() && op != vm.PUSH0 {
				i += int(op - vm.PUSH1 + 1)
			}
		}
	}
}
