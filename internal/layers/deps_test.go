package layers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// requirement is a line of go.mod that names a module and its version.
var requirement = regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) v\S+( // indirect)?$`)

func TestEveryDirectDependencyIsExplained(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs/adr/0007-dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, row := range strings.Split(string(page), "\n") {
		if cells := strings.Split(row, "|"); len(cells) > 2 {
			for _, name := range strings.Split(cells[1], ",") {
				named[strings.TrimSpace(name)] = true
			}
		}
	}
	text, _, _ := strings.Cut(string(mod), "\nexclude")
	direct := 0
	for _, m := range requirement.FindAllStringSubmatch(text, -1) {
		name := strings.TrimPrefix(m[1], "github.com/")
		if m[2] == "" {
			direct++
			if !named[name] {
				t.Errorf("%s is not explained in docs/adr/0007-dependencies.md", m[1])
			}
		}
		delete(named, name)
	}
	for name := range named {
		if strings.Contains(name, "/") {
			t.Errorf("docs/adr/0007-dependencies.md explains %s, which go.mod does not have", name)
		}
	}
	if direct < 10 {
		t.Errorf("found only %d direct dependencies in go.mod", direct)
	}
}
