package head

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
)

// TestPriorsAgree holds our priors against those that UltraFace's RFB net
// keeps in its graph: centres and sizes, as shares of the input's sides.
func TestPriorsAgree(t *testing.T) {
	g, err := onnx.ReadFile(check.Shared(t, "models", "ultraface", "version-RFB-320.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	square := func(sides ...float32) (out []Size) {
		for _, s := range sides {
			out = append(out, Size{s, s})
		}
		return out
	}
	c := Config{
		Strides: []int{8, 16, 32, 64}, ClipAnchors: true,
		Anchors: [][]Size{square(10, 16, 24), square(32, 48), square(64, 96), square(128, 192, 256)},
	}
	const n = 4420
	ours := priors(&c, Input{320, 240}, n)
	if len(ours) != n {
		t.Fatalf("%d priors, want %d", len(ours), n)
	}
	centres, sizes := 0, 0
	for i := range g.Values {
		v := g.Values[i].Const
		if v == nil || v.Elems() != 2*n {
			continue
		}
		centre, size := 0.0, 0.0
		for k, p := range ours {
			x, y := v.Float(2*k), v.Float(2*k+1)
			centre = max(centre, math.Abs(x-float64(p.x)/320), math.Abs(y-float64(p.y)/240))
			size = max(size, math.Abs(x-float64(p.w)/320), math.Abs(y-float64(p.h)/240))
		}
		switch {
		case centre < 1e-6:
			centres++
		case size < 1e-6:
			sizes++
		default:
			t.Errorf("constant %s: centres differ by %v, sizes by %v", g.Values[i].Name, centre, size)
		}
	}
	if centres == 0 || sizes == 0 {
		t.Errorf("%d constants hold centres, %d sizes, want one or more of each", centres, sizes)
	}
}
