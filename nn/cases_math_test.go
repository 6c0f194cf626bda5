package nn_test

import (
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/x448/float16"
)

func mathCases() []testCase {
	return slices.Concat(functionCases(), parameterCases(), arithmeticCases(), broadcastCases(), logicCases(), castCases())
}

// functionCases has the functions of one operand with default attributes.
func functionCases() []testCase {
	var cs []testCase
	for _, f := range []struct {
		op       string
		in, want []float32
	}{
		{"Sqrt", []float32{0.25, 0.5, 2, 9}, []float32{0.5, 0.707106781, 1.414213562, 3}},
		{"Exp", []float32{-2, -0.5, 0.25, 3}, []float32{0.135335283, 0.60653066, 1.284025417, 20.085536923}},
		{"Log", []float32{0.25, 0.5, 2, 9}, []float32{-1.386294361, -0.693147181, 0.693147181, 2.197224577}},
		{"Reciprocal", []float32{-2, -0.5, 0.25, 3}, []float32{-0.5, -2, 4, 0.333333333}},
		{"Erf", []float32{-2, -0.5, 0.25, 3}, []float32{-0.995322265, -0.520499878, 0.27632639, 0.99997791}},
		{"Sin", []float32{-2, -0.5, 0.25, 3}, []float32{-0.909297427, -0.479425539, 0.247403959, 0.141120008}},
		{"Cos", []float32{-2, -0.5, 0.25, 3}, []float32{-0.416146837, 0.877582562, 0.968912422, -0.989992497}},
		{"Tan", []float32{-0.75, -0.25, 0.5, 0.875}, []float32{-0.93159646, -0.255341921, 0.54630249, 1.197421629}},
		{"Asin", []float32{-0.75, -0.25, 0.5, 0.875}, []float32{-0.848062079, -0.252680255, 0.523598776, 1.065435817}},
		{"Acos", []float32{-0.75, -0.25, 0.5, 0.875}, []float32{2.418858406, 1.823476582, 1.047197551, 0.50536051}},
		{"Atan", []float32{-2, -0.5, 0.25, 3}, []float32{-1.107148718, -0.463647609, 0.244978663, 1.249045772}},
		{"Sinh", []float32{-2, -0.5, 0.25, 3}, []float32{-3.626860408, -0.521095305, 0.252612317, 10.017874927}},
		{"Cosh", []float32{-2, -0.5, 0.25, 3}, []float32{3.762195691, 1.127625965, 1.0314131, 10.067661996}},
		{"Asinh", []float32{-2, -0.5, 0.25, 3}, []float32{-1.443635475, -0.481211825, 0.247466462, 1.818446459}},
		{"Acosh", []float32{1.25, 1.5, 2, 9}, []float32{0.693147181, 0.96242365, 1.316957897, 2.88727095}},
		{"Atanh", []float32{-0.75, -0.25, 0.5, 0.875}, []float32{-0.972955075, -0.255412812, 0.549306144, 1.354025101}},
		{"Sigmoid", []float32{-2, -0.5, 0.25, 3}, []float32{0.119202922, 0.377540669, 0.562176501, 0.952574127}},
		{"Tanh", []float32{-2, -0.5, 0.25, 3}, []float32{-0.96402758, -0.462117157, 0.244918662, 0.995054754}},
		{"Swish", []float32{-2, -0.5, 0.25, 3}, []float32{-0.238405844, -0.188770334, 0.140544125, 2.85772238}},
		{"Mish", []float32{-2, -0.5, 0.25, 3}, []float32{-0.252501483, -0.220743775, 0.16957241, 2.986535005}},
		{"Softplus", []float32{-2, -0.5, 0.25, 3}, []float32{0.126928011, 0.474076984, 0.82593942, 3.048587352}},
		{"Softsign", []float32{-2, -0.5, 0.25, 3}, []float32{-0.666666667, -0.333333333, 0.2, 0.75}},
		{"Elu", []float32{-2, -0.5, 0.25, 3}, []float32{-0.864664717, -0.39346934, 0.25, 3}},
		{"Selu", []float32{-2, -0.5, 0.25, 3}, []float32{-1.520166473, -0.69175819, 0.262675256, 3.152103066}},
		{"Celu", []float32{-2, -0.5, 0.25, 3}, []float32{-0.864664717, -0.39346934, 0.25, 3}},
		{"LeakyRelu", []float32{-2, -0.5, 0.25, 3}, []float32{-0.02, -0.005, 0.25, 3}},
		{"ThresholdedRelu", []float32{-2, -0.5, 0.25, 3}, []float32{0, 0, 0, 3}},
		{"HardSigmoid", []float32{-2, -0.5, 0.25, 3}, []float32{0.1, 0.4, 0.55, 1}},
		{"HardSwish", []float32{-4, -0.5, 0.25, 5}, []float32{0, -0.208333333, 0.135416667, 5}},
		{"Gelu", []float32{-2, -0.5, 0.25, 3}, []float32{-0.045500264, -0.154268769, 0.149676581, 2.995950306}},
		{"Abs", []float32{-2, -0.5, 0.25, 3}, []float32{2, 0.5, 0.25, 3}},
		{"Neg", []float32{-2, -0.5, 0.25, 3}, []float32{2, 0.5, -0.25, -3}},
		{"Sign", []float32{-2, -0.5, 0.25, 3}, []float32{-1, -1, 1, 1}},
		{"Floor", []float32{-1.5, -0.5, 0.5, 2.75}, []float32{-2, -1, 0, 2}},
		{"Ceil", []float32{-1.5, -0.5, 0.5, 2.25}, []float32{-1, 0, 1, 3}},
		{"Round", []float32{-1.5, -0.5, 0.5, 2.5}, []float32{-2, 0, 0, 2}},
		{"Shrink", []float32{-2, -0.375, 0.25, 3}, []float32{-2, 0, 0, 3}}} {
		row, _ := nn.Lookup(f.op)
		in, want := nn.T(f.in, 2, 2), nn.T(f.want, 2, 2)
		cs = append(cs, testCase{name: "values", op: row.New(), in: []*nn.Tensor{in}, want: []*nn.Tensor{want}},
			testCase{name: "float64", op: row.New(), in: []*nn.Tensor{widen(in)}, want: []*nn.Tensor{widen(want)}})
	}
	return cs
}

