package layers

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// law lists the packages in which the same input must give the same output on
// every machine, today and in ten years. census/tree builds censuses for
// organisers and is not among them: the law checks proofs, it makes none.
var law = []string{
	"tx/...", "election/...", "ballot/...", "census", "genesis/...", "state", "state/transition/...",
}

// impure lists what the law may not import.
var impure = []struct{ dependency, reason string }{
	{"time", "the only time is the block's, in unix seconds"},
	{"math/cmplx", "floats round differently"},
	{"math/rand", "nothing may be random"},
	{"crypto/rand", "nothing may be random"},
	{"os", "no environment, no files"},
	{"io/fs", "no environment, no files"},
	{"path/filepath", "no environment, no files"},
	{"log", "the law returns events; others write logs"},
	{"net", "the law does not talk"},
	{"runtime", "nothing may depend on the machine"},
	{"context", "the law never waits"},
	{"unsafe", "nothing may depend on the machine"},
	{"reflect", "decoding is written out field by field"},
	{"encoding/json", "reflection, lax decoding and unordered maps"},
}

// excused are the imports that a law package may have all the same.
var excused = map[string]map[string]string{
	"state": {
		"os":            "the store's own disk",
		"io/fs":         "the store's own disk",
		"path/filepath": "the store's own disk",
		"context":       "snapshots are long and may be broken off; no rule reads it",
	},
	"genesis": {
		"encoding/json": "the genesis document is JSON; unknown fields are refused",
	},
}

// concurrent are the law packages that may start goroutines, with the reason.
var concurrent = map[string]string{
	"state": "hashing and disk work whose order does not reach the result",
}

func TestTheLawIsPure(t *testing.T) {
	for _, f := range sources(t) {
		if f.isTest() || !matches(f.pkg(), law) {
			continue
		}
		for _, imp := range f.imports(t) {
			for _, bad := range impure {
				if !within(imp, bad.dependency) {
					continue
				}
				if _, ok := excused[f.pkg()][imp]; !ok {
					t.Errorf("%s imports %s: %s", f.path, imp, bad.reason)
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if n.Name == "float32" || n.Name == "float64" || n.Name == "complex64" || n.Name == "complex128" {
					t.Errorf("%s uses %s: the law counts in integers", f.at(n), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					t.Errorf("%s uses the constant %s: the law counts in integers", f.at(n), n.Value)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "math" && !integerBound(n.Sel.Name) {
					t.Errorf("%s uses math.%s: floats round differently; math/bits is exact", f.at(n), n.Sel.Name)
				}
			case *ast.GoStmt:
				if _, ok := concurrent[f.pkg()]; !ok {
					t.Errorf("%s starts a goroutine: the law runs in one order", f.at(n))
				}
			case *ast.SelectStmt:
				if _, ok := concurrent[f.pkg()]; !ok {
					t.Errorf("%s selects: which case runs first is left to chance", f.at(n))
				}
			}
			return true
		})
	}
}

// integerBound tells whether a name of package math is the bound of an integer
// type.
func integerBound(name string) bool {
	return strings.HasPrefix(name, "MaxInt") || strings.HasPrefix(name, "MinInt") || strings.HasPrefix(name, "MaxUint")
}

func TestEveryPackageSaysOnceWhatItIsFor(t *testing.T) {
	type pkg struct{ dir, name string }
	docs := map[pkg][]string{}
	for _, f := range sources(t) {
		if f.isTest() {
			continue
		}
		p := pkg{f.pkg(), f.ast.Name.Name}
		if docs[p] == nil {
			docs[p] = []string{}
		}
		if f.ast.Doc == nil {
			continue
		}
		docs[p] = append(docs[p], f.path)
		text := f.ast.Doc.Text()
		want := "Package " + p.name + " "
		if p.name == "main" {
			want = "Command "
			if strings.HasPrefix(text, "Program ") {
				want = "Program "
			}
		}
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment does not start with %q", f.path, want)
		}
	}
	for p, files := range docs {
		switch len(files) {
		case 0:
			t.Errorf("package %s has no comment", p.dir)
		case 1:
		default:
			t.Errorf("package %s has %d comments: %s", p.dir, len(files), strings.Join(files, ", "))
		}
	}
}

func TestTestsNeitherSkipNorSleep(t *testing.T) {
	// A skipped test proves nothing and a sleeping one proves it only on the
	// machine it was tuned on: wait for a condition with a deadline instead.
	forbidden := map[string]bool{"t.Skip": true, "t.Skipf": true, "t.SkipNow": true, "b.Skip": true, "time.Sleep": true}
	for _, f := range sources(t) {
		if !f.isTest() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && forbidden[x.Name+"."+sel.Sel.Name] {
					t.Errorf("%s calls %s.%s", f.at(n), x.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}
