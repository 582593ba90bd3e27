package watch

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"urna/chain/light"
)

// Kind says what happened.
type Kind string

// What happens to a chain that is watched. All but Replayed, Recovered and
// Unreachable are alarms.
const (
	Replayed    Kind = "replayed"    // the law agrees with a block
	Unreachable Kind = "unreachable" // a source does not answer; it is asked again
	Recovered   Kind = "recovered"   // a source that was late has caught up
	Rewritten   Kind = "rewritten"   // a source shows another block than it did before
	Disagree    Kind = "disagree"    // a source shows another block than was seen first
	Missing     Kind = "missing"     // a source no longer has a block that it has shown
	Late        Kind = "late"        // a source, or all, do not show a block in time
	Refused     Kind = "refused"     // a block fails a check; the watch ends

	AnchorDisagrees Kind = "anchor-disagrees" // another block was anchored than was seen first, or the code is another one
	AnchorFrozen    Kind = "anchor-frozen"    // somebody has shown a fork to the anchor
	AnchorLate      Kind = "anchor-late"      // nothing was anchored in time
)

// Event is something that happened.
type Event struct {
	Time   time.Time `json:"time"`
	Alarm  bool      `json:"alarm"`
	Kind   Kind      `json:"event"`
	Check  string    `json:"check,omitempty"` // that is broken, of an alarm
	Height int64     `json:"height"`
	Source string    `json:"source,omitempty"` // "" is all of them
	Hash   string    `json:"hash,omitempty"`   // that the source shows

	Transactions int    `json:"transactions,omitempty"`
	Seen         string `json:"seen,omitempty"` // hash that was seen first
	Detail       string `json:"detail,omitempty"`

	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is a signed header that a source shows.
type Evidence struct {
	Source string `json:"source"`
	Header []byte `json:"header"` // docs/spec/proofs.md section 4
	Valid  string `json:"valid"`  // "yes", or why it is not
}

func (e Event) String() string {
	var b strings.Builder
	if e.Alarm {
		fmt.Fprintf(&b, "ALARM %s ", e.Check)
	}
	fmt.Fprintf(&b, "block %d %s", e.Height, e.Kind)
	if e.Source != "" {
		fmt.Fprintf(&b, " at %s", e.Source)
	}
	if e.Hash != "" {
		fmt.Fprintf(&b, " %s", e.Hash)
	}
	if e.Seen != "" {
		fmt.Fprintf(&b, ", first seen as %s", e.Seen)
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", e.Detail)
	}
	return b.String()
}

func hashText(h light.Hash) string { return hex.EncodeToString(h[:]) }