// parameterCases has what attributes change, extreme operands, and other types.
func parameterCases() []testCase {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	return []testCase{
		{name: "signs", op: &nn.Relu{}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.5, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 0.5, 3}, 4)}},
		{name: "rank 4", op: &nn.Relu{}, in: []*nn.Tensor{ramp(1, 3, 4, 5)}},
		{name: "parameters", op: &nn.LeakyRelu{Alpha: 0.25}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-0.5, -0.125, 0.25, 3}, 4)}},
		{name: "parameters", op: &nn.Elu{Alpha: 2}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-1.729329434, -0.786938681, 0.25, 3}, 4)}},
		{name: "parameters", op: &nn.Celu{Alpha: 2}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-1.264241118, -0.442398434, 0.25, 3}, 4)}},
		{name: "parameters", op: &nn.Selu{Alpha: 2, Gamma: 3}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-5.187988301, -2.360816042, 0.75, 9}, 4)}},
		{name: "parameters", op: &nn.ThresholdedRelu{Alpha: 0.125}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 0.25, 3}, 4)}},
		{name: "parameters", op: &nn.HardSigmoid{Alpha: 0.5, Beta: 0.75}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{0, 0.5, 0.875, 1}, 4)}},
		{name: "parameters", op: &nn.Swish{Alpha: 0.5}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-0.537882843, -0.21891175, 0.132802343, 2.452723429}, 4)}},
		{name: "parameters", op: &nn.Gelu{Approximate: "tanh"}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3, 0.01}, 5)},
			want: []*nn.Tensor{nn.T([]float32{-0.045402306, -0.15428599, 0.149675351, 2.996362608, 0.005039894}, 5)}},
		{name: "parameters", op: &nn.Shrink{Lambda: 1, Bias: 1.5}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.25, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{-0.5, 0, 0, 1.5}, 4)}}, {name: "extremes", op: &nn.Exp{}, in: []*nn.Tensor{nn.T([]float32{-inf, -200, -100, 88, inf, nan}, 6)},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 3.783505853e-44, 1.651636255e38, inf, nan}, 6)}},
		{name: "extremes", op: &nn.Sigmoid{}, in: []*nn.Tensor{nn.T([]float32{-inf, -1000, -20, 0, 1000, inf, nan}, 7)},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 2.0611536e-9, 0.5, 1, 1, nan}, 7)}},
		{name: "extremes", op: &nn.Tanh{}, in: []*nn.Tensor{nn.T([]float32{-inf, -1000, 0.001, 0.05, 1000, nan}, 6)},
			want: []*nn.Tensor{nn.T([]float32{-1, -1, 0.00099999967, 0.0499583743, 1, nan}, 6)}},
		{name: "extremes", op: &nn.Mish{}, in: []*nn.Tensor{nn.T([]float32{-1000, -30, 30, 1000, nan}, 5)},
			want: []*nn.Tensor{nn.T([]float32{0, -2.8072e-12, 30, 1000, nan}, 5)}},
		{name: "extremes", op: &nn.Softplus{}, in: []*nn.Tensor{nn.T([]float32{-1000, 1000, inf}, 3)},
			want: []*nn.Tensor{nn.T([]float32{0, 1000, inf}, 3)}},
		{name: "int8", op: &nn.Abs{}, in: []*nn.Tensor{nn.T([]int8{-128, -3, 0, 5}, 4)}, want: []*nn.Tensor{nn.T([]int8{-128, 3, 0, 5}, 4)}},
		{name: "uint8", op: &nn.Abs{}, in: []*nn.Tensor{nn.T([]uint8{0, 200}, 2)}, want: []*nn.Tensor{nn.T([]uint8{0, 200}, 2)}},
		{name: "int64", op: &nn.Neg{}, in: []*nn.Tensor{nn.T([]int64{-3, 7}, 2)}, want: []*nn.Tensor{nn.T([]int64{3, -7}, 2)}},
		{name: "int32", op: &nn.Sign{}, in: []*nn.Tensor{nn.T([]int32{-3, 0, 7}, 3)}, want: []*nn.Tensor{nn.T([]int32{-1, 0, 1}, 3)}},
		{name: "NaN", op: &nn.Sign{}, in: []*nn.Tensor{nn.T([]float32{nan, -inf}, 2)}, want: []*nn.Tensor{nn.T([]float32{nan, -1}, 2)}},
		{name: "int8", op: &nn.Shrink{Lambda: 2, Bias: 1}, in: []*nn.Tensor{nn.T([]int8{-4, -2, 2, 3}, 4)},
			want: []*nn.Tensor{nn.T([]int8{-3, 0, 0, 2}, 4)}},
		{name: "both", op: &nn.Clip{}, in: []*nn.Tensor{nn.T([]float32{-3, -1, 0.5, 2, nan}, 5), nn.Scalar[float32](-1.5), nn.Scalar[float32](1)},
			want: []*nn.Tensor{nn.T([]float32{-1.5, -1, 0.5, 1, nan}, 5)}},
		{name: "gradient", op: &nn.Clip{}, in: []*nn.Tensor{ramp(3, 5), nn.Scalar[float32](-0.95), nn.Scalar[float32](1.05)}},
		{name: "min alone", op: &nn.Clip{}, in: []*nn.Tensor{nn.T([]float32{-3, 2}, 2), nn.Scalar[float32](-1)},
			want: []*nn.Tensor{nn.T([]float32{-1, 2}, 2)}},
		{name: "max alone", op: &nn.Clip{}, in: []*nn.Tensor{nn.T([]int8{-3, 2}, 2), nil, nn.Scalar[int8](0)},
			want: []*nn.Tensor{nn.T([]int8{-3, 0}, 2)}},
		{name: "min over max", op: &nn.Clip{}, in: []*nn.Tensor{nn.T([]float32{-3, 1, 5}, 3), nn.Scalar[float32](2), nn.Scalar[float32](1)},
			want: []*nn.Tensor{nn.T([]float32{1, 1, 1}, 3)}},
		{name: "none", op: &nn.IsNaN{}, in: []*nn.Tensor{nn.T([]float32{1, nan, inf}, 3)}, want: []*nn.Tensor{nn.T([]bool{false, true, false}, 3)}},
		{name: "half", op: &nn.IsNaN{}, in: []*nn.Tensor{nn.T([]float16.Float16{0x3c00, 0x7e01, 0x7c00}, 3)},
			want: []*nn.Tensor{nn.T([]bool{false, true, false}, 3)}},
		{name: "both", op: &nn.IsInf{DetectNegative: true, DetectPositive: true}, in: []*nn.Tensor{nn.T([]float32{1, nan, inf, -inf}, 4)},
			want: []*nn.Tensor{nn.T([]bool{false, false, true, true}, 4)}},
		{name: "positive", op: &nn.IsInf{DetectPositive: true}, in: []*nn.Tensor{nn.T([]float64{1, math.Inf(1), math.Inf(-1)}, 3)},
			want: []*nn.Tensor{nn.T([]bool{false, true, false}, 3)}},
		{name: "inference", op: &nn.Dropout{}, in: []*nn.Tensor{ramp(2, 3)}, want: []*nn.Tensor{ramp(2, 3)}},
		{name: "mask", op: &nn.Dropout{}, in: []*nn.Tensor{ramp(3), nn.Scalar[float32](0.5), nn.Scalar(false)}, consts: []int{1, 2}, outs: 2,
			want: []*nn.Tensor{ramp(3), nn.T([]bool{true, true, true}, 3)}},
		{name: "ratio 0", op: &nn.Dropout{}, in: []*nn.Tensor{ramp(3), nn.Scalar[float16.Float16](0), nn.Scalar(true)}, consts: []int{1, 2},
			want: []*nn.Tensor{ramp(3)}},
	}
}

