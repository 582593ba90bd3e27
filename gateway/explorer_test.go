package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/tx"
)

var updateExplorer = flag.Bool("update-explorer", false, "write what the explorer answers to testdata")

// story is a chain on which something of everything has happened.
type story struct {
	*testChain
	elections []*apptest.Election // the first one has results, the second is open, the third canceled
	voters    []*ethkey.Key
	names     map[string]string // of hashes, to make golden files readable and stable
}

func newStory(t testing.TB) *story {
	c := newTestChain(t)
	s := &story{testChain: c, voters: apptest.Keys("voter", 12), names: map[string]string{}}
	sign := func(name string, p tx.Payload) []byte { return apptest.Sign(t, apptest.Key(name), p) }
	c.mine()

	// Accounts and tokens.
	pkg, err := tx.SignFaucet(apptest.Key("bank"), tx.FaucetPayload{
		Identifier: 7, To: apptest.Key("alice").Address(), Amount: 5000, ChainID: apptest.ChainID,
		NotAfter: uint64(apptest.Start.Add(time.Hour).Unix()),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.mine(sign("alice", &tx.CreateAccount{Account: apptest.Key("alice").Address(), InfoURI: "ipfs://alice", Faucet: &pkg}))
	c.mine(
		sign("bank", &tx.SendTokens{Nonce: 0, From: apptest.Key("bank").Address(), To: apptest.Key("alice").Address(), Amount: 1 << 33}),
		sign("alice", &tx.SendTokens{Nonce: 0, From: apptest.Key("alice").Address(), To: apptest.Key("org").Address(), Amount: 1}),
	)

	// Elections.
	uri, err := c.files.Put(context.Background(), []byte(`{"title":{"default":"A <b>bold</b> title"},"version":"1.2"}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		s.elections = append(s.elections, c.OpenElection(s.voters, func(p *tx.NewElection) {
			p.MetadataURI = fmt.Sprintf("ipfs://nothing%d", i)
			if i == 0 {
				p.MetadataURI = uri
			}
			p.Paused = i == 2
		}))
		c.publish()
	}
	a, b, x := s.elections[0], s.elections[1], s.elections[2]
	c.mine(a.Votes(s.voters[:8])...)
	c.Pass(90 * time.Minute / 6)
	c.mine(b.Votes(s.voters[:3])...)
	c.mine(a.Vote(s.voters[0], 5, "changed my mind"), b.Vote(s.voters[3], 1, ""))
	c.mine(
		sign("org", &tx.SetStatus{Nonce: 3, Election: a.ID, Status: election.Ended}),
		sign("org", &tx.SetStatus{Nonce: 4, Election: x.ID, Status: election.Canceled}),
	)
	c.mine(sign("org", &tx.SetDuration{Nonce: 5, Election: b.ID, Duration: 5000}))
	for range 3 {
		c.mine()
	}
	for i, e := range s.elections {
		s.names[e.ID.String()] = fmt.Sprintf("election%d", i)
	}
	return s
}

// body shows an answer in a stable form, one line for each member.
func (s *story) body(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(raw), "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// TestExplorerAnswers compares the answers of every explorer call with the
// files in testdata/explorer.
func TestExplorerAnswers(t *testing.T) {
	s := newStory(t)
	server := s.serve()
	org, alice, bank := apptest.Key("org").Address(), apptest.Key("alice").Address(), apptest.Key("bank").Address()
	a, b := s.elections[0].ID, s.elections[1].ID
	tx0 := func(height int64) tx.ID { return s.blocks[height-1].Outcome.Txs[0].ID }
	hash := func(height int64) string { return fmt.Sprintf("%x", s.blocks[height-1].Hash) }
	for name, paths := range map[string][]string{
		"accounts": {
			"/accounts", "/accounts?limit=2", "/accounts?limit=2&page=1", "/accounts?page=1", "/accounts?limit=2&cursor=2",
			"/accounts?accountId=" + alice.String()[:5], "/accounts?accountId=0x" + strings.ToUpper(alice.String()),
			"/accounts?accountId=xyz", "/accounts?page=-1", "/accounts?limit=many", "/accounts/count",
			"/accounts/" + org.String() + "/elections/count",
			"/chain/organizations", "/chain/organizations/count", "/chain/organizations?organizationId=00ff",
			"/chain/organizations/page/0", "/chain/organizations/page/1",
		},
		"tokens": {
			"/chain/transfers?limit=2", "/chain/transfers?accountIdFrom=" + bank.String(), "/chain/transfers?accountIdTo=" + org.String(),
			"/accounts/" + alice.String() + "/transfers/page/0", "/accounts/" + alice.String() + "/transfers/count",
			"/accounts/" + strings.Repeat("ab", 20) + "/transfers/page/0", "/accounts/" + strings.Repeat("ab", 20) + "/transfers/count",
			"/accounts/nobody/transfers/count",
			"/chain/fees?limit=2", "/chain/fees?type=newProcess&limit=1", "/chain/fees?type=set_process_status&limit=1",
			"/chain/fees?type=nothing", "/chain/fees?reference=" + a.String(), "/chain/fees/page/0?limit=1",
			"/chain/fees/reference/" + b.String() + "/page/0", "/chain/fees/type/send_tokens/page/0",
			"/accounts/" + org.String() + "/fees/page/0?limit=2",
		},
		"elections": {
			"/elections", "/elections?limit=1&page=1", "/elections?organizationId=" + org.String() + "&limit=1",
			"/elections?organizationId=0x" + strings.ToUpper(org.String()[:7]) + "&limit=1", "/elections?electionId=" + b.String(),
			"/elections?status=RESULTS&withResults=true", "/elections?status=canceled", "/elections?finalResults=false&limit=1",
			"/elections?manuallyEnded=true&limit=1", "/elections?withResults=false", "/elections?status=odd", "/elections?finalResults=odd",
			"/elections?endDateAfter=2027-01-01T00:20:00Z", "/elections?startDateBefore=2026-12-31", "/elections?endDateBefore=1800000000&limit=1",
			"/elections?startDateAfter=yesterday", "/elections?page=9999", "/elections?page=99999999999999999999",
			"/accounts/" + org.String() + "/elections/page/0?limit=1", "/accounts/" + org.String() + "/elections/status/READY/page/0",
		},
		"votes": {
			"/votes?limit=2", "/votes?electionId=" + a.String() + "&limit=2", "/votes?electionId=0x" + a.String() + "&limit=2&page=3",
			"/votes?electionId=" + a.String() + "&limit=2&page=4", "/votes?electionId=" + strings.Repeat("00", 32), "/votes?electionId=1234",
			"/elections/" + b.String() + "/votes/page/0?limit=1", "/elections/" + b.String() + "/votes/count",
			"/elections/" + strings.Repeat("00", 32) + "/votes/count", "/elections/" + s.elections[2].ID.String() + "/votes/page/0",
			"/elections/" + b.String() + "/votes/activity", "/elections/" + b.String() + "/votes/activity?bucket=hour",
			"/elections/" + b.String() + "/votes/activity?bucket=week", "/elections/" + b.String() + "/votes/activity?bucket=hour&from=2020-01-01",
			"/elections/" + b.String() + "/votes/activity?from=2020-01-01&to=2020-02-01", "/elections/" + strings.Repeat("00", 32) + "/votes/activity",
		},
		"transactions": {
			"/chain/transactions?limit=3", "/chain/transactions/page/1?limit=3", "/chain/transactions?type=vote&limit=1",
			"/chain/transactions?type=setProcess&subtype=set_process_status&limit=1", "/chain/transactions?type=odd",
			"/chain/transactions?subtype=send_tokens&limit=1", "/chain/transactions?signer=" + alice.String() + "&limit=1",
			"/chain/transactions?height=3", "/chain/transactions?height=999", "/chain/transactions?height=0",
			"/chain/transactions?signer=odd", "/chain/transactions/count",
			"/chain/transactions/" + tx0(2).String(), "/chain/transactions/0x" + strings.ToUpper(tx0(3).String()),
			"/chain/transactions/" + tx0(7).String(), "/chain/transactions/" + strings.Repeat("12", 32), "/chain/transactions/12",
			"/chain/transactions/reference/" + tx0(7).String(), "/chain/transactions/reference/" + strings.Repeat("12", 32),
			"/chain/transactions/3/1", "/chain/transactions/3/2", "/chain/transactions/3/x", "/chain/transactions/999/0",
		},
		"blocks": {
			"/chain/blocks?limit=2", "/chain/blocks?limit=1&page=12", "/chain/blocks?hash=" + hash(5)[:8], "/chain/blocks?chainId=other",
			"/chain/blocks?limit=1&proposerAddress=" + s.blocks[0].Proposer.String()[:4],
			"/chain/blocks/5", "/chain/blocks/999", "/chain/blocks/odd", "/chain/blocks/hash/" + hash(5), "/chain/blocks/hash/" + strings.Repeat("12", 32),
			"/chain/blocks/7/transactions/page/0?limit=2", "/chain/blocks/7/transactions/page/9", "/chain/blocks/1/transactions/page/0",
			"/chain/dateToBlock/1798761602", "/chain/dateToBlock/1798761000", "/chain/dateToBlock/1798765000", "/chain/dateToBlock/odd",
			"/chain/blockToDate/5", "/chain/blockToDate/500", "/chain/blockToDate/0",
			"/chain/info", "/chain/stats", "/chain/validators",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, path := range paths {
				status, body := getBody(t, server, path)
				fmt.Fprintf(&got, "GET %s\n%d\n%s\n\n", s.short(path), status, s.short(s.body(body)))
			}
			golden(t, filepath.Join("testdata", "explorer", name+".txt"), got.String())
		})
	}
}

// short gives ids of elections a name.
func (s *story) short(text string) string {
	for id, name := range s.names {
		text = strings.ReplaceAll(text, id, "{"+name+"}")
	}
	return text
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *updateExplorer {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s:%d: got %q, want %q (go test -update-explorer writes the file; read the difference)", file, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s has %d lines, the answers %d", file, len(w), len(g))
}

func TestTheExplorerAgreesWithTheState(t *testing.T) {
	s := newStory(t)
	view := s.Nodes[0].App.View()
	for _, e := range s.elections {
		got, err := s.index.Election(context.Background(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := view.Settings(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		stage, err := view.Stage(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		log, err := view.Log(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Organisation != settings.Organisation || got.MetadataURI != settings.MetadataURI ||
			got.Start.Unix() != int64(settings.Start) || got.End.Unix() != int64(stage.End) || got.Status != stage.Status ||
			got.ManuallyEnded != stage.ManuallyEnded || got.Votes != int64(log.Voters) ||
			got.FinalResults != (stage.Status == election.Results) || got.Height != int64(settings.CreatedHeight) {
			t.Errorf("the index says %+v, the state %+v %+v %+v", got, settings, stage, log)
		}
	}
	accounts := 0
	if err := view.EachAccount(func(a ethkey.Address, _ *state.Account) error { accounts++; return nil }); err != nil {
		t.Fatal(err)
	}
	c, err := s.index.Counters(context.Background())
	if err != nil || int(c.Accounts) != accounts-1 { // the account of burnt tokens is nobody's
		t.Errorf("the index counts %d accounts, %v, the state %d", c.Accounts, err, accounts)
	}
}

func TestATransactionIsMinedWhenEveryReadShowsIt(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	server := c.serve()
	pay := apptest.Sign(t, apptest.Key("bank"), &tx.SendTokens{From: apptest.Key("bank").Address(), To: apptest.Key("org").Address(), Amount: 5})
	c.Mine(pay) // committed, but the index has not seen it
	id := c.Outcome(c.Chain.Height()).Txs[0].ID
	if status, body := getBody(t, server, "/chain/transactions/"+id.String()); status != http.StatusNoContent || len(body) != 0 {
		t.Errorf("before the index: %d %s", status, body)
	}
	c.publish()
	if status, _ := getBody(t, server, "/chain/transactions/"+id.String()); status != http.StatusOK {
		t.Errorf("after the index: %d", status)
	}
	if status, body := getBody(t, server, "/chain/transfers"); status != http.StatusOK || !bytes.Contains(body, []byte(id.String())) {
		t.Errorf("the transfer is not listed: %d %s", status, body)
	}
}

func TestATransactionThatWasDroppedIsTheProblemThatSaysWhy(t *testing.T) {
	c := newTestChain(t)
	voters := apptest.Keys("voter", 2)
	e := c.OpenElection(voters, nil)
	c.publish()
	server := c.serve()
	node := c.Nodes[0]
	s := node.App.Submit(t.Context(), [][]byte{e.Vote(voters[0], 1, "")})
	if s[0].Err != nil {
		t.Fatal(s[0].Err)
	}
	path := "/chain/transactions/" + s[0].ID.String()
	if status, _ := getBody(t, server, path); status != http.StatusNoContent {
		t.Errorf("while it waits: %d", status)
	}
	// Another proposer ends the election first; then this one tries the vote.
	c.Agree(c.Proposal(0, [][]byte{apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{
		Nonce: c.Nonce("org"), Election: e.ID, Status: election.Ended,
	})}))
	c.mine()
	for _, path := range []string{path, "/chain/transactions/reference/" + s[0].ID.String()} {
		status, body := getBody(t, server, path)
		if status != http.StatusBadRequest || !bytes.Contains(body, []byte(`"code":5003`)) || !bytes.Contains(body, []byte(`"ruleCode":320`)) {
			t.Errorf("after it was dropped: %d %s", status, body)
		}
	}
}

func TestWhatPrunedBlocksHeldIsStillListed(t *testing.T) {
	s := newStory(t)
	server := s.serve()
	id := s.blocks[1].Outcome.Txs[0].ID
	s.prune(5)
	status, body := getBody(t, server, "/chain/transactions/"+id.String())
	if status != http.StatusOK || bytes.Contains(body, []byte(`"tx"`)) || !bytes.Contains(body, []byte(`"txInfo"`)) {
		t.Errorf("transaction: %d %s", status, body)
	}
	status, body = getBody(t, server, "/chain/blocks/2")
	if status != http.StatusOK || !bytes.Contains(body, []byte(`"height":2`)) {
		t.Errorf("block: %d %s", status, body)
	}
}

func TestEveryExplorerRouteHasASummaryAndAGoldenAnswer(t *testing.T) {
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join("testdata", "explorer", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	mux := http.NewServeMux()
	asked := map[string]bool{}
	for _, rt := range new(Gateway).explorerRoutes() {
		if rt.summary == "" {
			t.Errorf("%s has no summary", rt.pattern)
		}
		mux.HandleFunc(rt.method+" "+rt.pattern, func(http.ResponseWriter, *http.Request) { asked[rt.pattern] = true })
	}
	for line := range strings.SplitSeq(all.String(), "\n") {
		if path, ok := strings.CutPrefix(line, "GET "); ok {
			path = strings.NewReplacer("{", "", "}", "").Replace(path)
			mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		}
	}
	for _, rt := range new(Gateway).explorerRoutes() {
		if !asked[rt.pattern] {
			t.Errorf("no golden answer of %s", rt.pattern)
		}
	}
}
