// Package genesis is the first agreement: the parameters of the law and who
// holds tokens when the chain starts. CometBFT carries it as the application's
// part of its own genesis document; the validators stand there.
package genesis

// Params are the numbers of the law. They are kept in the state, so that a
// later rule may change them.
type Params struct {
	Costs Costs `json:"costs"`
	Price Price `json:"price"`

	// MaxCensusSize bounds the votes of one election.
	MaxCensusSize uint64 `json:"max_census_size"`

	// FaucetHorizon is how far ahead, in seconds, a faucet package may expire.
	FaucetHorizon uint64 `json:"faucet_horizon_s"`

	// MaxValidators bounds the seats.
	MaxValidators uint32 `json:"max_validators"`

	// JoinPower is the voting power of a seat taken by transaction.
	JoinPower uint64 `json:"join_power"`

	// UptimeWindow is the number of commits over which absence is counted;
	// more than MaxMissed in a full window loses the seat.
	UptimeWindow uint32 `json:"uptime_window_blocks"`
	MaxMissed    uint32 `json:"max_missed_blocks"`
}

// Costs are what transactions cost, in tokens. Votes are free.
type Costs struct {
	NewElection    uint64 `json:"new_election"` // the base of the price, see Price
	SetStatus      uint64 `json:"set_status"`
	SetCensus      uint64 `json:"set_census"`
	SetDuration    uint64 `json:"set_duration"`
	SendTokens     uint64 `json:"send_tokens"`
	SetAccountInfo uint64 `json:"set_account_info"`
	AddDelegate    uint64 `json:"add_delegate"`
	DelDelegate    uint64 `json:"del_delegate"`
	CollectFaucet  uint64 `json:"collect_faucet"`
	CreateAccount  uint64 `json:"create_account"`
	SetValidator   uint64 `json:"set_validator"`
}

// Price holds the factors of an election's price. K1 to K6 are in units of
// 10^-9; K7 is a number of voters.
type Price struct {
	Capacity uint64 `json:"capacity_votes"`
	K1       uint64 `json:"k1_nano"`
	K2       uint64 `json:"k2_nano"`
	K3       uint64 `json:"k3_nano"`
	K4       uint64 `json:"k4_nano"`
	K5       uint64 `json:"k5_nano"`
	K6       uint64 `json:"k6_nano"`
	K7       uint64 `json:"k7_voters"`
}

// Doc is the application's part of the genesis document.
type Doc struct {
	Params     Params      `json:"params"`
	Accounts   []Account   `json:"accounts"`
	Validators []Validator `json:"validators"` // names for CometBFT's validators
}

// Account is a balance at the start.
type Account struct {
	Address string `json:"address"` // 40 hex digits
	Balance uint64 `json:"balance"`
}

// Validator gives a name to one of CometBFT's genesis validators.
type Validator struct {
	Address string `json:"address"` // consensus address, 40 hex digits
	Name    string `json:"name"`
}

// Default are the parameters of a new chain.
func Default() Params {
	return Params{
		Costs: Costs{
			NewElection: 5, SetStatus: 2, SetCensus: 2, SetDuration: 2, SendTokens: 1, SetAccountInfo: 1,
			AddDelegate: 1, DelDelegate: 1, CollectFaucet: 1, CreateAccount: 1, SetValidator: 10_000,
		},
		Price: Price{
			Capacity: 10_000, K1: 2_000_000, K2: 500_000, K3: 5_000_000, K4: 10_000_000_000,
			K5: 3_000_000_000, K6: 800_000, K7: 200,
		},
		MaxCensusSize: 5_000_000,
		FaucetHorizon: 30 * 24 * 3600,
		MaxValidators: 100,
		JoinPower:     10,
		UptimeWindow:  1000,
		MaxMissed:     500,
	}
}
