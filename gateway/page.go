package gateway

import (
	"bytes"
	"net/http"
	"strconv"

	"urna/indexer"
)

// defaultLimit is how many items a page has if nobody says.
const defaultLimit = 10

// param reads a parameter that stands in the path in some calls and in the query
// in others.
func param(r *http.Request, name string) string {
	if v := r.PathValue(name); v != "" {
		return v
	}
	return r.URL.Query().Get(name)
}

// pageOf reads which page of a list is wanted: page and limit, or the cursor
// that an earlier page gave.
func pageOf(r *http.Request) (indexer.Page, error) {
	p := indexer.Page{Limit: defaultLimit}
	for _, n := range []struct {
		name string
		max  int64
		set  func(int64)
	}{
		// A page beyond any list is only not found; a limit beyond the largest
		// is the largest.
		{"page", 1 << 40, func(n int64) { p.Number = int(n) }},
		{"limit", 1 << 40, func(n int64) {
			if n > 0 {
				p.Limit = int(min(n, indexer.MaxLimit))
			}
		}},
		{"cursor", 1<<63 - 1, func(n int64) { p.Before = n }},
	} {
		s := param(r, n.name)
		if s == "" {
			continue
		}
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < 0 || v > n.max {
			return p, problem(http.StatusBadRequest, codeNumber, "%s %q is not a number from 0 to %d", n.name, s, n.max)
		}
		n.set(v)
	}
	return p, nil
}

// pagination tells where a page stands in its list.
type pagination struct {
	TotalItems   int64  `json:"totalItems"`
	PreviousPage *int64 `json:"previousPage"`
	CurrentPage  int64  `json:"currentPage"`
	NextPage     *int64 `json:"nextPage"`
	LastPage     int64  `json:"lastPage"`

	// NextCursor is set while there is more: as the parameter cursor it gives
	// what follows, however much the list has grown at its beginning.
	NextCursor string `json:"nextCursor,omitempty"`
}

func paginate(p indexer.Page, total, next int64) pagination {
	out := pagination{TotalItems: total, CurrentPage: int64(p.Number), LastPage: max(total-1, 0) / int64(p.Limit)}
	if next > 0 {
		out.NextCursor = strconv.FormatInt(next, 10)
	}
	if p.Before > 0 { // a walk by cursor has no pages
		out.CurrentPage = 0
		return out
	}
	if out.CurrentPage > 0 {
		previous := out.CurrentPage - 1
		out.PreviousPage = &previous
	}
	if out.CurrentPage < out.LastPage {
		following := out.CurrentPage + 1
		out.NextPage = &following
	}
	return out
}

// listAnswer is a list under the name that clients know it by.
type listAnswer[T any] struct {
	name       string
	items      []T
	pagination pagination
}

// MarshalJSON implements json.Marshaler.
func (a listAnswer[T]) MarshalJSON() ([]byte, error) {
	items := a.items
	if items == nil {
		items = []T{}
	}
	var b bytes.Buffer
	b.WriteString(`{"` + a.name + `":`)
	if err := encode(&b, items); err != nil {
		return nil, err
	}
	b.WriteString(`,"pagination":`)
	if err := encode(&b, a.pagination); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// replyList answers a page of a list, each item shown by show. A page past the
// end is not found, but an empty list has a first page.
func replyList[T, J any](w http.ResponseWriter, name string, p indexer.Page, l indexer.List[T], show func(T) (J, error)) error {
	if p.Before == 0 && p.Number > 0 && int64(p.Number) > max(l.Total-1, 0)/int64(p.Limit) {
		return problem(http.StatusNotFound, codePageNotFound, "page not found")
	}
	items := make([]J, 0, len(l.Items))
	for _, item := range l.Items {
		shown, err := show(item)
		if err != nil {
			return err
		}
		items = append(items, shown)
	}
	return reply(w, listAnswer[J]{name, items, paginate(p, l.Total, l.Next)})
}
