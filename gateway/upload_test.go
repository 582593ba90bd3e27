package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

func init() {
	openapi3filter.RegisterBodyDecoder(linesType, func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		b, err := io.ReadAll(body)
		return string(b), err
	})
}

// upload sends a list and returns the lines of the answer.
func (a *api) upload(token, census, list string) (lines []uploaded) {
	a.t.Helper()
	r := a.uploadTo(token, census, csvType, strings.NewReader(list)).ok(nil)
	for line := range bytes.Lines(r.body) {
		var u uploaded
		if err := json.Unmarshal(line, &u); err != nil {
			a.t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, u)
	}
	return lines
}

func (a *api) uploadTo(token, census, kind string, list io.Reader) *answer {
	a.t.Helper()
	h := http.Header{"Content-Type": {kind}, "Authorization": {"Bearer " + token}}
	return a.send(http.MethodPost, census+"/participants/stream", h, list)
}

func listOf(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "0x%040x,%d\n", i+1, i+1)
	}
	return b.String()
}

func TestALongListIsAddedBatchByBatch(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	const n = 20_000
	lines := a.upload(token, census, "address,weight\r\n# a remark\n\n"+listOf(0, n))
	if len(lines) != 3 {
		t.Fatalf("%+v", lines)
	}
	if want := (uploaded{Lines: 8192 + 3, Added: 8192}); fmt.Sprint(lines[0]) != fmt.Sprint(want) {
		t.Errorf("%+v", lines[0])
	}
	if want := (uploaded{Lines: n + 3, Added: n, Done: true}); fmt.Sprint(lines[2]) != fmt.Sprint(want) {
		t.Errorf("%+v", lines)
	}
	// The same list again, with one more member and one of another weight.
	lines = a.upload(token, census, listOf(0, n)+fmt.Sprintf("%040x\n0x%040x,9\n0x%040x,0\n", n+1, 1, n+2))
	last := lines[len(lines)-1]
	last.List = nil
	if want := (uploaded{Lines: n + 3, Added: 1, Present: n, Rejected: 2, Done: true}); fmt.Sprint(last) != fmt.Sprint(want) {
		t.Errorf("%+v", last)
	}
	var listed []rejectedLine
	for _, l := range lines {
		listed = append(listed, l.List...)
	}
	if len(listed) != 2 || listed[0].Line != n+2 || listed[1].Line != n+3 || !strings.Contains(listed[1].Error, "weight") {
		t.Errorf("%+v", listed)
	}
	var size struct{ Size int }
	if a.get(census + "/size").ok(&size); size.Size != n+1 {
		t.Error(size.Size)
	}
}

func TestAListThatCannotBeReadIsStoppedWhereItIsWrong(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	refused := func(list string, code int, words ...string) {
		t.Helper()
		a.uploadTo(token, census, csvType, strings.NewReader(list)).refused(http.StatusBadRequest, code, words...)
	}
	refused("0x12\n", codeCensusKey, "line 1: ")
	refused(listOf(0, 3)+"nobody\n", codeCensusKey, "line 4: ")
	refused(listOf(0, 3)+fmt.Sprintf("0x%040x,-1\n", 9), codeNumber, "line 4: ")
	refused(fmt.Sprintf("0x%040x,1,1\n", 9), codeBody, "line 1: more than an address and a weight")
	refused(strings.Repeat("x", 300)+"\n", codeBody, "line 1: more than 256 bytes")
	var size struct{ Size int }
	if a.get(census + "/size").ok(&size); size.Size != 0 {
		t.Error(size.Size)
	}
	// After the first batch the answer has begun: its last line says it.
	lines := a.upload(token, census, listOf(0, 9000)+"nobody\n")
	last := lines[len(lines)-1]
	if last.Done || last.Problem == nil || last.Problem.Code != codeCensusKey || last.Added != 8192 || !strings.Contains(last.Problem.Detail, "line 9001") {
		t.Errorf("%+v", last)
	}
	a.uploadTo(token, census, jsonType, strings.NewReader("{}")).refused(http.StatusUnsupportedMediaType, codeBody, csvType)
	a.uploadTo(a.token(), census, csvType, strings.NewReader("")).refused(http.StatusForbidden, codeToken)
	a.uploadTo(token, "/censuses/abc", csvType, nil).refused(http.StatusBadRequest, codeCensusID)
	a.uploadTo(token, "/censuses/"+recordedRoot, csvType, nil).refused(http.StatusNotFound, codeCensusNotFound)
}

