package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"urna/client"
	"urna/registry/invitation"
)

func newCensusJoin(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "join URL CODE",
		Short: "Redeem an organisation's invitation with your address",
		Long: `Redeem an invitation at the organisation's own page: your key signs that you will
vote with its address, and the organisation puts the address into its censuses. A
code works once.`,
		Example: `  urna census join https://join.example.org/ JWPSE-AQ8YN-2RPRK-KMG6F-SSFT7 --as ada`,
		Args:    cobra.ExactArgs(2),
	}
	return a.command(c, func(ctx context.Context, _ *client.Client, args []string) error {
		code, err := argument(invitation.Parse(args[1]))
		if err != nil {
			return err
		}
		d, err := argument(newDesk(args[0]))
		if err != nil {
			return err
		}
		key, err := a.key()
		if err != nil {
			return err
		}
		organisation, err := d.join(ctx, key, code)
		if err != nil {
			return err
		}
		v := struct {
			Organisation string `json:"organisation"`
			Address      string `json:"address"`
		}{organisation, key.Address().String()}
		return a.print(v, func(w io.Writer) {
			fmt.Fprintf(w, "%s knows that you vote with %s\n", organisation, v.Address)
		})
	})
}
