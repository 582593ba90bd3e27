package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"urna/crypto/ethkey"
	"urna/registry/invitation"
)

// invite invites, and returns the codes by the members' ids.
func invite(t testing.TB, r *Registry, in Invite) map[string]invitation.Code {
	t.Helper()
	codes := map[string]invitation.Code{}
	if in.Expires.IsZero() {
		in.Expires = time.Now().Add(time.Hour)
	}
	n, err := r.Invite(t.Context(), in, func(m *Member, c invitation.Code) error { codes[m.ID] = c; return nil }, func() error { return nil })
	if err != nil || n != len(codes) {
		t.Fatal(n, len(codes), err)
	}
	return codes
}

func key(t testing.TB) *ethkey.Key {
	t.Helper()
	k, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// redeem does what a member's wallet does.
func redeem(t testing.TB, r *Registry, c invitation.Code, k *ethkey.Key) error {
	t.Helper()
	sig, err := k.Sign([]byte(invitation.Text("Chess club", r.ID(), c, k.Address())))
	if err != nil {
		t.Fatal(err)
	}
	return r.Redeem(t.Context(), c, k.Address(), sig)
}

func want(t testing.TB, got, sought error) {
	t.Helper()
	if !errors.Is(got, sought) {
		t.Errorf("error is %v, want %v", got, sought)
	}
}

func TestMembersAreInvitedAndRedeemWithTheirOwnAddress(t *testing.T) {
	r, _ := start(t)
	load(t, r, three+"4,Alan,,,2,,\n", Import{})
	codes := invite(t, r, Invite{})
	if len(codes) != 2 || codes["2"] == "" || codes["4"] == "" {
		t.Fatalf("%v", codes)
	}
	if again := invite(t, r, Invite{}); len(again) > 0 {
		t.Errorf("invited twice: %v", again)
	}
	grace := key(t)
	want(t, redeem(t, r, codes["2"], grace), nil)
	want(t, redeem(t, r, codes["2"], grace), nil) // the answer was lost
	want(t, redeem(t, r, codes["2"], key(t)), ErrUsed)
	want(t, redeem(t, r, invitation.New(), grace), ErrCode)
	m, err := r.Find(t.Context(), "2")
	if err != nil || m.Address != grace.Address().String() {
		t.Fatal(m, err)
	}
	// Another member cannot have the same address, and the code stays good.
	var taken *TakenError
	if err := redeem(t, r, codes["4"], grace); !errors.As(err, &taken) {
		t.Error(err)
	}
	want(t, redeem(t, r, codes["4"], key(t)), nil)
	s, err := r.Status(t.Context())
	equal(t, err, nil)
	equal(t, s, Status{Members: 4, Addresses: 4, Redeemed: 2})

	// A lost key: a new code for the member, by name, and the new address counts.
	codes = invite(t, r, Invite{Members: []string{"2", "GRACE@example.org"}})
	newer := key(t)
	want(t, redeem(t, r, codes["2"], newer), nil)
	if m, _ := r.Find(t.Context(), "2"); m.Address != newer.Address().String() {
		t.Errorf("%+v", m)
	}
}

func TestASignatureIsGoodForOneCodeAddressAndRegistry(t *testing.T) {
	r, _ := start(t)
	load(t, r, three, Import{})
	c := invite(t, r, Invite{})["2"]
	k := key(t)
	for name, text := range map[string]string{
		"organisation": invitation.Text("Go club", r.ID(), c, k.Address()),
		"registry":     invitation.Text("Chess club", strings.Repeat("0", 32), c, k.Address()),
		"code":         invitation.Text("Chess club", r.ID(), invitation.New(), k.Address()),
		"address":      invitation.Text("Chess club", r.ID(), c, key(t).Address()),
		"other text":   "hello",
	} {
		sig, err := k.Sign([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Redeem(t.Context(), c, k.Address(), sig); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want(t, r.Redeem(t.Context(), c, k.Address(), nil), ErrSignature)
	want(t, r.Redeem(t.Context(), c, ethkey.Address{}, make([]byte, 65)), ErrSignature)
	want(t, redeem(t, r, c, k), nil)
}

func TestCodesAreReplacedRevokedAndExpire(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	cfg := place(t)
	cfg.Now = func() time.Time { return now }
	r, err := Create(t.Context(), cfg, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	load(t, r, "id,tags\n1,a\n2,b\n3,b\n", Import{})
	for _, expires := range []time.Time{{}, now, now.Add(-time.Second)} {
		if _, err := r.Invite(t.Context(), Invite{Expires: expires}, nil, nil); err == nil {
			t.Errorf("%v was taken", expires)
		}
	}
	first := invite(t, r, Invite{Expires: now.Add(time.Hour)})
	second := invite(t, r, Invite{Again: true, Filter: Filter{Tags: []string{"b"}}, Expires: now.Add(2 * time.Hour)})
	equal(t, len(second), 2)
	want(t, redeem(t, r, first["2"], key(t)), ErrCode)

	n, err := r.Revoke(t.Context(), Filter{}, []string{"2"})
	equal(t, n, 1)
	equal(t, err, nil)
	want(t, redeem(t, r, second["2"], key(t)), ErrCode)

	now = now.Add(time.Hour)
	want(t, redeem(t, r, first["1"], key(t)), ErrExpired)
	want(t, redeem(t, r, second["3"], key(t)), nil)
	s, err := r.Status(t.Context())
	equal(t, err, nil)
	equal(t, s, Status{Members: 3, Addresses: 1, Redeemed: 1, Expired: 1})
	// Who has no invitation that can be redeemed is invited again.
	third := invite(t, r, Invite{Expires: now.Add(time.Hour)})
	equal(t, len(third), 2)
	n, err = r.Revoke(t.Context(), Filter{Tags: []string{"a"}}, nil)
	equal(t, n, 1)
	equal(t, err, nil)
	if _, err := r.Revoke(t.Context(), Filter{}, []string{"2", "9"}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	want(t, redeem(t, r, third["2"], key(t)), nil) // 9 is not there, so nothing was revoked
	if _, err := r.Invite(t.Context(), Invite{Members: []string{"9"}, Expires: now.Add(time.Hour)}, nil, nil); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestCodesThatCouldNotBeSavedWereNotGivenOut(t *testing.T) {
	r, _ := start(t)
	load(t, r, three, Import{})
	old := invite(t, r, Invite{})["2"]
	full := errors.New("disk is full")
	good := func() error { return nil }
	for _, in := range []struct {
		yield func(*Member, invitation.Code) error
		save  func() error
	}{
		{func(*Member, invitation.Code) error { return full }, good},
		{func(*Member, invitation.Code) error { return nil }, func() error { return full }},
	} {
		_, err := r.Invite(t.Context(), Invite{Again: true, Expires: time.Now().Add(time.Hour)}, in.yield, in.save)
		want(t, err, full)
	}
	want(t, redeem(t, r, old, key(t)), nil)
}

func TestAnIssuerLearnsHashesAndWeights(t *testing.T) {
	r, _ := start(t)
	load(t, r, three+"4,Alan,,,2,,\n", Import{})
	codes := invite(t, r, Invite{})
	want(t, redeem(t, r, codes["4"], key(t)), nil)
	sum := sha256.Sum256([]byte(strings.ReplaceAll(codes["2"].String(), "-", "")))
	var got []string
	err := r.IssuerList(t.Context(), Filter{}, func(hash, weight string) error { got = append(got, hash+","+weight); return nil })
	equal(t, err, nil)
	equal(t, got, []string{hex.EncodeToString(sum[:]) + ",1"})
	want(t, r.IssuerList(t.Context(), Filter{}, func(string, string) error { return errors.ErrUnsupported }), errors.ErrUnsupported)
}

func TestCodesAreNotStored(t *testing.T) {
	cfg := Config{Database: filepath.Join(t.TempDir(), "registry.db")}
	r, err := Create(t.Context(), cfg, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	load(t, r, three, Import{})
	c := invite(t, r, Invite{})["2"]
	files, _ := filepath.Glob(cfg.Database + "*")
	hashes := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		hashes += strings.Count(string(b), c.Hash())
		if strings.Contains(string(b), string(c)) || strings.Contains(string(b), c.String()) {
			t.Errorf("%s holds the code", f)
		}
	}
	if hashes == 0 {
		t.Error("the test does not find the hash")
	}
}

func TestOneOfManyWhoUseACodeAtOnceHasIt(t *testing.T) {
	r, cfg := start(t)
	load(t, r, three, Import{})
	c := invite(t, r, Invite{})["2"]
	var wg sync.WaitGroup
	var mu sync.Mutex
	var winners []string
	for range 100 {
		k := key(t)
		wg.Go(func() {
			other, err := Open(t.Context(), cfg)
			if err != nil {
				t.Error(err)
				return
			}
			defer other.Close()
			switch err := redeem(t, other, c, k); {
			case err == nil:
				mu.Lock()
				winners = append(winners, k.Address().String())
				mu.Unlock()
			case !errors.Is(err, ErrUsed):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	m, err := r.Find(t.Context(), "2")
	if err != nil || len(winners) != 1 || m.Address != winners[0] {
		t.Errorf("%+v, %v, %v", m, winners, err)
	}
}
