package registry

import (
	"context"
	"strconv"
	"strings"
)

// bulkRows is how many rows one statement inserts: few enough for SQLite, which
// looks for each argument, and enough to save PostgreSQL most of its round trips.
const bulkRows = 32

// bulk inserts rows into a table, several with one statement.
type bulk struct {
	on      querier
	lite    bool
	into    string // table and columns
	after   string // the rows
	columns int
	args    []any
}

// add inserts a row, at the latest at the next flush.
func (b *bulk) add(ctx context.Context, row ...any) error {
	b.args = append(b.args, row...)
	if len(b.args) < b.columns*bulkRows {
		return nil
	}
	return b.flush(ctx)
}

// flush inserts what was added and is not inserted yet.
func (b *bulk) flush(ctx context.Context) error {
	if len(b.args) == 0 {
		return nil
	}
	_, err := b.on.ExecContext(ctx, b.insert(len(b.args)/b.columns), b.args...)
	b.args = b.args[:0]
	return err
}

func (b *bulk) insert(rows int) string {
	var s strings.Builder
	s.WriteString("INSERT INTO " + b.into + " VALUES ")
	n := 0
	for i := range rows {
		if i > 0 {
			s.WriteByte(',')
		}
		s.WriteByte('(')
		for j := range b.columns {
			if j > 0 {
				s.WriteByte(',')
			}
			if n++; b.lite {
				s.WriteByte('?')
			} else {
				s.WriteString("$" + strconv.Itoa(n))
			}
		}
		s.WriteByte(')')
	}
	s.WriteString(b.after)
	return s.String()
}
