package follow

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"urna/chain/light"
	"urna/chain/light/lighttest"
	"urna/internal/check"
)

func TestASourceThatStandsStillIsNoticed(t *testing.T) {
	f := changing(t, 60)
	mute := sourceOf("mute", f, 60)
	mute.answer = func(_ context.Context, h int64, b *light.Block) (*light.Block, error) {
		if h == 0 {
			return nil, errors.New("no answer")
		}
		return b, nil
	}
	for name, x := range map[string]struct {
		seconds int64 // on the clock
		witness *fake
		want    string // in the refusal; none if there is nothing to say
	}{
		"all is well":                   {21, sourceOf("witness", f, 20), ""},
		"a witness is a little ahead":   {25, sourceOf("witness", f, 24), ""},
		"a witness is far ahead":        {60, sourceOf("witness", f, 60), "header 20 is 40s behind: witness has header 60"},
		"the clock alone is far ahead":  {3600, sourceOf("witness", f, 20), "header 20 is 59m40s old"},
		"far ahead, and not this chain": {21, sourceOf("witness", strangers(t, 60), 60), ""},
		"somebody does not answer":      {21, mute, ""},
	} {
		now := func() time.Time { return lighttest.Began.Add(time.Duration(x.seconds) * time.Second) }
		honest := sourceOf("honest", f, 20)
		c, _ := client(t, Config{Trust: f.trusted(), Now: now}, sourceOf("primary", f, 20), x.witness, honest)
		b, err := c.At(t.Context(), 20)
		must(t, err)
		err = c.Current(t.Context(), b, 10*time.Second)
		if x.want == "" {
			must(t, err)
			continue
		}
		if fails(t, name, err, check.Agreement); !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
