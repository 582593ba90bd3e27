package indexer

// schemaNumber names the layout below; an index of another layout is rebuilt.
const schemaNumber = 1

// epochSize is the number of keys in an epoch of a key table. Keys are hashes:
// inserted into one large tree they would touch a page each. An epoch is small
// enough for its pages to be shared by the keys of a block and to stay cached; a
// lookup asks every epoch, the newest first.
const epochSize = 1 << 18

// The tables. Everything that is listed has a number, dense from 1 in the order
// of the chain, so that a page is a range of numbers and not a count of rows.
// Times are unix seconds, but a block's are nanoseconds. Amounts are unsigned 64
// bit numbers in signed cells. The key tables hold the first eight bytes of a
// hash as a number; who looks up compares the whole hash in the row it leads to.
const schema = `
CREATE TABLE IF NOT EXISTS counter (
	name  TEXT    NOT NULL,
	sub   INTEGER NOT NULL, -- kind, status, or 0
	n     INTEGER NOT NULL,
	PRIMARY KEY (name, sub)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS block (
	height   INTEGER PRIMARY KEY,
	time     INTEGER NOT NULL, -- nanoseconds
	hash     BLOB    NOT NULL,
	last     BLOB    NOT NULL,
	proposer BLOB    NOT NULL,
	txs      INTEGER NOT NULL, -- transactions in the block
	before   INTEGER NOT NULL, -- transactions before the block
	ballots  INTEGER NOT NULL, -- vote transactions before the block
	voters   INTEGER NOT NULL  -- first votes before the block
);
CREATE INDEX IF NOT EXISTS block_hash     ON block (hash);
CREATE INDEX IF NOT EXISTS block_time     ON block (time);
CREATE INDEX IF NOT EXISTS block_proposer ON block (proposer, height);
CREATE INDEX IF NOT EXISTS block_ballots  ON block (ballots, height);
CREATE INDEX IF NOT EXISTS block_voters   ON block (voters, height);

CREATE TABLE IF NOT EXISTS tx (
	number     INTEGER PRIMARY KEY,
	height     INTEGER NOT NULL,
	kind       INTEGER NOT NULL,
	code       INTEGER NOT NULL, -- 0 if accepted
	hash       BLOB    NOT NULL,
	signer     BLOB    NOT NULL,
	vote       INTEGER,          -- that it cast or replaced
	overwrites INTEGER           -- of that vote so far
);
-- All but votes, so that the few are found among the many.
CREATE INDEX IF NOT EXISTS tx_other ON tx (number, kind) WHERE kind <> 11;

CREATE TABLE IF NOT EXISTS tx_hash (
	epoch  INTEGER NOT NULL,
	prefix INTEGER NOT NULL,
	tx     INTEGER NOT NULL,
	PRIMARY KEY (epoch, prefix, tx)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS tx_signer (
	epoch  INTEGER NOT NULL,
	prefix INTEGER NOT NULL,
	tx     INTEGER NOT NULL,
	PRIMARY KEY (epoch, prefix, tx)
) WITHOUT ROWID;

-- A voter's vote in an election, in the order of first votes. A replaced vote
-- keeps its place.
CREATE TABLE IF NOT EXISTS vote (
	id        INTEGER PRIMARY KEY, -- election << 32 | number of the voter in it
	nullifier BLOB    NOT NULL,
	tx        INTEGER NOT NULL,    -- that cast it last
	weight            NOT NULL     -- a number, or decimal text beyond 63 bits
);

CREATE TABLE IF NOT EXISTS vote_nullifier (
	epoch  INTEGER NOT NULL,
	prefix INTEGER NOT NULL,
	vote   INTEGER NOT NULL,
	PRIMARY KEY (epoch, prefix, vote)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS election (
	number       INTEGER PRIMARY KEY,
	id           BLOB    NOT NULL,
	organisation INTEGER NOT NULL, -- account
	metadata     TEXT    NOT NULL, -- URI
	status       INTEGER NOT NULL,
	manual       INTEGER NOT NULL, -- 1 if a transaction ended it
	opens        INTEGER NOT NULL,
	closes       INTEGER NOT NULL,
	height       INTEGER NOT NULL, -- that created it
	created      INTEGER NOT NULL,
	voters       INTEGER NOT NULL,
	results      INTEGER NOT NULL, -- 1 if results can be seen, final or not
	final        INTEGER NOT NULL  -- 1 if the result is written
);
CREATE UNIQUE INDEX IF NOT EXISTS election_id ON election (id);
CREATE INDEX IF NOT EXISTS election_organisation ON election (organisation, number);
CREATE INDEX IF NOT EXISTS election_status ON election (status, number);

CREATE TABLE IF NOT EXISTS activity (
	election INTEGER NOT NULL,
	hour     INTEGER NOT NULL, -- unix time / 3600
	votes    INTEGER NOT NULL, -- first votes
	PRIMARY KEY (election, hour)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS account (
	number       INTEGER PRIMARY KEY,
	address      BLOB    NOT NULL,
	organisation INTEGER,          -- its number among those that have elections
	elections    INTEGER NOT NULL,
	transfers    INTEGER NOT NULL, -- sent and received
	fees         INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS account_address ON account (address);
CREATE UNIQUE INDEX IF NOT EXISTS account_organisation ON account (organisation) WHERE organisation IS NOT NULL;

CREATE TABLE IF NOT EXISTS transfer (
	number   INTEGER PRIMARY KEY,
	sender   INTEGER NOT NULL, -- account
	receiver INTEGER NOT NULL, -- account
	amount   INTEGER NOT NULL,
	tx       INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS transfer_account (
	account  INTEGER NOT NULL,
	transfer INTEGER NOT NULL,
	PRIMARY KEY (account, transfer)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fee (
	number   INTEGER PRIMARY KEY,
	payer    INTEGER NOT NULL, -- account
	amount   INTEGER NOT NULL,
	kind     INTEGER NOT NULL,
	election INTEGER,          -- that it was paid for
	tx       INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS fee_payer ON fee (payer, number);
CREATE INDEX IF NOT EXISTS fee_kind ON fee (kind, number);
CREATE INDEX IF NOT EXISTS fee_election ON fee (election, number) WHERE election IS NOT NULL;
`
