package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/chain/light"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/ipfs"
	"urna/state"
)

func encoded(r interface{ Append(*codec.Writer) }) []byte {
	w := codec.Writer{}
	r.Append(&w)
	return w.B
}

// fails checks that an error is the failure of a check.
func fails(t *testing.T, what string, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// aboutElection is an election as the state has it, and as a gateway says it.
func aboutElection(t *testing.T) (election.ID, [][]byte, func() *client.Election) {
	t.Helper()
	metadata := `{"title":{"default":"Shall we?"}}`
	uri, err := ipfs.CID([]byte(metadata))
	if err != nil {
		t.Fatal(err)
	}
	id := election.ID{7}
	settings := &election.Settings{
		Organisation: ethkey.Address{1}, Creator: ethkey.Address{1}, CensusOrigin: census.TreeWeighted, Start: 100, CreatedTime: 90,
		MetadataURI: uri, Interruptible: true, Rules: ballot.Rules{MaxCount: 1, MaxValue: 1, MaxOverwrites: 2, CostExponent: 1},
	}
	stage := &state.Stage{Status: election.Results, CensusRoot: census.Root{5}, CensusURI: "ipfs://census", MaxCensusSize: 9, End: 200, ManuallyEnded: true}
	tally := ballot.NewTally(settings.Rules)
	one := ballot.Amount{1}
	tally.Add(settings.Rules, ballot.Ballot{Values: []uint32{1}}, &one)
	result := &state.Result{Tally: tally, Votes: 1, Method: state.MethodRunningSum}
	values := [][]byte{encoded(settings), encoded(stage), encoded(state.Log{Size: 3, Voters: 1}), encoded(&tally), encoded(result)}
	return id, values, func() *client.Election {
		return &client.Election{
			ID: id.String(), Organisation: settings.Organisation.String(), Status: "RESULTS", Start: time.Unix(100, 0), End: time.Unix(200, 0),
			VoteCount: 1, FinalResults: true, Result: [][]string{{"0", "1"}}, ManuallyEnded: true, ChainID: "urna/test/1", Title: "anything",
			Created: time.Unix(90, 0), MetadataURL: uri, Metadata: json.RawMessage(metadata),
			Census:   &client.ElectionCensus{Origin: settings.CensusOrigin.String(), Root: stage.CensusRoot.String(), URL: "ipfs://census", MaxSize: 9},
			VoteMode: &client.VoteMode{}, Mode: &client.ElectionMode{Interruptible: true},
			Tally: &client.TallyMode{MaxCount: 1, MaxValue: 1, MaxOverwrites: 2, CostExponent: 1},
		}
	}
}

// Every field of an election is said otherwise by a gateway, once.
func TestNothingOfAnElectionIsBelieved(t *testing.T) {
	id, values, honest := aboutElection(t)
	e := honest()
	if err := agreeElection(e, id, values); err != nil || e.Title != "" || e.Metadata != nil {
		t.Fatalf("%q, %v", e.Title, err)
	}
	// The chain's name is compared with the header's; metadata, and the title in
	// them, are never taken from here.
	elsewhere := map[string]bool{"ChainID": true, "Title": true, "Metadata": true, "Classes": true}
	for i := range reflect.TypeFor[client.Election]().NumField() {
		name := reflect.TypeFor[client.Election]().Field(i).Name
		e := honest()
		if f := reflect.ValueOf(e).Elem().Field(i); f.Kind() == reflect.Pointer {
			for j := range f.Elem().NumField() {
				e := honest()
				part := reflect.ValueOf(e).Elem().Field(i).Elem()
				lie(t, part.Field(j))
				if err := agreeElection(e, id, values); err == nil {
					t.Errorf("%s.%s is believed", name, part.Type().Field(j).Name)
				}
			}
			f.SetZero()
		} else {
			lie(t, f)
		}
		err := agreeElection(e, id, values)
		if _, failed := check.Failed(err); !elsewhere[name] && !failed {
			t.Errorf("%s is believed: %v", name, err)
		}
		if elsewhere[name] && (err != nil || e.Metadata != nil || e.Title != "" || e.Classes != nil) {
			t.Errorf("false %s: %v, %+v", name, err, e)
		}
	}
	for i := 1; i < 5; i++ {
		missing := append([][]byte{}, values...)
		missing[i] = nil
		if err := agreeElection(honest(), id, missing); err == nil {
			t.Errorf("record %d may be missing", i)
		}
	}
}

// lie changes a field.
func lie(t *testing.T, f reflect.Value) {
	t.Helper()
	switch v := f.Interface().(type) {
	case time.Time:
		f.Set(reflect.ValueOf(v.Add(time.Second)))
	case json.RawMessage:
		f.Set(reflect.ValueOf(json.RawMessage(`{"title":{"default":"Shall I?"}}`)))
	case []client.WeightClass:
		f.Set(reflect.ValueOf(make([]client.WeightClass, 1)))
	case [][]string:
		f.Set(reflect.ValueOf([][]string{{"1", "0"}}))
	default:
		switch f.Kind() {
		case reflect.String:
			f.SetString(f.String() + "x")
		case reflect.Bool:
			f.SetBool(!f.Bool())
		case reflect.Uint32, reflect.Uint64:
			f.SetUint(f.Uint() + 1)
		case reflect.Int, reflect.Int64:
			f.SetInt(f.Int() + 1)
		default:
			t.Fatalf("nobody lies about a %s", f.Type())
		}
	}
}

func TestAResultThatIsNotThereIsNotShown(t *testing.T) {
	id, values, honest := aboutElection(t)
	for status, result := range map[election.Status]bool{election.Ready: true, election.Paused: true, election.Ended: true, election.Canceled: false, election.Failed: false} {
		stage := state.ReadStage(codec.NewReader(values[1]))
		stage.Status = status
		values := append([][]byte{}, values...)
		values[1], values[4] = encoded(stage), nil
		e := honest()
		e.Status, e.FinalResults = status.String(), false
		if !result {
			fails(t, status.String(), agreeElection(e, id, values), check.Result)
			e.Result = nil
		}
		if err := agreeElection(e, id, values); err != nil {
			t.Errorf("%s: %v", status, err)
		}
	}
}

func TestNothingOfAnAccountIsBelieved(t *testing.T) {
	who := ethkey.Address{3}
	want := &state.Account{Balance: 5, Nonce: 6, ElectionIndex: 7, InfoURI: "ipfs://x", IdentityKey: []byte{8}}
	honest := func() *client.Account {
		return &client.Account{Address: who.String(), Balance: 5, Nonce: 6, ElectionIndex: 7, InfoURL: "ipfs://x", IdentityKey: "08"}
	}
	if err := agreeAccount(honest(), who, want); err != nil {
		t.Fatal(err)
	}
	elsewhere := map[string]bool{"TransfersCount": true, "FeesCount": true, "Metadata": true}
	for i := range reflect.TypeFor[client.Account]().NumField() {
		name := reflect.TypeFor[client.Account]().Field(i).Name
		acc := honest()
		lie(t, reflect.ValueOf(acc).Elem().Field(i))
		if err := agreeAccount(acc, who, want); (err == nil) != elsewhere[name] {
			t.Errorf("%s: %v", name, err)
		}
		if acc.Metadata != nil {
			t.Errorf("metadata that are not the file are shown: %s", acc.Metadata)
		}
	}
	for _, name := range unprovedOfAccount {
		if b, _ := json.Marshal(honest()); !strings.Contains(string(b), `"`+name+`"`) {
			t.Errorf("an account has no field %s", name)
		}
	}
}

func TestNothingOfAVoteIsBelieved(t *testing.T) {
	of, voter := election.ID{7}, ethkey.Address{3}
	r := &light.Receipt{Election: of, Package: []byte("{\"votes\": [1]}"), Memo: []byte{9}, Record: state.VoteRecord{
		Nullifier: election.SignedNullifier(voter, of), Weight: ballot.Amount{4}, Overwrites: 2, Height: 11,
	}}
	honest := func() *client.Vote {
		return &client.Vote{
			ID: r.Record.Nullifier.String(), Package: json.RawMessage(`{"votes":[1]}`), Weight: "4", Election: of.String(), Voter: voter.String(),
			Height: 11, OverwriteCount: 2, Memo: "09", Date: time.Unix(50, 0),
		}
	}
	at := time.Unix(50, 999)
	if err := agreeVote(honest(), r, at); err != nil {
		t.Fatal(err)
	}
	// Where the receipt is from follows from the election that is named.
	elsewhere := map[string]bool{"TxHash": true, "Index": true, "Election": true}
	for i := range reflect.TypeFor[client.Vote]().NumField() {
		name := reflect.TypeFor[client.Vote]().Field(i).Name
		v := honest()
		lie(t, reflect.ValueOf(v).Elem().Field(i))
		if err := agreeVote(v, r, at); (err == nil) != elsewhere[name] {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range unprovedOfVote {
		if b, _ := json.Marshal(honest()); !strings.Contains(string(b), `"`+name+`"`) {
			t.Errorf("a vote has no field %s", name)
		}
	}
}

func TestCheckpointsAreReadStrictly(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	got, err := parseCheckpoint("12:" + hash)
	if err != nil || got.Height != 12 || got.String() != "12:"+hash {
		t.Errorf("%s, %v", got, err)
	}
	for _, s := range []string{"", "12", "12:", ":" + hash, "0:" + hash, "-1:" + hash, "12:" + hash[2:], "12:" + hash + "ab", "x:" + hash, "12:" + strings.Repeat("xy", 32)} {
		if _, err := parseCheckpoint(s); err == nil {
			t.Errorf("%q is a checkpoint", s)
		}
	}
}

func TestWhatIsLeftOutOfACheckedAnswer(t *testing.T) {
	var out strings.Builder
	a := &app{out: &out, json: true}
	c := &checked{Height: 7, Block: "ab", ChainID: "urna/test/1", Witnesses: 2}
	if err := a.show(map[string]any{"balance": uint64(1) << 60, "transfersCount": 3}, c, unprovedOfAccount, nil); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "transfers") || !strings.Contains(s, fmt.Sprint(uint64(1)<<60)) || !strings.Contains(s, `"witnesses": 2`) {
		t.Error(s)
	}
}

// What a gateway sends for a content id is that file, or it is evidence.
func TestMetadataAreTheFileThatTheStateNames(t *testing.T) {
	document, secret := "{ \"title\": {\"default\": \"Shall we?\"} }\n", "\x00\xff"
	files := map[string]string{}
	uri := func(content string) string {
		t.Helper()
		uri, err := ipfs.CID([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		return uri
	}
	for _, content := range []string{document, secret} {
		files[strings.TrimPrefix(uri(content), ipfs.Scheme)] = content
	}
	files[strings.TrimPrefix(uri("false"), ipfs.Scheme)] = document
	large := strings.Repeat("x", maxMetadata+2)
	files[strings.TrimPrefix(uri(large), ipfs.Scheme)] = large // more than is read
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := files[strings.TrimPrefix(r.URL.Path, "/v2/files/")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprintf(w, `{"code":%d,"error":"not here"}`, client.CodeFileNotFound)
			return
		}
		_, _ = io.WriteString(w, content)
	}))
	defer s.Close()
	gw, err := client.New(client.Config{URL: s.URL + "/v2"})
	if err != nil {
		t.Fatal(err)
	}
	v := &verifier{gw: gw}
	for uri, want := range map[string]string{
		uri(document): document, uri(secret): `"AP8="`, uri("nowhere"): "", "": "", "https://example.org/x": "",
	} {
		if got, err := v.metadata(t.Context(), uri); err != nil || string(got) != want {
			t.Errorf("%q: %s, %v", uri, got, err)
		}
	}
	_, err = v.metadata(t.Context(), uri("false"))
	fails(t, "another file", err, check.Metadata)
	_, err = v.metadata(t.Context(), uri(large))
	fails(t, "more than a document", err, check.Metadata)
	s.Close()
	if _, err := v.metadata(t.Context(), uri(document)); err == nil {
		t.Error("a gateway that does not answer has no metadata")
	}
}
