package tree

import (
	"math/bits"

	"urna/census"
)

// edge computes the root of leaves that come in the order of their paths, with
// the memory of one path: of what lies to the left of the newest leaf it keeps
// the nodes that wait for a sibling.
type edge struct {
	waiting []half
	last    leaf
	node    [32]byte // the highest complete node that ends with last
	level   int      // where it stands; census.Levels if it is last alone
	any     bool
}

// half is a node whose left child is complete.
type half struct {
	left  [32]byte // the child
	level int      // of the node
}

// add takes the next leaf. It refuses one that does not come after the last.
func (e *edge) add(l leaf) bool {
	if e.any {
		if compare(e.last, l) >= 0 {
			return false
		}
		level := parting(&e.last, &l)
		e.complete(level)
		e.waiting = append(e.waiting, half{e.lifted(level + 1), level})
	}
	e.last, e.node, e.level, e.any = l, l.hash(), census.Levels, true
	return true
}

// complete joins the nodes that lie below a level.
func (e *edge) complete(level int) {
	for n := len(e.waiting); n > 0 && e.waiting[n-1].level > level; n-- {
		h := e.waiting[n-1]
		e.waiting = e.waiting[:n-1]
		right := e.lifted(h.level + 1)
		e.node, e.level = census.InnerHash(&h.left, &right), h.level
	}
}

// lifted is the newest node at a level above its own. A lone leaf stands at any.
func (e *edge) lifted(to int) [32]byte {
	if e.level == census.Levels {
		return e.node
	}
	return lift(e.node, &e.last, e.level, to)
}

// root is that of all leaves so far; zero without any.
func (e *edge) root() census.Root {
	if !e.any {
		return census.Root{}
	}
	e.complete(-1)
	return census.Root(e.lifted(0))
}

// parting is the level at which the paths of two different leaves part.
func parting(a, b *leaf) int {
	i := 0
	for a.path[i] == b.path[i] {
		i++
	}
	return 8*i + bits.LeadingZeros8(a.path[i]^b.path[i])
}

// lift takes a node from its own level up to a higher one on the path of a leaf,
// past siblings that are empty.
func lift(node [32]byte, l *leaf, from, to int) [32]byte {
	var empty [32]byte
	for level := from - 1; level >= to; level-- {
		if l.bit(level) == 1 {
			node = census.InnerHash(&empty, &node)
		} else {
			node = census.InnerHash(&node, &empty)
		}
	}
	return node
}
