package genesis

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"urna/crypto/ethkey"
)

// Bounds that keep every sum of the law within 64 bits.
const (
	maxSupply       = 1 << 62 // tokens on the whole chain
	maxCost         = 1 << 40 // tokens for one transaction
	maxFactor       = 1 << 50 // a price factor, in 10^-9
	maxCapacity     = 1 << 40
	maxCensusSize   = 1 << 40
	maxPower        = 1 << 40
	maxUptimeWindow = 100_000 // blocks; the window is a bitmap in the state
	maxSeats        = 1000
	maxHorizon      = 366 * 24 * 3600
	maxName         = 64
)

// Parse reads a Doc from JSON and checks it. Unknown fields, doubled accounts
// and numbers out of bounds are errors that name the field.
func Parse(b []byte) (*Doc, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var d Doc
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("genesis: bytes after the document")
	}
	return &d, d.Check()
}

// Check tells what is wrong with the document, or nil.
func (d *Doc) Check() error {
	if err := d.Params.Check(); err != nil {
		return err
	}
	var supply uint64
	seen := map[ethkey.Address]bool{}
	for i, a := range d.Accounts {
		addr, err := ethkey.ParseAddress(a.Address)
		if err != nil {
			return fmt.Errorf("genesis: accounts[%d]: %w", i, err)
		}
		if seen[addr] {
			return fmt.Errorf("genesis: accounts[%d]: %s appears twice", i, addr)
		}
		seen[addr] = true
		if a.Balance > maxSupply-supply {
			return fmt.Errorf("genesis: accounts[%d]: the balances exceed %d", i, uint64(maxSupply))
		}
		supply += a.Balance
	}
	for i, v := range d.Validators {
		if _, err := ethkey.ParseAddress(v.Address); err != nil {
			return fmt.Errorf("genesis: validators[%d]: %w", i, err)
		}
		if len(v.Name) > maxName {
			return fmt.Errorf("genesis: validators[%d]: name is over %d bytes", i, maxName)
		}
	}
	return nil
}

// Check tells which parameter is out of its bounds, or nil.
func (p *Params) Check() error {
	c, k := p.Costs, p.Price
	for _, f := range []struct {
		name     string
		v        uint64
		min, max uint64
	}{
		{"costs.new_election", c.NewElection, 0, maxCost},
		{"costs.set_status", c.SetStatus, 0, maxCost},
		{"costs.set_census", c.SetCensus, 0, maxCost},
		{"costs.set_duration", c.SetDuration, 0, maxCost},
		{"costs.send_tokens", c.SendTokens, 0, maxCost},
		{"costs.set_account_info", c.SetAccountInfo, 0, maxCost},
		{"costs.add_delegate", c.AddDelegate, 0, maxCost},
		{"costs.del_delegate", c.DelDelegate, 0, maxCost},
		{"costs.collect_faucet", c.CollectFaucet, 0, maxCost},
		{"costs.create_account", c.CreateAccount, 0, maxCost},
		{"costs.set_validator", c.SetValidator, 0, maxCost},
		{"price.capacity_votes", k.Capacity, 1, maxCapacity},
		{"price.k1_nano", k.K1, 0, maxFactor},
		{"price.k2_nano", k.K2, 0, maxFactor},
		{"price.k3_nano", k.K3, 0, maxFactor},
		{"price.k4_nano", k.K4, 0, maxFactor},
		{"price.k5_nano", k.K5, 0, maxFactor},
		{"price.k6_nano", k.K6, 0, maxFactor},
		{"price.k7_voters", k.K7, 0, maxCensusSize},
		{"max_census_size", p.MaxCensusSize, 1, maxCensusSize},
		{"faucet_horizon_s", p.FaucetHorizon, 1, maxHorizon},
		{"max_validators", uint64(p.MaxValidators), 1, maxSeats},
		{"join_power", p.JoinPower, 1, maxPower},
		{"uptime_window_blocks", uint64(p.UptimeWindow), 8, maxUptimeWindow},
		{"max_missed_blocks", uint64(p.MaxMissed), 1, uint64(p.UptimeWindow)},
	} {
		if f.v < f.min || f.v > f.max {
			return fmt.Errorf("genesis: params.%s is %d, not within %d and %d", f.name, f.v, f.min, f.max)
		}
	}
	return nil
}

// JSON is the document as Parse reads it.
func (d *Doc) JSON() []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // plain numbers and strings always marshal
	}
	return b
}

// Hash identifies the document: SHA-256 of its JSON.
func (d *Doc) Hash() [32]byte { return sha256.Sum256(d.JSON()) }

// Name returns the name of a genesis validator, or its address in hex.
func (d *Doc) Name(consensus ethkey.Address) string {
	for _, v := range d.Validators {
		if a, err := ethkey.ParseAddress(v.Address); err == nil && a == consensus && v.Name != "" {
			return v.Name
		}
	}
	return consensus.String()
}

// Parsed returns the account's address. The document has been checked.
func (a Account) Parsed() ethkey.Address {
	addr, err := ethkey.ParseAddress(a.Address)
	if err != nil {
		panic(err)
	}
	return addr
}
