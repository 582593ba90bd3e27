package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"urna/chain"
)

func newGenesis() *cobra.Command {
	var home string
	check := &cobra.Command{Use: "check", Short: "Check the genesis of a home and print what nodes must have in common", Args: noArgs}
	homeFlag(check, &home)
	check.RunE = func(cmd *cobra.Command, _ []string) error {
		g, hash, err := chain.ReadGenesis(home)
		if err != nil {
			return err
		}
		showGenesis(cmd.OutOrStdout(), g, hash)
		return nil
	}
	var from string
	show := &cobra.Command{Use: "export", Short: "Print the genesis file of a home, for nodes that join", Args: noArgs}
	homeFlag(show, &from)
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		text, err := os.ReadFile(genesisFile(from))
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return group("genesis", "Look at a chain's first agreement", check, show)
}

func showGenesis(w io.Writer, g chain.Genesis, hash [32]byte) {
	var supply uint64
	for _, a := range g.App.Accounts {
		supply += a.Balance
	}
	fmt.Fprintf(w, "chain       %s\nstart       %s\nhash        %s\naccounts    %d with %d tokens\nvalidators  %d\n",
		g.ChainID, g.Time.UTC().Format(time.RFC3339), hex.EncodeToString(hash[:]), len(g.App.Accounts), supply, len(g.Validators))
	for _, v := range g.Validators {
		fmt.Fprintf(w, "  %s  power %d  %s\n", hex.EncodeToString(v.PublicKey[:]), v.Power, v.Name)
	}
}
