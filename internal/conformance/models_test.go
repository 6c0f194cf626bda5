package conformance

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// reference is one folder of reference_opencv46: what OpenCV 4.6 made of a
// picture.
type reference struct {
	Model      string
	Preprocess string
	Outputs    []struct{ Name, File string }
}

// TestModelsAgreeWithOpenCV holds whole nets against OpenCV's outputs, within
// 1e-3 of the largest value.
func TestModelsAgreeWithOpenCV(t *testing.T) {
	dir := check.Shared(t, "reference_opencv46")
	metas, _ := filepath.Glob(filepath.Join(dir, "*", "meta.json"))
	for _, file := range metas {
		var ref reference
		raw, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(raw, &ref)
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(ref.Model, ".onnx") {
			continue // needs an importer of its own
		}
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			r := runnerOf(t, check.Shared(t, ref.Model), plan.Bindings{})
			fillPicture(t, r.Input(0), filepath.Join(filepath.Dir(file), "input.png"), ref.Preprocess)
			if err := r.Run(); err != nil {
				t.Fatal(err)
			}
			for _, o := range ref.Outputs {
				want, err := npy.ReadFile(filepath.Join(filepath.Dir(file), o.File))
				if err != nil {
					t.Fatal(err)
				}
				if err := closeTo(outputNamed(t, r, o.Name), want, 1e-3); err != nil {
					t.Errorf("output %q: %v", o.Name, err)
				}
			}
		})
	}
}

// TestModelsAgreeWithThePlainOperations holds the plan of every model against
// the same graph run node by node without any folding, fusion or kernel.
func TestModelsAgreeWithThePlainOperations(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(check.Shared(t, "models"), "*", "*.onnx"))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b := plan.Bindings{}
			if strings.Contains(file, "dynamic") {
				b.Dims = map[string]int{"height": 160, "width": 192}
			}
			g, err := onnx.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Compile(g, b)
			if err != nil {
				t.Fatal(err)
			}
			r := p.NewRunner(nil)
			inputs := map[string]*nn.Tensor{}
			for i, port := range p.Inputs() {
				for j := range r.Input(i).F32() {
					r.Input(i).F32()[j] = float32(math.Sin(float64(j)*0.37) * 0.8)
				}
				inputs[port.Name] = r.Input(i).Clone()
			}
			if err := r.Run(); err != nil {
				t.Fatal(err)
			}
			want, err := direct(g, inputs)
			if err != nil {
				t.Fatal(err)
			}
			tol := 1e-4
			if strings.Contains(file, "best_model_quantized") {
				tol = 2e-2 // an activation on the edge between two steps may fall either way
			}
			for i, port := range p.Outputs() {
				if err := closeTo(r.Output(i), want[i], tol); err != nil {
					t.Errorf("output %q: %v", port.Name, err)
				}
			}
			if n := testing.AllocsPerRun(2, func() { r.Run() }); n != 0 {
				t.Errorf("%v allocations a run", n)
			}
		})
	}
}

func runnerOf(t *testing.T, file string, b plan.Bindings) *plan.Runner {
	t.Helper()
	g, err := onnx.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(g, b)
	if err != nil {
		t.Fatal(err)
	}
	return p.NewRunner(nil)
}

func outputNamed(t *testing.T, r *plan.Runner, name string) *nn.Tensor {
	t.Helper()
	for i, port := range r.Plan().Outputs() {
		if port.Name == name {
			return r.Output(i)
		}
	}
	t.Fatalf("no output %q among %v", name, r.Plan().Outputs())
	return nil
}

// fillPicture fills an NCHW input as the reference says it was made.
func fillPicture(t *testing.T, in *nn.Tensor, file, how string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	mean, scale := 0.0, 1.0
	switch {
	case strings.HasSuffix(how, "(x-127)/128"):
		mean, scale = 127, 1.0/128
	case strings.HasSuffix(how, "/255"):
		scale = 1.0 / 255
	}
	h, w := in.Shape.Dims[2], in.Shape.Dims[3]
	if m.Bounds().Size() != (image.Point{X: w, Y: h}) {
		t.Fatalf("%s is %v, want %d×%d", file, m.Bounds().Size(), w, h)
	}
	for y := range h {
		for x := range w {
			r, g, b, _ := m.At(x, y).RGBA()
			c := [3]uint32{r, g, b}
			if strings.HasPrefix(how, "bgr") {
				c = [3]uint32{b, g, r}
			}
			for i, v := range c {
				in.F32()[(i*h+y)*w+x] = float32((float64(v>>8) - mean) * scale)
			}
		}
	}
}

// closeTo compares within tol of the largest magnitude.
func closeTo(got, want *nn.Tensor, tol float64) error {
	if got.Shape != want.Shape && got.Elems() != want.Elems() {
		return fmt.Errorf("is %v, want %v", got.Shape, want.Shape)
	}
	big, worst, at := 0.0, 0.0, 0
	for i := range want.Elems() {
		big = max(big, math.Abs(want.Float(i)))
		if d := math.Abs(got.Float(i) - want.Float(i)); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= tol*big) {
		return fmt.Errorf("element %d is %v, want %v: off by %.2g of the largest magnitude %v", at, got.Float(at), want.Float(at), worst/big, big)
	}
	return nil
}
