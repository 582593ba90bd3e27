package main

import "testing"

func TestAVersionSaysOnlyWhatIsKnown(t *testing.T) {
	v := versions{Version: "v1", App: 1, CometBFT: "v0.40.0", Go: "go1.26"}
	if got, want := v.text(), "urnad v1\napp version 1\ncometbft v0.40.0\ngo1.26\n"; got != want {
		t.Errorf("without a commit: %q", got)
	}
	v.Commit = "abc"
	if got, want := v.text(), "urnad v1\ncommit abc\napp version 1\ncometbft v0.40.0\ngo1.26\n"; got != want {
		t.Errorf("with a commit: %q", got)
	}
}
