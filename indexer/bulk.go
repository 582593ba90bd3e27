package indexer

import (
	"database/sql"
	"strings"
)

// bulkRows is how many rows one statement inserts. Beyond it nothing is gained.
const bulkRows = 16

// bulk inserts rows into a table, several with one statement.
type bulk struct {
	columns   int
	one, many *sql.Stmt
	args      []any
}

func newBulk(w *writer, table string, columns int) (b *bulk, err error) {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	b = &bulk{columns: columns, args: make([]any, 0, columns*bulkRows)}
	insert := "INSERT INTO " + table + " VALUES "
	if b.one, err = w.prepared(insert + row); err != nil {
		return nil, err
	}
	b.many, err = w.prepared(insert + row + strings.Repeat(","+row, bulkRows-1))
	return b, err
}

// add inserts a row, at the latest at the next flush. Byte slices must not
// change until then.
func (b *bulk) add(row ...any) error {
	b.args = append(b.args, row...)
	if len(b.args) < b.columns*bulkRows {
		return nil
	}
	_, err := b.many.Exec(b.args...)
	b.args = b.args[:0]
	return err
}

// flush inserts what was added and is not inserted yet.
func (b *bulk) flush() error {
	for args := b.args; len(args) > 0; args = args[b.columns:] {
		if _, err := b.one.Exec(args[:b.columns]...); err != nil {
			return err
		}
	}
	b.args = b.args[:0]
	return nil
}
