package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"urna/chain"
	"urna/crypto/ethkey"
)

func newKeys() *cobra.Command {
	return group("keys", "Show and make keys", newKeysShow(), newKeysNew())
}

func newKeysShow() *cobra.Command {
	var home string
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Show who the node of a home is; the keys themselves stay in their files",
		Args: noArgs,
	}
	homeFlag(c, &home)
	c.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		id, err := chain.ReadIdentity(home)
		if err != nil {
			return err
		}
		v := struct {
			NodeID    string `json:"nodeID"`
			Validator string `json:"validatorAddress"`
			PublicKey string `json:"publicKey"`
		}{id.NodeID, id.Validator.String(), hex.EncodeToString(id.PublicKey[:])}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "node id     %s\nvalidator   %s\npublic key  %s\n", v.NodeID, v.Validator, v.PublicKey)
		return nil
	}
	return c
}

func newKeysNew() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "new", Short: "Make an account key and print it, for a faucet or a script; `urna key new` keeps one safely",
		Args: noArgs,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		key, err := ethkey.Generate()
		if err != nil {
			return err
		}
		v := struct {
			Address string `json:"address"`
			Private string `json:"privateKey"`
		}{key.Address().String(), key.Hex()}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "address      %s\nprivate key  %s\n", v.Address, v.Private)
		return nil
	}
	return c
}
