package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"urna/anchor"
	"urna/anchor/wallet"
	"urna/client"
)

// anchorStatus is where an anchor stands.
type anchorStatus struct {
	Anchor       string    `json:"anchor"`
	EthereumID   uint64    `json:"ethereumChainId"`
	ChainID      string    `json:"chainId"`
	Height       uint64    `json:"height"`
	Time         time.Time `json:"time"`
	Since        uint64    `json:"since"` // the set in office signs above this height
	FrozenFrom   uint64    `json:"frozenFrom,omitempty"`
	TrustedUntil time.Time `json:"trustedUntil"`
	Expired      bool      `json:"expired"`
	ChainHeight  int64     `json:"chainHeight"`
	Lag          int64     `json:"lag"` // blocks that are not anchored
	Account      string    `json:"account,omitempty"`
	Balance      string    `json:"balance,omitempty"` // wei
}

func newAnchorStatus(o *onEthereum) *cobra.Command {
	var account string
	c := &cobra.Command{
		Use: "status", Short: "Show where an anchor stands",
		Long: `Show where an anchor stands: what is anchored, how far the chain is ahead, until when
the anchor believes the validators, and what the account has that pays. The code of the
contract and what is anchored are not checked; urna anchor verify does.`,
		Example: `  urna anchor status --ethereum https://eth.example.org --anchor 0x5fbd...`,
	}
	c.Flags().StringVar(&account, "account", "", "address whose balance is shown")
	return o.command(c, func(ctx context.Context, gw *client.Client, node *anchor.Node, _ []string) error {
		where, err := at("anchor", o.anchor)
		if err != nil {
			return err
		}
		r := anchor.NewReader(where, node)
		s := &anchorStatus{Anchor: where.Hex()}
		latest, err := r.Latest(ctx)
		if err != nil {
			return err
		}
		s.Height, s.Since, s.FrozenFrom, s.Time = latest.Height, latest.Since, latest.FrozenFrom, time.Unix(int64(latest.Time), 0).UTC()
		if s.ChainID, err = r.ChainID(ctx); err != nil {
			return err
		}
		period, err := r.TrustingPeriod(ctx)
		if err != nil {
			return err
		}
		_, now, err := r.Head(ctx)
		if err != nil {
			return err
		}
		s.TrustedUntil = s.Time.Add(period)
		s.Expired = time.Unix(int64(now), 0).After(s.TrustedUntil)
		w, err := wallet.Open(ctx, node, "", nil)
		if err != nil {
			return err
		}
		s.EthereumID = w.ChainID().Uint64()
		info, err := gw.Info(ctx)
		if err != nil {
			return err
		}
		if info.ChainID != s.ChainID {
			return fmt.Errorf("the anchor is of the chain %q, the gateway of %q", s.ChainID, info.ChainID)
		}
		s.ChainHeight, s.Lag = info.Height, info.Height-int64(s.Height)
		if account != "" {
			if err := s.balance(ctx, w, account); err != nil {
				return err
			}
		}
		return o.print(s, s.text)
	})
}

func (s *anchorStatus) balance(ctx context.Context, w *wallet.Wallet, account string) error {
	of, err := at("account", account)
	if err != nil {
		return err
	}
	wei, err := w.BalanceOf(ctx, of)
	if err != nil {
		return err
	}
	s.Account, s.Balance = of.Hex(), wei.String()
	return nil
}

func (s *anchorStatus) text(w io.Writer) {
	trust := "believes the validators until " + s.TrustedUntil.Format(time.RFC3339)
	if s.Expired {
		trust = "OVER since " + s.TrustedUntil.Format(time.RFC3339) + ": it believes nobody any more; deploy a new one"
	}
	frozen := ""
	if s.FrozenFrom != 0 {
		frozen = fmt.Sprintf("FROM HEIGHT %d: two signed blocks of it were shown", s.FrozenFrom)
	}
	anchored := fmt.Sprintf("block %d of %s", s.Height, s.Time.Format(time.RFC3339))
	if s.Height == 0 {
		anchored = "nothing yet"
	}
	balance := s.Balance
	if balance != "" {
		balance += " wei of " + s.Account
	}
	table(w, [][2]string{
		{"anchor", s.Anchor},
		{"ethereum", strconv.FormatUint(s.EthereumID, 10)},
		{"chain", s.ChainID},
		{"anchored", anchored},
		{"lag", fmt.Sprintf("%d blocks; the chain is at %d", s.Lag, s.ChainHeight)},
		{"validators", fmt.Sprintf("the set in office signs above height %d", s.Since)},
		{"trust", trust},
		{"frozen", frozen},
		{"balance", balance},
	})
}
