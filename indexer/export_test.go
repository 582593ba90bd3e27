package indexer

import "bytes"

// PrefixMatches applies the bounds of a prefix as SQL does.
func PrefixMatches(p Prefix, id []byte) bool {
	first, after := p.bounds()
	return bytes.Compare(id, first) >= 0 && (after == nil || bytes.Compare(id, after) < 0)
}
