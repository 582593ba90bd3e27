package state

// Bounds on the parts of records. The law keeps within them by its own tighter
// rules; a record beyond them is neither written nor read.
const (
	maxURIBytes    = 2083    // what browsers and transactions agree on
	maxDelegates   = 64      // the account record is rewritten on every use
	maxNameBytes   = 64      // of a validator
	maxReasonBytes = 256     // of a failed election
	maxUptimeBytes = 12_500  // a window of 100,000 blocks
	maxBallotBytes = 1 << 20 // package or memo; transactions carry less
)
