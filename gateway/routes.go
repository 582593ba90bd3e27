package gateway

import (
	"net/http"
	"slices"
)

// handlerFunc answers a request. An error that is a *Problem is the answer; any
// other is a fault of this node, which is logged and not shown.
type handlerFunc = func(w http.ResponseWriter, r *http.Request) error

// route is one call of the API. The pattern is relative to the base path and
// has the syntax of net/http's ServeMux.
type route struct {
	method, pattern string
	handler         handlerFunc
	summary         string
}

// routes lists every call below the base path, except the streams, which keep
// their connection open and are bounded on their own. The document openapi.json
// describes the same calls; a test compares them.
func (g *Gateway) routes() []route {
	own := []route{
		{"GET", "/accounts/{address}", g.account, "One account"},
		{"GET", "/accounts/{address}/metadata", g.accountMetadata, "The metadata document of an account"},
		{"POST", "/accounts", g.submitAccount, "Submit the creation or change of an account with its metadata"},
		{"GET", "/siks/{address}", g.identityKey, "The identity key of an account"},

		{"GET", "/elections/{election}", g.election, "One election with its settings, metadata and result so far"},
		{"GET", "/elections/{election}/keys", g.electionKeys, "The encryption keys of an election"},
		{"GET", "/elections/{election}/scrutiny", g.scrutiny, "The final result of an election, also for Ethereum contracts"},
		{"POST", "/elections", g.submitElection, "Submit the creation of an election with its metadata"},
		{"POST", "/elections/price", g.electionPrice, "What an election would cost"},
		{"POST", "/elections/id", g.nextElectionID, "The id that an organisation's next election will have"},

		{"POST", "/votes", g.submitVote, "Submit a vote"},
		{"GET", "/votes/{vote}", g.vote, "One vote"},
		{"GET", "/votes/verify/{election}/{vote}", g.verifyVote, "Whether a vote counts in an election"},

		{"POST", "/chain/transactions", g.submitTx, "Submit any transaction"},
		{"POST", "/chain/transactions/batch", g.submitBatch, "Submit many transactions at once"},
		{"GET", "/chain/transactions/cost", g.txCosts, "What each kind of transaction costs"},
		{"GET", "/chain/info/electionPriceFactors", g.priceFactors, "The factors of an election's price"},

		{"GET", "/files", g.filesStatus, "How far the files are here that the chain refers to"},
		{"POST", "/files/cid", g.fileCID, "The content id that a file has"},
		{"GET", "/open/claim/{address}", g.claim, "A faucet package for an account"},
		{"POST", "/wallet/add/{key}", g.newToken, "A bearer token for the census calls"},

		{"POST", "/censuses/{census}", g.newCensus, "Start a census"},
		{"POST", "/censuses/{census}/participants", g.addParticipants, "Add members to a census"},
		{"POST", "/censuses/{census}/import", g.importCensus, "Fill an empty census from a dump"},
		{"GET", "/censuses/{census}/export", g.exportCensus, "A dump of a census"},
		{"POST", "/censuses/{census}/publish", g.publishCensus, "Publish a census and wait for it"},
		{"POST", "/censuses/{census}/publish/async", g.publishCensusAsync, "Publish a census"},
		{"POST", "/censuses/{census}/publish/{root}", g.publishCensus, "Publish a census if it has this root, and wait for it"},
		{"GET", "/censuses/{census}/check", g.checkCensus, "Whether a census is published"},
		{"GET", "/censuses/{census}/job", g.censusJob, "How far the publication or import of a census is"},
		{"GET", "/censuses/{census}/type", g.censusType, "The type of a census"},
		{"GET", "/censuses/{census}/size", g.censusSize, "The number of members of a census"},
		{"GET", "/censuses/{census}/weight", g.censusWeight, "The sum of the weights of a census"},
		{"GET", "/censuses/{census}/root", g.censusRoot, "The root of a census"},
		{"GET", "/censuses/{census}/proof/{address}", g.censusProof, "The proof that a voter is in a census"},
		{"POST", "/censuses/{census}/verify", g.verifyProof, "Whether a proof holds in a census"},
		{"DELETE", "/censuses/{census}", g.deleteCensus, "Delete a census that is not published"},

		{"GET", "/openapi.json", g.openAPI, "The document that describes this API"},
	}
	return slices.Concat(own, g.explorerRoutes(), g.proofRoutes())
}
