package conformance

import (
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
)

// TestModelsRewritten compiles and runs every ONNX file of the shared models
// on a ramp, and on the copy of it that our writer makes, which must agree.
func TestModelsRewritten(t *testing.T) {
	err := filepath.WalkDir(check.Shared(t, "models"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".onnx" {
			return err
		}
		t.Run(filepath.Base(filepath.Dir(path))+"/"+d.Name(), func(t *testing.T) {
			g, err := onnx.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			in := map[string]*nn.Tensor{}
			for _, x := range g.Inputs {
				x.Dims = slices.Clone(x.Dims)
				for i := range x.Dims {
					if x.Dims[i].Size < 0 && i > 0 {
						x.Dims[i] = nn.D(320) // an open picture size
					}
				}
				if in[g.ValueName(x.Value)], err = ramp(x); err != nil {
					t.Fatal(err)
				}
			}
			data, err := onnx.Encode(g)
			if err != nil {
				t.Fatal(err)
			}
			again, err := onnx.Decode("again.onnx", data)
			if err != nil {
				t.Fatal(err)
			}
			want, err := compiled(g, in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := compiled(again, in)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if err := compare(got[i], want[i]); err != nil {
					t.Errorf("read back, output %q %v", g.ValueName(g.Outputs[i]), err)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
