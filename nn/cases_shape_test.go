package nn_test

import (
	"slices"

	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/nn"
)

func shapeCases() []testCase {
	return slices.Concat(viewCases(), moveCases(), sliceCases(), padCases(), blockCases(), indexCases())
}

// ints is a list operand.
func ints(v ...int64) *nn.Tensor { return nn.T(v, len(v)) }

// count is a float32 tensor of 1, 2, 3, …
func count(dims ...int) *nn.Tensor {
	v := make([]float32, nn.S(dims...).Elems())
	for i := range v {
		v[i] = float32(i + 1)
	}
	return nn.T(v, dims...)
}

// as is t with other dimensions.
func as(t *nn.Tensor, dims ...int) *nn.Tensor { return t.Reshaped(nn.S(dims...)) }

func f32(v []float32, dims ...int) []*nn.Tensor { return []*nn.Tensor{nn.T(v, dims...)} }

func ptr(n int) *int { return &n }

// viewCases: what leaves the elements in their order, or looks at the shape.
func viewCases() []testCase {
	x := ramp(2, 3, 4)
	ones := ramp(1, 3, 1, 2)
	return []testCase{
		{name: "bytes", op: &nn.Identity{}, in: []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 3)},
			want: []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 3)}},
		{name: "rank 3", op: &nn.Identity{}, in: []*nn.Tensor{ramp(2, 3, 2)}},

		{name: "all", op: &nn.ShapeOp{}, in: []*nn.Tensor{x}, want: []*nn.Tensor{ints(2, 3, 4)}},
		{name: "scalar", op: &nn.ShapeOp{}, in: []*nn.Tensor{nn.Scalar(true)}, want: []*nn.Tensor{ints()}},
		{name: "part", op: &nn.ShapeOp{Start: -2, End: ptr(-1)}, in: []*nn.Tensor{x}, want: []*nn.Tensor{ints(3)}},
		{name: "clamped", op: &nn.ShapeOp{Start: -9, End: ptr(9)}, in: []*nn.Tensor{x}, want: []*nn.Tensor{ints(2, 3, 4)}},
		{name: "crossed", op: &nn.ShapeOp{Start: 2, End: ptr(1)}, in: []*nn.Tensor{x}, want: []*nn.Tensor{ints()}},
		{name: "rank 3", op: &nn.Size{}, in: []*nn.Tensor{x}, want: []*nn.Tensor{nn.Scalar(int64(24))}},
		{name: "none", op: &nn.Size{}, in: []*nn.Tensor{ramp(2, 0)}, want: []*nn.Tensor{nn.Scalar(int64(0))}},

		{name: "-1 and 0", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(0, -1, 2)}, consts: []int{1},
			want: []*nn.Tensor{as(x, 2, 6, 2)}},
		{name: "to a scalar", op: &nn.Reshape{}, in: []*nn.Tensor{ramp(1, 1), ints()}, consts: []int{1},
			want: []*nn.Tensor{as(ramp(1, 1))}},
		{name: "allowzero", op: &nn.Reshape{AllowZero: true}, in: []*nn.Tensor{ramp(0, 3), ints(3, 0, 2)}, consts: []int{1},
			want: f32(nil, 3, 0, 2)},
		{name: "none kept", op: &nn.Reshape{}, in: []*nn.Tensor{ramp(0, 3), ints(0, 5)}, consts: []int{1}, want: f32(nil, 0, 5)},
		{name: "bool", op: &nn.Reshape{}, in: []*nn.Tensor{nn.T([]bool{true, false}, 2), ints(2, 1)}, consts: []int{1},
			want: []*nn.Tensor{nn.T([]bool{true, false}, 2, 1)}},
		{name: "default", op: &nn.Flatten{Axis: 1}, in: []*nn.Tensor{x}, want: []*nn.Tensor{as(x, 2, 12)}},
		{name: "axis 0", op: &nn.Flatten{}, in: []*nn.Tensor{x}, want: []*nn.Tensor{as(x, 1, 24)}},
		{name: "axis -1", op: &nn.Flatten{Axis: -1}, in: []*nn.Tensor{x}, want: []*nn.Tensor{as(x, 6, 4)}},
		{name: "axis rank", op: &nn.Flatten{Axis: 3}, in: []*nn.Tensor{x}, want: []*nn.Tensor{as(x, 24, 1)}},
		{name: "all", op: &nn.Squeeze{}, in: []*nn.Tensor{ones}, want: []*nn.Tensor{as(ones, 3, 2)}},
		{name: "named", op: &nn.Squeeze{}, in: []*nn.Tensor{ones, ints(-2)}, consts: []int{1}, want: []*nn.Tensor{as(ones, 1, 3, 2)}},
		{name: "both ends", op: &nn.Unsqueeze{}, in: []*nn.Tensor{x, ints(-1, 0)}, consts: []int{1},
			want: []*nn.Tensor{as(x, 1, 2, 3, 4, 1)}},
		{name: "scalar", op: &nn.Unsqueeze{}, in: []*nn.Tensor{nn.Scalar(int64(7)), ints(0)}, consts: []int{1},
			want: []*nn.Tensor{ints(7)}},
	}
}

