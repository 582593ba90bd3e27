package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/gateway/censuses"
	"urna/ipfs"
)

// token gets a bearer token as existing clients do.
func (a *api) token() string {
	a.t.Helper()
	var got struct{ Token string }
	a.post("/wallet/add/"+strings.Repeat("ab", 32), nil).ok(&got)
	a.call(got.Token, "token")
	return got.Token
}

func (a *api) newCensus(token, name string) string {
	a.t.Helper()
	var got struct{ CensusID string }
	a.postAs(token, "/censuses/weighted", nil).ok(&got)
	a.call(got.CensusID, name)
	return "/censuses/" + got.CensusID
}

// The five voters of the recorded exchanges.
const recordedParticipants = `{"participants":[
	{"key":"0xfef82d35AbbDeb86618C6c411DAcf1A1d0b49cee","weight":"1"},{"key":"0x9D4d8FC9B8f9fC642Ca897B70921851B002dd17d","weight":"1"},
	{"key":"0x8a56bBE81eeb882C9B556c2B483A0aACcD87297B"},{"key":"0x0B12Ff431d27Cec7114371b58d65cdf9eD792D43","weight":"1"},
	{"key":"0xe082c94AF21Afab88dc90B9CEC33f4D741a03A20","weight":"1"}]}`

const (
	recordedRoot  = "e0d8455e1be93f35db86a0a451510e602f3758b3242bdc0c4cb7184c95a83e64"
	recordedProof = "450001000359bd87f006ce2ee68a02b93f1b0750c7a88b9c24c376bdb1126594549b3b5f5116224e1c518d5c1add104c1fe4a121f4f4c1f5f98621efd384e64f80d65e3790"
	recordedValue = "0100000000000000000000000000000000000000000000000000000000000000"
	recordedVoter = "fef82d35AbbDeb86618C6c411DAcf1A1d0b49cee"
)

func TestACensusIsMadePublishedAndRead(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	draft := a.newCensus(token, "draft")
	a.postAs(token, draft+"/participants", recordedParticipants).ok(nil)
	a.get(draft + "/size").ok(nil)
	a.get(draft + "/root").ok(nil)

	a.get(draft+"/check").refused(http.StatusNotFound, codeCensusNotFound, "not published")
	var async struct{ CensusID string }
	a.postAs(token, draft+"/publish/async", nil).ok(&async)
	var done struct{ CensusID, URI string }
	a.postAs(token, draft+"/publish", nil).ok(&done) // waits for the one under way
	if async.CensusID != recordedRoot || done.CensusID != recordedRoot || !strings.HasPrefix(done.URI, "ipfs://") {
		t.Fatalf("%+v %+v", async, done)
	}
	root := "/censuses/" + recordedRoot
	for range 2 {
		a.get(root + "/check").ok(nil)
	}
	a.get(root + "/size").ok(nil)
	a.get(root + "/weight").ok(nil)
	a.get(root + "/type").ok(nil)
	var proof proofAnswer
	a.get(root + "/proof/" + recordedVoter).ok(&proof)
	if proof.Proof != recordedProof || proof.Value != recordedValue || proof.Weight != "1" {
		t.Fatalf("%+v", proof)
	}
	a.get(root+"/proof/"+org.Address().String()).refused(http.StatusNotFound, codeNotInCensus, "key not found in census: ")
	verify := func(key, proof, value string) bool {
		t.Helper()
		var got struct{ Valid bool }
		a.post(root+"/verify", map[string]string{"key": key, "censusProof": proof, "value": value}).ok(&got)
		return got.Valid
	}
	if !verify("0x"+recordedVoter, recordedProof, recordedValue) || verify(org.Address().String(), recordedProof, recordedValue) ||
		verify(recordedVoter, recordedProof, "02"+recordedValue[2:]) || verify(recordedVoter, "00", recordedValue) {
		t.Fatal("a proof was judged wrongly")
	}

	// What is published stays.
	a.postAs(token, root+"/participants", recordedParticipants).refused(http.StatusConflict, codeCensusPublished)
	a.send(http.MethodDelete, root, http.Header{"Authorization": {"Bearer " + token}}, nil).refused(http.StatusConflict, codeCensusPublished)

	// It moves to another census, and from there away.
	var dump json.RawMessage
	a.get(root + "/export").ok(&dump)
	second := a.newCensus(token, "second")
	a.postAs(token, second+"/import", []byte(dump)).ok(nil)
	a.postAs(token, second+"/import", []byte(dump)).refused(http.StatusConflict, codeCensusNotEmpty)
	a.postAs(token, second+"/publish/"+strings.Repeat("00", 32), nil).refused(http.StatusBadRequest, codeDumpRoot)
	a.postAs(token, second+"/publish/0x"+recordedRoot, nil).ok(nil)
	a.send(http.MethodDelete, second, http.Header{"Authorization": {"Bearer " + token}}, nil).ok(nil)
	a.get(second+"/size").refused(http.StatusNotFound, codeCensusNotFound, "census not found")
	a.golden("censuses")
}

