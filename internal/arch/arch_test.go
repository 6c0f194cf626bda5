package arch

import (
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// A rule is a check that returns a line for whatever breaks it.
type rule struct {
	name  string
	check func(*tree) []string
}

var rules = []rule{
	{"arrows", checkArrows},
	{"device links no host code", checkDevice},
	{"unsafe", checkUnsafe},
	{"no cgo outside capture", checkCgo},
	{"no func init", checkInits},
	{"no goroutines in leaves", checkSpawns},
	{"folders are known", checkFolders},
}

func TestTree(t *testing.T) {
	tr := readTree(t, check.Root(t))
	if len(tr.files) < 50 {
		t.Fatalf("found %d Go files only", len(tr.files))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, line := range r.check(&tr) {
				t.Error(line)
			}
		})
	}
}

func checkArrows(tr *tree) (wrong []string) {
	for _, f := range tr.files {
		for _, p := range f.own {
			if !mayImport(&f, p) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s, which package %s may not", f.name, p, f.pkg))
			}
		}
	}
	return wrong
}

func mayImport(f *source, p string) bool {
	if p == testOnly {
		return f.test
	}
	if slices.Contains(arrows[f.pkg], p) {
		return true
	}
	return f.test && (p == f.pkg || slices.Contains(testArrows[f.pkg], p))
}

func checkDevice(tr *tree) (wrong []string) {
	g := tr.imports()
	for _, root := range deviceRoots {
		for _, host := range hostOnly {
			if way := chain(g, root, host, map[string]bool{}); way != nil {
				wrong = append(wrong, fmt.Sprintf("%s links %s: %s", root, host, strings.Join(way, " → ")))
			}
		}
	}
	return wrong
}

func checkUnsafe(tr *tree) (wrong []string) {
	for _, f := range tr.files {
		if !f.test && slices.Contains(f.foreign, "unsafe") && !slices.Contains(unsafeUsers, f.pkg) {
			wrong = append(wrong, fmt.Sprintf("%s imports unsafe, which is for %v", f.name, unsafeUsers))
		}
	}
	return wrong
}

func checkCgo(tr *tree) (wrong []string) {
	for _, f := range tr.files {
		if slices.Contains(f.foreign, "C") && f.pkg != "capture" {
			wrong = append(wrong, f.name+" uses cgo")
		}
	}
	return wrong
}

func checkInits(tr *tree) (wrong []string) {
	used := map[string]bool{}
	for _, f := range tr.files {
		used[f.name] = f.inits > 0
		if f.inits > 0 && inits[f.name] == "" {
			wrong = append(wrong, f.name+" has a func init")
		}
	}
	for name := range inits {
		if !used[name] {
			wrong = append(wrong, name+" is listed, but has no func init")
		}
	}
	return wrong
}

func checkSpawns(tr *tree) (wrong []string) {
	for _, f := range tr.files {
		if !f.test && f.spawns > 0 && slices.Contains(singleThreaded, f.pkg) {
			wrong = append(wrong, f.name+" starts a goroutine")
		}
	}
	return wrong
}

func checkFolders(tr *tree) (wrong []string) {
	packages := map[string]bool{".": true}
	for _, f := range tr.files {
		packages[f.pkg] = true
	}
	for _, d := range tr.folders {
		_, known := arrows[d]
		switch {
		case packages[d] && !known:
			wrong = append(wrong, fmt.Sprintf("package %s is not in the table of arrows", d))
		case !packages[d] && !slices.Contains(folders, d):
			wrong = append(wrong, fmt.Sprintf("folder %s has no Go files and is not in the list of folders", d))
		}
	}
	return wrong
}

// TestTable holds the table against itself, packages that are still to come
// included: no cycles, no unknown names, and no way from the device to the
// host.
func TestTable(t *testing.T) {
	for pkg, imports := range arrows {
		for _, p := range imports {
			if _, ok := arrows[p]; !ok {
				t.Errorf("%s → %s: no such row", pkg, p)
			}
			if way := chain(arrows, p, pkg, map[string]bool{}); way != nil {
				t.Errorf("a cycle: %s → %s", pkg, strings.Join(way, " → "))
			}
		}
	}
	for pkg, imports := range testArrows {
		for _, p := range append([]string{pkg}, imports...) {
			if _, ok := arrows[p]; !ok {
				t.Errorf("tests of %s: no row %s", pkg, p)
			}
		}
	}
	for _, root := range deviceRoots {
		for _, host := range hostOnly {
			if way := chain(arrows, root, host, map[string]bool{}); way != nil {
				t.Errorf("the table lets the device link %s: %s", host, strings.Join(way, " → "))
			}
		}
	}
}

// TestRulesFindFaults gives each rule a tree that breaks it.
func TestRulesFindFaults(t *testing.T) {
	const own = `"` + module + `/`
	for _, c := range []struct {
		rule, file, code string
		more             map[string]string
		want             string // empty: nothing is wrong
	}{
		{rule: "arrows", file: "kernels/a.go", code: `import ` + own + `nn"`, want: "kernels/a.go imports nn"},
		{rule: "arrows", file: "nn/a.go", code: `import ` + own + `kernels"`},
		{rule: "arrows", file: "nn/a.go", code: `import ` + own + `internal/check"`, want: "internal/check"},
		{rule: "arrows", file: "nn/a_test.go", code: `import ` + own + `internal/check"`},
		{rule: "arrows", file: "nn/plan/a_test.go", code: `import ` + own + `format/onnx"`},
		{rule: "arrows", file: "nn/plan/a.go", code: `import ` + own + `format/onnx"`, want: "format/onnx"},
		{rule: "arrows", file: "vision/a.go", code: `import "` + module + `"`, want: "vision/a.go imports ."},
		{rule: "device links no host code", file: "cmd/ocellus/main.go", code: `import ` + own + `face"`,
			more: map[string]string{"face/a.go": `import ` + own + `zoo"`}, want: "cmd/ocellus → face → zoo"},
		{rule: "device links no host code", file: "cmd/ocellus/a_test.go", code: `import ` + own + `zoo"`},
		{rule: "unsafe", file: "vision/a.go", code: `import "unsafe"`, want: "vision/a.go imports unsafe"},
		{rule: "no cgo outside capture", file: "nn/a.go", code: `import "C"`, want: "nn/a.go uses cgo"},
		{rule: "no func init", file: "zoo/a.go", code: `func init() {}`, more: map[string]string{"nn/ops.go": `func init() {}`}, want: "zoo/a.go has"},
		{rule: "no func init", file: "zoo/a.go", code: `type t int; func (t) init() {}`, want: "nn/ops.go is listed, but"},
		{rule: "no goroutines in leaves", file: "kernels/a.go", code: `func f() { go f() }`, want: "kernels/a.go starts"},
		{rule: "folders are known", file: "stray/a.go", want: "package stray is not"},
	} {
		tr := tree{}
		for name, code := range c.more {
			tr.add(t, name, code)
		}
		tr.add(t, c.file, c.code)
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
		got := strings.Join(rules[i].check(&tr), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s, %s with %s: %q, want %q", c.rule, c.file, c.code, got, c.want)
		}
	}
	empty := tree{folders: []string{"docs", "assets"}}
	if got := checkFolders(&empty); len(got) != 1 || !strings.Contains(got[0], "assets") {
		t.Errorf("a folder without Go files: %q", got)
	}
}

func (tr *tree) add(t *testing.T, name, code string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, "package x\n"+code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s := sourceOf(name, f)
	tr.files = append(tr.files, s)
	tr.folders = append(tr.folders, s.pkg)
}
