package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
	"urna/state"
)

// explorerRoutes lists the reads that look at the whole chain: lists, counts and
// single blocks and transactions. They answer from the index, so that what they
// tell of a block is whole; balances, nonces and validators come from the state,
// which is never older.
func (g *Gateway) explorerRoutes() []route {
	return []route{
		{"GET", "/accounts", g.listAccounts, "Accounts, the newest first"},
		{"GET", "/accounts/count", g.countAccounts, "How many accounts there are"},
		{"GET", "/accounts/{accountId}/transfers/count", g.countTransfers, "How many transfers an account took part in"},
		{"GET", "/accounts/{accountId}/transfers/page/{page}", g.listTransfers, "Transfers of an account, the newest first"},
		{"GET", "/accounts/{accountId}/fees/page/{page}", g.listFees, "Fees that an account paid, the newest first"},
		{"GET", "/accounts/{organizationId}/elections/count", g.countElections, "How many elections an organisation has"},
		{"GET", "/accounts/{organizationId}/elections/page/{page}", g.listElections, "Elections of an organisation, the newest first"},
		{"GET", "/accounts/{organizationId}/elections/status/{status}/page/{page}", g.listElections, "Elections of an organisation in a status"},

		{"GET", "/elections", g.listElections, "Elections, the newest first"},
		{"GET", "/elections/{electionId}/votes/count", g.countVotes, "How many voted in an election"},
		{"GET", "/elections/{electionId}/votes/page/{page}", g.listVotes, "Votes in an election, the newest first"},
		{"GET", "/elections/{electionId}/votes/activity", g.voteActivity, "When people voted in an election"},
		{"GET", "/votes", g.listVotes, "Votes, the newest first"},

		{"GET", "/chain/transactions", g.listTransactions, "Transactions, the newest first"},
		{"GET", "/chain/transactions/page/{page}", g.listTransactions, "Transactions, the newest first"},
		{"GET", "/chain/transactions/count", g.countTransactions, "How many transactions there are"},
		{"GET", "/chain/transactions/{hash}", g.transaction, "A mined transaction; 204 while it is not mined"},
		{"GET", "/chain/transactions/reference/{hash}", g.transactionReference, "Where a transaction stands; 204 while it is not mined"},
		{"GET", "/chain/transactions/{height}/{index}", g.transactionAt, "The transaction at a place"},

		{"GET", "/chain/blocks", g.listBlocks, "Blocks, the newest first"},
		{"GET", "/chain/blocks/{height}", g.block, "A block's header"},
		{"GET", "/chain/blocks/hash/{hash}", g.blockByHash, "A block's header"},
		{"GET", "/chain/blocks/{height}/transactions/page/{page}", g.listTransactions, "Transactions of a block, the last first"},

		{"GET", "/chain/organizations", g.listOrganisations, "Accounts that have elections, the newest first"},
		{"GET", "/chain/organizations/page/{page}", g.listOrganisations, "Accounts that have elections, the newest first"},
		{"GET", "/chain/organizations/count", g.countOrganisations, "How many accounts have elections"},
		{"GET", "/chain/validators", g.validators, "Who makes the blocks"},
		{"GET", "/chain/fees", g.listFees, "Fees, the newest first"},
		{"GET", "/chain/fees/page/{page}", g.listFees, "Fees, the newest first"},
		{"GET", "/chain/fees/reference/{reference}/page/{page}", g.listFees, "Fees paid for an election"},
		{"GET", "/chain/fees/type/{type}/page/{page}", g.listFees, "Fees of a kind of transactions"},
		{"GET", "/chain/transfers", g.listTransfers, "Transfers, the newest first"},

		{"GET", "/chain/info", g.chainInfo, "The chain at a glance"},
		{"GET", "/chain/stats", g.chainStats, "Counts by kind and status"},
		{"GET", "/chain/dateToBlock/{timestamp}", g.dateToBlock, "The block of a time, an estimate if it is to come"},
		{"GET", "/chain/blockToDate/{height}", g.blockToDate, "The time of a block, an estimate if it is to come"},
	}
}

type countAnswer struct {
	Count int64 `json:"count"`
}

// prefixParam reads how an id of size bytes begins; nothing is every id.
func prefixParam(r *http.Request, name string, size, code int) (indexer.Prefix, error) {
	p, err := indexer.ParsePrefix(param(r, name), size)
	if err != nil {
		return p, problem(http.StatusBadRequest, code, "%s: %v", name, err)
	}
	return p, nil
}

// addressParam reads an address; nothing is nil.
func addressParam(r *http.Request, name string) (*ethkey.Address, error) {
	s := param(r, name)
	if s == "" {
		return nil, nil
	}
	a, err := ethkey.ParseAddress(s)
	if err != nil {
		return nil, problem(http.StatusBadRequest, codeAddress, "%s: %v", name, err)
	}
	return &a, nil
}

// electionParam reads an election id; nothing is nil.
func electionParam(r *http.Request, name string) (*election.ID, error) {
	s := param(r, name)
	if s == "" {
		return nil, nil
	}
	id, err := election.ParseID(s)
	if err != nil {
		return nil, problem(http.StatusBadRequest, codeElectionID, "%s: %v", name, err)
	}
	return &id, nil
}

// boolParam reads true or false; nothing is nil.
func boolParam(r *http.Request, name string) (*bool, error) {
	s := param(r, name)
	if s == "" {
		return nil, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return nil, problem(http.StatusBadRequest, codeBoolean, "%s %q is neither true nor false", name, s)
	}
	return &b, nil
}

// timeParam reads a time as RFC 3339, as a date or as unix seconds; nothing is
// the zero time.
func timeParam(r *http.Request, name string) (time.Time, error) {
	s := param(r, name)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 && n <= maxUnix {
		return time.Unix(n, 0).UTC(), nil
	}
	return time.Time{}, problem(http.StatusBadRequest, codeDate, "%s %q is not a date", name, s)
}

// maxUnix is the last second that can be written as RFC 3339.
const maxUnix = 253402300799

// heightParam reads a height from 1 on.
func heightParam(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(param(r, name), 10, 64)
	if err != nil || n < 1 || n > maxHeight {
		return 0, problem(http.StatusBadRequest, codeNumber, "%s %q is not a block height", name, param(r, name))
	}
	return n, nil
}

// maxHeight is far beyond any chain and far below an overflow.
const maxHeight = 1 << 40

// missing makes a problem of what is not found.
func missing(err error, code int, text string) error {
	if errors.Is(err, indexer.ErrNotFound) || errors.Is(err, state.ErrNotFound) || errors.Is(err, ErrNoBlock) {
		return problem(http.StatusNotFound, code, text)
	}
	return err
}

// statusParam reads the name of a status; nothing is any.
func statusParam(r *http.Request) (election.Status, error) {
	s := param(r, "status")
	if s == "" {
		return 0, nil
	}
	for status := election.Ready; status <= election.Failed; status++ {
		if strings.EqualFold(s, status.String()) {
			return status, nil
		}
	}
	return 0, problem(http.StatusBadRequest, codeStatus, "status %q is unknown", s)
}
