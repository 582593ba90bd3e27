package tx

// Every bound on what may be said, in one place, each with its reason.
const (
	// MaxTxBytes keeps a transaction small enough to gossip at once; a vote in
	// a census of 2^64 members needs about 3 KiB. It is the wire's own limit.
	MaxTxBytes = 100 << 10

	// MaxURIBytes is what browsers and the existing clients agree on.
	MaxURIBytes = 2083

	// MaxDelegates bounds the account record, which is rewritten on every use.
	MaxDelegates = 64

	// MaxNameBytes bounds a validator's name, which every explorer shows.
	MaxNameBytes = 64

	// MaxNonceBytes is the length of a vote's blinding nonce.
	MaxNonceBytes = 32

	// MaxPackageBytes fits 64 values of ten digits, a nonce, and room for the
	// sealed ballots that come later.
	MaxPackageBytes = 8 << 10

	// MaxSiblingsBytes fits a path through all 160 levels of a census tree.
	MaxSiblingsBytes = 4 + 20 + 160*32

	// MaxIssuerProofBytes fits an issuer's signature with every field at its
	// longest.
	MaxIssuerProofBytes = 160

	// MaxClassBytes fits a weight and an RSA key of 3072 bits.
	MaxClassBytes = 416

	// MaxCredentialBytes fits a class and a signature by its key.
	MaxCredentialBytes = 832

	// MaxIssuedBytes fits a weight and a count.
	MaxIssuedBytes = 32

	// MaxFaucetBytes fits a faucet package with every number and the chain id
	// at their longest.
	MaxFaucetBytes = 256

	// MaxMemoBytes is the wire's own limit.
	MaxMemoBytes = 256

	// MaxChainIDBytes is CometBFT's own limit.
	MaxChainIDBytes = 50

	// MaxDuration is ten years in seconds: an election that nobody will see the
	// end of is a mistake, and sums of times stay far below 2^63.
	MaxDuration = 10 * 366 * 24 * 3600

	// MaxStartAhead is how far ahead an election may be announced, seconds.
	MaxStartAhead = 10 * 366 * 24 * 3600

	// MaxTime keeps every unix time representable in RFC 3339 (year 9999).
	MaxTime = 253402300799
)
