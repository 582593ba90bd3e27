package main

import (
	"fmt"
	"io"
)

// table writes rows of a name and a value, aligned; rows without a value are
// left out.
func table(w io.Writer, rows [][2]string) {
	width := 0
	for _, r := range rows {
		if r[1] != "" {
			width = max(width, len(r[0]))
		}
	}
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(w, "%-*s  %s\n", width, r[0], r[1])
		}
	}
}