// moveCases: transposes, joins, cuts and repeats.
func moveCases() []testCase {
	x := count(2, 3)
	return []testCase{
		{name: "reversed", op: &nn.Transpose{}, in: []*nn.Tensor{x}, want: f32([]float32{1, 4, 2, 5, 3, 6}, 3, 2)},
		{name: "scalar", op: &nn.Transpose{}, in: []*nn.Tensor{nn.Scalar(float32(3))}, want: f32([]float32{3})},
		{name: "rows kept", op: &nn.Transpose{Perm: []int{1, 0, 2}}, in: []*nn.Tensor{count(2, 2, 2)},
			want: f32([]float32{1, 2, 5, 6, 3, 4, 7, 8}, 2, 2, 2)},
		{name: "to NHWC", op: &nn.Transpose{Perm: []int{0, 2, 3, 1}}, in: []*nn.Tensor{ramp(2, 3, 5, 7)}},
		{name: "to NCHW", op: &nn.Transpose{Perm: []int{0, 3, 1, 2}}, in: []*nn.Tensor{ramp(1, 5, 9, 3)}},
		{name: "bytes", op: &nn.Transpose{Perm: []int{1, 0}}, in: []*nn.Tensor{nn.T([]uint8{1, 2, 3, 4, 5, 6}, 3, 2)},
			want: []*nn.Tensor{nn.T([]uint8{1, 3, 5, 2, 4, 6}, 2, 3)}},
		{name: "int64", op: &nn.Transpose{}, in: []*nn.Tensor{nn.T([]int64{1, 2, 3, 4}, 2, 2)},
			want: []*nn.Tensor{nn.T([]int64{1, 3, 2, 4}, 2, 2)}},
		{name: "empty", op: &nn.Transpose{}, in: []*nn.Tensor{ramp(0, 3)}, want: f32(nil, 3, 0)},

		{name: "rows", op: &nn.Concat{Axis: 0}, in: []*nn.Tensor{count(1, 2), count(2, 2)},
			want: f32([]float32{1, 2, 1, 2, 3, 4}, 3, 2)},
		{name: "columns", op: &nn.Concat{Axis: -1}, in: []*nn.Tensor{count(2, 1), count(2, 0), count(2, 2)},
			want: f32([]float32{1, 1, 2, 2, 3, 4}, 2, 3)},
		{name: "channels", op: &nn.Concat{Axis: 1}, in: []*nn.Tensor{ramp(1, 2, 3, 3), ramp(1, 4, 3, 3)}},
		{name: "one", op: &nn.Concat{Axis: 0}, in: []*nn.Tensor{x}, want: []*nn.Tensor{x}},

		{name: "given", op: &nn.Split{Axis: 1}, in: []*nn.Tensor{x, ints(1, 2)}, consts: []int{1}, outs: 2,
			want: []*nn.Tensor{nn.T([]float32{1, 4}, 2, 1), nn.T([]float32{2, 3, 5, 6}, 2, 2)}},
		{name: "uneven", op: &nn.Split{Axis: -1, NumOutputs: 2}, in: []*nn.Tensor{x}, outs: 2,
			want: []*nn.Tensor{nn.T([]float32{1, 2, 4, 5}, 2, 2), nn.T([]float32{3, 6}, 2, 1)}},
		{name: "channels", op: &nn.Split{Axis: 1, NumOutputs: 2}, in: []*nn.Tensor{ramp(1, 4, 3, 3)}, outs: 2},
		{name: "none", op: &nn.Split{}, in: []*nn.Tensor{ramp(0), ints(0, 0)}, consts: []int{1}, outs: 2,
			want: []*nn.Tensor{nn.T([]float32{}, 0), nn.T([]float32{}, 0)}},

		{name: "rows", op: &nn.Expand{}, in: []*nn.Tensor{count(2, 1), ints(2, 3)}, consts: []int{1},
			want: f32([]float32{1, 1, 1, 2, 2, 2}, 2, 3)},
		{name: "longer", op: &nn.Expand{}, in: []*nn.Tensor{count(2), ints(2, 1)}, consts: []int{1},
			want: f32([]float32{1, 2, 1, 2}, 2, 2)},
		{name: "kept", op: &nn.Expand{}, in: []*nn.Tensor{x, ints(1)}, consts: []int{1}, want: []*nn.Tensor{x}},
		{name: "rank 4", op: &nn.Expand{}, in: []*nn.Tensor{ramp(1, 3, 1, 2), ints(2, 1, 4, 2)}, consts: []int{1}},

		{name: "both", op: &nn.Tile{}, in: []*nn.Tensor{count(1, 2), ints(2, 2)}, consts: []int{1},
			want: f32([]float32{1, 2, 1, 2, 1, 2, 1, 2}, 2, 4)},
		{name: "inner", op: &nn.Tile{}, in: []*nn.Tensor{count(2, 2), ints(1, 3)}, consts: []int{1},
			want: f32([]float32{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4}, 2, 6)},
		{name: "none", op: &nn.Tile{}, in: []*nn.Tensor{x, ints(0, 1)}, consts: []int{1}, want: f32(nil, 0, 3)},
		{name: "rank 4", op: &nn.Tile{}, in: []*nn.Tensor{ramp(1, 3, 2, 2), ints(2, 1, 3, 2)}, consts: []int{1}},
	}
}