func arithmeticCases() []testCase {
	f := func(v ...float32) *nn.Tensor { return nn.T(v, len(v)) }
	i := func(v ...int32) *nn.Tensor { return nn.T(v, len(v)) }
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	return []testCase{
		{name: "floats", op: &nn.Add{}, in: in(f(1, 2, 3), f(0.5, -2, 4)), want: in(f(1.5, 0, 7))},
		{name: "uint8 wraps", op: &nn.Add{}, in: in(nn.T([]uint8{250, 1}, 2), nn.T([]uint8{10, 2}, 2)), want: in(nn.T([]uint8{4, 3}, 2))},
		{name: "floats", op: &nn.Sub{}, in: in(f(1, 2, 3), f(0.5, -2, 4)), want: in(f(0.5, 4, -1))},
		{name: "int8", op: &nn.Sub{}, in: in(nn.T([]int8{1, -5}, 2), nn.Scalar[int8](3)), want: in(nn.T([]int8{-2, -8}, 2))},
		{name: "floats", op: &nn.Mul{}, in: in(f(1, 2, 3), f(0.5, -2, 4)), want: in(f(0.5, -4, 12))},
		{name: "int64", op: &nn.Mul{}, in: in(nn.T([]int64{1 << 40, -3}, 2), nn.T([]int64{3, -3}, 2)), want: in(nn.T([]int64{3 << 40, 9}, 2))},
		{name: "floats", op: &nn.Div{}, in: in(f(1, 2, -3), f(0.5, -2, 4)), want: in(f(2, -1, -0.75))},
		{name: "float by zero", op: &nn.Div{}, in: in(nn.T([]float64{1, -1, 0}, 3), nn.T([]float64{0, 0, 0}, 3)),
			want: in(nn.T([]float64{math.Inf(1), math.Inf(-1), math.NaN()}, 3))},
		{name: "int32 truncates", op: &nn.Div{}, in: in(i(7, -7, 7, math.MinInt32), i(2, 2, -2, -1)), want: in(i(3, -3, -3, math.MinInt32))},
		{name: "smallest by −1", op: &nn.Div{}, in: in(nn.T([]int8{-128, 127}, 2), nn.Scalar[int8](-1)), want: in(nn.T([]int8{-128, -127}, 2))},
		{name: "slope a channel", op: &nn.PRelu{}, in: in(ramp(2, 3, 2, 2), nn.T([]float32{0.5, -1, 2}, 3, 1, 1))},
		{name: "slope an element", op: &nn.PRelu{}, in: in(f(-1, 2, -3), f(0.5, 7, 2)), want: in(f(-0.5, 2, -6))},
		{name: "one slope", op: &nn.PRelu{}, in: in(i(-1, 2, -3), i(3)), want: in(i(-3, 2, -9))},
		{name: "floats", op: &nn.Pow{}, in: in(f(1, 2, 9), f(5, -2, 0.5)), want: in(f(1, 0.25, 3))},
		{name: "square", op: &nn.Pow{}, in: in(f(1.5, -2), nn.Scalar[float32](2)), want: in(f(2.25, 4))},
		{name: "cube by int64", op: &nn.Pow{}, in: in(f(1.5, -2), nn.Scalar[int64](3)), want: in(f(3.375, -8))},
		{name: "ints", op: &nn.Pow{}, in: in(i(2, -3, 0, -1, -1, 5), i(10, 3, 0, -3, -2, -1)), want: in(i(1024, -27, 1, -1, 1, 0))},
		{name: "uint8 to a fraction", op: &nn.Pow{}, in: in(nn.T([]uint8{255, 1, 16}, 3), nn.T([]int64{-2, -1, 1}, 3)), want: in(nn.T([]uint8{0, 1, 16}, 3))},
		{name: "int64 by float", op: &nn.Pow{}, in: in(nn.T([]int64{4, 9, 2}, 3), f(0.5, 1.5, 100)), want: in(nn.T([]int64{2, 27, math.MaxInt64}, 3))},
		{name: "exact int64", op: &nn.Pow{}, in: in(nn.T([]int64{3}, 1), nn.Scalar[int32](39)), want: in(nn.T([]int64{4052555153018976267}, 1))},
		{name: "sign of the divisor", op: &nn.Mod{}, in: in(i(-4, 7, 5, 4, -7, 8), i(2, -3, 8, -2, 3, 5)), want: in(i(0, -2, 5, 0, 2, 3))},
		{name: "uint8", op: &nn.Mod{}, in: in(nn.T([]uint8{200, 7}, 2), nn.T([]uint8{7, 200}, 2)), want: in(nn.T([]uint8{4, 7}, 2))},
		{name: "fmod", op: &nn.Mod{Fmod: true}, in: in(f(-4.5, 7.5, 5), f(2, -3, 8)), want: in(f(-0.5, 1.5, 5))},
		{name: "fmod of ints", op: &nn.Mod{Fmod: true}, in: in(nn.T([]int64{-7, 7, math.MinInt64}, 3), nn.T([]int64{3, -3, -1}, 3)), want: in(nn.T([]int64{-1, 1, 0}, 3))},
		{name: "three", op: &nn.Max{}, in: in(f(3, 2, 1), f(1, 4, 4), f(2, 5, 3)), want: in(f(3, 5, 4))},
		{name: "one", op: &nn.Max{}, in: in(f(3, 2, 1)), want: in(f(3, 2, 1))},
		{name: "broadcast", op: &nn.Max{}, in: in(nn.Scalar[int8](0), nn.T([]int8{-1, 2}, 2, 1), nn.T([]int8{1, -3}, 2)), want: in(nn.T([]int8{1, 0, 2, 2}, 2, 2))},
		{name: "three", op: &nn.Min{}, in: in(f(3, 2, 1), f(1, 4, 4), f(2, 5, 3)), want: in(f(1, 2, 1))},
		{name: "NaN", op: &nn.Min{}, in: in(f(3, float32(math.NaN())), f(float32(math.NaN()), 1)), want: in(f(float32(math.NaN()), float32(math.NaN())))},
		{name: "scalar first", op: &nn.Min{}, in: in(nn.Scalar[int64](2), nn.T([]int64{1, 3}, 2)), want: in(nn.T([]int64{1, 2}, 2))},
		{name: "three", op: &nn.Sum{}, in: in(f(3, 0, 2), f(1, 3, 4), f(2, 6, 6)), want: in(f(6, 9, 12))},
		{name: "three", op: &nn.Mean{}, in: in(f(3, 0, 2), f(1, 3, 4), f(2, 6, 6)), want: in(f(2, 3, 4))},
	}
}