func TestARecordedExportImports(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	const recorded = `{"type":1,"rootHash":"c09e0ce35dc5a12a12f232f86180a437cced77d185969388c948e906dd59564d","data":"KLUv/UQAEwDtAwDEBhQgADj5PIdH59ev5m2ivvGnZPAiOWeeAgAUIAAWVNg59EzNi/UqyztBxxSh+i8iVBX8WmR/Q5IP9hg17mahnLMfAmadp+LKyW16dGWMqUIEFDyNvSPHrjGfy7eXKMl8eWAIACsDa99FCVOhgAUAAM4AJEMrkqUV2UJ0Y9EHRVg="}`
	a.postAs(token, census+"/import", strings.Replace(recorded, "c09e", "c09f", 1)).refused(http.StatusBadRequest, codeDumpRoot)
	a.postAs(token, census+"/import", recorded).ok(nil)
	var got struct{ Root string }
	if a.get(census + "/root").ok(&got); got.Root != "c09e0ce35dc5a12a12f232f86180a437cced77d185969388c948e906dd59564d" {
		t.Fatal(got.Root)
	}
}

func TestCensusesOfOtherTypesAreRefusedByName(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	for _, kind := range []string{"zkweighted", "csp", "anything"} {
		a.postAs(token, "/censuses/"+kind, nil).refused(http.StatusBadRequest, codeCensusType, kind)
	}
}

func TestOnlyTheOwnerTouchesACensus(t *testing.T) {
	a := newAPI(t, nil)
	token, stranger := a.token(), a.token()
	for _, wrong := range []string{"", "6547d8d8-326b-4b52-8963-ff5915a57651", token[1:]} {
		a.postAs(wrong, "/censuses/weighted", nil).refused(http.StatusUnauthorized, codeToken, "/v2/wallet/add/")
	}
	census := a.newCensus(token, "census")
	for _, wrong := range []string{"", stranger, token + "0"} {
		a.postAs(wrong, census+"/participants", recordedParticipants).refused(http.StatusForbidden, codeToken)
		a.postAs(wrong, census+"/publish", nil).refused(http.StatusForbidden, codeToken)
		a.postAs(wrong, census+"/publish/async", nil).refused(http.StatusForbidden, codeToken)
		a.send(http.MethodGet, census+"/export", http.Header{"Authorization": {"Bearer " + wrong}}, nil).refused(http.StatusForbidden, codeToken)
		a.send(http.MethodDelete, census, http.Header{"Authorization": {"bearer " + wrong}}, nil).refused(http.StatusForbidden, codeToken)
	}
	a.send(http.MethodDelete, census, http.Header{"Authorization": {"bearer " + token}}, nil).ok(nil)
}

func TestParticipantsThatCannotBeRead(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	post := func(body string) *answer { t.Helper(); return a.postAs(token, census+"/participants", body) }
	one := func(member string) *answer {
		t.Helper()
		return post(`{"participants":[{"key":"` + recordedVoter + `"},` + member + `]}`)
	}
	post(`{}`).refused(http.StatusBadRequest, codeNoParticipants)
	post(`{"participants":[]}`).refused(http.StatusBadRequest, codeNoParticipants)
	post(`nonsense`).refused(http.StatusBadRequest, codeBody)
	one(`{"weight":"1"}`).refused(http.StatusBadRequest, codeKeyMissing, "participant 1")
	one(`{"key":"0x12"}`).refused(http.StatusBadRequest, codeCensusKey, "participant 1")
	one(`{"key":"`+org.Address().String()+`","weight":"-1"}`).refused(http.StatusBadRequest, codeNumber)
	one(`{"key":"`+org.Address().String()+`","weight":1}`).refused(http.StatusBadRequest, codeBody)
	var many []string
	for _, k := range apptest.Keys("many", 1) {
		many = append(many, strings.Repeat(`{"key":"`+k.Address().String()+`"},`, censuses.MaxBatch+1))
	}
	post(`{"participants":[`+strings.TrimSuffix(many[0], ",")+`]}`).refused(http.StatusConflict, codeManyParticipants)
	a.get(census + "/size").ok(nil)

	// Those that can be read but not added are listed.
	r := one(fmt.Sprintf(`{"key":%q,"weight":"0"},{"key":%q},{"key":%q,"weight":"3"}`, org.Address(), recordedVoter, org.Address())).ok(nil)
	want := `{"added":2,"rejected":[{"index":1,"key":"` + org.Address().String() + `","error":"weight is not between 1 and 2^128-1"},{"index":2,"key":"` +
		strings.ToLower(recordedVoter) + `","error":"a member of the census already"}]}` + "\n"
	if string(r.body) != want {
		t.Fatalf("got  %swant %s", r.body, want)
	}
	a.postAs(token, census+"/import", `{}`).refused(http.StatusBadRequest, codeDumpMissing)
	a.postAs(token, census+"/import", `{"type":2,"rootHash":"00","data":"AAAA"}`).refused(http.StatusBadRequest, codeDumpType)
	a.postAs(token, census+"/import", `{"type":1,"rootHash":"00","data":"AAAA"}`).refused(http.StatusBadRequest, codeHex)
	a.postAs(token, census+"/import", `{"type":1,"rootHash":"`+recordedRoot+`","data":"AAAA"}`).refused(http.StatusBadRequest, codeDumpMissing)
	a.post(census+"/verify", `{}`).refused(http.StatusBadRequest, codeProofMissing)
	a.post(census+"/verify", `{"key":"1","censusProof":"00"}`).refused(http.StatusBadRequest, codeCensusKey)
	a.post(census+"/verify", `{"key":"`+recordedVoter+`","censusProof":"0"}`).refused(http.StatusBadRequest, codeHex)
	a.get(census+"/proof/12").refused(http.StatusBadRequest, codeCensusKey)
}

