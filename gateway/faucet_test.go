package gateway

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// faucetPackage is a promise of the bank.
func (a *api) faucetPackage(to *ethkey.Key, amount uint64) *tx.FaucetPackage {
	a.t.Helper()
	p, err := tx.SignFaucet(apptest.Key("bank"), tx.FaucetPayload{
		Identifier: 1, To: to.Address(), Amount: amount, ChainID: apptest.ChainID, NotAfter: uint64(apptest.Start.Unix()) + 3600,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return &p
}

func apptestAddresses(name string, n int) (out []ethkey.Address) {
	for _, k := range apptest.Keys(name, n) {
		out = append(out, k.Address())
	}
	return out
}

func withFaucet(c *Config) { c.Faucet = FaucetConfig{Key: apptest.Key("bank"), Amount: 777} }

func TestAFaucetPackageCreatesAnAccount(t *testing.T) {
	a := newAPI(t, withFaucet)
	a.mine()
	alice := apptest.Key("alice")
	var got struct {
		Amount  string
		Package string `json:"faucetPackage"`
	}
	a.get("/open/claim/0x" + alice.Address().String()).ok(&got)
	var p tx.FaucetPackage
	if err := p.UnmarshalText([]byte(got.Package)); err != nil {
		t.Fatal(err)
	}
	mark := uint64(apptest.Start.Unix())
	if p.Payload.ChainID != apptest.ChainID || p.Payload.NotAfter != mark+86400 || p.Payload.Amount != 777 || got.Amount != "777" || p.Payload.To != alice.Address() {
		t.Fatalf("%+v", p.Payload)
	}
	a.mine(apptest.Sign(t, alice, &tx.CreateAccount{Account: alice.Address(), InfoURI: "ipfs://x", Faucet: &p}))
	var acc struct{ Balance uint64 }
	a.get("/accounts/" + alice.Address().String()).ok(&acc)
	if acc.Balance != 776 { // it paid for its creation
		t.Fatal(acc.Balance)
	}
}

func TestThereIsNoFaucetWithoutAKey(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	a.get("/open/claim/"+org.Address().String()).refused(http.StatusNotFound, codeFaucetOff)
}

func TestAnEmptyFaucetPromisesNothing(t *testing.T) {
	for name, key := range map[string]*ethkey.Key{"too little": apptest.Key("bank"), "no account": apptest.Key("nobody")} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, func(c *Config) { c.Faucet = FaucetConfig{Key: key, Amount: 1 << 60} })
			a.mine()
			a.get("/open/claim/"+org.Address().String()).refused(http.StatusServiceUnavailable, codeFaucet)
		})
	}
}

func TestTheFaucetGivesSoMuchAndNoMore(t *testing.T) {
	now := time.Now()
	a := newAPI(t, func(c *Config) {
		withFaucet(c)
		c.Now = func() time.Time { return now }
		c.Faucet.PerAddress, c.Faucet.PerClient = Quota{2, time.Hour}, Quota{3, time.Hour}
	})
	a.mine()
	alice, bob, carol := apptestAddresses("a", 1)[0], apptestAddresses("b", 1)[0], apptestAddresses("c", 1)[0]
	claim := func(to ethkey.Address) *answer { return a.get("/open/claim/" + to.String()) }
	claim(alice).ok(nil)
	claim(alice).ok(nil)
	r := claim(alice)
	r.refused(http.StatusTooManyRequests, codeRateLimit, "this account")
	if s, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || s < 1 || s > 1800 {
		t.Fatalf("Retry-After: %s", r.header.Get("Retry-After"))
	}
	claim(bob).refused(http.StatusTooManyRequests, codeRateLimit, "this client") // the refused claim counted
	now = now.Add(20 * time.Minute)
	claim(carol).ok(nil)
	claim(bob).refused(http.StatusTooManyRequests, codeRateLimit, "this client")
	a.get("/open/claim/nobody").refused(http.StatusBadRequest, codeAddress)
}

func TestFaucetsWithoutSenseAreRefused(t *testing.T) {
	key := apptest.Key("bank")
	for _, c := range []FaucetConfig{
		{Key: key},
		{Key: key, Amount: 1, Validity: time.Millisecond},
		{Key: key, Amount: 1, PerAddress: Quota{-1, time.Hour}},
		{Key: key, Amount: 1, PerClient: Quota{1, 0}},
	} {
		if err := c.complete(); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestTheExpiryStaysWithinWhatTheChainAllows(t *testing.T) {
	a := newAPI(t, func(c *Config) {
		withFaucet(c)
		c.Faucet.Validity = 1000 * 24 * time.Hour
	})
	a.mine()
	var got struct {
		Package []byte `json:"faucetPackage"`
	}
	a.get("/open/claim/" + org.Address().String()).ok(&got)
	var p tx.FaucetPackage
	if err := p.UnmarshalText([]byte(b64(got.Package))); err != nil || !json.Valid(got.Package) {
		t.Fatal(err)
	}
	if want := uint64(apptest.Start.Unix()) + 30*24*3600; p.Payload.NotAfter != want {
		t.Fatal(p.Payload.NotAfter, want)
	}
}

func createAccount(key *ethkey.Key, p *tx.FaucetPackage) *tx.CreateAccount {
	return &tx.CreateAccount{Account: key.Address(), InfoURI: "ipfs://info", Faucet: p}
}

func setInfo(nonce uint32, uri string) *tx.SetAccountInfo {
	return &tx.SetAccountInfo{Nonce: nonce, Account: org.Address(), InfoURI: uri}
}

func setStatus(nonce uint32, id election.ID, s election.Status) *tx.SetStatus {
	return &tx.SetStatus{Nonce: nonce, Election: id, Status: s}
}
