package conformance

import (
	"errors"
	"io"
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
			var log strings.Builder
			totals, err := RunAll(&log, []string{check.Shared(t, c.dir)})
			if err != nil {
				t.Fatal(err)
			}
			if totals.Failed > 0 || totals.Passed < c.atLeast {
				t.Errorf("want none failed and at least %d passed:\n%s", c.atLeast, log.String())
			}
		})
	}
}

func TestDebian(t *testing.T) {
	if _, err := os.Stat(debian); err != nil {
		t.Skip("Debian's package libonnx-testdata is not installed")
	}
	var log strings.Builder
	totals, err := RunAll(&log, []string{debian})
	if err != nil {
		t.Fatal(err)
	}
	if totals.Failed > 0 || totals.Passed == 0 {
		t.Errorf("want none failed:\n%s", log.String())
	}
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
	var log strings.Builder
	totals, err := RunAll(&log, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Totals{Passed: 2, Failed: 3, Unsupported: 1}); totals != want {
		t.Errorf("totals are %v, want %v:\n%s", totals, want, log.String())
	}
	for _, s := range []string{"FAILED wrong: ", "FAILED shape: ", "FAILED broken: ", "unsupported refused: ", "\n2 passed, 3 failed, 1 unsupported\n"} {
		if !strings.Contains(log.String(), s) {
			t.Errorf("the report lacks %q:\n%s", s, log.String())
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
	totals, err := RunAll(io.Discard, []string{dir})
	if err != nil || totals.Passed != 1 {
		t.Errorf("totals are %v, error %v", totals, err)
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
