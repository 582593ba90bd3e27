package ipfs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ipfs/boxo/path"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/kubo/core/coreiface/options"
)

// ownPins begins the names of this store's pins among all those of a daemon.
// Size and time follow: the daemon remembers neither.
const ownPins = "urna"

func pinName(size int64, added time.Time) string {
	return fmt.Sprintf("%s %d %d", ownPins, size, added.Unix())
}

// parsePinName is false for the pins of others.
func parsePinName(name string) (size int64, added time.Time, ok bool) {
	var unix int64
	var own string
	n, err := fmt.Sscanf(name, "%s %d %d", &own, &size, &unix)
	return size, time.Unix(unix, 0), err == nil && n == 3 && own == ownPins && name == pinName(size, time.Unix(unix, 0))
}

// lookup returns the name under which the daemon has pinned a file, with all its
// blocks.
func (k *kubo) lookup(ctx context.Context, c cid.Cid) (name string, pinned bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, daemonTime)
	defer cancel()
	var out struct {
		Keys map[string]struct{ Name string }
	}
	err = k.api.Request("pin/ls", c.String()).Option("type", "recursive").Option("names", true).Exec(ctx, &out)
	if err != nil {
		if strings.Contains(err.Error(), "is not pinned") { // the daemon has no other sign
			err = nil
		}
		return "", false, err
	}
	for _, p := range out.Keys {
		return p.Name, true, nil
	}
	return "", false, errors.New("the daemon does not say how it has pinned a file")
}

func (k *kubo) pinned(ctx context.Context, c cid.Cid) (bool, error) {
	_, found, err := k.lookup(ctx, c)
	return found, err
}

// keep leaves a file alone that somebody else has pinned: there is one pin for a
// file, and it is his.
func (e errand) keep(ctx context.Context, root cid.Cid, size int64) error {
	e.k.pinning.Lock()
	defer e.k.pinning.Unlock()
	name, found, err := e.k.lookup(ctx, root)
	if err != nil {
		return err
	}
	if _, _, own := parsePinName(name); found && !own {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPinTime)
	defer cancel()
	// A file of which a block has gone is an error at once, not a search.
	local, err := e.k.api.WithOptions(options.Api.Offline(true))
	if err != nil {
		return err
	}
	return full(local.Pin().Add(ctx, path.FromCid(root), options.Pin.Recursive(true), options.Pin.Name(pinName(size, time.Now()))))
}

func (k *kubo) unpin(ctx context.Context, c cid.Cid) error {
	k.pinning.Lock()
	defer k.pinning.Unlock()
	name, found, err := k.lookup(ctx, c)
	if err != nil {
		return err
	}
	if _, _, own := parsePinName(name); !found || !own {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, daemonTime)
	defer cancel()
	return k.api.Pin().Rm(ctx, path.FromCid(c), options.Pin.RmRecursive(true))
}

func (k *kubo) pins(ctx context.Context, visit func(Pin) error) error {
	res, err := k.api.Request("pin/ls").Option("type", "recursive").Option("names", true).Option("stream", true).Send(ctx)
	if err != nil {
		return err
	}
	if res.Error != nil {
		return res.Error
	}
	list := json.NewDecoder(res.Output)
	for err == nil {
		var p struct{ Cid, Name string }
		if err = list.Decode(&p); err != nil {
			break
		}
		if size, added, own := parsePinName(p.Name); own {
			err = visit(Pin{URI: Scheme + p.Cid, Size: size, Added: added})
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, res.Cancel())
}
