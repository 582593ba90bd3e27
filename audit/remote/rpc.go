package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Bounds of answers in JSON, where bytes take four thirds of their room.
const (
	maxBlockAnswer = 160 << 20
	maxChunkAnswer = 64 << 20
	maxSmallAnswer = 1 << 20
	maxChunks      = 64
)

// RPC is CometBFT's own RPC. It implements audit.Source.
type RPC struct {
	root  *url.URL
	http  *http.Client
	pause time.Duration // before the second attempt
}

// attempts is how often a question is asked whose answer does not come.
const attempts = 5

// NewRPC takes the root of an RPC server, http://host:26657. It does not contact
// it.
func NewRPC(root string) (*RPC, error) {
	u, err := parseURL(strings.TrimRight(root, "/"))
	if err != nil {
		return nil, err
	}
	return &RPC{root: u, http: newHTTP(silence), pause: 500 * time.Millisecond}, nil
}

// Name implements audit.Source.
func (r *RPC) Name() string { return r.root.String() }

// Genesis implements audit.Source. The document comes in chunks, however small
// it is, in CometBFT's own spelling.
func (r *RPC) Genesis(ctx context.Context) ([]byte, error) {
	var doc []byte
	for i, total := 0, 1; i < total; i++ {
		var chunk struct {
			Chunk int    `json:"chunk,string"`
			Total int    `json:"total,string"`
			Data  []byte `json:"data"`
		}
		if err := r.ask(ctx, fmt.Sprintf("genesis_chunked?chunk=%d", i), maxChunkAnswer, func(b []byte) error {
			return json.Unmarshal(b, &chunk)
		}); err != nil {
			return nil, err
		}
		if chunk.Chunk != i || chunk.Total < 1 || chunk.Total > maxChunks {
			return nil, fmt.Errorf("%s answers with chunk %d of %d of the genesis", r.Name(), chunk.Chunk, chunk.Total)
		}
		total = chunk.Total
		doc = append(doc, chunk.Data...)
	}
	return doc, nil
}

// Tip implements audit.Source.
func (r *RPC) Tip(ctx context.Context) (int64, error) {
	var status struct {
		Sync struct {
			Latest *int64 `json:"latest_block_height,string"`
		} `json:"sync_info"`
	}
	err := r.ask(ctx, "status", maxSmallAnswer, func(b []byte) error {
		err := json.Unmarshal(b, &status)
		if err == nil && status.Sync.Latest == nil {
			err = errors.New("it has no height")
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return *status.Sync.Latest, nil
}

// Blocks implements audit.Source.
func (r *RPC) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	for {
		tip, err := r.Tip(ctx)
		if err != nil || tip < from {
			return err
		}
		for ; from <= tip; from++ {
			raw, err := r.block(ctx, from)
			if err == nil {
				err = visit(raw)
			}
			if err != nil {
				return err
			}
		}
	}
}

// block asks for a block and writes it as Protobuf again.
func (r *RPC) block(ctx context.Context, height int64) (raw []byte, err error) {
	var answer struct {
		Block *cmttypes.Block `json:"block"`
	}
	err = r.ask(ctx, fmt.Sprintf("block?height=%d", height), maxBlockAnswer, func(b []byte) error {
		if err := cmtjson.Unmarshal(b, &answer); err != nil {
			return err
		}
		if answer.Block == nil || answer.Block.LastCommit == nil {
			return errors.New("there is no block in it")
		}
		pb, err := answer.Block.ToProto()
		if err != nil {
			return err
		}
		raw, err = pb.Marshal()
		return err
	})
	return raw, err
}

// ask asks one question, again and again if nobody answers.
func (r *RPC) ask(ctx context.Context, question string, limit int64, read func(result []byte) error) error {
	pause := r.pause
	for n := 1; ; n++ {
		result, again, err := r.once(ctx, question, limit)
		if err == nil {
			if err = guard(func() error { return read(result) }); err == nil {
				return nil
			}
			return fmt.Errorf("%s/%s: the answer cannot be read: %w", r.Name(), question, err)
		}
		if !again || n == attempts {
			return fmt.Errorf("%s/%s: %w", r.Name(), question, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause *= 2
	}
}

// guard turns a panic into an error: CometBFT's types are made for its own
// bytes.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return f()
}

// once sends a question and returns the result in the answer, or whether it may
// be asked again.
func (r *RPC) once(ctx context.Context, question string, limit int64) (result []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.root.String()+"/"+question, nil)
	if err != nil {
		return nil, false, err
	}
	res, err := r.http.Do(req)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	if int64(len(body)) > limit {
		return nil, false, errors.New("the answer is over " + strconv.FormatInt(limit, 10) + " bytes")
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Message string `json:"message"`
			Data    string `json:"data"`
		} `json:"error"`
	}
	err = json.Unmarshal(body, &answer)
	switch {
	case err == nil && answer.Error != nil:
		return nil, false, fmt.Errorf("%s: %s", answer.Error.Message, answer.Error.Data)
	case res.StatusCode != http.StatusOK:
		later := res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
		return nil, later, errors.New(res.Status)
	case err == nil && answer.Result == nil:
		err = errors.New("it has no result")
	}
	return answer.Result, false, err
}
