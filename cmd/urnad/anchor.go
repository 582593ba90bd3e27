package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"urna/anchor"
)

// AnchorConfig lets the node look after an anchor on Ethereum, and anchor.
type AnchorConfig struct {
	RPC           []string      `toml:"rpc" doc:"Nodes of Ethereum, http://, https://, ws:// or wss://; the next one is asked when one fails. Empty: the node does not look at Ethereum."`
	Ethereum      uint64        `toml:"ethereum" doc:"Chain id of that Ethereum, such as 1; a node of another one is not used. It must be said where there is a key."`
	Contract      string        `toml:"contract" doc:"Address of the anchor; 'urna anchor deploy' makes one."`
	Registry      string        `toml:"registry" doc:"Address of the registry of results that belongs to the anchor; empty for none."`
	Results       bool          `toml:"results" doc:"Prove final results to the registry."`
	KeyFile       string        `toml:"key_file" doc:"File with the key of the Ethereum account that pays: encrypted as wallets do, or 64 hex digits. Empty: the node looks and does not anchor. Relative paths are below the home."`
	PasswordFile  string        `toml:"password_file" doc:"File with the passphrase of an encrypted key."`
	EveryBlocks   uint64        `toml:"every_blocks" doc:"Anchor the headers whose height is a multiple of it; 0 for none because of their height. Changes of the validators are always anchored."`
	Every         time.Duration `toml:"every" doc:"Longest time between two headers that are anchored; 0 for any."`
	Confirmations uint64        `toml:"confirmations" doc:"Blocks of Ethereum on top of a transaction until it counts."`
	MaxFee        Gwei          `toml:"max_fee_gwei" doc:"Most that is paid for a unit of gas, in gwei, such as 30 or 0.5. While Ethereum is dearer the node waits."`
	MaxTip        Gwei          `toml:"max_tip_gwei" doc:"Most of it that is offered to block builders at first, in gwei. A transaction that waits offers more, up to max_fee_gwei."`
	Patience      time.Duration `toml:"patience" doc:"How long another relayer that anchored last is given precedence; 0 where there is no other."`
	Poll          time.Duration `toml:"poll" doc:"Pause between two looks at Ethereum."`
	DryRun        bool          `toml:"dry_run" doc:"Say what would be sent and what it would cost, and send nothing."`
}

func defaultAnchor() AnchorConfig {
	return AnchorConfig{
		Every: time.Hour, Confirmations: 12, MaxFee: 30 * gwei, MaxTip: gwei, Patience: 2 * time.Minute, Poll: 6 * time.Second,
	}
}

// Gwei is a price of gas: in wei, written in gwei.
type Gwei int64

const gwei Gwei = 1_000_000_000

// String writes gwei without a fraction, if it can.
func (g Gwei) String() string {
	s := strconv.FormatInt(int64(g/gwei), 10)
	if rest := g % gwei; rest != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%09d", int64(rest)), "0")
	}
	return s
}

// UnmarshalText reads what String writes.
func (g *Gwei) UnmarshalText(text []byte) error {
	whole, part, dot := strings.Cut(string(text), ".")
	n, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(part) > 9 || dot && part == "" {
		return fmt.Errorf("%q is not a number of gwei such as 30 or 0.5", text)
	}
	f, err := strconv.ParseUint(part+strings.Repeat("0", 9-len(part)), 10, 32)
	if err != nil {
		return fmt.Errorf("%q is not a number of gwei such as 30 or 0.5", text)
	}
	*g = Gwei(n)*gwei + Gwei(f)
	return nil
}

// anchors tells whether the node looks at Ethereum.
func (c *Config) anchors() bool { return len(c.Anchor.RPC) > 0 }

func (c *Config) checkAnchor() error {
	a := c.Anchor
	if !c.anchors() {
		if a.Contract != "" || a.KeyFile != "" {
			return bad("anchor.rpc", "is empty, so nothing is anchored")
		}
		return nil
	}
	for _, text := range a.RPC {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "ws" && u.Scheme != "wss" {
			return bad("anchor.rpc", "%q is not of the form http://host:port", text)
		}
	}
	if _, err := anchor.ParseAddress(a.Contract); err != nil {
		return bad("anchor.contract", "%q is not an address on Ethereum", a.Contract)
	}
	if _, err := anchor.ParseAddress(a.Registry); a.Registry != "" && err != nil {
		return bad("anchor.registry", "%q is not an address on Ethereum", a.Registry)
	}
	switch {
	case a.Results && a.Registry == "":
		return bad("anchor.results", "there is no registry to prove results to")
	case a.PasswordFile != "" && a.KeyFile == "":
		return bad("anchor.password_file", "there is no key_file")
	case a.KeyFile != "" && a.Ethereum == 0:
		return bad("anchor.ethereum", "is needed with a key, so that nothing is paid on another Ethereum")
	case a.Confirmations > 100:
		return bad("anchor.confirmations", "%d is more than 100", a.Confirmations)
	case a.KeyFile != "" && a.MaxFee <= 0:
		return bad("anchor.max_fee_gwei", "0 pays for nothing")
	case a.MaxTip > a.MaxFee:
		return bad("anchor.max_tip_gwei", "%s is more than max_fee_gwei", a.MaxTip)
	case a.Every != 0 && (a.Every < time.Second || a.Every > 365*24*time.Hour):
		return bad("anchor.every", "%s is not within a second and a year", a.Every)
	case a.Patience < 0 || a.Patience > 24*time.Hour:
		return bad("anchor.patience", "%s is not within 0 and a day", a.Patience)
	case a.Poll < 100*time.Millisecond || a.Poll > time.Hour:
		return bad("anchor.poll", "%s is not within 100ms and 1h", a.Poll)
	}
	return nil
}
