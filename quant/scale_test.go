package quant

import (
	"math"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestAsymmetric(t *testing.T) {
	for _, c := range []struct {
		r    Range
		d    nn.DType
		step float64
		zero int32
	}{
		{Range{-1, 1.55}, nn.Uint8, 0.01, 100},
		{Range{-1, 1.55}, nn.Int8, 0.01, -28},
		{Range{0, 255}, nn.Uint8, 1, 0},
		{Range{0, 255}, nn.Int8, 1, -128},
		{Range{2, 5.1}, nn.Uint8, 0.02, 0},     // widened down to 0
		{Range{-5.1, -2}, nn.Uint8, 0.02, 255}, // widened up to 0
		{Range{-1, 1}, nn.Uint8, 2. / 255, 128},
		{Range{0, 0}, nn.Uint8, 1, 0},
		{Range{-1e-40, 1e-40}, nn.Uint8, 1, 0},
		{Range{-math.MaxFloat32, math.MaxFloat32}, nn.Uint8, 2 * math.MaxFloat32 / 255, 128},
	} {
		s := c.r.asymmetric(c.d)
		if math.Abs(float64(s.step)-c.step) > 1e-6*c.step || s.zero != c.zero {
			t.Errorf("%v in %v: %+v, want a step of %g and a zero point of %d", c.r, c.d, s, c.step, c.zero)
		}
		if back := s.step * float32(saturated(0, s, 0, 255)-s.zero); c.d == nn.Uint8 && back != 0 {
			t.Errorf("%v: 0 becomes %g", c.r, back)
		}
	}
}

func TestSaturated(t *testing.T) {
	s := scale{0.5, 10}
	for v, want := range map[float32]int32{0: 10, 0.25: 10, 0.75: 12, -0.25: 10, -0.75: 8, 1e9: 255, -1e9: 0} {
		if got := saturated(v, s, 0, 255); got != want {
			t.Errorf("%g becomes %d, want %d", v, got, want)
		}
	}
}

func TestMinMax(t *testing.T) {
	o := MinMax()
	o.Observe([]float32{1, -2})
	o.Observe([]float32{0.5, 3})
	if r := o.Range(); r != (Range{-2, 3}) {
		t.Errorf("range %v", r)
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, v := range [][]float32{{}, {1, nan}, {inf, 2}} {
		if r, ok := rangeOf(v); ok {
			t.Errorf("%v has range %v", v, r)
		}
	}
}

func TestQuantiseWeights(t *testing.T) {
	// Two channels along axis 1 of [2 2 1]; the second is all zero.
	w := nn.T([]float32{1.27, 0, -0.635, 0}, 2, 2, 1)
	q := quantiseWeights(w, 1, false, nil, 1)
	if got := q.data.I8(); !slices.Equal(got, []int8{127, 0, -64, 0}) {
		t.Errorf("weights %v", got)
	}
	if s := q.step.F32(); math.Abs(float64(s[0])-0.01) > 1e-8 || s[1] != 1 {
		t.Errorf("steps %v, want 0.01 and 1", s)
	}
	if s := quantiseWeights(w, 1, true, nil, 1).step; s.Shape.Rank != 0 || math.Abs(float64(s.F32()[0])-0.01) > 1e-8 {
		t.Errorf("one step for all: %v", s.F32())
	}
}

// TestBiasFits gives a channel a bias so large beside its weights that at the
// weights' own step it would leave int32.
func TestBiasFits(t *testing.T) {
	w, in := nn.T([]float32{1e-9, 1, 0}, 3, 1), float32(1e-3)
	bias := nn.T([]float32{100, -3, 7}, 3)
	q := quantiseWeights(w, 0, false, bias.F32(), in)
	data, step := quantiseBias(bias, &q, in)
	for c, v := range bias.F32() {
		if got := float64(data.I32()[c]) * float64(step.F32()[c]); math.Abs(got-float64(v)) > 1e-4*math.Abs(float64(v)) {
			t.Errorf("channel %d: bias %g became %g", c, v, got)
		}
		if n := data.I32()[c]; n > 1<<30 || n < -1<<30 {
			t.Errorf("channel %d: bias is the integer %d, which leaves the products no room", c, n)
		}
	}
}
