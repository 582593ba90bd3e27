package relayer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"urna/anchor"
	"urna/chain/light"
	"urna/chain/light/lighttest"
)

const trustingPeriod = 14 * 24 * time.Hour

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fetchFrom serves the headers of a test chain and counts what is asked.
func fetchFrom(c *lighttest.Chain, asked *int) Fetch {
	return func(_ context.Context, height int64) (*light.Block, error) {
		*asked++
		if height < 1 || height > c.Height() {
			return nil, ErrNoBlock
		}
		return light.BlockOf(c.LightBlock(height))
	}
}

// sets is a chain in which the set is another one from each of these heights on.
func sets(height int64, changes ...int64) *lighttest.Chain {
	return lighttest.New(height, func(h int64) []lighttest.Seat {
		n := 0
		for n < len(changes) && h >= changes[n] {
			n++
		}
		return lighttest.Seats(n, 4)
	})
}

func TestAPlanHasTheLastHeaderOfEverySet(t *testing.T) {
	asked := 0
	c := sets(500, 1, 2, 100, 101, 499)
	for _, tt := range []struct {
		from, since uint64
		to          int64
		want        string
	}{
		{0, 0, 1, "1r(0)"},
		{0, 0, 2, "1r(0) 2(1)"},
		{1, 1, 99, "99r(1)"},
		{1, 1, 98, "98(1)"},
		{1, 1, 100, "99r(1) 100r(99)"},
		{1, 1, 500, "99r(1) 100r(99) 498r(100) 500(498)"},
		{300, 100, 498, "498r(100)"},
		{499, 498, 500, "500(498)"},
		{500, 498, 500, ""},
		{500, 498, 7, ""},
	} {
		steps, err := Plan(t.Context(), anchor.Latest{Height: tt.from, Since: tt.since}, tt.to, fetchFrom(c, &asked))
		must(t, err)
		got := ""
		for i, s := range steps {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(s.Height())
			if s.Next != nil {
				got += "r"
			}
			got += fmt.Sprintf("(%d)", s.Since)
			if _, err := s.Call(); err != nil {
				t.Errorf("header %d: %v", s.Height(), err)
			}
		}
		if got != tt.want {
			t.Errorf("from %d to %d: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestAPlanAsksForFewHeaders(t *testing.T) {
	asked := 0
	c := sets(1<<12, 1234)
	_, err := Plan(t.Context(), anchor.Latest{}, c.Height(), fetchFrom(c, &asked))
	must(t, err)
	if asked > 20 {
		t.Errorf("%d headers were asked for", asked)
	}
}

func TestASetThatCameBackIsTakenForOneThatStayed(t *testing.T) {
	asked := 0
	c := lighttest.New(30, func(h int64) []lighttest.Seat {
		if h > 10 && h <= 20 {
			return lighttest.Seats(1, 4)
		}
		return lighttest.Seats(0, 4)
	})
	steps, err := Plan(t.Context(), anchor.Latest{}, 30, fetchFrom(c, &asked))
	must(t, err)
	if len(steps) != 1 || steps[0].Next != nil || steps[0].Height() != 30 {
		t.Errorf("the plan has %d steps", len(steps))
	}
}

func TestAPlanSaysWhichHeaderIsMissing(t *testing.T) {
	c := sets(20, 11, 21)
	for _, tt := range []struct {
		latest anchor.Latest
		to     int64
		gone   int64 // the source has nothing up to here
		want   error
	}{
		{anchor.Latest{}, 20, 0, ErrNoBlock},           // the next set is in a header to come
		{anchor.Latest{}, 21, 0, ErrNoBlock},           // the header is to come
		{anchor.Latest{Height: 3}, 19, 10, ErrNoBlock}, // thrown away
		{anchor.Latest{Height: 3}, 8, 5, ErrNoBlock},
	} {
		asked := 0
		fetch := fetchFrom(c, &asked)
		_, err := Plan(t.Context(), tt.latest, tt.to, func(ctx context.Context, h int64) (*light.Block, error) {
			if h <= tt.gone {
				return nil, ErrNoBlock
			}
			return fetch(ctx, h)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("from %d to %d: %v", tt.latest.Height, tt.to, err)
		}
	}
	if _, err := Next(t.Context(), anchor.Latest{Height: 5}, 5, nil); err == nil {
		t.Error("there is a step to where the anchor is")
	}
}

func TestAPlanFollowsRandomSets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 0))
	for range 20 {
		seats := map[int64][]lighttest.Seat{1: lighttest.Seats(0, 3)}
		const top = 60
		for h := int64(2); h <= top+1; h++ {
			seats[h] = seats[h-1]
			if rnd.IntN(6) == 0 {
				seats[h] = lighttest.Seats(rnd.IntN(3), 3+rnd.IntN(2))
			}
		}
		c := lighttest.New(top, func(h int64) []lighttest.Seat { return seats[h] })
		asked, since := 0, uint64(0)
		steps, err := Plan(t.Context(), anchor.Latest{}, top-1, fetchFrom(c, &asked))
		must(t, err)
		office := c.Headers[0].ValidatorsHash
		for _, s := range steps {
			h := c.Headers[s.Height()-1]
			if string(h.ValidatorsHash) != string(office) || s.Since != since {
				t.Fatalf("header %d is not of the set in office", h.Height)
			}
			if s.Next != nil {
				office, since = h.NextValidatorsHash, s.Height()
				if hash := s.Next.Hash(); string(hash[:]) != string(office) {
					t.Fatalf("after header %d another set takes office", h.Height)
				}
			} else if string(h.NextValidatorsHash) != string(office) {
				t.Fatalf("header %d changes the set", h.Height)
			}
		}
		if last := steps[len(steps)-1]; last.Height() != top-1 {
			t.Fatalf("the plan ends at height %d", last.Height())
		}
	}
}

func TestADeploymentTrustsTheGenesisOrAHeader(t *testing.T) {
	c := sets(20, 11)
	d, err := DeployAtGenesis(c.Genesis(), trustingPeriod)
	must(t, err)
	if d.ChainID != lighttest.ID || d.Height != 0 || d.Time != uint64(lighttest.Began.Unix()) || len(d.Validators) != 4 ||
		anchor.ValidatorsHash(d.Validators) != [32]byte(c.Headers[0].ValidatorsHash) {
		t.Errorf("deployed at the genesis: %+v", d)
	}
	ten, err := light.BlockOf(c.LightBlock(10))
	must(t, err)
	eleven, err := light.BlockOf(c.LightBlock(11))
	must(t, err)
	if d, err = DeployAfter(ten.Header, eleven.Validators, trustingPeriod); err != nil {
		t.Fatal(err)
	}
	if d.Height != 10 || d.Time != uint64(ten.Header.Time.Unix()) || anchor.ValidatorsHash(d.Validators) != eleven.Header.ValidatorsHash {
		t.Errorf("deployed after a header: %+v", d)
	}
	if _, err := d.Code(); err != nil {
		t.Error(err)
	}
	if _, err := DeployAfter(ten.Header, ten.Validators, trustingPeriod); err == nil {
		t.Error("the wrong set is trusted")
	}
	if _, err := DeployAtGenesis([]byte("{}"), trustingPeriod); err == nil {
		t.Error("nothing is a genesis")
	}
	if _, err := FromLight(&light.Block{Header: ten.Header, Validators: ten.Validators}); err == nil {
		t.Error("a header without a commit can be anchored")
	}
}
