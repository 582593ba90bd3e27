package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"urna/app"
)

// version is set by the linker; see the Makefile.
var version = "unreleased"

// versions is what one must know of a binary to say whether it fits a network. The
// commit is known only to builds that record it (-buildvcs).
type versions struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	App      uint64 `json:"app"`
	CometBFT string `json:"cometbft"`
	Go       string `json:"go"`
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "version", Short: "Show what this binary is made of", Args: noArgs}
	c.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		v := versions{Version: version, App: app.Version, Go: runtime.Version()}
		if info, ok := debug.ReadBuildInfo(); ok {
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					v.Commit = s.Value
				}
			}
			for _, m := range info.Deps {
				if m.Path == "github.com/cometbft/cometbft" {
					v.CometBFT = m.Version
				}
			}
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		_, err := io.WriteString(cmd.OutOrStdout(), v.text())
		return err
	}
	return c
}

func (v versions) text() string {
	commit := ""
	if v.Commit != "" {
		commit = "commit " + v.Commit + "\n"
	}
	return fmt.Sprintf("urnad %s\n%sapp version %d\ncometbft %s\n%s\n", v.Version, commit, v.App, v.CometBFT, v.Go)
}
