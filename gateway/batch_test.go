package gateway

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"urna/app"
	"urna/app/apptest"
	"urna/tx"
)

type batchReply struct {
	Submitted []struct {
		Index              int
		Hash               string
		VoteID, ElectionID string
	}
	Failed []struct {
		Index    int
		Code     int
		Error    string
		Rule     string
		RuleCode uint32
		Hash     string
	}
	Pending []any
}

func TestABatchIsJudgedItemByItem(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 4)
	e, _ := a.newElection(voters, nil)
	votes := e.Votes(voters)
	a.post("/votes", map[string]string{"txPayload": b64(votes[1])}).ok(nil)
	payloads := []string{b64(votes[0]), b64(votes[1]), "not base64!", "AAAA", b64(votes[2]), "", b64(votes[3])}
	var got batchReply
	a.post("/chain/transactions/batch", map[string]any{"payloads": payloads}).ok(&got)
	var taken, failed []int
	for _, s := range got.Submitted {
		taken = append(taken, s.Index)
		if len(s.Hash) != 64 || len(s.VoteID) != 64 {
			t.Errorf("%+v", s)
		}
	}
	for _, f := range got.Failed {
		failed = append(failed, f.Index, f.Code)
	}
	if !slices.Equal(taken, []int{0, 4, 6}) || got.Pending == nil || len(got.Pending) != 0 ||
		!slices.Equal(failed, []int{1, codeBroadcast, 2, codePayload, 3, codeRefused, 5, codePayload}) {
		t.Fatalf("%+v", got)
	}
	if known := got.Failed[0]; known.Hash == "" || known.Error != "tx already exists in cache" {
		t.Errorf("%+v", known)
	}
	if bad := got.Failed[2]; bad.RuleCode != uint32(tx.MalformedTx) || bad.Rule == "" {
		t.Errorf("%+v", bad)
	}
	a.mine()
	if voters := a.voters(e); voters != 4 {
		t.Fatalf("%d votes are on the chain", voters)
	}
}

func (a *api) voters(e *apptest.Election) uint64 {
	a.t.Helper()
	log, err := a.Nodes[0].App.View().Log(e.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	return log.Voters
}

func TestABinaryBatchIsTheSameInShort(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 3)
	e, _ := a.newElection(voters, nil)
	var body []byte
	for _, raw := range append(e.Votes(voters), []byte("nonsense")) {
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(raw))), raw...)
	}
	r := a.send(http.MethodPost, "/chain/transactions/batch", http.Header{"Content-Type": {binaryType}}, bytes.NewReader(body))
	r.ok(nil)
	if want := `{"total":4,"accepted":3,"failed":[{"index":3,"code":5003,`; !strings.HasPrefix(string(r.body), want) {
		t.Fatalf("%s", r.body)
	}
	a.mine()
	if voters := a.voters(e); voters != 3 {
		t.Fatalf("%d votes are on the chain", voters)
	}
	for _, cut := range [][]byte{body[:len(body)-1], body[:3], {0xff, 0xff, 0xff, 0xff, 1}} {
		a.send(http.MethodPost, "/chain/transactions/batch", http.Header{"Content-Type": {binaryType}}, bytes.NewReader(cut)).
			refused(http.StatusBadRequest, codePayload, "cut off")
	}
}

func TestABatchMayCreateElectionsAndSendTokens(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	tr := apptest.Census(t, apptest.Keys("voter", 2))
	var got batchReply
	a.post("/chain/transactions/batch", map[string]any{"transactions": []any{
		map[string]string{"payload": a.signed(org, apptest.NewElection(0, tr))},
		map[string]string{"payload": a.signed(org, &tx.SendTokens{Nonce: 1, From: org.Address(), To: apptest.Key("bank").Address(), Amount: 1})},
	}}).ok(&got)
	if len(got.Submitted) != 2 || len(got.Submitted[0].ElectionID) != 64 || got.Submitted[1].ElectionID != "" {
		t.Fatalf("%+v", got)
	}
}

func TestBatchesHaveBounds(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Limits.MaxBatch, c.Limits.MaxBatchBody, c.Limits.MaxBody = 3, 1000, 1000 })
	a.mine()
	post := func(body string) *answer { return a.post("/chain/transactions/batch", body) }
	post(`{"payloads":[]}`).refused(http.StatusBadRequest, codeBatchEmpty)
	post(`{}`).refused(http.StatusBadRequest, codeBatchEmpty)
	post(``).refused(http.StatusBadRequest, codeBody)
	post(`{"payloads":["AAAA","AAAA","AAAA","AAAA"]}`).refused(http.StatusRequestEntityTooLarge, codeBatchTooLarge)
	post(`{"payloads":["AAAA","AAAA","AAAA"]}`).ok(nil)
	post(`{"payloads":["`+strings.Repeat("A", 1000)+`"]}`).refused(http.StatusRequestEntityTooLarge, codeBodyTooLarge)
	four := bytes.Repeat([]byte{0, 0, 0, 1, 'x'}, 4)
	a.send(http.MethodPost, "/chain/transactions/batch", http.Header{"Content-Type": {binaryType}}, bytes.NewReader(four)).
		refused(http.StatusRequestEntityTooLarge, codeBatchTooLarge)
}

