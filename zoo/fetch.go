package zoo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// ErrFetch says that a model could not be fetched, and what to do.
type ErrFetch struct {
	Model string // may be empty where the package is at fault
	From  string // package and version
	Why   string
	Cure  string // may be empty
	Err   error  // the cause beneath; may be nil
}

func (e *ErrFetch) Error() string {
	what := e.From
	if e.Model != "" {
		what = e.Model + " (" + e.From + ")"
	}
	s := "cannot fetch " + what + ": " + e.Why
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}

func (e *ErrFetch) Unwrap() error { return e.Err }

// Packer fetches the tarball of a package into dir and returns its path.
type Packer func(ctx context.Context, p Package, dir string) (string, error)

// Fetcher fetches models.
type Fetcher struct {
	Pack  Packer        // Npm unless told otherwise
	Force bool          // fetch even what is there
	Note  func(e Event) // called as the work goes on; may be nil
}

// Event is a step of fetching that has been done.
type Event struct {
	Model string
	Path  string
	Done  bool // false when the step begins
	New   bool // false when the model was there already
}

// Fetch puts the models into dir, one package after the other, each file
// appearing whole or not at all. It stops at the first error, an *ErrFetch
// or the context's.
func (f *Fetcher) Fetch(ctx context.Context, models []Entry, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "ocellus-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	tarballs := map[Package]string{}
	for i := range models {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.fetch(ctx, &models[i], dir, tmp, tarballs); err != nil {
			return err
		}
	}
	return nil
}

func (f *Fetcher) fetch(ctx context.Context, e *Entry, dir, tmp string, tarballs map[Package]string) error {
	ev := Event{Model: e.Name, Path: e.Path(dir)}
	f.note(ev)
	ev.Done = true
	if !f.Force && e.State(dir) == Present {
		f.note(ev)
		return nil
	}
	if _, ok := tarballs[e.Package]; !ok {
		path, err := f.tarball(ctx, e.Package, tmp)
		if err != nil {
			return err
		}
		tarballs[e.Package] = path
	}
	if err := e.install(tarballs[e.Package], dir); err != nil {
		return err
	}
	ev.New = true
	f.note(ev)
	return nil
}

func (f *Fetcher) note(e Event) {
	if f.Note != nil {
		f.Note(e)
	}
}

func (f *Fetcher) tarball(ctx context.Context, p Package, tmp string) (string, error) {
	pack := f.Pack
	if pack == nil {
		pack = Npm
	}
	path, err := pack(ctx, p, tmp)
	if err != nil {
		return "", err
	}
	if err := checkIntegrity(path, p); err != nil {
		return "", err
	}
	return path, nil
}

// install turns the model's file in the tarball into ONNX of ours in dir.
func (e *Entry) install(tarball, dir string) error {
	data, err := e.read(tarball, Source{e.File, e.SHA256})
	if err != nil {
		return err
	}
	beside := make([][]byte, len(e.Beside))
	for i, src := range e.Beside {
		if beside[i], err = e.read(tarball, src); err != nil {
			return err
		}
	}
	g, err := e.graph(data, beside)
	if err != nil {
		return e.failed("", err, "%v", err)
	}
	m := e.Meta
	known, err := golden.Make(g, &m, plan.Bindings{})
	if err == nil {
		m.Golden, err = known.JSON()
	}
	if err != nil {
		return e.failed("", err, "%v", err)
	}
	props, err := m.Props()
	if err != nil {
		return e.failed("", err, "%v", err)
	}
	if err := onnx.WriteFile(e.Path(dir), g.WithMeta(props)); err != nil {
		return e.failed("choose another folder by --to DIR or OCELLUS_HOME", err, "%v", err)
	}
	return nil
}

// read returns a file of the tarball, held against its hash.
func (e *Entry) read(tarball string, src Source) ([]byte, error) {
	data, err := readTarball(tarball, src.File)
	if err != nil {
		return nil, e.failed("", err, "%v", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != src.SHA256 {
		return nil, e.failed("do not use it, and tell the maintainers of Ocellus", nil,
			"%s has SHA-256 %x, the manifest says %s", src.File, sum, src.SHA256)
	}
	return data, nil
}

func (e *Entry) graph(data []byte, beside [][]byte) (*nn.Graph, error) {
	if e.Build != nil {
		return e.Build(data, beside)
	}
	return onnx.Decode(e.File, data)
}

func (e *Entry) failed(cure string, cause error, format string, args ...any) error {
	return &ErrFetch{e.Name, e.Package.String(), fmt.Sprintf(format, args...), cure, cause}
}
