package registry

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"urna/internal/sheet"
)

// stage holds the rows of a file, and what is wrong with them, in temporary tables
// of one connection, on disk if they are many.
type stage struct {
	r       *Registry
	conn    *sql.Conn
	o       Import
	columns []string // of the file; "" for those that are ignored
	members bulk     // into staged
	flaws   bulk     // into flaw
	done    Imported
}

// line is where a row begins; number is the member that it changes.
const stageTables = `
CREATE TEMPORARY TABLE staged (
	line BIGINT, id TEXT, name TEXT, email TEXT, mailbox TEXT, phone TEXT, weight TEXT, tags TEXT, address TEXT, number BIGINT);
CREATE TEMPORARY TABLE flaw (line BIGINT, at BIGINT, col TEXT, what TEXT, fix TEXT)`

// keys are what two members may not share, and the column that each comes from.
var keys = []struct{ key, column, noun string }{
	{colID, colID, "id"}, {"mailbox", colEmail, "e-mail"}, {colAddress, colAddress, "address"},
}

func (s *stage) exec(ctx context.Context, statements string) error {
	for _, statement := range strings.Split(statements, ";") {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) begin(ctx context.Context) error {
	const fields = "line, id, name, email, mailbox, phone, weight, tags, address"
	s.members = bulk{on: s.conn, lite: s.r.lite, into: "staged (" + fields + ")", columns: 9}
	s.flaws = bulk{on: s.conn, lite: s.r.lite, into: "flaw (line, at, col, what, fix)", columns: 5}
	return s.exec(ctx, stageTables+"; BEGIN")
}

// drop forgets the tables, after whatever has happened.
func (s *stage) drop(ctx context.Context) {
	_, _ = s.conn.ExecContext(ctx, "ROLLBACK") // nothing is open unless reading has failed
	_ = s.exec(ctx, "DROP TABLE IF EXISTS staged; DROP TABLE IF EXISTS flaw")
}

// flaw keeps what is wrong with the row that begins at a line.
func (s *stage) flaw(ctx context.Context, line int, p *sheet.Problem) error {
	return s.flaws.add(ctx, line, p.Line, p.Column, p.What, p.Fix)
}

// end ends reading, with problems of the file as a whole.
func (s *stage) end(ctx context.Context, problems []*sheet.Problem) error {
	for _, p := range problems {
		if err := s.flaw(ctx, p.Line, p); err != nil {
			return err
		}
	}
	if err := s.members.flush(ctx); err != nil {
		return err
	}
	if err := s.flaws.flush(ctx); err != nil {
		return err
	}
	for _, k := range keys {
		if err := s.exec(ctx, fmt.Sprintf("CREATE INDEX staged_%s ON staged (%s)", k.key, k.key)); err != nil {
			return err
		}
	}
	if !s.r.lite { // nobody else counts temporary tables, and plans are bad without
		if err := s.exec(ctx, "ANALYZE staged"); err != nil {
			return err
		}
	}
	return s.exec(ctx, "COMMIT")
}

// compare finds rows that are there twice, and those that cannot be taken because
// of members who are there.
func (s *stage) compare(ctx context.Context, tx *sql.Tx) error {
	for _, k := range keys {
		if err := s.compareKey(ctx, tx, k.key, k.column, k.noun); err != nil {
			return err
		}
	}
	if !s.o.Update {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO flaw
		SELECT s.line, s.line, '', 'the same member as in line ' || f.first, 'keep one of the rows'
		FROM staged s JOIN (SELECT number, min(line) AS first FROM staged WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1) f
		ON s.number = f.number WHERE s.line > f.first`)
	return err
}

func (s *stage) compareKey(ctx context.Context, tx *sql.Tx, key, column, noun string) error {
	twice := fmt.Sprintf(`INSERT INTO flaw
		SELECT s.line, s.line, $1, 'the same %[2]s as in line ' || f.first, 'two members cannot share one; keep one of the rows'
		FROM staged s JOIN (SELECT %[1]s, min(line) AS first FROM staged WHERE %[1]s IS NOT NULL GROUP BY %[1]s HAVING count(*) > 1) f
		ON s.%[1]s = f.%[1]s WHERE s.line > f.first`, key, noun)
	if _, err := tx.ExecContext(ctx, twice, column); err != nil {
		return err
	}
	if !s.o.Update {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO flaw
			SELECT s.line, s.line, $1, 'a member has this %[2]s already', 'leave the row out, or change members with --update'
			FROM staged s JOIN member m ON m.%[1]s = s.%[1]s`, key, noun), column)
		return err
	}
	// A row means the member with its id, else e-mail, else address; one with
	// another id is somebody else.
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE staged SET number =
		(SELECT m.number FROM member m WHERE m.%[1]s = staged.%[1]s AND (m.id = staged.id OR m.id IS NULL OR staged.id IS NULL))
		WHERE number IS NULL AND %[1]s IS NOT NULL`, key))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO flaw
		SELECT s.line, s.line, $1, 'another member has this %[2]s', 'see which of the two is right'
		FROM staged s JOIN member m ON m.%[1]s = s.%[1]s WHERE s.number IS DISTINCT FROM m.number`, key, noun), column)
	return err
}

// count counts the bad rows and leaves only the good ones.
func (s *stage) count(ctx context.Context, tx *sql.Tx) error {
	if err := tx.QueryRowContext(ctx, `SELECT count(DISTINCT line) FROM flaw`).Scan(&s.done.Bad); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM staged WHERE line IN (SELECT line FROM flaw)`)
	return err
}

// take changes and adds members.
func (s *stage) take(ctx context.Context, tx *sql.Tx) error {
	matched, err := tx.ExecContext(ctx, `UPDATE staged SET line = line WHERE number IS NOT NULL`)
	if err != nil {
		return err
	}
	if s.done.Unchanged, err = affected(matched); err != nil {
		return err
	}
	if s.done.Unchanged > 0 {
		if s.done.Changed, err = s.change(ctx, tx); err != nil {
			return err
		}
		s.done.Unchanged -= s.done.Changed
	}
	const fields = "id, name, email, mailbox, phone, weight, tags, address"
	added, err := tx.ExecContext(ctx, `INSERT INTO member (`+fields+`) SELECT `+fields+` FROM staged WHERE number IS NULL ORDER BY line`)
	if err != nil {
		return err
	}
	s.done.Added, err = affected(added)
	return err
}

// change writes the columns that the file has to the members that its rows mean.
func (s *stage) change(ctx context.Context, tx *sql.Tx) (int, error) {
	var set, differ []string
	for _, column := range Columns {
		if !s.has(column) {
			continue
		}
		set = append(set, column+" = s."+column)
		differ = append(differ, "member."+column+" IS DISTINCT FROM s."+column)
		if column == colEmail {
			set = append(set, "mailbox = s.mailbox")
		}
	}
	changed, err := tx.ExecContext(ctx, `UPDATE member SET `+strings.Join(set, ", ")+
		` FROM staged s WHERE s.number = member.number AND (`+strings.Join(differ, " OR ")+`)`)
	if err != nil {
		return 0, err
	}
	return affected(changed)
}

func affected(res sql.Result) (int, error) {
	n, err := res.RowsAffected()
	return int(n), err
}

// report tells what is wrong, in the order of lines.
func (s *stage) report(ctx context.Context) error {
	if s.o.Problem == nil {
		return nil
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT at, col, what, fix FROM flaw ORDER BY line, at, col, what`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p sheet.Problem
		if err := rows.Scan(&p.Line, &p.Column, &p.What, &p.Fix); err != nil {
			return err
		}
		s.o.Problem(&p)
	}
	return rows.Err()
}
