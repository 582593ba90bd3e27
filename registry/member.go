package registry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/crypto/ethkey"
)

// Bounds of what is kept of a member, in bytes.
const (
	maxID    = 128
	maxName  = 256
	maxEmail = 254 // of SMTP
	maxPhone = 32
	maxTag   = 64
	maxTags  = 32
)

// Member is a person as the organisation knows them. One of ID, Email and Address
// is there: by the name alone nobody is found again.
type Member struct {
	Number  int64 // given by the registry
	ID      string
	Name    string
	Email   string
	Phone   string
	Weight  uint256.Int
	Tags    []string // in lower case, sorted
	Address string   // hex; empty if not known
}

// The columns of a list of members.
const (
	colID      = "id"
	colName    = "name"
	colEmail   = "email"
	colPhone   = "phone"
	colWeight  = "weight"
	colTags    = "tags"
	colAddress = "address"
)

// Columns are what a list of members may have, in the order of exports.
var Columns = []string{colID, colName, colEmail, colPhone, colWeight, colTags, colAddress}

// flaw is what is wrong with a value, and how to mend it; it does not repeat the
// value.
type flaw struct{ what, fix string }

// set reads a cell. An empty one is a value that is not known, and the weight 1.
func (m *Member) set(column, cell string) flaw {
	switch column {
	case colID:
		m.ID = cell
		return checkText(cell, maxID)
	case colName:
		m.Name = cell
		return checkText(cell, maxName)
	case colEmail:
		m.Email = cell
		return checkEmail(cell)
	case colPhone:
		return m.setPhone(cell)
	case colWeight:
		return m.setWeight(cell)
	case colTags:
		return m.setTags(cell)
	case colAddress:
		return m.setAddress(cell)
	}
	return flaw{"no such column", "the columns are " + strings.Join(Columns, ", ")}
}

// cell is the text that set reads.
func (m *Member) cell(column string) string {
	switch column {
	case colID:
		return m.ID
	case colName:
		return m.Name
	case colEmail:
		return m.Email
	case colPhone:
		return m.Phone
	case colWeight:
		return m.Weight.Dec()
	case colTags:
		return strings.Join(m.Tags, "|")
	}
	return m.Address
}

// Cells are the member as a row of a list with all Columns.
func (m *Member) Cells() []string {
	cells := make([]string, len(Columns))
	for i, c := range Columns {
		cells[i] = m.cell(c)
	}
	return cells
}

// check looks at the member as a whole.
func (m *Member) check() flaw {
	if m.ID == "" && m.Email == "" && m.Address == "" {
		return flaw{"no id, e-mail or address", "give one of them, so that the member can be found again"}
	}
	return flaw{}
}

func checkText(s string, most int) flaw {
	if len(s) > most {
		return flaw{"too long", "see whether the columns are mixed up"}
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return flaw{"holds a line break or another control character", "remove it"}
	}
	return flaw{}
}

func checkEmail(s string) flaw {
	if s == "" {
		return flaw{}
	}
	bad := flaw{"is not an e-mail address", "write it like ada@example.org, one only"}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > maxEmail || strings.ContainsFunc(s, notMail) || strings.Count(s, "@") > 1 {
		return bad
	}
	labels := strings.Split(s[at+1:], ".")
	if len(labels) < 2 || slices.Contains(labels, "") {
		return bad
	}
	return flaw{}
}

// notMail tells which characters no mailbox of a member has.
func notMail(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`,;:<>()[]"\`, r)
}

// mailbox is the form of an e-mail address in which two are compared.
func (m *Member) mailbox() string { return strings.ToLower(m.Email) }

// setPhone keeps the digits and a plus before them.
func (m *Member) setPhone(s string) flaw {
	m.Phone = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./()\u00a0", r) {
			return -1
		}
		return r
	}, s)
	digits := strings.TrimPrefix(m.Phone, "+")
	if s == "" {
		return flaw{}
	}
	if len(digits) < 3 || len(m.Phone) > maxPhone || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return flaw{"is not a telephone number", "write digits, with + and the country before them"}
	}
	return flaw{}
}

func (m *Member) setWeight(s string) flaw {
	m.Weight.SetOne()
	if s == "" {
		return flaw{}
	}
	bad := flaw{"is not a whole number above zero", "write digits only, without points or spaces"}
	if len(s) > 39 || strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		return bad
	}
	w, err := uint256.FromDecimal(s)
	if err != nil || w.IsZero() {
		return bad
	}
	if ballot.CheckWeight(w) != nil {
		return flaw{"is too large", "weights are below 2^128"}
	}
	m.Weight = *w
	return flaw{}
}

// setTags takes words with bars or commas between them.
func (m *Member) setTags(s string) flaw {
	m.Tags = nil
	for _, t := range strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == ',' || r == ';' }) {
		if t = strings.ToLower(strings.TrimSpace(t)); t == "" {
			continue
		}
		if f := checkText(t, maxTag); f.what != "" {
			return flaw{"a tag is too long or not text", "write short words with | between them"}
		}
		m.Tags = append(m.Tags, t)
	}
	slices.Sort(m.Tags)
	m.Tags = slices.Compact(m.Tags)
	if len(m.Tags) > maxTags {
		return flaw{"too many tags", "a member has at most 32"}
	}
	return flaw{}
}

// packTags is what the database keeps of tags.
func packTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "|" + strings.Join(tags, "|") + "|"
}

func unpackTags(s string) []string {
	if s = strings.Trim(s, "|"); s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// setAddress reads hex; digits of both cases must be a checksum (ERC-55), as
// wallets show it.
func (m *Member) setAddress(s string) flaw {
	m.Address = ""
	if s == "" {
		return flaw{}
	}
	a, err := ethkey.ParseAddress(s)
	if err != nil || a.IsZero() {
		return flaw{"is not an address", "write 40 hex digits, with or without 0x"}
	}
	digits := s[len(s)-2*ethkey.AddressLen:]
	if digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && digits != checksum(a) {
		return flaw{"has a digit that is wrong: capitals and small letters are not those of this address", "copy it once more from the wallet"}
	}
	m.Address = a.String()
	return flaw{}
}

// checksum is an address with capitals as ERC-55 puts them.
func checksum(a ethkey.Address) string {
	s := []byte(a.String())
	h := ethkey.Keccak256(s)
	for i, c := range s {
		if h[i/2]>>(4*(1-i%2))&0xf >= 8 && c >= 'a' {
			s[i] = c - 'a' + 'A'
		}
	}
	return string(s)
}
