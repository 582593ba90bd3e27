package gateway

import (
	"encoding/hex"
	"net/http"
	"testing"

	"urna/app/apptest"
	"urna/census"
	"urna/crypto/blindrsa/keytest"
	"urna/tx"
)

// What the API shows of an election's issuer is what its clients know it by.
func TestAnElectionShowsItsIssuer(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	tr := apptest.Census(t, apptest.Keys("voter", 2))
	classes := []census.Class{{Weight: []byte{1}, Key: keytest.Modulus(0)}, {Weight: []byte{1, 0}, Key: keytest.Modulus(1)}}
	first := classes[0].Hash()
	for i, one := range []struct {
		origin census.Origin
		change func(*tx.NewElection)
		root   string
	}{
		{census.Issuer, func(p *tx.NewElection) { p.IssuerKey = org.PublicKey() }, hex.EncodeToString(org.PublicKey())},
		{census.BlindIssuer, func(p *tx.NewElection) { p.Classes, p.StartTime = classes, 1_900_000_000 }, census.ClassesRoot(classes).String()},
	} {
		var foretold, made struct{ ElectionID string }
		a.post("/elections/id", map[string]any{"organizationId": org.Address().String(), "censusOrigin": one.origin.Wire()}).ok(&foretold)
		p := apptest.NewElection(uint32(i), tr)
		p.CensusOrigin, p.CensusRoot, p.CensusURI, p.MetadataURI = one.origin, census.Root{}, "https://issuer.example.org", a.cid(electionMetadata)
		one.change(p)
		a.post("/elections", map[string]string{"txPayload": a.signed(org, p), "metadata": b64([]byte(electionMetadata))}).ok(&made)
		if made.ElectionID != foretold.ElectionID {
			t.Errorf("election is %s, not %s as was foretold", made.ElectionID, foretold.ElectionID)
		}
		a.mine()
		var shown struct {
			Census        struct{ CensusOrigin, CensusRoot string }
			WeightClasses []struct {
				Weight, KeyHash string
				Issued, Voters  uint64
			}
		}
		a.get("/elections/" + made.ElectionID).ok(&shown)
		if shown.Census.CensusOrigin != one.origin.String() || shown.Census.CensusRoot != one.root || (len(shown.WeightClasses) > 0) != (one.origin == census.BlindIssuer) {
			t.Errorf("%s: %+v", one.origin, shown)
		}
		if len(shown.WeightClasses) == 2 && (shown.WeightClasses[0].KeyHash != hex.EncodeToString(first[:]) || shown.WeightClasses[1].Weight != "256") {
			t.Errorf("%+v", shown.WeightClasses)
		}
	}
	for _, none := range []int{100, 1001} {
		a.post("/elections/id", map[string]any{"organizationId": org.Address().String(), "censusOrigin": none}).refused(http.StatusBadRequest, codeBody)
	}
}
