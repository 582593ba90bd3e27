package state

import (
	"fmt"

	"urna/census"
)

// KeyName says what a key of the hashed tree is about, for a person. Bytes that
// are no key are an error.
func KeyName(key []byte) (string, error) {
	if len(key) == 0 {
		return "", errKey
	}
	switch key[0] {
	case paramsKey, markKey:
		if len(key) != 1 {
			return "", errKey
		}
		if key[0] == paramsKey {
			return "the parameters", nil
		}
		return "the block mark", nil
	case accountKey, validatorKey, uptimeKey, tombstoneKey:
		a, err := parseAddress(key)
		return map[byte]string{
			accountKey: "account ", validatorKey: "validator ",
			uptimeKey: "the uptime of validator ", tombstoneKey: "the misbehaviour of validator ",
		}[key[0]] + a.String(), err
	case settingsKey, stageKey, logKey, tallyKey, resultKey, issuerKey, sealingKey:
		id, err := parseElection(key)
		return map[byte]string{
			settingsKey: "the settings", stageKey: "the stage", logKey: "the vote log",
			tallyKey: "the tally", resultKey: "the result", issuerKey: "the issuer", sealingKey: "the set of nullifiers",
		}[key[0]] + " of election " + id.String(), err
	case classKey:
		if len(key) != 1+len(census.KeyHash{}) {
			return "", errKey
		}
		return fmt.Sprintf("the key %x of an issuer", key[1:]), nil
	case faucetKey:
		issuer, n, err := parseFaucet(key)
		return fmt.Sprintf("faucet package %d of %s", n, issuer), err
	case scheduleKey:
		s, err := parseSchedule(key)
		return fmt.Sprintf("the work of kind %d that is due at %d for %x", s.Kind, s.Due, s.Subject), err
	}
	return "", fmt.Errorf("state: no key begins with %q", key[0])
}

// CheckRecord tells whether bytes are the canonical encoding of a record of the
// kind that a key of the hashed tree names.
func CheckRecord(key, value []byte) error {
	name, err := KeyName(key)
	if err != nil {
		return err
	}
	switch key[0] {
	case paramsKey:
		_, err = paramsKind.decode(value)
	case markKey:
		_, err = markKind.decode(value)
	case accountKey:
		_, err = accountKind.decode(value)
	case settingsKey:
		_, err = settingsKind.decode(value)
	case stageKey:
		_, err = stageKind.decode(value)
	case logKey:
		_, err = logKind.decode(value)
	case tallyKey:
		_, err = tallyKind.decode(value)
	case resultKey:
		_, err = resultKind.decode(value)
	case sealingKey:
		_, err = sealingKind.decode(value)
	case validatorKey:
		_, err = validatorKind.decode(value)
	case uptimeKey:
		_, err = uptimeKind.decode(value)
	case issuerKey:
		_, err = issuerKind.decode(value)
	case faucetKey, tombstoneKey, classKey:
		_, err = numberKind.decode(value)
	case scheduleKey:
		_, err = nothingKind.decode(value)
	}
	if err != nil {
		return fmt.Errorf("state: %s: %w", name, err)
	}
	return nil
}
