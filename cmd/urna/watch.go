package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"urna/client"
	"urna/cmd/internal/cli"
)

func newWatch(a *app) *cobra.Command {
	var q client.EventQuery
	var limit int
	c := &cobra.Command{
		Use:   "watch",
		Short: "Print what happens on the chain, as it happens",
		Long: `Print what happens on the chain, as it happens, until Ctrl-C. A broken
connection is made again and nothing is missed. With --json each line is one
event.`,
		Args: strictArgs(nil),
	}
	f := c.Flags()
	f.StringSliceVar(&q.Types, "types", nil, "only these: block, transaction, vote, election, account, validator")
	f.StringVar(&q.Election, "election", "", "only what concerns this election, and blocks")
	f.StringVar(&q.Account, "account", "", "only what concerns this account, and blocks")
	f.StringVar(&q.After, "after", "", "begin after a height or the id of an event, instead of now")
	f.IntVar(&limit, "limit", 0, "stop after so many events; 0 for never")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		gw, err := client.New(client.Config{URL: a.gateway})
		if err != nil {
			return cli.Misuse(err)
		}
		seen := 0
		for e, err := range gw.Events(cmd.Context(), q) {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			if err == nil {
				err = a.printEvent(e)
			}
			if err != nil {
				return err
			}
			if seen++; seen == limit {
				return nil
			}
		}
		return nil
	}
	return c
}

func (a *app) printEvent(e client.Event) error {
	if !a.json {
		_, err := fmt.Fprintf(a.out, "%-12s %-11s %s\n", e.ID, e.Kind, e.Data)
		return err
	}
	return json.NewEncoder(a.out).Encode(struct {
		ID   string          `json:"id"`
		Kind string          `json:"event"`
		Data json.RawMessage `json:"data"`
	}{e.ID, e.Kind, e.Data})
}
