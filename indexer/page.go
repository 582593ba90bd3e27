package indexer

import (
	"context"
	"fmt"
	"strings"
)

// MaxLimit is the most items that a page can have.
const MaxLimit = 100

// Page says which part of a list is wanted. Lists start with the newest.
type Page struct {
	Number int   // pages before this one
	Limit  int   // items in a page, 1 to MaxLimit
	Before int64 // a cursor: the list goes on after that item, and Number is not looked at; 0 for none
}

func (p Page) check() error {
	if p.Number < 0 || p.Limit < 1 || p.Limit > MaxLimit || p.Before < 0 {
		return fmt.Errorf("indexer: no page is %+v", p)
	}
	return nil
}

// List is a page of a list.
type List[T any] struct {
	Items []T
	Total int64 // in the whole list
	Next  int64 // cursor to go on from; 0 at the end of the list
}

// listing is a list before it is asked for.
type listing[T any] struct {
	columns string // what scan takes; the cursor goes before them
	from    string
	cursor  string // the number that orders the list
	where   []string
	args    []any

	// total counts the list; nil means that its rows are counted.
	total func(context.Context, *snapshot) (int64, error)

	// seek finds the cursor that no item from the one at offset on exceeds, and
	// how many items up to that cursor are still to be skipped; nil means that
	// all are skipped one by one.
	seek func(ctx context.Context, s *snapshot, total, offset int64) (bound, rest int64, err error)

	scan func(scan func(...any) error) (T, error)
}

func (l *listing[T]) and(condition string, args ...any) {
	l.where = append(l.where, condition)
	l.args = append(l.args, args...)
}

func (l *listing[T]) conditions() string {
	if len(l.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(l.where, " AND ")
}

// dense is the seek of a list whose cursors are 1, 2, 3 and so on.
func dense(_ context.Context, _ *snapshot, total, offset int64) (int64, int64, error) {
	return total - offset, 0, nil
}

// list reads a page of l.
func list[T any](ctx context.Context, x *Indexer, l listing[T], p Page) (List[T], error) {
	var out List[T]
	err := x.read(ctx, func(s *snapshot) error {
		var err error
		out, err = page(ctx, s, l, p)
		return err
	})
	return out, err
}

func page[T any](ctx context.Context, s *snapshot, l listing[T], p Page) (out List[T], err error) {
	if err := p.check(); err != nil {
		return out, err
	}
	if l.total == nil {
		err = s.get(ctx, `SELECT count(*) FROM `+l.from+l.conditions(), l.args, &out.Total)
	} else {
		out.Total, err = l.total(ctx, s)
	}
	if err != nil {
		return out, err
	}

	var rest int64
	if p.Before > 0 {
		l.and(l.cursor+` < ?`, p.Before)
	} else {
		offset := int64(p.Number) * int64(p.Limit)
		if offset >= out.Total {
			return out, nil
		}
		rest = offset
		if l.seek != nil {
			var bound int64
			if bound, rest, err = l.seek(ctx, s, out.Total, offset); err != nil {
				return out, err
			}
			l.and(l.cursor+` <= ?`, bound)
		}
	}
	// One more than wanted tells whether there is more.
	rows, err := s.query(ctx, `SELECT `+l.cursor+`, `+l.columns+` FROM `+l.from+l.conditions()+
		` ORDER BY `+l.cursor+` DESC LIMIT ? OFFSET ?`, append(l.args, p.Limit+1, rest)...)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	var cursor int64
	for rows.Next() {
		if len(out.Items) == p.Limit {
			out.Next = cursor
			break
		}
		item, err := l.scan(func(into ...any) error { return rows.Scan(append([]any{&cursor}, into...)...) })
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	return out, rows.Err()
}
