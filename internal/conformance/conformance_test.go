package conformance

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
)

// debian is where Debian's package libonnx-testdata puts its cases.
const debian = "/usr/share/libonnx-testdata/data"

func TestShared(t *testing.T) {
	for _, c := range []struct {
		dir     string
		atLeast int
	}{{"onnx_node", 305}, {"onnx_pytorch", 81}, {"onnx_light", 7}} {
		t.Run(c.dir, func(t *testing.T) {
			totals, log := runAll(t, check.Shared(t, c.dir))
			if totals.Failed > 0 || totals.Passed < c.atLeast {
				t.Errorf("%v; want none failed and at least %d passed:\n%s", totals, c.atLeast, log)
			}
		})
	}
}

func TestDebian(t *testing.T) {
	if _, err := os.Stat(debian); err != nil {
		t.Skip("Debian's package libonnx-testdata is not installed")
	}
	totals, log := runAll(t, debian)
	if totals.Failed > 0 || totals.Passed == 0 {
		t.Errorf("%v; want none failed:\n%s", totals, log)
	}
}

// runAll runs what is in and below dir; log has a line for each case that is
// wrong or refused.
func runAll(t *testing.T, dir string) (totals Totals, log string) {
	t.Helper()
	cases, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		r := cases[i].Run()
		totals.Add(r.Verdict)
		if r.Verdict != Passed {
			log += fmt.Sprintf("%v %s: %v\n", r.Verdict, cases[i].Name, r.Why)
		}
	}
	return totals, log
}

// TestSpecifications runs the cases on the operations' plain forms: what
// fails here is an operation's own fault and not the compiler's.
func TestSpecifications(t *testing.T) {
	for _, dir := range []string{"onnx_node", "onnx_pytorch"} {
		cases, err := Find(check.Shared(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		for i := range cases {
			if r := dispute(cases[i].Name, cases[i].run(direct)); r.Verdict == Failed {
				t.Errorf("%s: %v", cases[i].Name, r.Why)
			}
		}
	}
}

// writeCase makes a case of one Relu, as a folder; want is what it expects.
func writeCase(t *testing.T, dir string, want []float32) {
	t.Helper()
	b := nn.NewBuilder("relu")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.Sym("n"))))
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
	for name, v := range map[string][]float32{"input_0.pb": {-1, 2}, "output_0.pb": want} {
		if err := os.WriteFile(filepath.Join(set, name), onnx.EncodeTensor(name, nn.T(v, len(v))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerdicts(t *testing.T) {
	dir := t.TempDir()
	writeCase(t, filepath.Join(dir, "deep", "good"), []float32{0, 2})
	writeCase(t, filepath.Join(dir, "near"), []float32{0, 2.0005})
	writeCase(t, filepath.Join(dir, "wrong"), []float32{0, 2.1})
	writeCase(t, filepath.Join(dir, "shape"), []float32{0, 2, 0})
	broken := filepath.Join(dir, "broken")
	writeCase(t, broken, []float32{0, 2})
	if err := os.WriteFile(filepath.Join(broken, "model.onnx"), []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused := filepath.Join(dir, "refused")
	writeCase(t, refused, []float32{0, 2})
	if err := os.WriteFile(filepath.Join(refused, "test_data_set_0", "output_0.pb"), []byte{0x10, 16}, 0o644); err != nil { // bfloat16
		t.Fatal(err)
	}
	totals, log := runAll(t, dir)
	if want := (Totals{Passed: 2, Failed: 3, Unsupported: 1}); totals != want {
		t.Errorf("totals are %v, want %v:\n%s", totals, want, log)
	}
	for _, s := range []string{"FAILED wrong: ", "FAILED shape: ", "FAILED broken: ", "unsupported refused: "} {
		if !strings.Contains(log, s) {
			t.Errorf("the report lacks %q:\n%s", s, log)
		}
	}
}

func TestLightLayout(t *testing.T) {
	dir := t.TempDir()
	b := nn.NewBuilder("light")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.D(2), nn.D(2))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := onnx.WriteFile(filepath.Join(dir, "light_net.onnx"), g); err != nil {
		t.Fatal(err)
	}
	want := onnx.EncodeTensor("y", nn.T([]float32{0, 0.25, 0.5, 0.75}, 2, 2))
	if err := os.WriteFile(filepath.Join(dir, "light_net_output_0.pb"), want, 0o644); err != nil {
		t.Fatal(err)
	}
	if totals, log := runAll(t, dir); totals.Passed != 1 {
		t.Errorf("%v:\n%s", totals, log)
	}
}

func TestFindNothing(t *testing.T) {
	if _, err := Find(t.TempDir()); err == nil {
		t.Error("an empty folder has cases")
	}
	if _, err := Find(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}

func TestCompare(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		got, want *nn.Tensor
		ok        bool
	}{
		{nn.T([]int64{1<<53 + 1}, 1), nn.T([]int64{1 << 53}, 1), false}, // equal as float64
		{nn.T([]float32{float32(nan)}, 1), nn.T([]float32{float32(nan)}, 1), true},
		{nn.T([]float32{1}, 1), nn.T([]float32{float32(nan)}, 1), false},
		{nn.T([]bool{true}, 1), nn.T([]bool{false}, 1), false},
		{nn.T([]uint8{1}, 1), nn.T([]int8{1}, 1), false},
		{nn.T([]float32{0}, 1), nn.T([]float32{2e-5}, 1), false},
	} {
		if err := compare(c.got, c.want); (err == nil) != c.ok {
			t.Errorf("%v against %v: %v", c.got, c.want, err)
		}
	}
}
