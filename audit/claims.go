package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"urna/chain/light"
	"urna/election"
	"urna/state"
)

// claimsFile is what the directory keeps of an election: claims about its
// settings, stage, log, result and set of nullifiers, at the height of the block
// that completed the set. From then on nothing about it changes.
type claimsFile struct {
	Height int64         `json:"height"`
	Claims []light.Claim `json:"claims"`
}

func claimsPath(dir string, id election.ID) string {
	return filepath.Join(dir, "elections", id.String()+".json")
}

// keepClaims writes the claims of the newest height.
func keepClaims(dir string, view *state.View, id election.ID) error {
	f := claimsFile{Height: view.Height()}
	for _, key := range [][]byte{
		state.SettingsKey(id), state.StageKey(id), state.LogKey(id), state.ResultKey(id), state.SealingKey(id),
	} {
		c, err := light.NewClaim(view, key)
		if err != nil {
			return err
		}
		f.Claims = append(f.Claims, c)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return writeFile(claimsPath(dir, id), b)
}

// ReadClaims returns what the directory of a replay keeps of an election whose
// set of nullifiers is complete: claims about its settings, stage, log, result
// and sealing record, and the height of the state that they are about. Without
// them the error is fs.ErrNotExist.
func ReadClaims(dir string, id election.ID) (height int64, claims []light.Claim, err error) {
	b, err := os.ReadFile(claimsPath(dir, id))
	if err != nil {
		return 0, nil, err
	}
	var f claimsFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || len(f.Claims) != 5 {
		return 0, nil, fmt.Errorf("audit: %s holds no claims: %w", claimsPath(dir, id), err)
	}
	return f.Height, f.Claims, nil
}
