package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the prefix of our own import paths.
const module = "urna/"

// root is the top of the repository as this package sees it.
const root = "../.."

// file is one parsed source file.
type file struct {
	path string // slash-separated, from the top of the repository
	fset *token.FileSet
	ast  *ast.File
}

// pkg is the file's package as a path without the module: "state/transition".
func (f file) pkg() string { return path.Dir(f.path) }

// isTest tells whether the go command leaves the file out of a build.
func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// at gives a node's place as file:line.
func (f file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

// imports lists what the file imports.
func (f file) imports(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, spec := range f.ast.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, imp)
	}
	return out
}

// sources parses every Go file of the module. It reads the files here rather
// than ask "go list": the test cache notices the files that a test opens, not
// those that a child process reads.
func sources(t *testing.T) []file {
	t.Helper()
	var out []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base == "node_modules" || base == "testdata" || (strings.HasPrefix(base, ".") && name != root) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, file{path: filepath.ToSlash(rel), fset: fset, ast: parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d Go files under %s; the walk has lost its way", len(out), root)
	}
	return out
}

// room is the folder with a floor that a package is in.
func room(pkg string) string {
	for room := range floor {
		if strings.Contains(room, "/") && within(pkg, room) {
			return room
		}
	}
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// matches tells whether a package is among patterns in the go command's
// notation: "state" is that package alone, "crypto/..." is it and all below.
func matches(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if tree, ok := strings.CutSuffix(p, "/..."); ok {
			return pkg == tree || strings.HasPrefix(pkg, tree+"/")
		}
		return pkg == p
	})
}

// within tells whether an import path is tree or below it.
func within(imp, tree string) bool { return imp == tree || strings.HasPrefix(imp, tree+"/") }
