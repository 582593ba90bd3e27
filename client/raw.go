package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"urna/election"
)

// maxBlock bounds the bytes of one block; consensus has none of more than 100 MiB.
const maxBlock = 101 << 20

// Genesis returns the genesis document of the chain's consensus engine, byte for
// byte as people compare it.
func (c *Client) Genesis(ctx context.Context) ([]byte, error) {
	return c.bytes(ctx, request{method: http.MethodGet, path: "/chain/genesis"})
}

// LightBlock returns the signed header of a height, 0 being the newest: header,
// commit and validators in the bytes of docs/spec/proofs.md section 4, which are
// for the caller to check.
func (c *Client) LightBlock(ctx context.Context, height int64) ([]byte, error) {
	path := "/chain/light/latest"
	if height != 0 {
		path = fmt.Sprintf("/chain/light/%d", height)
	}
	return c.bytes(ctx, request{method: http.MethodGet, path: path})
}

// Proof returns the document at a path below /proofs, such as "params" or
// "votes/<election>/<vote>?trust=7", byte for byte: checking it is for the caller
// (docs/spec/proofs.md section 6). ErrNotYet says that no header is signed yet
// that commits to what was asked for.
func (c *Client) Proof(ctx context.Context, path string) ([]byte, error) {
	return c.bytes(ctx, request{method: http.MethodGet, path: "/proofs/" + path})
}

// LogFile returns a file of an election's vote log, at a path below
// /tiles/<election>: "proof.json", or a tile (docs/spec/proofs.md section 7). It is
// unchecked. ErrNotYet says that the log cannot be proved yet.
func (c *Client) LogFile(ctx context.Context, id election.ID, path string) ([]byte, error) {
	return c.bytes(ctx, request{method: http.MethodGet, path: "/tiles/" + id.String() + "/" + path})
}

// File opens a file by its content id, the part of a URI after ipfs://. Whether
// the bytes have that id is for the caller to check, who must close it. A
// *Problem with CodeFileNotFound says that the gateway does not have it.
func (c *Client) File(ctx context.Context, cid string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+"/files/"+url.PathEscape(cid), nil)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		return nil, readProblem(res, body)
	}
	return res.Body, nil
}

// RawBlocks visits the blocks from a height on, in order, up to the newest. Each
// is as it was hashed, which is for the caller to check, and belongs to visit.
// An error of visit ends it and comes back. An answer that breaks off is
// continued with the next block, as is a gateway that was there once and is gone
// for a moment.
func (c *Client) RawBlocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	for next, n := from, 1; ; n++ {
		got, err := c.rawBlocks(ctx, next, visit)
		next += got
		if errors.Is(err, ErrNotYet) {
			return nil
		}
		if got > 0 {
			n = 0 // it works: be quick to try again
		}
		if err == nil {
			continue
		}
		var lost *url.Error
		p, later := new(Problem), errors.Is(err, errBroken) || (next > from && errors.As(err, &lost))
		if errors.As(err, &p) {
			later = p.Later() && p.retryAfter <= maxWait
		}
		if !later || n >= c.attempts {
			return fmt.Errorf("blocks from height %d on: %w", next, err)
		}
		if err := pause(ctx, p.wait(max(n, 1))); err != nil {
			return err
		}
	}
}

// errBroken reports an answer that ended early.
var errBroken = errors.New("the answer broke off")

// rawBlocks reads one answer and returns how many blocks were visited.
func (c *Client) rawBlocks(ctx context.Context, from int64, visit func(raw []byte) error) (got int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/chain/raw?from=%d", c.root, from), nil)
	if err != nil {
		return 0, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNoContent:
		return 0, ErrNotYet
	default:
		body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		return 0, readProblem(res, body)
	}
	r := bufio.NewReaderSize(res.Body, 64<<10)
	for {
		raw, err := readBlock(r)
		switch {
		case err == io.EOF && got > 0:
			return got, nil
		case err == io.EOF:
			return 0, errors.New("the gateway answers without a block")
		case ctx.Err() != nil:
			return got, context.Cause(ctx)
		case err != nil:
			return got, err
		}
		if err := visit(raw); err != nil {
			return got, err
		}
		got++
	}
}

// readBlock reads a length and that many bytes. On the length alone it allocates
// little; the rest comes with the bytes.
func readBlock(r *bufio.Reader) ([]byte, error) {
	if _, err := r.Peek(1); err != nil {
		if err != io.EOF {
			err = errors.Join(errBroken, err)
		}
		return nil, err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, errors.Join(errBroken, err)
	}
	if size == 0 || size > maxBlock {
		return nil, fmt.Errorf("the gateway sends a block of %d bytes", size)
	}
	b := bytes.NewBuffer(make([]byte, 0, min(size, 1<<20)))
	if _, err := io.CopyN(b, r, int64(size)); err != nil {
		return nil, errors.Join(errBroken, err)
	}
	return b.Bytes(), nil
}
