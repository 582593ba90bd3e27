package check

import (
	"strings"
	"sync"
)

// Status is what became of a check.
type Status string

// What becomes of a check.
const (
	Passed     Status = "passed"
	Broken     Status = "failed"
	NotChecked Status = "not checked"
)

// Line is one check of a report.
type Line struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status Status `json:"status"`
	Items  uint64 `json:"items"`            // how many things were looked at
	Detail string `json:"detail,omitempty"` // why it failed or was not checked
}

// Report collects what a verifier looked at. It is safe for concurrent use.
type Report struct {
	applies string

	mu    sync.Mutex
	items map[ID]uint64
	notes map[ID]string // why it was not checked
}

// NewReport makes a report of the checks that apply to one of R, E, C, T or A.
func NewReport(kind byte) *Report {
	return &Report{applies: string(kind), items: map[ID]uint64{}, notes: map[ID]string{}}
}

// Passed adds n things that a check found right.
func (r *Report) Passed(id ID, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[id] += uint64(n)
}

// Skip says why a check, or a part of it, was not made.
func (r *Report) Skip(id ID, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes[id] = why
}

// Items is how many things a check found right so far.
func (r *Report) Items(id ID) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.items[id]
}

// Lines is the report by number, err being what ended it: nil if nothing did.
func (r *Report) Lines(err error) []Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	failure, _ := Failed(err)
	var lines []Line
	for _, c := range All {
		l := Line{ID: c.ID.String(), Name: c.Name, Status: Passed, Items: r.items[c.ID]}
		note, skipped := r.notes[c.ID]
		switch {
		case failure != nil && failure.Check == c.ID:
			l.Status, l.Detail = Broken, failure.Detail
		case !strings.Contains(c.Applies, r.applies):
			continue
		case l.Items == 0 && err != nil && !skipped:
			l.Status, l.Detail = NotChecked, "an earlier check ended it"
		case l.Items == 0:
			l.Status, l.Detail = NotChecked, note
			if !skipped {
				l.Detail = "there was nothing of the kind"
			}
		case skipped:
			l.Detail = note
		}
		lines = append(lines, l)
	}
	return lines
}
