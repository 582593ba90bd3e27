package ballot

import (
	"crypto/sha256"

	"urna/internal/codec"
)

// Tally is the sum of ballots. With MaxValue > 0, Cells[q][v] is the weight of
// the ballots whose q-th value is v. With MaxValue = 0 there is one column, and
// Cells[q][0] is the sum of the q-th values, each times the ballot's weight, or
// times one if the weight was the budget that bought the values.
type Tally struct {
	Cells  [][]Amount // MaxCount rows, MaxValue+1 columns
	Weight Amount     // of all ballots
}

// NewTally is the sum of no ballots under rules that passed Check.
func NewTally(r Rules) Tally { return Tally{Cells: newCells(int(r.MaxCount), int(r.MaxValue)+1)} }

func newCells(rows, columns int) [][]Amount {
	all := make([]Amount, rows*columns)
	cells := make([][]Amount, rows)
	for i := range cells {
		cells[i] = all[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return cells
}

// Add adds a ballot that r has accepted for weight w.
func (t *Tally) Add(r Rules, b Ballot, w *Amount) {
	t.Weight.Add(&t.Weight, w)
	for q, v := range b.Values {
		cell, by := t.share(r, q, v, w)
		cell.Add(cell, &by)
	}
}

// Sub takes away a ballot that was added with the same rules and weight. It
// panics if the tally cannot contain that ballot.
func (t *Tally) Sub(r Rules, b Ballot, w *Amount) {
	subtract(&t.Weight, w)
	for q, v := range b.Values {
		cell, by := t.share(r, q, v, w)
		subtract(cell, &by)
	}
}

// share is the cell to which value v at position q of a ballot belongs, and by
// how much it counts there.
func (t *Tally) share(r Rules, q int, v uint32, w *Amount) (cell *Amount, by Amount) {
	if r.MaxValue > 0 {
		return &t.Cells[q][v], *w
	}
	by.SetUint64(uint64(v))
	if !r.CostFromWeight {
		by.Mul(&by, w)
	}
	return &t.Cells[q][0], by
}

func subtract(from, by *Amount) {
	if _, under := from.SubOverflow(from, by); under {
		panic("ballot: taking a ballot out of a tally that does not contain it")
	}
}

// Strings are the cells in decimal.
func (t Tally) Strings() [][]string {
	rows := make([][]string, len(t.Cells))
	for q, row := range t.Cells {
		rows[q] = make([]string, len(row))
		for v := range row {
			rows[q][v] = row[v].Dec()
		}
	}
	return rows
}

const tallyVersion = 1

// Append writes the tally: version, rows, columns, cells row by row, weight.
func (t *Tally) Append(w *codec.Writer) {
	w.U8(tallyVersion)
	columns := 0
	if len(t.Cells) > 0 {
		columns = len(t.Cells[0])
	}
	w.Uvarint(uint64(len(t.Cells)))
	w.Uvarint(uint64(columns))
	for _, row := range t.Cells {
		for v := range row {
			w.U256(&row[v])
		}
	}
	w.U256(&t.Weight)
}

// ReadTally reads what Tally.Append wrote; a tally without rows is the zero
// Tally's.
func ReadTally(r *codec.Reader) Tally {
	version, rows, columns := r.U8(), r.Uvarint(), r.Uvarint()
	switch {
	case version != tallyVersion, rows > MaxValues, columns > MaxCells, (rows == 0) != (columns == 0),
		rows*columns > MaxCells,
		rows*columns > uint64(r.Len()): // every cell takes a byte at least
		r.Fail()
		return Tally{}
	}
	var t Tally
	if rows > 0 {
		t.Cells = newCells(int(rows), int(columns))
	}
	for _, row := range t.Cells {
		for v := range row {
			row[v] = r.U256()
		}
	}
	t.Weight = r.U256()
	if r.Err() != nil {
		return Tally{}
	}
	return t
}

// Hash is the ballot hash of a vote: SHA-256 over the package and the memo,
// each preceded by its length.
func Hash(pkg, memo []byte) [32]byte {
	w := codec.Writer{B: make([]byte, 0, 512)}
	w.Bytes(pkg)
	w.Bytes(memo)
	return sha256.Sum256(w.B)
}
