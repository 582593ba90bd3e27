// Package check is the list of numbered checks that every verifier reports, and
// the report itself. A number means the same for ever; docs/spec/audit.md is
// generated from this list.
//
// A check that fails is an error, a *Failure; any other error of a verifier says
// that it could not look. A report counts what was looked at, so that "passed"
// always says how often.
package check

import (
	"errors"
	"fmt"
	"slices"
)

// ID is the number of a check.
type ID int

// The checks. Numbers 5 to 12, 15, 19, 28 to 30, 32, 37 to 40 belong to kinds of
// elections that do not exist yet.
const (
	Genesis     ID = 1
	Parameters  ID = 2
	Rules       ID = 3
	Census      ID = 4
	Encoding    ID = 13
	Signature   ID = 14
	Membership  ID = 16
	Uniqueness  ID = 17
	BallotRules ID = 18
	Window      ID = 20
	Headers     ID = 21
	Commits     ID = 22
	State       ID = 23
	Counts      ID = 24
	Overwrites  ID = 25
	Closing     ID = 26
	Tally       ID = 27
	Result      ID = 31

	AnchoredBlocks  ID = 33
	AnchoredSets    ID = 34
	AnchorCode      ID = 35
	AnchoredResults ID = 36

	Frame       ID = 41
	Content     ID = 42
	Metadata    ID = 43
	Body        ID = 44
	Validators  ID = 45
	Log         ID = 46
	Nullifiers  ID = 47
	Tiles       ID = 48
	Results     ID = 49
	Evidence    ID = 50
	Agreement   ID = 51
	AnchorForks ID = 52
)

// Class groups checks for the exit code of a verifier.
type Class int

// The classes; their numbers are exit codes.
const (
	SetUp     Class = 2
	Ballots   Class = 3
	Box       Class = 4
	Counting  Class = 5
	File      Class = 6
	Gateways  Class = 7
	Anchors   Class = 8
	CannotSay       = 1 // exit code of an error that is no Failure

	// Usage is the exit code of a command line that makes no sense: EX_USAGE of
	// BSD's sysexits.h, which no class has.
	Usage = 64
)

func (c Class) String() string {
	switch c {
	case SetUp:
		return "set-up"
	case Ballots:
		return "ballots"
	case Box:
		return "box"
	case Counting:
		return "tally"
	case File:
		return "file"
	case Gateways:
		return "gateways"
	case Anchors:
		return "anchor"
	}
	return fmt.Sprintf("class %d", int(c))
}

// Info says what a check is about.
type Info struct {
	ID      ID
	Name    string
	Class   Class
	Applies string // letters of R, E, C, T, A: receipt, election, chain, tiles, anchor
	Text    string
}

// All is the list, by number.
var All = []Info{
	{Genesis, "genesis", SetUp, "REC", "The genesis document is well-formed and the one that is trusted; everything is of its chain."},
	{Parameters, "parameters", SetUp, "C", "The parameters and accounts of the first state are those of the genesis."},
	{Rules, "election rules", SetUp, "E", "The election's id follows from chain, organisation and settings; the settings are those of the transaction that created it; each later change was allowed."},
	{Census, "census", SetUp, "E", "The census file has the root that the election names."},
	{Encoding, "canonical encoding", Ballots, "REC", "Every transaction and record has its one canonical encoding."},
	{Signature, "signatures", Ballots, "REC", "Every transaction is signed, and a vote's nullifier is its signer's; a receipt's ballot is the recorded one."},
	{Membership, "membership", Ballots, "EC", "Every vote's proof leads to the census root of the election at that moment, with the weight that is counted."},
	{Uniqueness, "uniqueness", Ballots, "EC", "Every nullifier is new and finds room in the census, or its vote replaces the one before."},
	{BallotRules, "ballot rules", Ballots, "EC", "Every ballot obeys the rules of the election."},
	{Window, "voting window", Ballots, "EC", "Every vote is in a block while the election was open."},
	{Headers, "chain of headers", Box, "EC", "Headers follow one another without a gap, each naming the one before."},
	{Commits, "commits", Box, "REC", "Every header that needs it is signed by more than two thirds of the power."},
	{State, "state root", Box, "REC", "The application hash is the root of the state, or the proof leads to it."},
	{Counts, "counts", Counting, "EC", "The numbers of voters, votes and overwrites are the published ones."},
	{Overwrites, "overwrites", Ballots, "EC", "Votes are replaced no more often than allowed, and never by a ballot that was accepted before."},
	{Closing, "closing record", File, "EC", "The closing record says what the file holds."},
	{Tally, "tally", Counting, "EC", "The ballots, counted again, give the tally."},
	{Result, "result", Counting, "EC", "The published result is that tally."},
	{AnchoredBlocks, "anchored blocks", Anchors, "A", "Every block that was anchored on Ethereum is the chain's, with its application hash."},
	{AnchoredSets, "anchored sets", Anchors, "A", "The set of validators that the anchor was created with, and every one that took office later, is the one that the chain had there."},
	{AnchorCode, "anchor's code", Anchors, "A", "The code on Ethereum is that of an anchor of this chain, and of a registry of results under it."},
	{AnchoredResults, "anchored results", Anchors, "A", "Every result in the registry is the one that the chain has."},
	{Frame, "file format", File, "RECT", "The file is complete, canonical, and holds nothing besides."},
	{Content, "content addresses", File, "EC", "Every part has the hash that names it."},
	{Metadata, "metadata", File, "E", "The metadata are the file that the election names."},
	{Body, "block bodies", Box, "EC", "A block's transactions, last commit and evidence are those of its header."},
	{Validators, "validator sets", Box, "REC", "Every set of validators follows from what is trusted."},
	{Log, "vote log", Box, "RECT", "The vote records make the root that the state names, or the inclusion proof leads to it."},
	{Nullifiers, "set of nullifiers", Box, "REC", "The sorted nullifiers make the root that the state names, or the proof of absence leads to it."},
	{Tiles, "tiles", File, "T", "Every tile follows from the vote records."},
	{Results, "results of transactions", Box, "C", "The codes of the transactions are those that the law gives."},
	{Evidence, "evidence", Box, "C", "Evidence of misbehaviour is well-formed and is of a validator."},
	{Agreement, "agreement", Gateways, "C", "All sources show the same blocks, without delay."},
	{AnchorForks, "anchor not frozen", Anchors, "A", "Nobody has shown two signed blocks of one height to the anchor."},
}

// Info is what All says of a check.
func (id ID) Info() Info {
	i := slices.IndexFunc(All, func(c Info) bool { return c.ID == id })
	if i < 0 {
		return Info{ID: id, Name: "unknown", Class: CannotSay}
	}
	return All[i]
}

func (id ID) String() string { return fmt.Sprintf("V%02d", int(id)) }

// Failure is a check that failed. It is evidence: something was looked at, and
// it is wrong.
type Failure struct {
	Check  ID
	Detail string
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%s %s: %s", f.Check, f.Check.Info().Name, f.Detail)
}

// Fail is a Failure with a formatted detail.
func Fail(id ID, format string, args ...any) error {
	return &Failure{Check: id, Detail: fmt.Sprintf(format, args...)}
}

// Failed returns the check that an error says has failed.
func Failed(err error) (*Failure, bool) {
	var f *Failure
	ok := errors.As(err, &f)
	return f, ok
}

// ExitCode is what a verifier ends with.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if f, ok := Failed(err); ok {
		return int(f.Check.Info().Class)
	}
	return CannotSay
}
