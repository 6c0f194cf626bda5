package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
)

func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(app(), args, &cli.Env{Context: t.Context(), Stdout: &out, Stderr: &errs})
	return out.String(), errs.String(), code
}

func TestList(t *testing.T) {
	t.Setenv("OCELLUS_HOME", t.TempDir())
	out, errs, code := run(t, "models", "list")
	if code != cli.OK || !strings.Contains(out, "blazeface-back") || !strings.Contains(out, "(OCELLUS_HOME)") || !strings.Contains(out, "absent") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	out, _, code = run(t, "models", "list", "--to", "elsewhere", "--json")
	if code != cli.OK {
		t.Fatalf("exit code %d", code)
	}
	names := map[string]listed{}
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var l listed
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		names[l.Name] = l
	}
	l := names["blazeface-front"]
	if l.Licence != "Apache-2.0" || l.Input != [2]int{128, 128} || l.Head != "blazeface" || l.File != filepath.Join("elsewhere", "blazeface-front.onnx") {
		t.Errorf("listed %+v", l)
	}
}

func TestFetchFails(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"models", "fetch", "nobody"}, cli.Usage, "blazeface-front"},
		{[]string{"models", "fetch", "blazeface-front", "--to", t.TempDir()}, cli.Missing, "npm"},
		{[]string{"models", "fetch", "--to", file}, cli.Missing, "file"},
		{[]string{"models"}, cli.Usage, "models --help"},
		{[]string{"conformance", filepath.Join(t.TempDir(), "none")}, cli.Usage, "none"},
		{[]string{"conformance", t.TempDir()}, cli.BadInput, "no ONNX backend tests"},
	} {
		if _, errs, code := run(t, c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, want %d; errors %q, want %q in it", c.args, code, c.code, errs, c.says)
		}
	}
}

// backendTest writes a case whose model doubles negative numbers away, with an
// expected output of y.
func backendTest(t *testing.T, dir string, y float32) {
	t.Helper()
	b := nn.NewBuilder("relu")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.D(2))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	set := filepath.Join(dir, "test_data_set_0")
	if err := os.MkdirAll(set, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := onnx.WriteFile(filepath.Join(dir, "model.onnx"), g); err != nil {
		t.Fatal(err)
	}
	for name, tensor := range map[string]*nn.Tensor{"input_0.pb": nn.T([]float32{-1, 2}, 2), "output_0.pb": nn.T([]float32{0, y}, 2)} {
		if err := os.WriteFile(filepath.Join(set, name), onnx.EncodeTensor("", tensor), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	backendTest(t, filepath.Join(dir, "test_good"), 2)
	out, errs, code := run(t, "conformance", dir)
	if code != cli.OK || out != "1 passed, 0 failed, 0 unsupported\n" {
		t.Errorf("exit code %d, %q %q", code, out, errs)
	}
	backendTest(t, filepath.Join(dir, "test_bad"), 3)
	out, _, code = run(t, "conformance", dir)
	if code != cli.Negative || !strings.HasPrefix(out, "FAILED test_bad: ") || !strings.HasSuffix(out, "\n1 passed, 1 failed, 0 unsupported\n") {
		t.Errorf("exit code %d, %q", code, out)
	}
	out, _, code = run(t, "conformance", "--json", dir)
	if code != cli.Negative || strings.Count(out, "\n") != 3 || !strings.Contains(out, `{"passed":1,"failed":1,"unsupported":0}`) {
		t.Errorf("exit code %d, %q", code, out)
	}
}

func TestHelp(t *testing.T) {
	for _, command := range []string{"models list", "models fetch", "conformance"} {
		out, _, code := run(t, append(strings.Fields(command), "--help")...)
		if code != cli.OK || !strings.Contains(out, "Examples:") || !strings.Contains(out, "ocellus-host "+command) {
			t.Errorf("%s: exit code %d, help %s", command, code, out)
		}
	}
}
