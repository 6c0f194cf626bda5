package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// withoutGradient are the operations on floats that have no backward function,
// and why.
var withoutGradient = map[string]string{
	"Ceil":             "piecewise constant",
	"Floor":            "piecewise constant",
	"Round":            "piecewise constant",
	"Sign":             "piecewise constant",
	"Hardmax":          "piecewise constant",
	"Equal":            "the result is a truth value",
	"Greater":          "the result is a truth value",
	"GreaterOrEqual":   "the result is a truth value",
	"Less":             "the result is a truth value",
	"LessOrEqual":      "the result is a truth value",
	"IsInf":            "the result is a truth value",
	"IsNaN":            "the result is a truth value",
	"ArgMax":           "the result is an index",
	"ArgMin":           "the result is an index",
	"NonZero":          "the result is an index",
	"OneHot":           "operand 0 is an index",
	"Shape":            "the result follows from the operand's type",
	"Size":             "the result follows from the operand's type",
	"EyeLike":          "the result follows from the operand's type",
	"Range":            "the operands decide the result's shape, so they are constants",
	"QuantizeLinear":   "the result is an integer",
	"DequantizeLinear": "operand 0 is an integer; scales are not trained",

	"DynamicQuantizeLinear": "the result is an integer",
	"NonMaxSuppression":     "the result is an index",
}

// TestRowsWithoutGradient: a row that takes floats has a backward function, or
// a reason not to have one.
func TestRowsWithoutGradient(t *testing.T) {
	for _, r := range nn.Rows {
		why, listed := withoutGradient[r.Name]
		switch {
		case r.Backward != nil && listed:
			t.Errorf("%s has a backward function, and a reason not to: %s", r.Name, why)
		case r.Backward == nil && !listed && r.Types&nn.Floats != 0:
			t.Errorf("%s takes floats and has no backward function: write it, or list the reason here", r.Name)
		}
	}
	for name := range withoutGradient {
		if _, ok := nn.Lookup(name); !ok {
			t.Errorf("%s is listed and is no row", name)
		}
	}
}

// TestTies: of equal elements one has the whole gradient, always the same one:
// the first.
func TestTies(t *testing.T) {
	largest, smallest := nn.ReduceMax{KeepDims: true}, nn.ReduceMin{KeepDims: true}
	x := nn.T([]float64{2, 5, 5, 1, 1, 5}, 1, 1, 6)
	for _, c := range []testCase{
		{op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3}, Strides: []int{3}}, in: []*nn.Tensor{x},
			want: []*nn.Tensor{nn.T([]float64{0, weight(0), 0, 0, 0, weight(1)}, 1, 1, 6)}},
		{op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3}}, in: []*nn.Tensor{x},
			want: []*nn.Tensor{nn.T([]float64{0, weight(0) + weight(1), weight(2), 0, 0, weight(3)}, 1, 1, 6)}},
		{op: &nn.GlobalMaxPool{}, in: []*nn.Tensor{x}, want: []*nn.Tensor{nn.T([]float64{0, weight(0), 0, 0, 0, 0}, 1, 1, 6)}},
		{op: &largest, in: []*nn.Tensor{x}, want: []*nn.Tensor{nn.T([]float64{0, weight(0), 0, 0, 0, 0}, 1, 1, 6)}},
		{op: &smallest, in: []*nn.Tensor{x}, want: []*nn.Tensor{nn.T([]float64{0, 0, 0, weight(0), 0, 0}, 1, 1, 6)}},
		{op: &nn.TopK{Axis: -1, Largest: true}, in: []*nn.Tensor{x, list(2)}, consts: []int{1},
			want: []*nn.Tensor{nn.T([]float64{0, weight(0), weight(1), 0, 0, 0}, 1, 1, 6)}},
		{op: &nn.Max{}, in: []*nn.Tensor{nn.T([]float64{1, 2}, 2), nn.T([]float64{2, 2}, 2), nn.Scalar(2.0)},
			want: []*nn.Tensor{nn.T([]float64{0, weight(1)}, 2), nn.T([]float64{weight(0), 0}, 2), nn.Scalar(0.0)}},
		{op: &nn.Min{}, in: []*nn.Tensor{nn.Scalar(2.0), nn.T([]float64{1, 2}, 2)},
			want: []*nn.Tensor{nn.Scalar(weight(1)), nn.T([]float64{weight(0), 0}, 2)}},
		{op: &nn.ScatterElements{Reduction: "max"}, in: []*nn.Tensor{nn.T([]float64{3, 3}, 2), ints(0, 1, 1), nn.T([]float64{3, 4, 4}, 3)},
			want: []*nn.Tensor{nn.T([]float64{weight(0), 0}, 2), {}, nn.T([]float64{0, weight(1), 0}, 3)}},
		{op: &nn.ScatterElements{Reduction: "none"}, in: []*nn.Tensor{nn.T([]float64{3, 3}, 2), ints(1, 1), nn.T([]float64{4, 4}, 2)},
			want: []*nn.Tensor{nn.T([]float64{weight(0), 0}, 2), {}, nn.T([]float64{0, weight(1)}, 2)}}, // the last replaces
	} {
		got := gradients(t, &c, nn.RowOf(c.op), nil)
		for i, want := range c.want {
			if !want.Present() {
				continue
			}
			if err := compare(got[i], want, 1e-15); err != nil {
				t.Errorf("%s: gradient by operand %d: %v", nn.Name(c.op), i, err)
			}
		}
	}
}

