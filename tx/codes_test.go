package tx

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden and generated files anew")

// constants reads the codes, with their numbers and comments, from the source.
func constants(t *testing.T) (list []struct{ name, number, text string }) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "rejection.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
			return false
		}
		list = append(list, struct{ name, number, text string }{
			spec.Names[0].Name, spec.Values[0].(*ast.BasicLit).Value, strings.TrimSpace(spec.Comment.Text()),
		})
		return false
	})
	return list
}

func TestTheListOfRejectionsIsComplete(t *testing.T) {
	var code, doc bytes.Buffer
	code.WriteString("// Code generated from rejection.go by `go test ./tx -update`. DO NOT EDIT.\n\npackage tx\n\n")
	code.WriteString("// Codes lists every reason to refuse a transaction, in the order of the numbers.\nvar Codes = []Code{\n")
	for _, c := range constants(t) {
		fmt.Fprintf(&code, "%s,\n", c.name)
	}
	code.WriteString("}\n\nvar codeInfo = map[Code]struct{ name, text string }{\n")
	for _, c := range constants(t) {
		fmt.Fprintf(&code, "%s: {%q, %q},\n", c.name, c.name, c.text)
		if c.text == "" {
			t.Errorf("%s has no comment", c.name)
		}
	}
	code.WriteString("}\n")
	source, err := format.Source(code.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "codes.go", source)

	doc.WriteString(rejectionsHead)
	for i, c := range constants(t) {
		if c.number == "100" || c.number == "200" || c.number == "300" || c.number == "320" {
			doc.WriteString(map[string]string{
				"100": "\n## From the bytes alone (100 to 199)\n",
				"200": "\n## Accounts, tokens, validators (200 to 299)\n",
				"300": "\n## Elections (300 to 319)\n",
				"320": "\n## Votes (320 to 399)\n",
			}[c.number] + "\n| number | name | reason |\n|--|--|--|\n")
		}
		fmt.Fprintf(&doc, "| %s | %s | %s |\n", c.number, c.name, c.text)
		if Codes[i] <= 0 || i > 0 && Codes[i] <= Codes[i-1] {
			t.Errorf("%s is out of order", c.name)
		}
	}
	golden(t, "../docs/spec/rejections.md", doc.Bytes())
}

const rejectionsHead = `# Rejections

A rejection is a correct answer to a bad transaction. The list is closed: a number has one meaning for ever and is never
used again. Only the number enters a block's results; the text that goes with it is for people and may change.
A transaction that is refused changes nothing. The list is generated from tx/rejection.go by a test.
`

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: run go test ./tx -update and read the difference", path)
	}
}
