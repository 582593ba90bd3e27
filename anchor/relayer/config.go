package relayer

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"
)

// Config says what is relayed, how often, and for how much.
type Config struct {
	Chain    Source     // a Results, if results are to be proved
	Ethereum []Ethereum // of one chain; the next one is asked when one fails
	Names    []string   // of the nodes of Ethereum, for messages; nil for none

	EthereumID uint64         // chain id of Ethereum; 0 takes that of the first node that answers
	Anchor     common.Address // contract
	Registry   common.Address // contract; zero: results are not proved

	Key    *ecdsa.PrivateKey // of the account that pays; nil: only look
	DryRun bool              // say what would be sent, and do not send it
	Store  Store             // of what must survive a restart

	EveryBlocks   uint64        // headers whose height is a multiple of it are anchored; 0: none for that
	Every         time.Duration // most time between two anchored headers; 0: any
	Confirmations uint64        // blocks of Ethereum on top, until something is taken for final
	MaxFee        *big.Int      // wei for a unit of gas, at most
	MaxTip        *big.Int      // wei for a unit of gas, that is offered to block builders at first
	Resend        time.Duration // after which a transaction that waits is offered more; 2 minutes
	Patience      time.Duration // for how long another relayer is given precedence, if it was the last to anchor
	Poll          time.Duration // pause between two looks; 6 seconds

	Log     *slog.Logger
	Metrics prometheus.Registerer // nil for none
	Now     func() time.Time      // the clock; time.Now
}

// maxConfirmations is less than the blocks of which nodes of Ethereum know the
// state.
const maxConfirmations = 100

func (c *Config) check() error {
	switch {
	case c.Chain == nil || len(c.Ethereum) == 0 || c.Log == nil || c.Store == nil:
		return errors.New("relayer: the configuration is not whole")
	case c.Anchor == (common.Address{}):
		return errors.New("relayer: there is no contract to anchor in")
	case c.Confirmations > maxConfirmations:
		return fmt.Errorf("relayer: %d confirmations are more than %d", c.Confirmations, maxConfirmations)
	case c.Key != nil && (c.MaxFee == nil || c.MaxTip == nil || c.MaxFee.Sign() <= 0 || c.MaxTip.Sign() < 0):
		return errors.New("relayer: fees have no bound")
	case c.proves() && !isResults(c.Chain):
		return errors.New("relayer: the source knows no results")
	}
	if c.Resend <= 0 {
		c.Resend = 2 * time.Minute
	}
	if c.Poll <= 0 {
		c.Poll = 6 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// proves tells whether results are proved.
func (c *Config) proves() bool { return c.Registry != (common.Address{}) && c.Key != nil }

func isResults(s Source) bool {
	_, ok := s.(Results)
	return ok
}

// ParseKey reads a private key of 64 hex digits.
func ParseKey(hex string) (*ecdsa.PrivateKey, error) {
	key, err := crypto.HexToECDSA(hex)
	if err != nil {
		return nil, errors.New("relayer: that is not a private key of 64 hex digits")
	}
	return key, nil
}