// TestProductsWithZeros: a zero takes what the others' product gives, and two
// leave nothing.
func TestProductsWithZeros(t *testing.T) {
	prod := nn.ReduceProd{KeepDims: true}
	for _, c := range []testCase{
		{op: &prod, in: []*nn.Tensor{nn.T([]float64{2, 0, 3, 0, 5, 0}, 2, 3), list(1)}, consts: []int{1}},
		{op: &nn.ScatterElements{Reduction: "mul"}, in: []*nn.Tensor{nn.T([]float64{2, 0, 3}, 3), ints(0, 0, 1, 2, 1), nn.T([]float64{0, 3, 5, 0, 0}, 5)}},
	} {
		for i, g := range gradients(t, &c, nn.RowOf(c.op), nil) {
			if g.Present() && checkDifferences(t, &c, i, g.F64()) != g.Elems() {
				t.Errorf("%s: corners by operand %d", nn.Name(c.op), i)
			}
		}
	}
}

// TestCastGradient: the gradient is converted back, in both directions.
func TestCastGradient(t *testing.T) {
	c := testCase{op: nn.CastTo(nn.Float32), in: []*nn.Tensor{nn.T([]float64{1, 2}, 2)}}
	got := gradients(t, &c, nn.RowOf(c.op), func(g *nn.Grad) { g.DOut[0] = nn.T([]float32{3, -4}, 2) })
	if err := compare(got[0], nn.T([]float64{3, -4}, 2), 0); err != nil {
		t.Error(err)
	}
}

// TestLayerStatisticsGradient: results 1 and 2 of LayerNormalization are
// float32 always, so that differences cannot be taken of them; this takes them
// of the formulas.
func TestLayerStatisticsGradient(t *testing.T) {
	const eps = 0.5
	x := []float64{1, -2, 4, 0.5}
	loss := func(x []float64) float64 {
		mean := total(x, func(v float64) float64 { return v }) / float64(len(x))
		variance := total(x, func(v float64) float64 { return (v - mean) * (v - mean) }) / float64(len(x))
		return 3*mean - 2/math.Sqrt(variance+eps)
	}
	c := testCase{op: &nn.LayerNormalization{Axis: -1, Epsilon: eps, StashType: 1}, outs: 3,
		in: []*nn.Tensor{nn.T(slices.Clone(x), 1, 4), nn.Scalar(1.0)}}
	got := gradients(t, &c, nn.RowOf(c.op), func(g *nn.Grad) {
		g.DOut = []*nn.Tensor{{}, nn.T([]float32{3}, 1, 1), nn.T([]float32{-2}, 1, 1)}
	})
	for i := range x {
		up, down := slices.Clone(x), slices.Clone(x)
		up[i] += 1e-5
		down[i] -= 1e-5
		if want := (loss(up) - loss(down)) / 2e-5; math.Abs(got[0].F64()[i]-want) > 1e-6 {
			t.Errorf("element %d: gradient %v, central difference %v", i, got[0].F64()[i], want)
		}
	}
}
