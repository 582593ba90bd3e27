package ipfs

import "time"

// Bounds on what a file may look like. Every IPFS program makes files well
// within them.
const (
	// maxBlock is the most bytes of a block; IPFS programs exchange no larger.
	maxBlock = 2 << 20

	// maxDepth is how many nodes may be between the root and a leaf. Balanced
	// files of 174 links a node hold 200 TB at depth 5; trickle layouts are deeper.
	maxDepth = 16

	// minChunk is the least size of a block on average. A file in smaller pieces
	// costs more to remember than to store.
	minChunk = 1 << 10

	// slack is what a small file may have more than its share of blocks and bytes.
	slack = 64

	// fetches is how many blocks of a file are asked for at once.
	fetches = 8
)

// Limits bound what one file may cost before it is known to be the right one. A
// zero field means the default.
type Limits struct {
	Bytes int64         // of the file; 1 MiB
	Stall time.Duration // until the next block comes; 30 s
	Time  time.Duration // for all of it; 3 min and 1 s for each 64 KiB of Bytes
}

func (l Limits) complete() Limits {
	if l.Bytes == 0 {
		l.Bytes = 1 << 20
	}
	if l.Stall == 0 {
		l.Stall = 30 * time.Second
	}
	if l.Time == 0 {
		l.Time = 3*time.Minute + time.Duration(l.Bytes/(64<<10))*time.Second
	}
	return l
}

// maxBlocks is the most different blocks of a file of n bytes.
func maxBlocks(n int64) int { return int(n/minChunk) + slack }

// maxStored is the most bytes of the blocks of a file of n bytes: what is not
// content is links, which are 6 % of pieces of 1 KiB.
func maxStored(n int64) int64 { return n + n/8 + slack<<10 }