func sliceCases() []testCase {
	const lo, hi = -1 << 63, 1<<63 - 1
	x := count(2, 4)
	consts := []int{1, 2, 3, 4}
	return []testCase{
		{name: "plain", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(0, 1), ints(1, 3)}, consts: consts,
			want: f32([]float32{2, 3}, 1, 2)},
		{name: "int32 operands", op: &nn.Slice{}, in: []*nn.Tensor{x, nn.T([]int32{-2}, 1), nn.T([]int32{1<<31 - 1}, 1), nn.T([]int32{1}, 1)},
			consts: consts, want: f32([]float32{3, 4, 7, 8}, 2, 2)},
		{name: "steps", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(0), ints(hi), ints(-1), ints(3)}, consts: consts,
			want: f32([]float32{1, 4, 5, 8}, 2, 2)},
		{name: "backwards", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(hi), ints(lo), ints(1), ints(-1)}, consts: consts,
			want: f32([]float32{4, 3, 2, 1, 8, 7, 6, 5}, 2, 4)},
		{name: "backwards by 2", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(-2), ints(-9), ints(1), ints(-2)}, consts: consts,
			want: f32([]float32{3, 1, 7, 5}, 2, 2)},
		{name: "longest step", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(-1), ints(lo), ints(1), ints(lo)}, consts: consts,
			want: f32([]float32{4, 8}, 2, 1)},
		{name: "nothing", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(3), ints(1), ints(1)}, consts: consts, want: f32(nil, 2, 0)},
		{name: "of nothing", op: &nn.Slice{}, in: []*nn.Tensor{ramp(0, 2), ints(5), ints(lo), ints(0), ints(-1)}, consts: consts,
			want: f32(nil, 0, 2)},
		{name: "steps without axes", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(1, 0), ints(2, 4), nil, ints(1, 2)}, consts: consts,
			want: f32([]float32{5, 7}, 1, 2)},
		{name: "rank 4", op: &nn.Slice{}, in: []*nn.Tensor{ramp(2, 4, 5, 6), ints(1, -1), ints(3, 0), ints(1, -2), ints(1, -2)}, consts: consts},
		{name: "uint8", op: &nn.Slice{}, in: []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 3), ints(1), ints(3)}, consts: consts,
			want: []*nn.Tensor{nn.T([]uint8{2, 3}, 2)}},
	}
}

