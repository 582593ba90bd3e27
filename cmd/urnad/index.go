package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"urna/indexer"
)

// indexFile is the index of a node.
func indexFile(cfg *Config, home string) string {
	return filepath.Join(below(home, cfg.Dirs.Index), "index.db")
}

func newIndex() *cobra.Command {
	var home string
	cfg := defaultConfig()
	rebuild := &cobra.Command{
		Use: "rebuild", Short: "Delete the index of a stopped node; its next start builds it anew from the blocks",
		Args: noArgs,
	}
	homeFlag(rebuild, &home)
	rebuild.RunE = func(cmd *cobra.Command, _ []string) error {
		home, err := filepath.Abs(home)
		if err != nil {
			return err
		}
		if err := loadHome(cmd, &cfg, home); err != nil {
			return err
		}
		unlock, err := lockHome(home)
		if err != nil {
			return err
		}
		if err := errors.Join(indexer.Delete(indexFile(&cfg, home)), unlock()); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), "the index is deleted; the next start builds it anew")
		return nil
	}
	return group("index", "Look after the searchable index", rebuild)
}
