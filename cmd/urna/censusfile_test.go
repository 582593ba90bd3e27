package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"urna/census"
)

func TestWhatPublishedCensusesPromiseIsChecked(t *testing.T) {
	a := quietApp()
	list, err := a.openCensusFile(file(t, "list", ada+",1\n"+grace+",2\n"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "census")
	if err := a.writeCensusFile(path, list.Tree); err != nil {
		t.Fatal(err)
	}
	if err := a.writeCensusFile(path, list.Tree); !os.IsExist(err) {
		t.Errorf("written twice: %v", err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	root := list.Root()
	c, err := readCensus(bytes.NewReader(good), "file", &root)
	if err != nil || c.Root() != root || c.Size() != 2 {
		t.Fatal(err)
	}
	if _, err := readCensus(bytes.NewReader(good), "file", &census.Root{1}); err == nil || !strings.Contains(err.Error(), "it is another census") {
		t.Errorf("another root: %v", err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		if _, err := readCensus(bytes.NewReader(bad), "file", &root); err == nil {
			t.Errorf("byte %d may be changed", i)
		}
	}
	for text, want := range map[string]string{
		"":                           "neither a census file nor a census document",
		`{"type":4,"rootHash":"00"}`: "not a document of a weighted census",
		`{"type":1,"rootHash":"` + root.String() + `","data":"AAAA"}`: "file: ",
		`{"type":1,"rootHash":"` + root.String() + `"}`:               "root",
	} {
		if _, err := readCensus(strings.NewReader(text), "file", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadCensus(f *testing.F) {
	a := quietApp()
	path := filepath.Join(f.TempDir(), "list")
	if err := os.WriteFile(path, []byte(ada+",1\n"+grace+",2\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	c, err := a.openCensusFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := a.writeCensusFile(path+".census", c.Tree); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path + ".census")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"type":1,"rootHash":"` + strings.Repeat("0", 64) + `","data":"KLUv/QQAAQAAmensk"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := readCensus(bytes.NewReader(b), "file", nil)
		if err == nil && c.Size() == 0 && c.Root() != (census.Root{}) {
			t.Fatal("nobody has a root")
		}
	})
}