func padCases() []testCase {
	x, consts := count(2, 3), []int{1, 3}
	rows := func(v []float32) []*nn.Tensor { return f32(v, 2, len(v)/2) }
	return []testCase{
		{name: "constant", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{count(1, 2), ints(1, 0, 0, 2), nn.Scalar(float32(9))}, consts: consts,
			want: f32([]float32{9, 9, 9, 9, 1, 2, 9, 9}, 2, 4)},
		{name: "zero", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{x, ints(0, 1, 0, 0)}, consts: consts,
			want: rows([]float32{0, 1, 2, 3, 0, 4, 5, 6})},
		{name: "crop", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{x, ints(1, -1, -1, 1)}, consts: consts,
			want: rows([]float32{0, 0, 0, 2, 3, 0})},
		{name: "axes", op: &nn.Pad{Mode: "edge"}, in: []*nn.Tensor{x, ints(2, 1), nil, ints(-1)}, consts: consts,
			want: rows([]float32{1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6})},
		{name: "reflect", op: &nn.Pad{Mode: "reflect"}, in: []*nn.Tensor{x, ints(0, 2, 0, 1)}, consts: consts,
			want: rows([]float32{3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5})},
		{name: "reflect twice", op: &nn.Pad{Mode: "reflect"}, in: []*nn.Tensor{x, ints(0, 0, 0, 5)}, consts: consts,
			want: rows([]float32{1, 2, 3, 2, 1, 2, 3, 2, 4, 5, 6, 5, 4, 5, 6, 5})},
		{name: "wrap", op: &nn.Pad{Mode: "wrap"}, in: []*nn.Tensor{x, ints(0, 1, 0, 2)}, consts: consts,
			want: rows([]float32{3, 1, 2, 3, 1, 2, 6, 4, 5, 6, 4, 5})},
		{name: "corners", op: &nn.Pad{Mode: "edge"}, in: []*nn.Tensor{count(2, 2), ints(1, 1, 0, 0)}, consts: consts,
			want: f32([]float32{1, 1, 2, 1, 1, 2, 3, 3, 4}, 3, 3)},
		{name: "of nothing", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{ramp(0, 2), ints(1, 1, 0, 0), nn.Scalar(float32(5))}, consts: consts,
			want: f32([]float32{5, 5, 5}, 1, 3)},
		{name: "rank 4", op: &nn.Pad{Mode: "reflect"}, in: []*nn.Tensor{ramp(2, 3, 4, 5), ints(0, 1, 2, -1, 0, 0, 1, 3)}, consts: consts},
		{name: "bool", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{nn.T([]bool{true}, 1), ints(1, 1)}, consts: consts,
			want: []*nn.Tensor{nn.T([]bool{false, true, false}, 3)}},

		{name: "both", op: &nn.CenterCropPad{}, in: []*nn.Tensor{count(1, 4), ints(2, 1)}, consts: consts, want: f32([]float32{2, 0}, 2, 1)},
		{name: "axes", op: &nn.CenterCropPad{Axes: []int{-1}}, in: []*nn.Tensor{x, ints(6)}, consts: consts,
			want: rows([]float32{0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0})},
	}
}

func blockCases() []testCase {
	return []testCase{
		{name: "DCR", op: &nn.DepthToSpace{BlockSize: 2, Mode: "DCR"}, in: []*nn.Tensor{count(1, 8, 1, 1)},
			want: f32([]float32{1, 3, 5, 7, 2, 4, 6, 8}, 1, 2, 2, 2)},
		{name: "CRD", op: &nn.DepthToSpace{BlockSize: 2, Mode: "CRD"}, in: []*nn.Tensor{count(1, 8, 1, 1)},
			want: f32([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2)},
		{name: "DCR picture", op: &nn.DepthToSpace{BlockSize: 2, Mode: "DCR"}, in: []*nn.Tensor{ramp(2, 12, 2, 3)}},
		{name: "CRD picture", op: &nn.DepthToSpace{BlockSize: 2, Mode: "CRD"}, in: []*nn.Tensor{ramp(2, 12, 2, 3)}},
		{name: "back", op: &nn.SpaceToDepth{BlockSize: 2}, in: []*nn.Tensor{nn.T([]float32{1, 3, 5, 7, 2, 4, 6, 8}, 1, 2, 2, 2)},
			want: []*nn.Tensor{count(1, 8, 1, 1)}},
		{name: "picture", op: &nn.SpaceToDepth{BlockSize: 3}, in: []*nn.Tensor{ramp(2, 2, 6, 3)}},
	}
}

// half is a list of float16.
func half(v ...float32) *nn.Tensor {
	h := make([]float16.Float16, len(v))
	for i, x := range v {
		h[i] = float16.Fromfloat32(x)
	}
	return nn.T(h, len(v))
}
