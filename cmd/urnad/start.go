package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newStart() *cobra.Command {
	var home string
	cfg := defaultConfig()
	c := &cobra.Command{
		Use:   "start",
		Short: "Run the node of a home, as its config.toml says",
		Long: `Run the node of a home, as its config.toml says. Every setting of the file is
also a flag, and a variable of the environment: gateway.listen is
--gateway-listen and URNA_GATEWAY_LISTEN.`,
		Args: noArgs,
	}
	homeFlag(c, &home)
	addFlags(c.Flags(), &cfg)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		home, err := filepath.Abs(home)
		if err != nil {
			return err
		}
		if err := loadHome(cmd, &cfg, home); err != nil {
			return err
		}
		log, err := newLogger(cfg.Log, cmd.ErrOrStderr())
		if err != nil {
			return bad("log.level", "%v", err)
		}
		return run(cmd.Context(), &cfg, home, log, func(n *node) {
			if n.url != "" {
				log.Info("gateway is up", "url", n.url)
			}
		})
	}
	return c
}

// loadHome reads the configuration of a home, with the flags of cmd over it.
func loadHome(cmd *cobra.Command, cfg *Config, home string) error {
	cfg.Moniker = filepath.Base(home)
	err := loadConfig(cfg, configFile(home), cmd.Flags())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not the home of a node; `urnad init` makes one", home)
	}
	return err
}
