package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
	"urna/registry"
	"urna/registry/desk"
)

func newServe(a *app) *cobra.Command {
	var listen, cert, key string
	var proxies []string
	var perMinute int
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the page where members redeem their invitations",
		Long: `Serve the page where members redeem their invitations with an address of their
own. Codes are secret on their way: beyond this machine the page is served with
TLS only, by --tls-cert and --tls-key or by a proxy in front of it.`,
		Example: `  urna-registry serve --trusted-proxy 127.0.0.1/32
  urna-registry serve --listen :443 --tls-cert cert.pem --tls-key key.pem`,
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:9095", "address to listen on")
	f.StringVar(&cert, "tls-cert", "", "file with the certificate and those above it")
	f.StringVar(&key, "tls-key", "", "file with the certificate's key")
	f.StringSliceVar(&proxies, "trusted-proxy", nil, "network whose X-Forwarded-For is believed, such as 127.0.0.1/32")
	f.IntVar(&perMinute, "tries", 10, "tries that a client has in a minute")
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		if (cert == "") != (key == "") {
			return cli.Misusef("--tls-cert and --tls-key go together")
		}
		if perMinute < 1 {
			return cli.Misusef("--tries is not above zero")
		}
		cfg := desk.Config{Registry: r, Log: slog.New(slog.NewTextHandler(a.errs, nil)), PerMinute: perMinute}
		for _, p := range proxies {
			network, err := netip.ParsePrefix(p)
			if err != nil {
				return cli.Misusef("--trusted-proxy %s is not a network such as 127.0.0.1/32", p)
			}
			cfg.TrustedProxies = append(cfg.TrustedProxies, network)
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
		if err != nil {
			return err
		}
		if cert == "" && !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			return errors.Join(cli.Misusef("codes do not travel in the open: give --tls-cert and --tls-key, or listen on loopback behind a proxy with TLS"), l.Close())
		}
		scheme := "http"
		if cert != "" {
			scheme = "https"
		}
		fmt.Fprintf(a.errs, "Members of %s redeem invitations at %s://%s/\n", r.Organisation(), scheme, l.Addr())
		return serve(ctx, l, desk.New(cfg), cert, key)
	})
}

// serve serves until the context ends, and then lets those go who are being
// answered.
func serve(ctx context.Context, l net.Listener, h http.Handler, cert, key string) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it has addresses of clients
	}
	ended := make(chan error, 1)
	go func() {
		if cert != "" {
			ended <- s.ServeTLS(l, cert, key)
		} else {
			ended <- s.Serve(l)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.Shutdown(stop)
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
