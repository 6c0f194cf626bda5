package nn_test

import (
	"errors"
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestQuickFunctions holds the functions that float32 computes by a quick
// exponential against the library's, over all magnitudes.
func TestQuickFunctions(t *testing.T) {
	var x []float32
	for e := -30.0; e < 7; e += 0.01 {
		v := float32(math.Exp2(e))
		x = append(x, v, -v)
	}
	for _, c := range []struct {
		op nn.Op
		f  func(x float64) float64
	}{
		{&nn.Exp{}, math.Exp},
		{&nn.Sigmoid{}, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{&nn.Tanh{}, math.Tanh},
		{&nn.Swish{Alpha: 1}, func(x float64) float64 { return x / (1 + math.Exp(-x)) }},
		{&nn.Mish{}, func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }},
	} {
		tc := testCase{op: c.op, in: []*nn.Tensor{nn.T(x, len(x))}}
		r := tc.run(t)
		if err := c.op.Forward(r); err != nil {
			t.Fatal(err)
		}
		for i, got := range r.Out[0].F32() {
			want := c.f(float64(x[i]))
			if math.Abs(want) > 1e-37 && math.Abs(want) < 1e38 && math.Abs(float64(got)-want) > 1.5e-7*math.Abs(want) {
				t.Errorf("%s(%v) is %v, want %v", nn.Name(c.op), x[i], got, want)
			}
		}
	}
}

// TestMathRefusals has what Infer is to refuse, with the attribute that the
// error names.
func TestMathRefusals(t *testing.T) {
	f := func(dims ...int) nn.Arg { return nn.Arg{Type: nn.Type{DType: nn.Float32, Shape: nn.S(dims...)}} }
	arg := func(t *nn.Tensor) nn.Arg {
		return nn.Arg{Type: nn.Type{DType: t.DType, Shape: t.Shape}, Const: t}
	}
	yes, one := arg(nn.Scalar(true)), arg(nn.Scalar[float32](1))
	shape, unsupported, unbound := new(*nn.ErrShape), new(*nn.ErrUnsupported), new(*nn.ErrUnbound)
	huge := arg(list(math.MinInt64))
	count := nn.Arg{Type: nn.Type{DType: nn.Int64, Shape: nn.S(1)}}
	for _, c := range []struct {
		name string
		op   nn.Op
		in   []nn.Arg
		outs int
		want any
	}{
		{"shapes", &nn.Add{}, []nn.Arg{f(2), f(3)}, 1, shape},
		{"types", &nn.Mul{}, []nn.Arg{f(2), count}, 1, shape},
		{"too large", &nn.Sub{}, []nn.Arg{f(1<<20, 1), f(1 << 20)}, 1, shape},
		{"slope", &nn.PRelu{}, []nn.Arg{f(1), f(3)}, 1, shape},
		{"exponent", &nn.Pow{}, []nn.Arg{f(2), yes}, 1, shape},
		{"float mod", &nn.Mod{}, []nn.Arg{f(2), f(2)}, 1, shape},
		{"choices", &nn.Where{}, []nn.Arg{yes, f(2), count}, 1, shape},
		{"limits", &nn.Clip{}, []nn.Arg{f(2), f(2)}, 1, shape},
		{"limit type", &nn.Clip{}, []nn.Arg{f(2), {}, count}, 1, shape},
		{"alpha", &nn.Celu{}, []nn.Arg{f(2)}, 1, shape},
		{"approximation", &nn.Gelu{Approximate: "cubic"}, []nn.Arg{f(2)}, 1, unsupported},
		{"to string", &nn.Cast{To: 8, RoundMode: "up"}, []nn.Arg{f(2)}, 1, unsupported},
		{"to nothing", &nn.Cast{To: math.MinInt, RoundMode: "up"}, []nn.Arg{f(2)}, 1, unsupported},
		{"rounding", &nn.Cast{To: 1, RoundMode: "down"}, []nn.Arg{f(2)}, 1, unsupported},
		{"training", &nn.Dropout{}, []nn.Arg{f(2), one, yes}, 1, unsupported},
		{"training by default ratio", &nn.Dropout{}, []nn.Arg{f(2), {}, yes}, 1, unsupported},
		{"training unknown", &nn.Dropout{}, []nn.Arg{f(2), one, {Type: yes.Type}}, 1, unbound},
		{"axis", new(nn.ReduceSum), []nn.Arg{f(2), huge}, 1, shape},
		{"axis twice", new(nn.ReduceMax), []nn.Arg{f(2, 2), arg(list(1, -1))}, 1, shape},
		{"axes unknown", new(nn.ReduceMean), []nn.Arg{f(2), count}, 1, unbound},
		{"axis", &nn.ArgMax{Axis: 2}, []nn.Arg{f(2, 2)}, 1, shape},
		{"nothing", &nn.ArgMin{}, []nn.Arg{f(0, 2)}, 1, shape},
		{"scalar", &nn.ArgMin{}, []nn.Arg{f()}, 1, shape},
		{"K", &nn.TopK{Axis: -1}, []nn.Arg{f(2), arg(list(3))}, 2, shape},
		{"negative K", &nn.TopK{Axis: -1}, []nn.Arg{f(2), huge}, 2, shape},
		{"K unknown", &nn.TopK{Axis: -1}, []nn.Arg{f(2), count}, 2, unbound},
		{"axis", &nn.Softmax{Axis: -3}, []nn.Arg{f(2, 2)}, 1, shape},
		{"training results", &nn.BatchNormalization{}, []nn.Arg{f(1, 2), f(2), f(2), f(2), f(2)}, 3, shape},
		{"channels", &nn.BatchNormalization{}, []nn.Arg{f(1, 2), f(2), f(2), f(3), f(2)}, 1, shape},
		{"channels", &nn.InstanceNormalization{}, []nn.Arg{f(1, 2, 3), f(2), f(3)}, 1, shape},
		{"rank", &nn.InstanceNormalization{}, []nn.Arg{f(2), f(2), f(2)}, 1, shape},
		{"groups", &nn.GroupNormalization{NumGroups: 2, StashType: 1}, []nn.Arg{f(1, 3), f(3), f(3)}, 1, shape},
		{"no groups", &nn.GroupNormalization{StashType: 1}, []nn.Arg{f(1, 3), f(3), f(3)}, 1, shape},
		{"scale", &nn.LayerNormalization{Axis: -1, StashType: 1}, []nn.Arg{f(1, 3), f(2, 3)}, 1, shape},
		{"stash", &nn.RMSNormalization{Axis: -1, StashType: 16}, []nn.Arg{f(1, 3), f(3)}, 1, unsupported},
		{"size", &nn.LRN{}, []nn.Arg{f(1, 3)}, 1, shape},
		{"p", &nn.LpNormalization{P: 3}, []nn.Arg{f(1, 3)}, 1, shape},
		{"default axes", &nn.MeanVarianceNormalization{}, []nn.Arg{f(1, 3)}, 1, shape},
		{"axis", &nn.CumSum{}, []nn.Arg{f(1, 3), arg(list(2))}, 1, shape},
	} {
		t.Run(nn.Name(c.op)+"/"+c.name, func(t *testing.T) {
			if _, err := c.op.Infer(c.in, c.outs); !errors.As(err, c.want) {
				t.Errorf("error is %v, want %T", err, c.want)
			}
		})
	}
}

// TestDataErrors has what only the data can show to be wrong.
func TestDataErrors(t *testing.T) {
	ints, zero := nn.T([]int32{1, math.MinInt32}, 2), nn.T([]int32{3, 0}, 2)
	for _, c := range []testCase{
		{name: "by zero", op: &nn.Div{}, in: []*nn.Tensor{ints, zero}},
		{name: "by zero", op: &nn.Mod{}, in: []*nn.Tensor{ints, zero}},
		{name: "by zero", op: &nn.Mod{Fmod: true}, in: []*nn.Tensor{nn.T([]uint8{1}, 1), nn.Scalar[uint8](0)}},
		{name: "axis", op: &nn.CumSum{}, in: []*nn.Tensor{ints, list(1)}},
	} {
		t.Run(c.title(), func(t *testing.T) {
			var bad *nn.ErrData
			if err := c.op.Forward(c.run(t)); !errors.As(err, &bad) {
				t.Errorf("error is %v, want *nn.ErrData", err)
			}
		})
	}
}
