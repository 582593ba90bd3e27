package audit_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"urna/audit"
	"urna/internal/check"
)

// replace changes the genesis.
func (f *forger) replace(old, by string) {
	f.t.Helper()
	changed := bytes.Replace(f.genesis, []byte(old), []byte(by), 1)
	if bytes.Equal(changed, f.genesis) {
		f.t.Fatalf("the genesis has no %s", old)
	}
	f.genesis = changed
}

func TestAnotherGenesisIsNotThisChains(t *testing.T) {
	c, _ := story(t)
	for name, forged := range map[string]struct {
		id      check.ID
		words   string
		old, by string
	}{
		"a balance":                  {check.Parameters, "root", `"balance": 1099511627776`, `"balance": 1099511627777`},
		"a parameter":                {check.Parameters, "root", `"max_missed_blocks": 500`, `"max_missed_blocks": 499`},
		"a parameter that cannot be": {check.Genesis, "max_missed_blocks", `"max_missed_blocks": 500`, `"max_missed_blocks": 5000`},
		"a power":                    {check.Parameters, "root", `"power": "10"`, `"power": "11"`},
		"a bound of blocks":          {check.Body, "parameters", `"max_gas": "-1"`, `"max_gas": "5"`},
		"a time":                     {check.Headers, "genesis", `"genesis_time": "2027-01-01T00:00:00Z"`, `"genesis_time": "2027-01-01T00:00:01Z"`},
		"no time":                    {check.Genesis, "no time", `"genesis_time": "2027-01-01T00:00:00Z"`, `"genesis_time": "0001-01-01T00:00:00Z"`},
		"a name":                     {check.Genesis, "of chain", `"chain_id": "urna/test/1"`, `"chain_id": "urna/test/2"`},
		"a height":                   {check.Genesis, "height", `"initial_height": "1"`, `"initial_height": "2"`},
		"a root":                     {check.Genesis, "root", `"app_hash": ""`, `"app_hash": "00"`},
		"an unknown parameter":       {check.Genesis, "unknown field", `"max_missed_blocks"`, `"max_missed_blocked"`},
		"no text":                    {check.Genesis, "", `{`, ``},
		"a key":                      {check.Genesis, "", `"value": "A`, `"value": "B`},
	} {
		t.Run(name, func(t *testing.T) {
			f := forge(t, c)
			f.replace(forged.old, forged.by)
			refused(t, f, forged.id, forged.words)
		})
	}
}

func TestATrustedGenesisIsCompared(t *testing.T) {
	c, _ := story(t)
	f := forge(t, c)
	var compact bytes.Buffer
	if err := json.Compact(&compact, f.genesis); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Replay(t.Context(), audit.Options{Source: f, Genesis: compact.Bytes()}); err != nil {
		t.Errorf("the same in another spelling: %v", err)
	}
	other := strings.Replace(string(f.genesis), `"power": "10"`, `"power": "12"`, 1)
	_, err := audit.Replay(t.Context(), audit.Options{Source: f, Genesis: []byte(other)})
	if failure, ok := check.Failed(err); !ok || failure.Check != check.Genesis {
		t.Errorf("another one: %v", err)
	}
	if _, err := audit.Replay(t.Context(), audit.Options{Source: f, Genesis: []byte("{}")}); err == nil {
		t.Error("none is accepted as the same")
	}
}
