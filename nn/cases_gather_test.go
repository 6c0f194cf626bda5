package nn_test

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// indexCases: what reads or writes where indices say, and what makes elements
// up.
func indexCases() []testCase { return slices.Concat(gatherCases(), scatterCases(), fillCases()) }

func gatherCases() []testCase {
	x := count(2, 3)
	idx := func(v []int64, dims ...int) *nn.Tensor { return nn.T(v, dims...) }
	return []testCase{
		{name: "rows", op: &nn.Gather{}, in: []*nn.Tensor{x, ints(-1, 0, 1)}, want: f32([]float32{4, 5, 6, 1, 2, 3, 4, 5, 6}, 3, 3)},
		{name: "columns", op: &nn.Gather{Axis: 1}, in: []*nn.Tensor{x, idx([]int64{2, 0, 1, -3}, 2, 2)},
			want: f32([]float32{3, 1, 2, 1, 6, 4, 5, 4}, 2, 2, 2)},
		{name: "scalar index", op: &nn.Gather{Axis: -1}, in: []*nn.Tensor{x, nn.Scalar(int32(1))}, want: f32([]float32{2, 5}, 2)},
		{name: "constant", op: &nn.Gather{}, in: []*nn.Tensor{ints(5, 6), nn.Scalar(int64(1))}, consts: []int{0, 1},
			want: []*nn.Tensor{nn.Scalar(int64(6))}},
		{name: "channels", op: &nn.Gather{Axis: 1}, in: []*nn.Tensor{ramp(2, 3, 2, 2), ints(2, 0)}},
		{name: "bool", op: &nn.Gather{}, in: []*nn.Tensor{nn.T([]bool{true, false}, 2), ints(1)}, want: []*nn.Tensor{nn.T([]bool{false}, 1)}},

		{name: "axis 1", op: &nn.GatherElements{Axis: 1}, in: []*nn.Tensor{count(2, 2), idx([]int64{0, 0, -1, 0}, 2, 2)},
			want: f32([]float32{1, 1, 4, 3}, 2, 2)},
		{name: "fewer", op: &nn.GatherElements{}, in: []*nn.Tensor{x, idx([]int64{1, 0}, 1, 2)}, want: f32([]float32{4, 2}, 1, 2)},
		{name: "none", op: &nn.GatherElements{}, in: []*nn.Tensor{x, idx(nil, 0, 3)}, want: f32(nil, 0, 3)},
		{name: "bytes", op: &nn.GatherElements{}, in: []*nn.Tensor{nn.T([]uint8{7, 8}, 2), ints(1, 1, 0)}, want: []*nn.Tensor{nn.T([]uint8{8, 8, 7}, 3)}},
		{name: "rank 4", op: &nn.GatherElements{Axis: 2}, in: []*nn.Tensor{ramp(1, 2, 3, 2), idx([]int64{2, 1, 0, 1}, 1, 2, 1, 2)}},

		{name: "elements", op: &nn.GatherND{}, in: []*nn.Tensor{x, idx([]int64{0, 2, -1, 0}, 2, 2)}, want: f32([]float32{3, 4}, 2)},
		{name: "rows", op: &nn.GatherND{}, in: []*nn.Tensor{x, idx([]int64{1, 0}, 2, 1)}, want: f32([]float32{4, 5, 6, 1, 2, 3}, 2, 3)},
		{name: "batches", op: &nn.GatherND{BatchDims: 1}, in: []*nn.Tensor{count(2, 2, 2), idx([]int64{1, 0}, 2, 1)},
			want: f32([]float32{3, 4, 5, 6}, 2, 2)},
		{name: "no index", op: &nn.GatherND{}, in: []*nn.Tensor{count(2), idx(nil, 2, 0)}, want: f32([]float32{1, 2, 1, 2}, 2, 2)},

		{name: "time first", op: &nn.ReverseSequence{BatchAxis: 1}, in: []*nn.Tensor{count(3, 2), ints(3, 1)},
			want: f32([]float32{5, 2, 3, 4, 1, 6}, 3, 2)},
		{name: "batch first", op: &nn.ReverseSequence{TimeAxis: 1}, in: []*nn.Tensor{count(2, 3), ints(0, 2)},
			want: f32([]float32{1, 2, 3, 5, 4, 6}, 2, 3)},
		{name: "slabs", op: &nn.ReverseSequence{TimeAxis: 1}, in: []*nn.Tensor{count(1, 2, 2), ints(2)},
			want: f32([]float32{3, 4, 1, 2}, 1, 2, 2)},

		{name: "axis 1", op: &nn.Compress{Axis: ptr(1)}, in: []*nn.Tensor{x, nn.T([]bool{false, true}, 2)}, consts: []int{1},
			want: f32([]float32{2, 5}, 2, 1)},
		{name: "flat", op: &nn.Compress{}, in: []*nn.Tensor{x, nn.T([]bool{true, false, false, true}, 4)}, want: f32([]float32{1, 4}, 2)},
		{name: "rows by data", op: &nn.Compress{Axis: ptr(0)}, in: []*nn.Tensor{x, nn.T([]bool{false, true, true}, 3)},
			want: f32([]float32{4, 5, 6}, 1, 3)},
	}
}

