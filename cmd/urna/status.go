package main

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"urna/client"
)

func newStatus(a *app) *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "Show the chain behind the gateway"}
	return a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		i, err := gw.Info(ctx)
		if err != nil {
			return err
		}
		return a.print(i, func(w io.Writer) {
			count := func(n uint64) string { return strconv.FormatUint(n, 10) }
			table(w, [][2]string{
				{"gateway", gw.URL()},
				{"chain", i.ChainID},
				{"height", strconv.FormatInt(i.Height, 10)},
				{"block time", time.Unix(i.BlockTimestamp, 0).UTC().Format(time.RFC3339)},
				{"syncing", strconv.FormatBool(i.Syncing)},
				{"validators", count(i.ValidatorCount)},
				{"organisations", count(i.Organisations)},
				{"elections", count(i.ElectionCount)},
				{"votes", count(i.VoteCount)},
				{"transactions", count(i.TransactionCount)},
			})
		})
	})
}
