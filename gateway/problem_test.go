package gateway

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryProblemIsInTheGuideAndEveryCodeIsOneProblem(t *testing.T) {
	guide, err := os.ReadFile("../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| (\d{4}) \|`).FindAllStringSubmatch(string(guide), -1) {
		listed[row[1]] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`(?m)^\t(code[A-Z]\w*)\s*= (\d{4})\b`).FindAllStringSubmatch(string(source), -1) {
			if names[c[2]] != "" {
				t.Errorf("%s and %s are both %s", names[c[2]], c[1], c[2])
			}
			names[c[2]] = c[1]
			if !listed[c[2]] {
				t.Errorf("%s (%s) is not in docs/gateway.md", c[1], c[2])
			}
			if !used(t, files, c[1]) {
				t.Errorf("%s (%s) is used nowhere", c[1], c[2])
			}
		}
	}
	for code := range listed {
		if names[code] == "" {
			t.Errorf("docs/gateway.md lists %s, which no answer has", code)
		}
	}
}

// used tells whether a name stands anywhere but where it is defined.
func used(t *testing.T, files []string, name string) bool {
	t.Helper()
	count := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		count += len(regexp.MustCompile(`\b`+name+`\b`).FindAll(source, -1))
	}
	return count > 1
}