// started begins a list that goes on for as long as the writer is open.
func (a *api) started(token, census string) (list *io.PipeWriter, answer <-chan *http.Response) {
	a.t.Helper()
	out, in := io.Pipe()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.server.URL+BasePath+census+"/participants/stream", out)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header = http.Header{"Content-Type": {csvType}, "Authorization": {"Bearer " + token}}
	answers := make(chan *http.Response, 1)
	go func() {
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			a.t.Error(err)
		}
		answers <- res
	}()
	return in, answers
}

func TestProgressIsToldWhileTheListStillComes(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	list, answer := a.started(token, census)
	var lines *bufio.Scanner
	for batch := range 3 {
		if _, err := io.WriteString(list, listOf(batch*8192, (batch+1)*8192)); err != nil {
			t.Fatal(err)
		}
		if lines == nil {
			res := <-answer
			defer res.Body.Close()
			lines = bufio.NewScanner(res.Body)
		}
		var u uploaded
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &u) != nil || u.Added != (batch+1)*8192 || u.Done {
			t.Fatalf("batch %d: %s %v", batch, lines.Bytes(), lines.Err())
		}
		var size struct{ Size int }
		if a.get(census + "/size").ok(&size); size.Size != u.Added {
			t.Errorf("%d members are said to be there, and are %d", u.Added, size.Size)
		}
	}
	list.Close()
	var u uploaded
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &u) != nil || !u.Done || u.Added != 3*8192 {
		t.Errorf("%s %v", lines.Bytes(), lines.Err())
	}
}

func TestAClientHasTwoListsAtATime(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Limits.Timeout = 10 * time.Minute })
	token := a.token()
	census := a.newCensus(token, "census")
	var lists []*io.PipeWriter
	for range 2 {
		list, answer := a.started(token, census)
		if _, err := io.WriteString(list, listOf(0, 8192)); err != nil {
			t.Fatal(err)
		}
		res := <-answer // it has its place
		defer res.Body.Close()
		lists = append(lists, list)
	}
	a.uploadTo(token, census, csvType, strings.NewReader("# nobody\n")).refused(http.StatusTooManyRequests, codeRateLimit)
	for _, list := range lists {
		list.Close()
	}
}

func TestAListThatStandsStillIsCut(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Limits.Timeout = 500 * time.Millisecond })
	token := a.token()
	_, answer := a.started(token, a.newCensus(token, "census"))
	res := <-answer
	defer res.Body.Close()
	var p Problem
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || res.StatusCode != http.StatusRequestTimeout || p.Code != codeTimeout {
		t.Errorf("%d %+v %v", res.StatusCode, p, err)
	}
}

func TestPublishingCountsForWhatAClientMaySend(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Limits.Rate, c.Limits.CensusBytes = 1000, 150_000 })
	token := a.token()
	census := a.newCensus(token, "census")
	a.upload(token, census, listOf(0, 1000)) // some 47,000 bytes
	a.postAs(token, census+"/publish", nil).ok(nil)
	for range 5 { // nothing new
		a.postAs(token, census+"/publish", nil).ok(nil)
		a.postAs(token, census+"/publish/async", nil).ok(nil)
	}
	a.postAs(token, census+"/participants", recordedParticipants).ok(nil)
	a.postAs(token, census+"/publish", nil).refused(http.StatusTooManyRequests, codeRateLimit)
	a.postAs(token, census+"/publish/async", nil).refused(http.StatusTooManyRequests, codeRateLimit)
}

func TestAJobTellsHowFarItIs(t *testing.T) {
	a := newAPI(t, nil)
	token := a.token()
	census := a.newCensus(token, "census")
	a.get(census+"/job").refused(http.StatusNotFound, codeCensusNotFound, "not published")
	a.get("/censuses/abc/job").refused(http.StatusBadRequest, codeCensusID)
	a.postAs(token, census+"/participants", recordedParticipants).ok(nil)
	var done struct{ URI string }
	a.postAs(token, census+"/publish", nil).ok(&done)
	var j jobAnswer
	a.get("/censuses/" + recordedRoot + "/job").ok(&j)
	if want := (jobAnswer{recordedRoot, "publish", "done", 5, 5, done.URI, ""}); j != want {
		t.Errorf("%+v, want %+v", j, want)
	}
}

func FuzzMembersOfAListMayBeAnything(f *testing.F) {
	f.Add("0x0000000000000000000000000000000000000001,1")
	f.Add(",")
	f.Add("x,,")
	f.Fuzz(func(t *testing.T, line string) {
		m, err := memberOf(line)
		if err != nil {
			if _, fault := asProblem(err); fault {
				t.Fatal(err)
			}
			return
		}
		if again, err := memberOf(m.Address.String() + "," + m.Weight.Dec()); err != nil || again != m {
			t.Fatal(again, err)
		}
	})
}
