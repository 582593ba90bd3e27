package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"urna/chain/light"
	"urna/chain/light/follow"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/internal/check"
	"urna/ipfs"
)

// maxReads is how often the gateway is read again because a block came between.
const maxReads = 10

// headerPoll is the pause between two questions for a header that is to come.
const headerPoll = 200 * time.Millisecond

// verifier checks what a gateway says against the state that validators signed.
type verifier struct {
	gw        *client.Client
	light     *follow.Client
	witnesses int
	maxAge    time.Duration // 0: any
}

// verifier begins at what the user trusts.
func (a *app) verifier(ctx context.Context, gw *client.Client) (*verifier, error) {
	root, err := a.trust.root()
	if err != nil {
		return nil, err
	}
	if root.IsZero() {
		return nil, cli.Misusef("--verify needs to know what you trust: --genesis or --trust")
	}
	warn := &slog.HandlerOptions{Level: slog.LevelWarn}
	var log slog.Handler = slog.NewTextHandler(a.errs, warn)
	if a.json {
		log = slog.NewJSONHandler(a.errs, warn)
	}
	cfg := follow.Config{
		Trust: root, Primary: gatewaySource{gw}, MinWitnesses: -1, Dir: filepath.Join(a.trust.dir, root.ID()),
		Log: slog.New(log),
	}
	for _, url := range a.trust.witnesses {
		w, err := client.New(client.Config{URL: url})
		if err != nil {
			return nil, cli.Misuse(err)
		}
		cfg.Witnesses = append(cfg.Witnesses, gatewaySource{w})
	}
	l, err := follow.NewClient(ctx, cfg)
	return &verifier{gw, l, len(cfg.Witnesses), a.trust.maxAge}, err
}

// checked says which state an answer was compared with.
type checked struct {
	Height    int64     `json:"height"` // of the state
	Block     string    `json:"block"`  // hash of the header that has its root
	Time      time.Time `json:"time"`   // of that header
	ChainID   string    `json:"chainId"`
	Witnesses int       `json:"witnesses"` // gateways that were compared, besides the one that answered
}

func (c *checked) text(w io.Writer) {
	fmt.Fprintf(w, "checked after block %d of %s, %s, with %d witnesses\n", c.Height, c.ChainID, c.Time.Format(time.RFC3339), c.Witnesses)
}

// show is print for an answer that may have been checked. Fields that no proof
// is about are left out of one that was.
func (a *app) show(v any, c *checked, unproved []string, text func(w io.Writer)) error {
	if c == nil {
		return a.print(v, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	fields := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil {
		return err
	}
	for _, name := range unproved {
		delete(fields, name)
	}
	fields["checked"] = c
	return a.print(fields, func(w io.Writer) {
		text(w)
		c.text(w)
	})
}

// unchecked makes a command refuse --verify: there are no proofs of what it
// shows.
func (a *app) unchecked(c *cobra.Command) *cobra.Command {
	run := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if a.trust.verify {
			return cli.Misusef("%s shows what cannot be proved; it does not go with --verify", cmd.CommandPath())
		}
		return run(cmd, args)
	}
	return c
}

// settle reads the gateway's answer, and compares it with the state of the same
// height. The height is the one at which the gateway stands before and after.
func (v *verifier) settle(ctx context.Context, read func() error, compare func(height int64) error) (*checked, error) {
	for n := 1; ; n++ {
		before, err := v.gw.Info(ctx)
		if err != nil {
			return nil, err
		}
		if err := read(); err != nil {
			return nil, err
		}
		after, err := v.gw.Info(ctx)
		if err != nil {
			return nil, err
		}
		err = compare(after.Height)
		if err == nil {
			return v.checked(ctx, after.Height)
		}
		if before.Height == after.Height || n == maxReads {
			return nil, err
		}
	}
}

func (v *verifier) checked(ctx context.Context, height int64) (*checked, error) {
	b, err := v.header(ctx, height+1)
	if err != nil {
		return nil, err
	}
	if v.maxAge > 0 {
		if err := v.light.Current(ctx, b, v.maxAge); err != nil {
			return nil, err
		}
	}
	hash := b.Header.Hash()
	return &checked{height, hex.EncodeToString(hash[:]), b.Header.Time, b.Header.ChainID, v.witnesses}, nil
}

// header waits for the header of a height, and returns it once it is trusted.
func (v *verifier) header(ctx context.Context, height int64) (*light.Block, error) {
	for {
		_, err := gatewaySource{v.gw}.Block(ctx, height)
		if err == nil {
			return v.light.At(ctx, height)
		}
		if !errors.Is(err, follow.ErrNoBlock) {
			return nil, err
		}
		if err := pause(ctx, headerPoll); err != nil {
			return nil, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// document fetches a proof document about the state of a height, and checks it.
func (v *verifier) document(ctx context.Context, path string, height int64) (*light.Document, error) {
	b, err := v.header(ctx, height+1)
	if err != nil {
		return nil, err
	}
	raw, err := v.gw.Proof(ctx, fmt.Sprintf("%s?height=%d&trust=%d", path, height, height+1))
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	d, err := light.ParseDocument(raw)
	if err != nil {
		return nil, err
	}
	if d.Height != height {
		return nil, check.Fail(check.State, "the gateway proves the state of height %d, not %d", d.Height, height)
	}
	return d, d.Verify(light.TrustCheckpoint(height+1, b.Header.Hash()), check.NewReport('R'))
}

// maxMetadata bounds a metadata document, bytes.
const maxMetadata = 4 << 20

// metadata fetches the file that a URI of the state names, and checks that it is
// that file (V43). There is none if the gateway does not have it, or if the URI
// is no content id.
func (v *verifier) metadata(ctx context.Context, uri string) (json.RawMessage, error) {
	cid, ok := strings.CutPrefix(uri, ipfs.Scheme)
	if !ok {
		return nil, nil
	}
	file, err := v.gw.File(ctx, cid)
	if missing, err := problemOf(err, client.CodeFileNotFound); missing != nil || err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(file, maxMetadata+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("metadata %s: %w", uri, err)
	}
	if found, err := ipfs.CID(b); err != nil || found != uri {
		return nil, check.Fail(check.Metadata, "the file that the gateway sends for %s is %s", uri, found)
	}
	if !json.Valid(b) { // encrypted
		return json.Marshal(b)
	}
	return b, nil
}

// records are the values of some keys after a block, nil for those that are not
// there.
func (v *verifier) records(ctx context.Context, height int64, keys ...[]byte) ([][]byte, error) {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = hex.EncodeToString(key)
	}
	d, err := v.document(ctx, "keys/"+strings.Join(names, ","), height)
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if i >= len(d.Claims) || !bytes.Equal(d.Claims[i].Key, key) {
			return nil, check.Fail(check.State, "the gateway proves something else than %s", names[i])
		}
		values[i] = d.Claims[i].Value
	}
	return values, nil
}

// said is one thing that a gateway says, and the check under which the state
// says it.
type said struct {
	check     check.ID
	what      string
	got, want any
}

// agree compares everything that a gateway says with the state.
func agree(list []said) error {
	for _, s := range list {
		if got, want := fmt.Sprint(s.got), fmt.Sprint(s.want); got != want {
			return check.Fail(s.check, "the gateway says that the %s is %q; by the state it is %q", s.what, got, want)
		}
	}
	return nil
}
