package arch

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

const module = "github.com/ocellus-vision/ocellus"

// source is what the rules look at in a Go file, whatever its build tags say.
type source struct {
	name    string // from the root, with slashes
	pkg     string // folder of the package; "." is the root
	test    bool
	own     []string // imports of Ocellus, as packages of the table
	foreign []string // other imports
	inits   int      // functions init
	spawns  int      // go statements
}

// tree is the Go files and the folders of the repository.
type tree struct {
	files   []source
	folders []string
}

func readTree(t *testing.T, root string) tree {
	t.Helper()
	var tr tree
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case d.IsDir() && (d.Name() == "testdata" || slices.Contains(unwatched, name) || ownModule(p, name)):
			return filepath.SkipDir
		case d.IsDir():
			tr.folders = append(tr.folders, name)
		case strings.HasSuffix(name, ".go"):
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			tr.files = append(tr.files, sourceOf(name, f))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// ownModule reports whether a folder is a module of its own, which may link
// what it likes: nothing here can import it without a requirement in go.mod.
func ownModule(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil && name != "."
}

func sourceOf(name string, f *ast.File) source {
	s := source{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
	for _, im := range f.Imports {
		p, _ := strconv.Unquote(im.Path.Value)
		if rest, ok := strings.CutPrefix(p, module); ok && (rest == "" || rest[0] == '/') {
			s.own = append(s.own, path.Join(".", rest))
		} else {
			s.foreign = append(s.foreign, p)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				s.inits++
			}
		case *ast.GoStmt:
			s.spawns++
		}
		return true
	})
	return s
}

// imports returns which packages each package imports outside its tests.
func (tr *tree) imports() map[string][]string {
	g := map[string][]string{}
	for _, f := range tr.files {
		if !f.test {
			g[f.pkg] = append(g[f.pkg], f.own...)
		}
	}
	return g
}

// chain returns a way of imports from one package to another, or nil.
func chain(g map[string][]string, from, to string, seen map[string]bool) []string {
	if from == to {
		return []string{to}
	}
	seen[from] = true
	for _, next := range g[from] {
		if seen[next] {
			continue
		}
		if way := chain(g, next, to, seen); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}
