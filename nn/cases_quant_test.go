package nn_test

import (
	"slices"

	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/nn"
)

func quantCases() []testCase {
	return slices.Concat(linearCases(), integerCases(), suppressionCases())
}

func fs(v ...float32) *nn.Tensor                  { return nn.T(v, len(v)) }
func u8(v ...uint8) *nn.Tensor                    { return nn.T(v, len(v)) }
func i8(v ...int8) *nn.Tensor                     { return nn.T(v, len(v)) }
func scalarF(v float32) *nn.Tensor                { return nn.Scalar(v) }
func shaped(t *nn.Tensor, dims ...int) *nn.Tensor { return t.Reshaped(nn.S(dims...)) }

func linearCases() []testCase {
	q := func(o nn.QuantizeLinear) *nn.QuantizeLinear { o.Saturate = true; return &o }
	return []testCase{
		{name: "ties, saturation", op: q(nn.QuantizeLinear{Axis: 1}), in: []*nn.Tensor{fs(1, 3, -1, 5, 1000, -1000, 0), scalarF(2), nn.Scalar(uint8(3))},
			want: []*nn.Tensor{u8(3, 5, 3, 5, 255, 0, 3)}},
		{name: "no zero point, int8 by attribute", op: q(nn.QuantizeLinear{Axis: 1, OutputDType: 3}), in: []*nn.Tensor{fs(-3, 300, 7), fs(2)},
			want: []*nn.Tensor{i8(-2, 127, 4)}},
		{name: "by axis", op: q(nn.QuantizeLinear{Axis: -2}), in: []*nn.Tensor{shaped(fs(1, 2, 3, 4, 5, 6), 1, 2, 3), fs(1, 2), i8(0, -10)},
			want: []*nn.Tensor{shaped(i8(1, 2, 3, -8, -8, -7), 1, 2, 3)}},
		{name: "by axis, rank 4", op: q(nn.QuantizeLinear{Axis: 1}), in: []*nn.Tensor{ramp(2, 3, 4, 2), fs(0.1, 0.02, 0.3), u8(10, 128, 200)}},
		{name: "blocked", op: q(nn.QuantizeLinear{Axis: 1, BlockSize: 2}),
			in:   []*nn.Tensor{shaped(fs(2, 4, 6, 8, 10, 12), 2, 3), shaped(fs(1, 2, 4, 3), 2, 2), shaped(u8(0, 1, 2, 3), 2, 2)},
			want: []*nn.Tensor{shaped(u8(2, 4, 4, 4, 4, 7), 2, 3)}},
		{name: "blocked, first axis", op: q(nn.QuantizeLinear{Axis: 0, BlockSize: 2}),
			in:   []*nn.Tensor{shaped(fs(2, 4, 6, 8, 10, 12), 3, 2), shaped(fs(1, 2, 5, 3), 2, 2)},
			want: []*nn.Tensor{shaped(u8(2, 2, 6, 4, 2, 4), 3, 2)}},
		{name: "int32", op: q(nn.QuantizeLinear{Axis: 1}), in: []*nn.Tensor{nn.T([]int32{7, -9}, 2), scalarF(2), nn.Scalar(int8(1))},
			want: []*nn.Tensor{i8(5, -3)}},
		{name: "uint8", op: &nn.DequantizeLinear{Axis: 1}, in: []*nn.Tensor{u8(0, 3, 255), scalarF(2), nn.Scalar(uint8(128))},
			want: []*nn.Tensor{fs(-256, -250, 254)}},
		{name: "by axis", op: &nn.DequantizeLinear{Axis: 1}, in: []*nn.Tensor{shaped(i8(1, 2, 3, 4), 1, 2, 2), fs(2, 3), i8(0, 1)},
			want: []*nn.Tensor{shaped(fs(2, 4, 6, 9), 1, 2, 2)}},
		{name: "blocked", op: &nn.DequantizeLinear{Axis: -1, BlockSize: 2}, in: []*nn.Tensor{shaped(i8(1, 2, 3), 1, 3), shaped(fs(2, 3), 1, 2)},
			want: []*nn.Tensor{shaped(fs(2, 4, 9), 1, 3)}},
		{name: "int32 bias", op: &nn.DequantizeLinear{Axis: 0}, in: []*nn.Tensor{nn.T([]int32{100000, -7}, 2), fs(0.5, 2)},
			want: []*nn.Tensor{fs(50000, -14)}},
		{name: "float16", op: &nn.DequantizeLinear{Axis: 1, OutputDType: 10}, in: []*nn.Tensor{u8(1, 2), scalarF(0.5)},
			want: []*nn.Tensor{nn.T([]float16.Float16{float16.Fromfloat32(0.5), float16.Fromfloat32(1)}, 2)}},
		{name: "both signs", op: &nn.DynamicQuantizeLinear{}, in: []*nn.Tensor{fs(0, 2, -3, -2.5, 1.34, 0.5)}, outs: 3,
			want: []*nn.Tensor{u8(153, 255, 0, 26, 221, 179), scalarF(5. / 255), nn.Scalar(uint8(153))}},
		{name: "zeros", op: &nn.DynamicQuantizeLinear{}, in: []*nn.Tensor{fs(0, 0)}, outs: 3,
			want: []*nn.Tensor{u8(0, 0), scalarF(1), nn.Scalar(uint8(0))}},
	}
}

