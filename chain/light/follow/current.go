package follow

import (
	"context"
	"time"

	"urna/chain/light"
	"urna/internal/check"
)

// Current checks that a trusted header is not an old one (V51): no source has a
// header that follows from it and is more than maxAge later, and by the clock it
// is not older than that, give or take the drift. So a source that only stands
// still, and lies about nothing, is noticed.
func (c *Client) Current(ctx context.Context, b *light.Block, maxAge time.Duration) error {
	h := b.Header
	for _, w := range c.sources {
		newest, err := w.get(ctx, 0)
		if err != nil {
			c.log.Warn("a source does not show its newest header", "source", w.Name(), "err", err)
			continue
		}
		ahead := newest.Header.Time.Sub(h.Time)
		if newest.Header.Height <= h.Height || ahead <= maxAge {
			continue
		}
		if _, err := light.Trail(ctx, light.TrustBlock(b), newest.Header.Height, w.get); err != nil {
			c.log.Warn("a source shows a newer header that does not follow", "source", w.Name(), "height", newest.Header.Height, "err", err)
			continue
		}
		return check.Fail(check.Agreement, "header %d is %s behind: %s has header %d of %s, which follows from it; at most %s are allowed",
			h.Height, ahead.Round(time.Second), w.Name(), newest.Header.Height, newest.Header.Time.Format(time.RFC3339), maxAge)
	}
	if age := c.now().Sub(h.Time); age > maxAge+c.drift {
		return check.Fail(check.Agreement, "header %d is %s old, of %s, and no source has a newer one: the chain stands still, or all who show it do; at most %s are allowed",
			h.Height, age.Round(time.Second), h.Time.Format(time.RFC3339), maxAge)
	}
	return nil
}
