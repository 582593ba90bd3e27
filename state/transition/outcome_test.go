package transition_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/holiman/uint256"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/state/transition"
	"urna/tx"
)

// everyEvent holds one of each.
func everyEvent() *transition.BlockOutcome {
	id, other := election.ID{1}, election.ID{2}
	a, b := ethkey.Address{3}, ethkey.Address{4}
	return &transition.BlockOutcome{
		Height: 7, Time: 1_800_000_000,
		Before: []transition.Event{transition.ValidatorChanged{Validator: a, PublicKey: [33]byte{2, 9}, Power: 5, Reason: "joined"}},
		Txs: []transition.Outcome{
			{ID: tx.ID{5}, Kind: tx.KindNewElection, Signer: a, Events: []transition.Event{
				transition.AccountCreated{Account: a, InfoURI: "ipfs://x"},
				transition.AccountChanged{Account: b},
				transition.Transferred{From: a, To: b, Amount: 9},
				transition.FeePaid{From: a, Amount: 1, Kind: tx.KindSendTokens},
				transition.FeePaid{From: a, Amount: 1, Kind: tx.KindNewElection, Reference: &id},
				transition.ElectionCreated{ID: id, Organisation: a},
			}},
			{ID: tx.ID{6}, Kind: tx.KindVote, Signer: b, Code: tx.CensusFull},
			{ID: tx.ID{7}, Kind: tx.KindVote, Signer: b, Events: []transition.Event{
				transition.VoteCast{Election: other, Nullifier: election.Nullifier{8}, Voter: b, Position: 300, Weight: *uint256.NewInt(1 << 40), Overwrites: 2},
			}},
		},
		Events: []transition.Event{
			transition.StatusChanged{ID: id, From: election.Ready, To: election.Ended, Manual: true},
			transition.CensusChanged{ID: other, Root: [32]byte{1}, MaxSize: 12},
			transition.DurationChanged{ID: id, End: 99},
			transition.ResultWritten{ID: id},
		},
	}
}

func TestABlocksOutcomeSurvivesItsEncoding(t *testing.T) {
	want := everyEvent()
	got, err := transition.DecodeBlockOutcome(want.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzDecodeBlockOutcome(f *testing.F) {
	f.Add(everyEvent().Encode())
	f.Add((&transition.BlockOutcome{}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := transition.DecodeBlockOutcome(b)
		if err != nil {
			return
		}
		if !bytes.Equal(o.Encode(), b) {
			t.Errorf("%x decodes but encodes as %x", b, o.Encode())
		}
	})
}
