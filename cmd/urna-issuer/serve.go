package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"urna/client"
	"urna/issuer"
)

func newServe(a *app) *cobra.Command {
	var listen string
	c := &cobra.Command{Use: "serve", Short: "Serve members", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		s, set, err := a.open(ctx)
		if err != nil {
			return err
		}
		if listen != "" {
			set.Listen = listen
		}
		return errors.Join(a.serve(ctx, s, set), s.Close())
	}}
	c.Flags().StringVar(&listen, "listen", "", "address and port, instead of that in the settings")
	return c
}

func (a *app) serve(ctx context.Context, s *issuer.Service, set *settings) error {
	method, err := set.method(ctx, s.Auth())
	if err != nil {
		return err
	}
	api := &issuer.API{Service: s, Method: method, Title: set.Title, TrustedProxies: set.TrustedProxies, Log: slog.New(slog.NewTextHandler(a.errs, nil))}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", set.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: api.Handler(), ReadTimeout: 20 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Fprintf(a.out, "issuer at http://%s/v1\n", listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(stop)
}

func newShut(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "shut NAME", Short: "Hand out no more credentials in an election, for good, and count them", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			s, _, err := a.open(ctx)
			if err != nil {
				return err
			}
			counts, err := s.Shut(ctx, args[0])
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			out := []client.CredentialCount{}
			for _, n := range counts {
				out = append(out, client.CredentialCount{Weight: n.Weight.Dec(), Count: n.Issued})
			}
			return printJSON(a.out, out)
		},
	}
}

func newAudit(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "audit", Short: "Compare the journal of counts with the credentials that members have", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			s, _, err := a.open(ctx)
			if err != nil {
				return err
			}
			lines, hash, err := s.Audit(ctx)
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%d credentials in the journal; its last hash is %x\n", lines, hash)
			return nil
		},
	}
}
