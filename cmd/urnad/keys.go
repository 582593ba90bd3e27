package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
	"github.com/spf13/cobra"

	"urna/chain"
	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
	"urna/ipfs"
	"urna/tx"
)

func newKeys() *cobra.Command {
	return group("keys", "Show and make keys", newKeysShow(), newKeysNew(), newKeysProve(), newKeysExport())
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
		ipfsID, err := ipfs.Identity(ipfsKeyFile(home))
		if err != nil {
			return err
		}
		v := struct {
			NodeID    string `json:"nodeID"`
			Validator string `json:"validatorAddress"`
			PublicKey string `json:"publicKey"`
			IPFS      string `json:"ipfsID"`
		}{id.NodeID, id.Validator.String(), hex.EncodeToString(id.PublicKey[:]), ipfsID}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "node id     %s\nvalidator   %s\npublic key  %s\nipfs id     %s\n",
			v.NodeID, v.Validator, v.PublicKey, v.IPFS)
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

func newKeysProve() *cobra.Command {
	var home, account string
	var asJSON bool
	c := &cobra.Command{
		Use:   "prove",
		Short: "Prove to the chain that an account may ask for a seat for this node's consensus key",
		Long: `Prove to the chain that an account may ask for a validator's seat for this node's
consensus key. The account then asks: urna account seat, with what this prints.`,
		Args: noArgs,
	}
	homeFlag(c, &home)
	c.Flags().StringVar(&account, "account", "", "address of the account that will ask")
	c.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	_ = c.MarkFlagRequired("account")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		who, err := ethkey.ParseAddress(account)
		if err != nil {
			return cli.Misuse(err)
		}
		g, _, err := chain.ReadGenesis(home)
		if err != nil {
			return err
		}
		key, err := consensusKey(home)
		if err != nil {
			return err
		}
		possession, err := key.Sign(tx.PossessionText(g.ChainID, who))
		if err != nil {
			return err
		}
		v := struct {
			PublicKey  string `json:"publicKey"`
			Possession string `json:"possession"`
		}{hex.EncodeToString(key.PublicKey()), hex.EncodeToString(possession)}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "urna account seat --public-key %s --possession %s\n", v.PublicKey, v.Possession)
		return nil
	}
	return c
}

func newKeysExport() *cobra.Command {
	var home string
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the consensus key of a home, 64 hex digits; whoever has it can cost the validator its seat",
		Args:  noArgs,
	}
	homeFlag(c, &home)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		key, err := consensusKey(home)
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), key.Hex())
		return nil
	}
	return c
}

// consensusKey reads the key that a node signs blocks with.
func consensusKey(home string) (*ethkey.Key, error) {
	id, err := chain.ReadIdentity(home) // says what is wrong with the files
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(home, "config", "priv_validator_key.json"))
	if err != nil {
		return nil, err
	}
	var file privval.FilePVKey
	if err := cmtjson.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	key, err := ethkey.ParseKey(hex.EncodeToString(file.PrivKey.Bytes()))
	if err != nil {
		return nil, err
	}
	if key.Address() != id.Validator {
		return nil, errors.New("the consensus key's file contradicts itself")
	}
	return key, nil
}