// broadcastCases subtracts operands of every relation of shapes; the wants of
// the larger ones come from indexing one element at a time.
func broadcastCases() []testCase {
	var cs []testCase
	for _, s := range [][2][]int{
		{{}, {}}, {{2, 3}, {}}, {{}, {2, 3}}, {{2, 3}, {3}}, {{2, 1}, {3}}, {{1}, {4}}, {{1, 1, 1}, {2, 1}},
		{{2, 3, 4, 5}, {3, 1, 1}}, {{2, 4, 5, 3}, {3}}, {{2, 3, 4, 5}, {2, 1, 1, 5}}, {{1, 3, 1, 5}, {2, 1, 4, 1}},
		{{2, 1, 2, 1, 2, 1, 2, 1}, {1, 2, 1, 2, 1, 2, 1, 2}}, {{0, 3}, {3}}, {{3, 1}, {3, 0}}, {{2, 3, 4}, {2, 3, 1}},
	} {
		a, b := ramp(s[0]...), positive(s[1]...)
		cs = append(cs, testCase{name: "broadcast " + a.Shape.String() + b.Shape.String(), op: &nn.Sub{}, in: []*nn.Tensor{a, b},
			want: []*nn.Tensor{elementwiseBinary(a, b, func(x, y float32) float32 { return x - y })}})
		cs = append(cs, testCase{name: "broadcast " + a.Shape.String() + b.Shape.String(), op: &nn.Mul{}, in: []*nn.Tensor{a, b},
			want: []*nn.Tensor{elementwiseBinary(a, b, func(x, y float32) float32 { return x * y })}})
		cs = append(cs, testCase{name: "broadcast " + a.Shape.String() + b.Shape.String(), op: &nn.Div{}, in: []*nn.Tensor{a, b},
			want: []*nn.Tensor{elementwiseBinary(a, b, func(x, y float32) float32 { return x / y })}})
		cs = append(cs, testCase{name: "broadcast " + a.Shape.String() + b.Shape.String(), op: &nn.Add{}, in: []*nn.Tensor{a, b},
			want: []*nn.Tensor{elementwiseBinary(a, b, func(x, y float32) float32 { return x + y })}})
	}
	return cs
}

