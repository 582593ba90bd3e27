package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"
)

// get asks a node's gateway and returns the JSON document that it answers.
func (n *node) get(ctx context.Context, path string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.client.URL()+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s: %s", path, res.Status, body)
	}
	var doc map[string]any
	return doc, json.Unmarshal(body, &doc)
}

// block is what nodes must agree on at a height.
type block struct{ hash, appHash, time, txs string }

func (n *node) block(ctx context.Context, height int64) (b block, err error) {
	doc, err := n.get(ctx, fmt.Sprintf("/chain/blocks/%d", height))
	if err != nil {
		return b, err
	}
	header, _ := doc["header"].(map[string]any)
	b = block{fmt.Sprint(doc["hash"]), fmt.Sprint(header["appHash"]), fmt.Sprint(header["time"]), fmt.Sprint(doc["txCount"])}
	if len(b.hash) != 64 || len(b.appHash) != 64 {
		return b, fmt.Errorf("block %d has no hash or root: %v", height, doc)
	}
	return b, nil
}

// nodesAgree checks that all nodes have the same blocks, with the same roots,
// and give the same answers about a finished poll.
func nodesAgree(t *testing.T, p *poll) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	nodes := p.net.nodes
	top := p.net.height()
	for _, n := range nodes {
		n.waitHeight(t, top, time.Minute)
	}
	for height := int64(1); height <= top; height++ {
		want, err := nodes[0].block(ctx, height)
		check(t, err)
		for _, n := range nodes[1:] {
			got, err := n.block(ctx, height)
			check(t, err)
			if got != want {
				t.Fatalf("block %d: %s has %v, %s has %v", height, nodes[0].name, want, n.name, got)
			}
		}
	}
	t.Logf("%d nodes agree on %d blocks and roots", len(nodes), top)

	for _, path := range questions(p) {
		want, err := nodes[0].get(ctx, path)
		check(t, err)
		for _, n := range nodes[1:] {
			got, err := n.get(ctx, path)
			check(t, err)
			if !reflect.DeepEqual(onChain(got), onChain(want)) {
				t.Errorf("GET %s: %s says\n%v\n%s says\n%v", path, nodes[0].name, want, n.name, got)
			}
		}
	}
	for _, n := range nodes {
		e, err := n.client.Election(ctx, p.id)
		check(t, err)
		if e.Status != "RESULTS" || !e.FinalResults || e.VoteCount != uint64(p.net.Voters) {
			t.Errorf("%s: status %s, final %v, %d votes; want RESULTS, true, %d", n.name, e.Status, e.FinalResults, e.VoteCount, p.net.Voters)
		}
		if want := p.result(); !reflect.DeepEqual(e.Result, want) {
			t.Errorf("%s: result %v, want %v", n.name, e.Result, want)
		}
		check(t, p.votesAreThere(ctx, n))
	}
}

// onChain leaves out of an answer what a gateway has of its own: documents that
// were given to one gateway and are named, not carried, by the chain.
func onChain(doc any) any {
	switch doc := doc.(type) {
	case map[string]any:
		delete(doc, "metadata")
		delete(doc, "title")
		for _, v := range doc {
			onChain(v)
		}
	case []any:
		for _, v := range doc {
			onChain(v)
		}
	}
	return doc
}

// questions are what a finished poll leaves to be asked of any node, at any time,
// with the same answer.
func questions(p *poll) []string {
	paths := []string{
		"/elections/" + p.id.String(),
		"/elections?organizationId=" + p.organiser.Address().String(),
		"/elections/" + p.id.String() + "/votes/count",
		"/accounts/" + p.organiser.Address().String(),
		"/accounts?limit=50",
		"/chain/organizations",
		"/chain/fees?limit=50",
		"/chain/transfers?limit=50",
		"/chain/transactions?limit=100",
	}
	for page := range (p.net.Voters + 99) / 100 {
		paths = append(paths, fmt.Sprintf("/votes?electionId=%s&limit=100&page=%d", p.id, page))
	}
	return paths
}
