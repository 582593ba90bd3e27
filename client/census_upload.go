package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxUploadLine bounds a line of the answer to a list that is sent; it names at
// most a hundred members.
const maxUploadLine = 1 << 20

// UploadMembers adds members 0 to count-1 of a list of any length in one call and
// goes on where a connection broke. Members who are there already, with the same
// weight, are no mistake; if others are refused, the error names the first, and
// the rest of the list is not sent. progress, which may be nil, is told how many
// are on the gateway's disk.
func (c *Client) UploadMembers(ctx context.Context, token, id string, count int, member func(i int) Member, progress func(done int)) error {
	for done, n := 0, 1; ; n++ {
		got, err := c.upload(ctx, token, id, uploadList{done, count, member}, func(more int) {
			if progress != nil {
				progress(done + more)
			}
		})
		if done += got; got > 0 {
			n = 1
		}
		if err == nil || n >= c.attempts || ctx.Err() != nil {
			return err
		}
		var p *Problem
		var refused *RefusedMemberError
		if errors.As(err, &refused) || (errors.As(err, &p) && (!p.Later() || p.retryAfter > maxWait)) {
			return err
		}
		if p == nil {
			p = &Problem{} // the connection broke
		}
		if err := pause(ctx, p.wait(n)); err != nil {
			return err
		}
	}
}

// RefusedMemberError is a member whom a census does not take.
type RefusedMemberError struct {
	Index  int // in the list
	Reason string
}

func (e *RefusedMemberError) Error() string {
	return fmt.Sprintf("member %d is refused: %s", e.Index+1, e.Reason)
}

// uploadList is what is left of a list.
type uploadList struct {
	from, to int
	member   func(i int) Member
}

// write writes a line for each member.
func (l uploadList) write(to io.Writer) error {
	out := bufio.NewWriterSize(to, 64<<10)
	for i := l.from; i < l.to; i++ {
		m := l.member(i)
		if _, err := out.WriteString(m.Key + "," + m.Weight + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// upload sends a list once and returns how many of it are on the gateway's disk.
func (c *Client) upload(ctx context.Context, token, id string, l uploadList, progress func(done int)) (done int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, list := io.Pipe()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		list.CloseWithError(l.write(list)) // nil is the end
	}()
	defer func() {
		body.CloseWithError(context.Canceled)
		<-sent
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.root+"/censuses/"+id+"/participants/stream", body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "text/csv")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(io.LimitReader(res.Body, maxUploadLine))
		return 0, readProblem(res, answer)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 64<<10), maxUploadLine)
	for lines.Scan() {
		var a uploaded
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil || a.Lines < done || a.Lines > l.to-l.from {
			return done, errors.New("POST participants/stream: answer is not what the API promises")
		}
		if a.Rejected > 0 && len(a.List) > 0 {
			return done, &RefusedMemberError{Index: l.from + a.List[0].Line - 1, Reason: a.List[0].Error}
		}
		if len(a.Problem) > 0 {
			return done, readProblem(&http.Response{StatusCode: a.status(), Header: http.Header{}}, a.Problem)
		}
		done = a.Lines
		progress(done)
		if a.Done {
			return done, nil
		}
	}
	if err := lines.Err(); err != nil {
		return done, err
	}
	return done, io.ErrUnexpectedEOF
}

// uploaded is a line of the answer; counts are from the start.
type uploaded struct {
	Lines    int `json:"lines"`
	Rejected int `json:"rejected"`
	List     []struct {
		Line  int    `json:"line"` // from 1
		Error string `json:"error"`
	} `json:"list"`
	Done    bool            `json:"done"`
	Problem json.RawMessage `json:"problem"`
}

// status is that of the problem.
func (a *uploaded) status() int {
	var p struct {
		Status int `json:"status"`
	}
	_ = json.Unmarshal(a.Problem, &p) // 0 says that there is none
	return p.Status
}

// CensusJob is how far a publication or an import is.
type CensusJob struct {
	Kind    string `json:"kind"`  // publish, import
	State   string `json:"state"` // waiting, running, done, failed
	Done    int    `json:"done"`  // members so far
	Members int    `json:"members"`
	URI     string `json:"uri"`
	Error   string `json:"error"`
}

// CensusJob asks how far the census with a root is.
func (c *Client) CensusJob(ctx context.Context, root string) (*CensusJob, error) {
	var j CensusJob
	if err := c.get(ctx, "/censuses/"+root+"/job", &j); err != nil {
		return nil, err
	}
	return &j, nil
}