func TestAnEmptyCensusIsNotPublished(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	a.postAs(token, census+"/publish", nil).refused(http.StatusBadRequest, codeNoParticipants)
	a.postAs(token, census+"/publish/xyz", nil).refused(http.StatusBadRequest, codeHex)
}

func TestCensusesThatAreNotThere(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	nothing := "/censuses/" + strings.Repeat("00", 32)
	for _, path := range []string{"/size", "/weight", "/root", "/type", "/check", "/export", "/proof/" + recordedVoter} {
		a.get(nothing+path).refused(http.StatusNotFound, codeCensusNotFound, "census not found")
		a.get("/censuses/abc"+path).refused(http.StatusBadRequest, codeCensusID)
	}
	for _, path := range []string{"/publish", "/publish/async", "/participants", "/import", "/verify"} {
		a.postAs(token, "/censuses/abc"+path, nil).refused(http.StatusBadRequest, codeCensusID)
	}
	a.postAs(token, nothing+"/publish", nil).refused(http.StatusNotFound, codeCensusNotFound)
	a.postAs(token, nothing+"/participants", recordedParticipants).refused(http.StatusNotFound, codeCensusNotFound)
	a.send(http.MethodDelete, "/censuses/abc", nil, nil).refused(http.StatusBadRequest, codeCensusID)
}

func TestFilesOfTheStoreAreSentByteForByte(t *testing.T) {
	a := newAPI(t, nil)
	for _, size := range []int{0, 3, 300 << 10} {
		file := bytes.Repeat([]byte("x"), size)
		uri, err := a.files.Put(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		r := a.get("/files/" + strings.TrimPrefix(uri, ipfs.Scheme)).ok(nil)
		if !bytes.Equal(r.body, file) || r.header.Get("Content-Type") != binaryType || r.header.Get("Cache-Control") != immutable {
			t.Errorf("%d bytes come as %d, %v", size, len(r.body), r.header)
		}
	}
	other, err := ipfs.CID([]byte("another file"))
	if err != nil {
		t.Fatal(err)
	}
	a.get("/files/"+strings.TrimPrefix(other, ipfs.Scheme)).refused(http.StatusNotFound, codeFileNotFound)
	a.get("/files/nonsense").refused(http.StatusBadRequest, codeFileID)
}

func TestFilesAreNamedAsIPFSDoes(t *testing.T) {
	a := newAPI(t, nil)
	var got struct{ CID string }
	a.post("/files/cid", map[string]string{"payload": b64([]byte(`{"version":"1.0","languages":["en"],"name":{"default":"Renamed Org"},"description":{"default":"d2"},"newsFeed":{"default":""},"media":{"avatar":"","header":"","logo":""},"meta":{}}`))}).ok(&got)
	if want := "ipfs://bafybeicbyhonsea3f7wws2cuvuuov2gqa235ytfp6vbcuq7jkbggsopahq"; got.CID != want {
		t.Fatalf("%s, want %s", got.CID, want)
	}
	if has, err := a.files.Has(t.Context(), got.CID); has || err != nil {
		t.Fatal("naming a file stored it", err)
	}
	a.post("/files/cid", `{}`).refused(http.StatusBadRequest, codePayload)
	a.post("/files/cid", `{"payload":"!"}`).refused(http.StatusBadRequest, codePayload)
}