// elementwiseBinary broadcasts by the definition: every index of the result
// is taken apart, and put together again with 0 where an operand repeats.
func elementwiseBinary(a, b *nn.Tensor, f func(x, y float32) float32) *nn.Tensor {
	s, err := nn.Broadcast(a.Shape, b.Shape)
	if err != nil {
		panic(err)
	}
	at := func(t *nn.Tensor, i int) float32 {
		st, off := t.Shape.Strides(), 0
		for d := 1; d <= s.Rank; d++ {
			n := s.Dims[s.Rank-d]
			if d <= t.Shape.Rank && t.Shape.Dims[t.Shape.Rank-d] != 1 {
				off += i % n * st[t.Shape.Rank-d]
			}
			i /= n
		}
		return t.F32()[off]
	}
	out := nn.NewTensor(nn.Float32, s)
	for i := range out.F32() {
		out.F32()[i] = f(at(a, i), at(b, i))
	}
	return out
}

func logicCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	f := func(v ...float32) *nn.Tensor { return nn.T(v, len(v)) }
	b := func(v ...bool) *nn.Tensor { return nn.T(v, len(v)) }
	nan := float32(math.NaN())
	x, y := f(1, 2, 3, nan), f(2, 2, 2, nan)
	p, q := b(false, false, true, true), b(false, true, false, true)
	return []testCase{
		{name: "floats", op: &nn.Equal{}, in: in(x, y), want: in(b(false, true, false, false))},
		{name: "bools", op: &nn.Equal{}, in: in(p, q), want: in(b(true, false, false, true))},
		{name: "floats", op: &nn.Less{}, in: in(x, y), want: in(b(true, false, false, false))},
		{name: "scalar", op: &nn.Less{}, in: in(nn.Scalar[int64](2), nn.T([]int64{1, 2, 3}, 3)), want: in(b(false, false, true))},
		{name: "floats", op: &nn.LessOrEqual{}, in: in(x, y), want: in(b(true, true, false, false))},
		{name: "uint8", op: &nn.LessOrEqual{}, in: in(nn.T([]uint8{1, 200}, 2), nn.Scalar[uint8](100)), want: in(b(true, false))},
		{name: "floats", op: &nn.Greater{}, in: in(x, y), want: in(b(false, false, true, false))},
		{name: "int8", op: &nn.Greater{}, in: in(nn.T([]int8{-1, 3}, 2), nn.Scalar[int8](1)), want: in(b(false, true))},
		{name: "floats", op: &nn.GreaterOrEqual{}, in: in(x, y), want: in(b(false, true, true, false))},
		{name: "int32", op: &nn.GreaterOrEqual{}, in: in(nn.T([]int32{-1, 3}, 2, 1), nn.T([]int32{-1, 4}, 2)),
			want: in(nn.T([]bool{true, false, true, false}, 2, 2))},
		{name: "table", op: &nn.Not{}, in: in(p), want: in(b(true, true, false, false))},
		{name: "table", op: &nn.And{}, in: in(p, q), want: in(b(false, false, false, true))},
		{name: "table", op: &nn.Or{}, in: in(p, q), want: in(b(false, true, true, true))},
		{name: "table", op: &nn.Xor{}, in: in(p, q), want: in(b(false, true, true, false))},
		{name: "broadcast", op: &nn.And{}, in: in(nn.T([]bool{true, false}, 2, 1), b(true, false)),
			want: in(nn.T([]bool{true, false, false, false}, 2, 2))},
		{name: "floats", op: &nn.Where{}, in: in(b(true, false, true), f(1, 2, 3), f(4, 5, 6)), want: in(f(1, 5, 3))},
		{name: "broadcast", op: &nn.Where{}, in: in(nn.T([]bool{true, false}, 2, 1), nn.T([]int64{1, 2}, 2), nn.Scalar[int64](9)),
			want: in(nn.T([]int64{1, 2, 9, 9}, 2, 2))},
		{name: "halves", op: &nn.Where{}, in: in(nn.Scalar(false), nn.T([]float16.Float16{1, 2}, 2), nn.T([]float16.Float16{3, 4}, 2)),
			want: in(nn.T([]float16.Float16{3, 4}, 2))},
		{name: "bools", op: &nn.Where{}, in: in(p, q, b(true)), want: in(b(true, true, false, true))},
	}
}

func castCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	inf := math.Inf(1)
	// 2049 + ε lies just above the tie between the halves 2048 and 2050, which
	// float32 cannot say.
	halves := nn.T([]float64{1, 2049, 2049.0000001, 2051, 65519.99, 65520, 5.9604644775390625e-8, -inf}, 8)
	cs := []testCase{
		{name: "float64 to half", op: nn.CastTo(nn.Float16), in: in(halves),
			want: in(nn.T([]float16.Float16{0x3c00, 0x6800, 0x6801, 0x6802, 0x7bff, 0x7c00, 0x0001, 0xfc00}, 8))},
		{name: "half to int32", op: nn.CastTo(nn.Int32), in: in(nn.T([]float16.Float16{0x3c00, 0xc100, 0x7bff}, 3)), want: in(nn.T([]int32{1, -2, 65504}, 3))},
		{name: "half to itself", op: nn.CastTo(nn.Float16), in: in(nn.T([]float16.Float16{0x7e01}, 1)), want: in(nn.T([]float16.Float16{0x7e01}, 1))},
		{name: "saturation", op: nn.CastTo(nn.Int8), in: in(nn.T([]float32{-200, -1.9, 1.9, 200, float32(inf)}, 5)), want: in(nn.T([]int8{-128, -1, 1, 127, 127}, 5))},
		{name: "saturation", op: nn.CastTo(nn.Uint8), in: in(nn.T([]float64{-3, -0.5, 255.9, 256, math.NaN()}, 5)), want: in(nn.T([]uint8{0, 0, 255, 255, 0}, 5))},
		{name: "saturation", op: nn.CastTo(nn.Int64), in: in(nn.T([]float64{-1e30, 1e30, 1 << 62}, 3)), want: in(nn.T([]int64{math.MinInt64, math.MaxInt64, 1 << 62}, 3))},
		{name: "wrapping", op: nn.CastTo(nn.Int8), in: in(nn.T([]int64{300, -129}, 2)), want: in(nn.T([]int8{44, 127}, 2))},
		{name: "long halves", op: nn.CastTo(nn.Float64), in: in(manyHalves()), want: in(widen(floats(manyHalves())))},
		{name: "to operand 1", op: &nn.CastLike{RoundMode: "up"}, in: in(nn.T([]float32{1.5, -1}, 2), nn.Scalar[int64](0)), want: in(nn.T([]int64{1, -1}, 2))},
	}
	cs = append(cs, testCase{name: "to float64", op: &nn.CastLike{RoundMode: "up"}, in: in(nn.T([]float32{1.5, -1}, 2), nn.Scalar[float64](0)), want: in(nn.T([]float64{1.5, -1}, 2))})
	types := []nn.DType{nn.Float32, nn.Float16, nn.Float64, nn.Int8, nn.Uint8, nn.Int32, nn.Int64, nn.Bool}
	for _, from := range types {
		for _, to := range types {
			cs = append(cs, testCase{name: from.String() + " to " + to.String(), op: nn.CastTo(to), in: in(oneZero(from)), want: in(oneZero(to))})
		}
	}
	return cs
}

