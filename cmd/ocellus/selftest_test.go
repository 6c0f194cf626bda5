package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// knownModel writes a model of one convolution with its known answers.
func knownModel(t *testing.T, dir, name string, weight float32) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder(name)
	w := nn.NewTensor(nn.Float32, nn.S(4, 3, 3, 3))
	for i := range w.F32() {
		w.F32()[i] = float32(i%7) * weight
	}
	b.Output(b.Node("y", &nn.Conv{Group: 1}, b.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(8), nn.D(8)), b.Const("w", w)))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	known, err := golden.Make(g, &meta.Model{}, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := known.JSON()
	if err != nil {
		t.Fatal(err)
	}
	props, err := (&meta.Model{Golden: text}).Props()
	if err != nil {
		t.Fatal(err)
	}
	g = g.WithMeta(props)
	if err := onnx.WriteFile(filepath.Join(dir, name+".onnx"), g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSelftest(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("OCELLUS_MODELS", dir)
	good := knownModel(t, dir, "good", 0.25)
	data, err := os.ReadFile(spots)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "spots.onnx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "selftest")
	for _, want := range []string{"passed    kernel gemm int8 generic4x8\n", "passed    kernel softmax float32 ", "passed    model good, ",
		"untested  model spots, has no known answers", " passed, 0 failed\n"} {
		if code != cli.OK || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %q is not in\n%s%s", code, want, out, errs)
		}
	}
	// A model whose weights are not those that its answers are of.
	other := knownModel(t, dir, "bad", 0.5)
	if err := onnx.WriteFile(filepath.Join(dir, "bad.onnx"), other.WithMeta(good.Meta)); err != nil {
		t.Fatal(err)
	}
	out, _, code = run(t, "selftest", "bad")
	if code != cli.Negative || !strings.Contains(out, "FAILED    model bad: output \"y\" has ") || !strings.Contains(out, " passed, 1 failed\n") || strings.Contains(out, "model good") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "cut.onnx"), data[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, code = run(t, "selftest", "--json")
	last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]
	if sum := lines[testSummary](t, last); code != cli.Negative || sum[0].NumFailed != 2 || sum[0].NumUntested != 1 || sum[0].NumPassed < 10 {
		t.Errorf("exit code %d, summary %s", code, last)
	}
	failed := map[string]bool{}
	for _, l := range lines[tested](t, strings.TrimSuffix(out, last)) {
		if l.Passed != nil && !*l.Passed {
			failed[l.Name] = l.Error != ""
		}
	}
	if len(failed) != 2 || !failed["bad"] || !failed["cut"] {
		t.Errorf("failed: %v", failed)
	}
	if _, errs, code := run(t, "selftest", "none"); code != cli.Missing || !strings.Contains(errs, "models fetch none") {
		t.Errorf("a model that is not there: exit code %d, %s", code, errs)
	}
	t.Setenv("OCELLUS_CPU", "abacus")
	if _, _, code := run(t, "selftest"); code != cli.Usage {
		t.Errorf("an unknown CPU: exit code %d", code)
	}
}

// TestSelftestWithoutModels: kernels are tested all the same.
func TestSelftestWithoutModels(t *testing.T) {
	t.Setenv("OCELLUS_MODELS", "")
	t.Setenv("OCELLUS_HOME", t.TempDir())
	if out, errs, code := run(t, "selftest"); code != cli.OK || !strings.Contains(out, " passed, 0 failed") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if _, _, code := run(t, "selftest", "--models", filepath.Join(t.TempDir(), "gone")); code != cli.Missing {
		t.Errorf("a folder that is not there: exit code %d", code)
	}
}
