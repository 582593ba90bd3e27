package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"urna/census/tree"
	"urna/gateway/censuses"
)

// Bounds of lists of members that are sent as a stream.
const (
	maxUploads       = 16  // at the same time
	maxClientUploads = 2   // of one client
	maxLine          = 256 // bytes; an address and a weight need 82
	maxRejected      = 100 // members of a batch that are listed
)

// uploads takes lists of members that are as long as a census may be, a batch at a
// time.
type uploads struct {
	g      *Gateway
	crowd  *crowd        // of each client
	places chan struct{} // one for each list
}

func newUploads(g *Gateway) *uploads {
	return &uploads{g: g, crowd: newCrowd(maxClientUploads), places: make(chan struct{}, maxUploads)}
}

// uploaded is a line of the answer: what became of a batch, or at last of all.
type uploaded struct {
	Lines    int            `json:"lines"`    // of the list, up to here
	Added    int            `json:"added"`    // members, up to here
	Present  int            `json:"present"`  // that were in the census already, with this weight
	Rejected int            `json:"rejected"` // that were left out
	List     []rejectedLine `json:"list,omitempty"`

	Done    bool     `json:"done,omitempty"`    // the list is at its end
	Problem *Problem `json:"problem,omitempty"` // what ended it before
}

// rejectedLine is a member that was left out.
type rejectedLine struct {
	Line  int    `json:"line"`
	Key   string `json:"key"`
	Error string `json:"error"`
}

// serve answers POST /censuses/{census}/participants/stream. A line of the answer
// is sent once its batch is on disk, while the list is still coming.
func (u *uploads) serve(w http.ResponseWriter, r *http.Request) error {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(u.g.limits.Timeout)) // in tests connections have none
	_ = rc.EnableFullDuplex()                                  // HTTP/2 is so anyway
	// net/http panics where it reads on after an answer that came before the end.
	w.Header().Set("Connection", "close")
	id, err := pathCensus(r)
	if err != nil {
		return err
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != csvType {
		return problem(http.StatusUnsupportedMediaType, codeBody, "the list is of type %q, not %s", kind, csvType)
	}
	if err := u.g.censuses.Owns(id, token(r)); err != nil {
		return u.g.censusProblem(err)
	}
	from := u.g.limits.clientOf(r)
	if !u.crowd.enter(from) {
		return tooMany("too many lists of members at once", time.Second)
	}
	defer u.crowd.leave(from)
	select {
	case u.places <- struct{}{}:
		defer func() { <-u.places }()
	default:
		return overloaded("too many lists of members are being sent; try again later")
	}
	c := &upload{u: u, w: w, r: r, rc: rc, id: id, lines: bufio.NewScanner(r.Body)}
	c.lines.Buffer(make([]byte, maxLine+2), maxLine+2)
	return c.run()
}

const (
	csvType   = "text/csv"
	linesType = "application/x-ndjson"
)

// upload is a list that is coming.
type upload struct {
	u     *uploads
	w     http.ResponseWriter
	r     *http.Request
	rc    *http.ResponseController
	id    censuses.ID
	lines *bufio.Scanner

	sum    uploaded
	answer bool // has begun
}

// run takes batches until the list ends. A problem before the first batch is on
// disk is the answer; one that comes later, its last line.
func (c *upload) run() error {
	for {
		c.sum.List = nil
		members, places, ended, err := c.batch()
		if err == nil && len(members) > 0 {
			err = c.add(members, places)
		}
		if err == nil && ended {
			c.sum.Done = true
			return c.say()
		}
		if err == nil {
			err = c.say()
		}
		if err == nil {
			continue
		}
		p, fault := asProblem(err)
		if !c.answer || errors.Is(err, errGone) {
			return err
		}
		if fault {
			c.u.g.log.Error("a list of members ended in a fault", "error", err)
		}
		c.sum.Problem = p
		return c.say()
	}
}

// batch reads as many members as fit into one, and the lines where they stand.
func (c *upload) batch() (members []tree.Member, places []int, ended bool, err error) {
	deadline := time.Now().Add(c.u.g.limits.Timeout)
	_ = c.rc.SetReadDeadline(deadline) // in tests connections have none
	_ = c.rc.SetWriteDeadline(deadline.Add(answerTime))
	size := 0
	for len(members) < censuses.MaxBatch {
		if !c.lines.Scan() {
			if ended, err = true, c.lines.Err(); err != nil {
				err = c.broken(err)
			}
			break
		}
		c.sum.Lines++
		line := bytes.TrimSpace(c.lines.Bytes())
		size += len(line) + 1
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		m, err := memberOf(string(line))
		if err != nil && c.sum.Lines == 1 && !bytes.HasPrefix(line, []byte("0x")) {
			continue // a heading
		}
		if err != nil {
			p, _ := asProblem(err)
			return nil, nil, true, problem(p.Status, p.Code, "line %d: %s", c.sum.Lines, p.Detail)
		}
		members, places = append(members, m), append(places, c.sum.Lines)
	}
	if err == nil {
		err = c.u.g.chargeMembers(c.r, size)
	}
	return members, places, ended, err
}

// broken is the problem of a list that cannot be read on.
func (c *upload) broken(err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		return problem(http.StatusBadRequest, codeBody, "line %d: more than %d bytes", c.sum.Lines+1, maxLine)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return problem(http.StatusBadRequest, codeBody, "the list ended early, after line %d", c.sum.Lines)
	}
	return problem(http.StatusRequestTimeout, codeTimeout, "after line %d nothing came for too long", c.sum.Lines)
}

// memberOf reads "address" or "address,weight".
func memberOf(line string) (tree.Member, error) {
	fields := strings.Split(line, ",")
	p := participant{Key: strings.TrimSpace(fields[0])}
	switch len(fields) {
	case 1:
	case 2:
		if weight := strings.TrimSpace(fields[1]); weight != "" {
			p.Weight = &weight
		}
	default:
		return tree.Member{}, problem(http.StatusBadRequest, codeBody, "more than an address and a weight")
	}
	return p.member()
}

// add puts a batch on disk and counts what became of it.
func (c *upload) add(members []tree.Member, places []int) error {
	bad, err := c.u.g.censuses.Add(c.id, token(c.r), members)
	if err != nil {
		return c.u.g.censusProblem(err)
	}
	c.sum.Added += len(members) - len(bad)
	for _, b := range bad {
		if b.Same {
			c.sum.Present++
			continue
		}
		c.sum.Rejected++
		if len(c.sum.List) < maxRejected {
			c.sum.List = append(c.sum.List, rejectedLine{places[b.Index], members[b.Index].Address.String(), b.Err.Error()})
		}
	}
	return nil
}

// say sends a line of the answer.
func (c *upload) say() error {
	line, err := json.Marshal(&c.sum)
	if err != nil {
		return err
	}
	if !c.answer {
		c.w.Header().Set("Content-Type", linesType)
		c.answer = true
	}
	if _, err := c.w.Write(append(line, '\n')); err != nil {
		return errGone
	}
	_ = c.rc.Flush() // without it the line comes with the next
	return nil
}