func integerCases() []testCase {
	x := nn.T([]uint8{2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 1, 3, 3)
	w := nn.T([]uint8{1, 1, 1, 1}, 1, 1, 2, 2)
	conv := nn.ConvInteger{AutoPad: "NOTSET", Group: 1}
	padded := conv
	padded.Pads = []int{1, 1, 1, 1}
	a, b := nn.T([]uint8{11, 7, 3, 10, 6, 2}, 2, 3), nn.T([]int8{1, 4, 2, 5, 3, 6}, 3, 2)
	return []testCase{
		{name: "zero point", op: &conv, in: []*nn.Tensor{x, w, nn.Scalar(uint8(1))}, want: []*nn.Tensor{nn.T([]int32{12, 16, 24, 28}, 1, 1, 2, 2)}},
		{name: "padding is the zero point", op: &padded, in: []*nn.Tensor{x, w, nn.Scalar(uint8(1))},
			want: []*nn.Tensor{nn.T([]int32{1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9}, 1, 1, 4, 4)}},
		{name: "groups, weights by channel", op: &nn.ConvInteger{AutoPad: "NOTSET", Group: 2},
			in:   []*nn.Tensor{nn.T([]int8{1, 2, -3, 4}, 1, 2, 2), nn.T([]int8{1, 2, 3, 4}, 2, 1, 2), nil, i8(1, -1)},
			want: []*nn.Tensor{nn.T([]int32{2, 8}, 1, 2, 1)}},
		{name: "zero points by row and column", op: &nn.MatMulInteger{}, in: []*nn.Tensor{a, b, u8(10, 2), i8(1, 0)},
			want: []*nn.Tensor{nn.T([]int32{-17, -53, 4, 52}, 2, 2)}},
		{name: "none", op: &nn.MatMulInteger{}, in: []*nn.Tensor{u8(255, 255), nn.T([]uint8{255, 255}, 2)}, want: []*nn.Tensor{nn.Scalar(int32(130050))}},
		{name: "by channel, bias", op: &nn.QLinearConv{AutoPad: "NOTSET", Group: 1},
			in: []*nn.Tensor{nn.T([]uint8{130, 126}, 1, 1, 2), scalarF(0.5), nn.Scalar(uint8(128)),
				nn.T([]int8{2, 1, 3, -4}, 2, 1, 2), fs(1, 0.25), i8(0, 0), scalarF(0.5), nn.Scalar(int8(-3)), nn.T([]int32{1, 4}, 2)},
			// Sums 2·2−2·1+1 and 2·3+2·4+4, at scales 1 and 1/4.
			want: []*nn.Tensor{nn.T([]int8{0, 1}, 1, 2, 1)}},
		{name: "scales by row and column", op: &nn.QLinearMatMul{},
			in: []*nn.Tensor{nn.T([]uint8{2, 3, 4, 5}, 2, 2), fs(1, 0.5), u8(1, 2), nn.T([]int8{1, 2, 3, 4}, 2, 2), fs(1, 2), i8(0, 1), scalarF(0.5), nn.Scalar(uint8(100))},
			// Sums 1·1+2·3, 1·1+2·3; 2·1+3·3, 2·1+3·3, at scales 2 4; 1 2.
			want: []*nn.Tensor{nn.T([]uint8{114, 128, 111, 122}, 2, 2)}},
		{name: "batch", op: &nn.QLinearMatMul{},
			in:   []*nn.Tensor{nn.T([]int8{1, -2, 3, -4}, 2, 1, 2), fs(0.5), i8(0), nn.T([]int8{10, 20}, 2, 1), fs(0.1), i8(0), fs(0.5), i8(1)},
			want: []*nn.Tensor{nn.T([]int8{-2, -4}, 2, 1, 1)}},
	}
}

func suppressionCases() []testCase {
	boxes := shaped(fs(0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101), 1, 6, 4)
	flipped := shaped(fs(1, 1, 0, 0, 0, 0.1, 1, 1.1, 0, 0.9, 1, -0.1, 0, 10, 1, 11, 1, 10.1, 0, 11.1, 1, 101, 0, 100), 1, 6, 4)
	centred := shaped(fs(0.5, 0.5, 1, 1, 0.6, 0.5, 1, 1, 0.4, 0.5, 1, 1, 10.5, 0.5, 1, 1, 10.6, 0.5, 1, 1, 100.5, 0.5, 1, 1), 1, 6, 4)
	scores := shaped(fs(0.9, 0.75, 0.6, 0.95, 0.5, 0.3), 1, 1, 6)
	two := shaped(fs(0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4), 1, 2, 6)
	three := nn.T([]int64{3}, 1)
	rows := func(v ...int64) []*nn.Tensor { return []*nn.Tensor{nn.T(v, len(v)/3, 3)} }
	op := &nn.NonMaxSuppression{}
	return []testCase{
		{name: "by overlap", op: op, in: []*nn.Tensor{boxes, scores, three, fs(0.5), fs(0)}, consts: []int{2}, want: rows(0, 0, 3, 0, 0, 0, 0, 0, 5)},
		{name: "corners in any order", op: op, in: []*nn.Tensor{flipped, scores, three, fs(0.5)}, want: rows(0, 0, 3, 0, 0, 0, 0, 0, 5)},
		{name: "centres", op: &nn.NonMaxSuppression{CenterPointBox: true}, in: []*nn.Tensor{centred, scores, three, fs(0.5)}, want: rows(0, 0, 3, 0, 0, 0, 0, 0, 5)},
		{name: "two classes, by score", op: op, in: []*nn.Tensor{boxes, two, nn.T([]int64{1 << 40}, 1), fs(0.5), fs(0.4 - 1e-6)}, want: rows(0, 0, 3, 0, 0, 0, 0, 1, 5)},
		{name: "limit 0", op: op, in: []*nn.Tensor{boxes, scores}, want: []*nn.Tensor{nn.T([]int64{}, 0, 3)}},
		{name: "ties by index", op: op, in: []*nn.Tensor{boxes, shaped(fs(1, 1, 1, 1, 1, 1), 1, 1, 6), nn.T([]int64{2}, 1), fs(1)}, want: rows(0, 0, 0, 0, 0, 1)},
	}
}