func scatterCases() []testCase {
	x := count(2, 3)
	idx := nn.T([]int64{1, 0, -1, 1}, 2, 2)
	up := nn.T([]float32{10, 20, 30, 40}, 2, 2)
	by := func(how string, want ...float32) testCase {
		return testCase{name: how, op: &nn.ScatterElements{Reduction: how}, in: []*nn.Tensor{x, idx, up}, want: f32(want, 2, 3)}
	}
	rows := nn.T([]int64{1, 1}, 2, 1)
	add := nn.T([]float32{1, 2, 3, 7, 4, 5}, 2, 3)
	nd := func(how string, want ...float32) testCase {
		return testCase{name: how, op: &nn.ScatterND{Reduction: how}, in: []*nn.Tensor{x, rows, add}, want: f32(want, 2, 3)}
	}
	return []testCase{
		by("none", 1, 20, 3, 30, 40, 6),
		by("add", 1, 22, 3, 44, 45, 6),
		by("mul", 1, 40, 3, 1200, 200, 6),
		by("max", 1, 20, 3, 30, 40, 6),
		by("min", 1, 2, 3, 4, 5, 6),
		{name: "axis 1", op: &nn.ScatterElements{Axis: 1, Reduction: "none"},
			in:   []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 1, 3), nn.T([]int32{2, -3}, 1, 2), nn.T([]uint8{9, 8}, 1, 2)},
			want: []*nn.Tensor{nn.T([]uint8{8, 2, 9}, 1, 3)}},
		{name: "int64 min", op: &nn.ScatterElements{Reduction: "min"}, in: []*nn.Tensor{ints(5, 6), ints(0, 0), ints(3, 4)},
			want: []*nn.Tensor{ints(3, 6)}},
		nd("none", 1, 2, 3, 7, 4, 5),
		nd("add", 1, 2, 3, 12, 11, 14),
		nd("mul", 1, 2, 3, 28, 40, 90),
		nd("max", 1, 2, 3, 7, 5, 6),
		nd("min", 1, 2, 3, 1, 2, 3),
		{name: "elements", op: &nn.ScatterND{Reduction: "none"}, in: []*nn.Tensor{ints(1, 2, 3), nn.T([]int64{-1, 0}, 2, 1), ints(8, 9)},
			want: []*nn.Tensor{ints(9, 2, 8)}},
	}
}

