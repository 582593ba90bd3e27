package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheKeyOfTheLogsIsMadeOnceAndKept(t *testing.T) {
	home := t.TempDir()
	first, err := logKey(home)
	if err != nil {
		t.Fatal(err)
	}
	second, err := logKey(home)
	if err != nil || !second.Equal(first) {
		t.Errorf("the second start has another key (%v)", err)
	}
	other, err := logKey(t.TempDir())
	if err != nil || other.Equal(first) {
		t.Errorf("another home has the same key (%v)", err)
	}
	file := filepath.Join(home, logKeyFile)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v (%v)", info.Mode(), err)
	}
	for _, text := range []string{"", "xyz", strings.Repeat("ab", 31), strings.Repeat("ab", 33)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := logKey(home); err == nil || !strings.Contains(err.Error(), logKeyFile) {
			t.Errorf("%q was taken: %v", text, err)
		}
	}
}
