package state

import (
	"fmt"
	"strings"
	"testing"
)

// The same blocks give the same roots for ever. A change here is a change of
// the protocol.
func TestRootsDoNotChange(t *testing.T) {
	var out strings.Builder
	s := closing(t, openStore(t, Config{}))
	for height := int64(1); height <= historyHeights; height++ {
		f := s.Fork()
		historyBlock(t, f, height)
		fmt.Fprintf(&out, "height %d root %x\n", height, commit(t, s, f))
		log, err := s.View().Log(electionID(1))
		must(t, err)
		fmt.Fprintf(&out, "votes %d voters %d root %x\n", log.Size, log.Voters, log.Root)
	}
	golden(t, "roots.golden", out.String())
}