func TestABusyNodeSaysTryLater(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 2)
	e, _ := a.newElection(voters, nil)
	a.post("/votes", map[string]string{"txPayload": b64(e.Vote(voters[0], 1, ""))}).ok(nil)
	// A voter's next vote has to wait for a block.
	second := b64(e.Vote(voters[0], 2, "again"))
	for _, r := range []*answer{
		a.post("/votes", map[string]string{"txPayload": second}),
		a.post("/chain/transactions/batch", map[string]any{"payloads": []string{second}}),
	} {
		r.refused(http.StatusServiceUnavailable, codeOverloaded, "again")
		if r.header.Get("Retry-After") != "1" {
			t.Fatalf("Retry-After: %q", r.header.Get("Retry-After"))
		}
	}
	var got batchReply
	a.post("/chain/transactions/batch", map[string]any{"payloads": []string{second, b64(e.Vote(voters[1], 1, ""))}}).ok(&got)
	if len(got.Submitted) != 1 || len(got.Failed) != 1 || got.Failed[0].Code != codeOverloaded {
		t.Fatalf("%+v", got)
	}
	a.mine()
	a.post("/votes", map[string]string{"txPayload": second}).ok(nil)

	p, fault := asProblem(submissionProblem(&app.Submission{Err: app.ErrBusy}))
	if fault || !strings.Contains(p.Detail, "mempool is full") {
		t.Fatalf("%+v", p)
	}
}

// The fast reader of batches must agree with encoding/json wherever it does not
// give up.
func FuzzParseBatch(f *testing.F) {
	for _, seed := range []string{
		`{"payloads":["AAAA","BBBB"]}`, ` { "payloads" : [ "AAAA" , "" ] } `, `{"payloads":[]}`, `{"payloads":["A\/AA"]}`,
		`{"transactions":[{"payload":"AAAA"}]}`, `{"payloads":["AAAA"],"payloads":["BBBB"]}`, `{"payloads":["AAAA",]}`,
		`{"payloads":["AAAA"]}x`, `{"payloads":null}`, `{"payloads":["`, "{\"payloads\":[\"AA\nAA\"]}", "{\"payloads\":[\"A\x01\"]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := payloadScanner{b: body, limit: 10}
		items, ok := s.scan()
		if !ok {
			return
		}
		var doc struct{ Payloads []string }
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatalf("%q was read, encoding/json says %v", body, err)
		}
		if len(items) != len(doc.Payloads) {
			t.Fatalf("%q: %d items, encoding/json reads %d", body, len(items), len(doc.Payloads))
		}
		for i := range items {
			if want := decodePayload([]byte(doc.Payloads[i])); !bytes.Equal(items[i], want) {
				t.Fatalf("%q: item %d is %x, not %x", body, i, items[i], want)
			}
		}
	})
}

func FuzzSplitBatch(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 'a', 0, 0, 0, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := splitBatch(body, 10)
		if err != nil {
			return
		}
		var again []byte
		for _, item := range items {
			again = append(binary.BigEndian.AppendUint32(again, uint32(len(item))), item...)
		}
		if !bytes.Equal(again, body) {
			t.Fatalf("%x became %x", body, again)
		}
	})
}

// A batch of 10,000 votes: all that the gateway does for it, without the app.
func BenchmarkBatch(b *testing.B) {
	const votes = 10_000
	m, err := newMetrics(nil)
	if err != nil {
		b.Fatal(err)
	}
	g := &Gateway{metrics: m}
	raws := make([][]byte, votes)
	results := make([]app.Submission, votes)
	for i := range raws {
		raws[i] = bytes.Repeat([]byte{byte(i)}, 700)
		results[i] = app.Submission{ID: tx.ID{byte(i)}, Kind: tx.KindVote}
	}
	texts := make([]string, votes)
	var binaryBody []byte
	for i, raw := range raws {
		texts[i] = b64(raw)
		binaryBody = append(binary.BigEndian.AppendUint32(binaryBody, uint32(len(raw))), raw...)
	}
	jsonBody, err := json.Marshal(map[string]any{"payloads": texts})
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, body []byte, short bool, parse func([]byte, int) ([][]byte, error)) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			items, err := parse(body, votes)
			if err != nil {
				b.Fatal(err)
			}
			_, places := readable(items)
			if answer, _ := g.batchAnswer(len(items), places, results, short); len(answer) == 0 {
				b.Fatal("no answer")
			}
		}
		b.ReportMetric(float64(b.N*votes)/b.Elapsed().Seconds(), "votes/s")
	}
	b.Run("json", func(b *testing.B) { run(b, jsonBody, false, parseBatch) })
	b.Run("binary", func(b *testing.B) { run(b, binaryBody, true, splitBatch) })
	slow, err := json.MarshalIndent(map[string]any{"payloads": texts, "x": 1}, "", " ")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encoding-json", func(b *testing.B) { run(b, slow, false, parseBatch) })
}
