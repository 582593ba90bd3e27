package genesis

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"urna/internal/codec"
)

func doc() *Doc {
	return &Doc{
		Params:   Default(),
		Accounts: []Account{{Address: strings.Repeat("0a", 20), Balance: 1 << 61}},
	}
}

func TestDefaultParametersAreWithinTheirBounds(t *testing.T) {
	d := doc()
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	back, err := Parse(d.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if back.Hash() != d.Hash() {
		t.Error("the document does not survive its own JSON")
	}
}

func TestNonsenseIsRefusedByName(t *testing.T) {
	for want, spoil := range map[string]func(*Doc){
		"max_census_size":      func(d *Doc) { d.Params.MaxCensusSize = 0 },
		"capacity_votes":       func(d *Doc) { d.Params.Price.Capacity = 0 },
		"k6_nano":              func(d *Doc) { d.Params.Price.K6 = 1 << 60 },
		"costs.set_validator":  func(d *Doc) { d.Params.Costs.SetValidator = 1 << 50 },
		"max_missed_blocks":    func(d *Doc) { d.Params.MaxMissed = d.Params.UptimeWindow + 1 },
		"uptime_window_blocks": func(d *Doc) { d.Params.UptimeWindow = 1 << 30 },
		"appears twice":        func(d *Doc) { d.Accounts = append(d.Accounts, Account{Address: d.Accounts[0].Address}) },
		"balances exceed": func(d *Doc) {
			d.Accounts = append(d.Accounts, Account{Address: strings.Repeat("0b", 20), Balance: 1 << 62})
		},
		"hex digits":    func(d *Doc) { d.Accounts[0].Address = "xyz" },
		"validators[0]": func(d *Doc) { d.Validators = []Validator{{Address: "00"}} },
		"name is over": func(d *Doc) {
			d.Validators = []Validator{{Address: d.Accounts[0].Address, Name: strings.Repeat("x", 65)}}
		},
		"faucet_horizon_s":   func(d *Doc) { d.Params.FaucetHorizon = 0 },
		"max_validators":     func(d *Doc) { d.Params.MaxValidators = 0 },
		"params.join_power":  func(d *Doc) { d.Params.JoinPower = 0 },
		"costs.new_election": func(d *Doc) { d.Params.Costs.NewElection = 1 << 41 },
	} {
		d := doc()
		spoil(d)
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error naming %q, got %v", want, err)
		}
	}
	for _, junk := range []string{"", "{", `{"unknown":1}`, string(doc().JSON()) + "{}"} {
		if _, err := Parse([]byte(junk)); err == nil {
			t.Errorf("%.20q was accepted", junk)
		}
	}
}

func FuzzReadParams(f *testing.F) {
	p := Default()
	var w codec.Writer
	p.Append(&w)
	f.Add(w.B)
	f.Fuzz(func(t *testing.T, b []byte) {
		r := codec.NewReader(b)
		p := ReadParams(r)
		if r.Done() != nil {
			return
		}
		var w codec.Writer
		p.Append(&w)
		if !bytes.Equal(w.B, b) {
			t.Errorf("%x decodes but encodes as %x", b, w.B)
		}
	})
}
