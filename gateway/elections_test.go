package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/election"
	"urna/tx"
)

const electionMetadata = `{"version":"1.2","title":{"default":"Who & what?","es":"¿Qué?"},"questions":[]}`

func TestAnElectionIsSeenFromItsCreationToItsResult(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	voters := apptest.Keys("voter", 4)
	tr := apptest.Census(t, voters)

	var foretold struct{ ElectionID string }
	a.post("/elections/id", `{"organizationId":"0x`+org.Address().String()+`","censusOrigin":2,"delta":0,"envelopeType":{"serial":false,"anonymous":false,"encryptedVotes":false,"uniqueValues":false,"costFromWeight":false}}`).ok(&foretold)
	p := apptest.NewElection(0, tr)
	p.Rules.MaxValue = 1
	p.MetadataURI = a.cid(electionMetadata)
	var made struct{ ElectionID, TxHash string }
	a.post("/elections", map[string]string{"txPayload": a.signed(org, p), "metadata": b64([]byte(electionMetadata))}).ok(&made)
	if made.ElectionID != foretold.ElectionID {
		t.Fatalf("election is %s, not %s as was foretold", made.ElectionID, foretold.ElectionID)
	}
	id, err := election.ParseID(made.ElectionID)
	if err != nil {
		t.Fatal(err)
	}
	a.mine()
	path := "/elections/" + made.ElectionID
	a.get(path).ok(nil)
	var transaction struct {
		Tx struct {
			NewProcess struct{ Process struct{ ProcessID string } }
		}
	}
	a.get("/chain/transactions/" + made.TxHash).ok(&transaction)
	if got := transaction.Tx.NewProcess.Process.ProcessID; got != made.ElectionID {
		t.Errorf("the transaction that created %s shows %q", made.ElectionID, got)
	}
	a.get(path+"/keys").refused(http.StatusNotFound, codeNoElectionKeys)
	a.get(path+"/scrutiny").refused(http.StatusNotFound, codeNoResults, "not yet available")

	a.mine(a.vote(id, tr, voters[0], 0, "1"), a.vote(id, tr, voters[1], 1, "1"), a.vote(id, tr, voters[2], 1, "1"))
	a.mine(a.vote(id, tr, voters[0], 1, "2"))
	a.get(path).ok(nil)

	set := func(nonce uint32, s election.Status) {
		t.Helper()
		a.post("/chain/transactions", map[string]string{"payload": a.signed(org, &tx.SetStatus{Nonce: nonce, Election: id, Status: s})}).ok(nil)
		a.mine()
		a.get("/elections/0x" + strings.ToUpper(made.ElectionID)).ok(nil)
	}
	set(1, election.Paused)
	set(2, election.Ready)
	set(3, election.Ended)
	a.get(path + "/scrutiny").ok(nil)
	a.golden("election")
}

func TestAnElectionThatEndsByItselfIsNotManuallyEnded(t *testing.T) {
	a := newAPI(t, nil)
	_, id := a.newElection(apptest.Keys("voter", 1), nil)
	a.Pass(2000 * time.Second)
	a.mine()
	var got struct {
		Status        string
		FinalResults  bool
		ManuallyEnded bool
		Result        [][]string
	}
	a.get("/elections/" + id).ok(&got)
	if got.Status != "RESULTS" || !got.FinalResults || got.ManuallyEnded || len(got.Result) != 1 {
		t.Fatalf("%+v", got)
	}
}

func TestACanceledElectionHasNoResult(t *testing.T) {
	a := newAPI(t, nil)
	e, id := a.newElection(apptest.Keys("voter", 1), nil)
	a.mine(apptest.Sign(t, org, &tx.SetStatus{Nonce: a.Nonce("org"), Election: e.ID, Status: election.Canceled}))
	var got map[string]any
	a.get("/elections/" + id).ok(&got)
	if _, ok := got["result"]; ok || got["status"] != "CANCELED" || got["finalResults"] != false {
		t.Fatal(got)
	}
	a.get("/elections/"+id+"/scrutiny").refused(http.StatusNotFound, codeNoResults)
}

func TestEncryptedMetadataIsShownAsItIs(t *testing.T) {
	a := newAPI(t, nil)
	secret := a.put("\x00\xffsecret")
	_, id := a.newElection(apptest.Keys("voter", 1), func(p *tx.NewElection) {
		p.EncryptedMetadata, p.MetadataURI = true, secret
	})
	var got struct{ Metadata []byte }
	a.get("/elections/" + id).ok(&got)
	if string(got.Metadata) != "\x00\xffsecret" {
		t.Fatalf("%q", got.Metadata)
	}
}

func TestElectionsThatAreNotThere(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	nothing := strings.Repeat("00", 32)
	for _, path := range []string{"", "/keys", "/scrutiny"} {
		a.get("/elections/"+nothing+path).refused(http.StatusNotFound, codeElectionNotFound, "election not found")
		a.get("/elections/abc"+path).refused(http.StatusBadRequest, codeElectionID)
	}
	a.post("/elections/id", `{"organizationId":"nobody"}`).refused(http.StatusBadRequest, codeOrganisation)
	a.post("/elections/id", `{"organizationId":"`+nothing[:40]+`"}`).refused(http.StatusNotFound, codeAccountNotFound)
	a.post("/elections/id", `{"censusOrigin":-1}`).refused(http.StatusBadRequest, codeBody)
}

func TestPricesAndCosts(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	a.get("/chain/info/electionPriceFactors").ok(nil)
	a.get("/chain/transactions/cost").ok(nil)
	a.post("/elections/price", `{"electionDuration":3599,"encryptedVotes":false,"anonymousVotes":false,"maxVoteOverwrite":1}`).ok(nil)
	a.post("/elections/price", `{"maxCensusSize":100000,"electionDuration":604800,"maxVoteOverwrite":0}`).ok(nil)
	a.post("/elections/price", `{"maxCensusSize":100000,"electionBlocks":60480,"maxVoteOverwrite":0}`).ok(nil)
	a.golden("prices")
	a.post("/elections/price", `{"maxCensusSize":18446744073709551615,"electionDuration":18446744073709551615}`).refused(http.StatusBadRequest, codeNumber)
}

func TestNanoWritesExactDecimals(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 1: "0.000000001", 2_000_000: "0.002", 500_000: "0.0005", 10_000_000_000: "10", 1_500_000_000: "1.5",
		18446744073709551615: "18446744073.709551615",
	} {
		if got := string(nano(n)); got != want || !json.Valid([]byte(got)) {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

func TestTitlesAreInTheDefaultLanguageOrTheFirst(t *testing.T) {
	for metadata, want := range map[string]string{
		`{"title":{"default":"d","ca":"c"}}`: "d", `{"title":{"es":"e","ca":"c"}}`: "c",
		`{"title":{}}`: "", `{}`: "", `{"title":"plain"}`: "", `nonsense`: "",
	} {
		if got := titleOf([]byte(metadata)); got != want {
			t.Errorf("%s has the title %q, want %q", metadata, got, want)
		}
	}
}