// oneZero holds 1, 0, 1 in any type.
func oneZero(d nn.DType) *nn.Tensor {
	switch d {
	case nn.Float32:
		return nn.T([]float32{1, 0, 1}, 3)
	case nn.Float16:
		return nn.T([]float16.Float16{0x3c00, 0, 0x3c00}, 3)
	case nn.Float64:
		return nn.T([]float64{1, 0, 1}, 3)
	case nn.Int8:
		return nn.T([]int8{1, 0, 1}, 3)
	case nn.Uint8:
		return nn.T([]uint8{1, 0, 1}, 3)
	case nn.Int32:
		return nn.T([]int32{1, 0, 1}, 3)
	case nn.Int64:
		return nn.T([]int64{1, 0, 1}, 3)
	}
	return nn.T([]bool{true, false, true}, 3)
}

// manyHalves is longer than any block that a conversion works in.
func manyHalves() *nn.Tensor {
	v := make([]float16.Float16, 700)
	for i := range v {
		v[i] = float16.Float16(i * 37)
	}
	return nn.T(v, 700)
}

func floats(t *nn.Tensor) *nn.Tensor {
	out := nn.NewTensor(nn.Float32, t.Shape)
	for i := range out.F32() {
		out.F32()[i] = float32(t.Float(i))
	}
	return out
}
