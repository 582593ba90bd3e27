package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"urna/internal/sheet"
)

// Import says how a list of members is taken.
type Import struct {
	Separator byte              // between cells; 0: found out
	Columns   map[string]string // what unusual headings stand for: a column or Ignore

	// Update changes members who are there already, in the columns that the file
	// has, and adds the others. Without it a member who is there is a bad row.
	Update bool
	// SkipBad takes the good rows although others are bad.
	SkipBad bool
	// DryRun changes nothing.
	DryRun bool

	// Problem is told every row that is bad and why, in the order of lines. It may
	// be shown and logged.
	Problem func(*sheet.Problem)
	// Progress is told how many bytes were read; it may be nil.
	Progress func(read int64)
}

// Imported is what an import did, or would have done.
type Imported struct {
	Rows      int  `json:"rows"` // in the file, without the heading
	Bad       int  `json:"bad"`
	Added     int  `json:"added"`
	Changed   int  `json:"changed"`
	Unchanged int  `json:"unchanged"`
	Done      bool `json:"done"` // the registry has it
}

// Import reads members from a CSV file whose first line names the columns. Rows
// are gathered beside the members, compared with each other and with the members,
// and then taken all at once or not at all. Memory does not grow with the file.
// Bad rows are no error; an error leaves the registry as it was.
func (r *Registry) Import(ctx context.Context, in io.Reader, o Import) (Imported, error) {
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return Imported{}, fmt.Errorf("import members: %w", err)
	}
	defer conn.Close()
	s := &stage{r: r, conn: conn, o: o}
	defer s.drop(context.WithoutCancel(ctx))
	if err := s.read(ctx, in); err != nil {
		return Imported{}, fmt.Errorf("import members: %w", err)
	}
	if err := s.merge(ctx); err != nil {
		return Imported{}, fmt.Errorf("import members: %w", err)
	}
	return s.done, s.report(ctx)
}

// read stages the rows. Staging has a transaction of its own that touches nothing
// but the connection's temporary tables, so that nobody waits for it.
func (s *stage) read(ctx context.Context, in io.Reader) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	rows, err := sheet.NewReader(in, s.o.Separator)
	if err != nil {
		return err
	}
	first, err := rows.Read()
	var p *sheet.Problem
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty")
	case errors.As(err, &p):
		return s.end(ctx, []*sheet.Problem{p})
	case err != nil:
		return err
	}
	var problems []*sheet.Problem
	if s.columns, problems = heading(first, s.o.Columns); len(problems) > 0 {
		return s.end(ctx, problems)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return s.end(ctx, nil)
		case errors.As(err, &p):
			s.done.Rows++
			err = s.flaw(ctx, p.Line, p)
		case err == nil:
			s.done.Rows++
			err = s.row(ctx, row)
		}
		if err != nil {
			return err
		}
		if s.done.Rows%1000 == 0 && s.o.Progress != nil {
			s.o.Progress(rows.Offset())
		}
	}
}

// row stages a row, or all that is wrong with it.
func (s *stage) row(ctx context.Context, row sheet.Row) error {
	if len(row.Cells) != len(s.columns) {
		what := fmt.Sprintf("%d cells, the heading has %d", len(row.Cells), len(s.columns))
		return s.flaw(ctx, row.Line, &sheet.Problem{Line: row.Line, What: what, Fix: "put cells with a separator inside into quotes"})
	}
	m := Member{}
	m.Weight.SetOne()
	good := true
	for i, column := range s.columns {
		if column == "" {
			continue
		}
		if f := m.set(column, row.Cells[i]); f.what != "" {
			good = false
			if err := s.flaw(ctx, row.Line, &sheet.Problem{Line: row.Lines[i], Column: column, What: f.what, Fix: f.fix}); err != nil {
				return err
			}
		}
	}
	if !good {
		return nil
	}
	if f := m.check(); f.what != "" {
		return s.flaw(ctx, row.Line, &sheet.Problem{Line: row.Line, What: f.what, Fix: f.fix})
	}
	return s.members.add(ctx, row.Line, text(m.ID), m.Name, m.Email, text(m.mailbox()), m.Phone, m.Weight.Dec(), packTags(m.Tags), text(m.Address))
}

// text is NULL for nothing, so that what is not known is not the same as another's.
func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// merge compares and takes the rows, unless there is a reason not to.
func (s *stage) merge(ctx context.Context) error {
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return s.r.finish(ctx, tx, func(tx *sql.Tx) error {
		if err := s.compare(ctx, tx); err != nil {
			return err
		}
		if err := s.count(ctx, tx); err != nil {
			return err
		}
		if s.done.Bad > 0 && !s.o.SkipBad {
			return nil // what was found is kept, for the report
		}
		if !s.o.DryRun {
			s.done.Done = true
			return s.take(ctx, tx)
		}
		if _, err := tx.ExecContext(ctx, `SAVEPOINT untouched`); err != nil {
			return err
		}
		if err := s.take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT untouched`)
		return err
	})
}

// has tells whether the file has a column.
func (s *stage) has(column string) bool { return slices.Contains(s.columns, column) }