func fillCases() []testCase {
	scalars := func(a, b, c float32) []*nn.Tensor { return []*nn.Tensor{nn.Scalar(a), nn.Scalar(b), nn.Scalar(c)} }
	all := []int{0, 1, 2}
	return []testCase{
		{name: "up", op: &nn.Range{}, in: scalars(1, 2, 0.3), consts: all, want: f32([]float32{1, 1.3, 1.6, 1.9}, 4)},
		{name: "down", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int64(3)), nn.Scalar(int64(-2)), nn.Scalar(int64(-2))}, consts: all,
			want: []*nn.Tensor{ints(3, 1, -1)}},
		{name: "nothing", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int32(3)), nn.Scalar(int32(1)), nn.Scalar(int32(1))}, consts: all,
			want: []*nn.Tensor{nn.T([]int32{}, 0)}},

		{name: "beyond float64", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int64(1<<63 - 3)), nn.Scalar(int64(1<<63 - 1)), nn.Scalar(int64(1))},
			consts: all, want: []*nn.Tensor{ints(1<<63-3, 1<<63-2)}},
		{name: "from end to end", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int64(1<<63 - 1)), nn.Scalar(int64(-1 << 63)), nn.Scalar(int64(-1 << 63))},
			consts: all, want: []*nn.Tensor{ints(1<<63-1, -1)}},

		{name: "default", op: &nn.ConstantOfShape{}, in: []*nn.Tensor{ints(2, 1)}, consts: all, want: f32([]float32{0, 0}, 2, 1)},
		{name: "value", op: &nn.ConstantOfShape{Value: ints(7)}, in: []*nn.Tensor{ints(3)}, consts: all, want: []*nn.Tensor{ints(7, 7, 7)}},
		{name: "scalar", op: &nn.ConstantOfShape{Value: nn.T([]bool{true}, 1)}, in: []*nn.Tensor{ints()}, consts: all,
			want: []*nn.Tensor{nn.Scalar(true)}},
		{name: "none", op: &nn.ConstantOfShape{}, in: []*nn.Tensor{ints(0, 2)}, consts: all, want: f32(nil, 0, 2)},

		{name: "main diagonal", op: &nn.EyeLike{}, in: []*nn.Tensor{ramp(2, 3)}, want: f32([]float32{1, 0, 0, 0, 1, 0}, 2, 3)},
		{name: "below", op: &nn.EyeLike{DType: 7, K: -1}, in: []*nn.Tensor{ramp(3, 2)}, want: []*nn.Tensor{nn.T([]int64{0, 0, 1, 0, 0, 1}, 3, 2)}},
		{name: "outside", op: &nn.EyeLike{K: 1 << 62}, in: []*nn.Tensor{ramp(1, 2)}, want: f32([]float32{0, 0}, 1, 2)},
		{name: "half", op: &nn.EyeLike{DType: 10, K: 1}, in: []*nn.Tensor{ramp(1, 2)}, want: []*nn.Tensor{as(half(0, 1), 1, 2)}},

		{name: "last", op: &nn.OneHot{Axis: -1}, in: []*nn.Tensor{ints(1, -1, 5), nn.Scalar(int64(3)), nn.T([]float32{2, 9}, 2)}, consts: []int{1},
			want: f32([]float32{2, 9, 2, 2, 2, 9, 2, 2, 2}, 3, 3)},
		{name: "first", op: &nn.OneHot{Axis: 0}, in: []*nn.Tensor{nn.T([]float32{0, 1}, 2), nn.T([]float32{2}, 1), ints(0, 1)}, consts: []int{1},
			want: []*nn.Tensor{nn.T([]int64{1, 0, 0, 1}, 2, 2)}},
		{name: "inner", op: &nn.OneHot{Axis: 1}, in: []*nn.Tensor{nn.T([]int32{0, 1, 1, 0}, 2, 2), nn.Scalar(int32(2)), nn.T([]uint8{0, 1}, 2)}, consts: []int{1},
			want: []*nn.Tensor{nn.T([]uint8{1, 0, 0, 1, 0, 1, 1, 0}, 2, 2, 2)}},

		{name: "upper", op: &nn.Trilu{Upper: true}, in: []*nn.Tensor{count(2, 3)}, want: f32([]float32{1, 2, 3, 0, 5, 6}, 2, 3)},
		{name: "lower", op: &nn.Trilu{}, in: []*nn.Tensor{count(2, 3)}, want: f32([]float32{1, 0, 0, 4, 5, 0}, 2, 3)},
		{name: "upper, moved", op: &nn.Trilu{Upper: true}, in: []*nn.Tensor{count(1, 2, 2), nn.Scalar(int64(1))}, want: f32([]float32{0, 2, 0, 0}, 1, 2, 2)},
		{name: "lower, far", op: &nn.Trilu{}, in: []*nn.Tensor{count(2, 2), nn.Scalar(int64(-1 << 63))}, want: f32([]float32{0, 0, 0, 0}, 2, 2)},
		{name: "batches", op: &nn.Trilu{}, in: []*nn.Tensor{count(2, 2, 2), nn.Scalar(int64(-1))},
			want: f32([]float32{0, 0, 3, 0, 0, 0, 7, 0}, 2, 2, 2)},

		{name: "matrix", op: &nn.NonZero{}, in: []*nn.Tensor{nn.T([]int32{1, 0, 0, 4}, 2, 2)}, consts: []int{0},
			want: []*nn.Tensor{nn.T([]int64{0, 1, 0, 1}, 2, 2)}},
		{name: "nothing", op: &nn.NonZero{}, in: []*nn.Tensor{nn.T([]bool{false}, 1)}, consts: []int{0}, want: []*nn.Tensor{nn.T([]int64{}, 1, 0)}},
	}
}
