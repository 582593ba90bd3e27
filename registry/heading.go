package registry

import (
	"fmt"
	"slices"
	"strings"

	"urna/internal/sheet"
)

// Ignore, in place of a column's name, leaves a column of a file out.
const Ignore = "-"

// synonyms are headings that stand for a column. Others are named by the caller,
// for a guess may put one person's data into another column.
var synonyms = map[string]string{
	"member id": colID, "member_id": colID, "external id": colID, "external_id": colID, "externalid": colID,
	"full name": colName, "e-mail": colEmail, "mail": colEmail, "telephone": colPhone,
	"tag": colTags, "group": colTags, "groups": colTags, "wallet": colAddress, "voter": colAddress,
}

// heading reads the first row: the column of each cell, "" for those that are
// ignored. All that is wrong is listed.
func heading(row sheet.Row, names map[string]string) (columns []string, problems []*sheet.Problem) {
	bad := func(i int, what, fix string) {
		problems = append(problems, &sheet.Problem{Line: row.Lines[i], What: fmt.Sprintf("heading of column %d: %s", i+1, what), Fix: fix})
	}
	given := map[string]string{}
	for heading, column := range names {
		given[normal(heading)] = column
	}
	columns = make([]string, len(row.Cells))
	for i, cell := range row.Cells {
		column, named := given[normal(cell)]
		delete(given, normal(cell))
		switch {
		case named && column == Ignore, !named && cell == "":
			continue
		case !named:
			column = normal(cell)
			if s, ok := synonyms[column]; ok {
				column = s
			}
		}
		switch {
		case !slices.Contains(Columns, column):
			bad(i, "not a column of the registry", "rename it to one of "+strings.Join(Columns, ", ")+", or say with --column HEADING=COLUMN what it is, with "+Ignore+" to leave it out")
		case slices.Contains(columns, column):
			bad(i, "there is a column "+column+" already", "leave one of them out")
		default:
			columns[i] = column
		}
	}
	for heading := range given {
		problems = append(problems, &sheet.Problem{Line: row.Line, What: fmt.Sprintf("no column has the heading %q", heading), Fix: "see the first line of the file"})
	}
	if len(problems) == 0 && !slices.ContainsFunc(columns, func(c string) bool { return c == colID || c == colEmail || c == colAddress }) {
		problems = append(problems, &sheet.Problem{
			Line: row.Line, What: "none of the columns is id, email or address",
			Fix: "write the names of the columns into the first line",
		})
	}
	return columns, problems
}

func normal(heading string) string { return strings.ToLower(strings.TrimSpace(heading)) }
