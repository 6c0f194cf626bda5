package nn_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

func reduceCases() []testCase {
	return slices.Concat(reductionCases(), emptyCases(), searchCases(), softmaxCases(), channelNormCases(), layerNormCases())
}

// list is a constant of int64, as axes and counts are given.
func list(v ...int64) *nn.Tensor { return nn.T(v, len(v)) }

// sets gathers the elements that are reduced together, by the definition: the
// index of each is taken apart and the reduced ones left out.
func sets(x *nn.Tensor, axes []int) [][]float64 {
	s := x.Shape
	n := 1
	for d, e := range s.Slice() {
		if !slices.Contains(axes, d) {
			n *= e
		}
	}
	out := make([][]float64, n)
	for i := range x.Elems() {
		set, rest, weight := 0, i, 1
		for d := s.Rank - 1; d >= 0; d-- {
			at := rest % s.Dims[d]
			rest /= s.Dims[d]
			if !slices.Contains(axes, d) {
				set += at * weight
				weight *= s.Dims[d]
			}
		}
		out[set] = append(out[set], x.Float(i))
	}
	return out
}

// reductions are the Reduce operations with their definitions.
var reductions = map[string]func(v []float64) float64{
	"ReduceSum":       func(v []float64) float64 { return total(v, func(x float64) float64 { return x }) },
	"ReduceMean":      func(v []float64) float64 { return total(v, func(x float64) float64 { return x }) / float64(len(v)) },
	"ReduceMax":       slices.Max[[]float64],
	"ReduceMin":       slices.Min[[]float64],
	"ReduceL1":        func(v []float64) float64 { return total(v, math.Abs) },
	"ReduceL2":        func(v []float64) float64 { return math.Sqrt(total(v, func(x float64) float64 { return x * x })) },
	"ReduceSumSquare": func(v []float64) float64 { return total(v, func(x float64) float64 { return x * x }) },
	"ReduceLogSum":    func(v []float64) float64 { return math.Log(total(v, func(x float64) float64 { return x })) },
	"ReduceLogSumExp": func(v []float64) float64 { return math.Log(total(v, math.Exp)) },
	"ReduceProd": func(v []float64) float64 {
		p := 1.0
		for _, x := range v {
			p *= x
		}
		return p
	},
}

func total(v []float64, f func(float64) float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += f(x)
	}
	return sum
}

// reductionCases hold every reduction of every kind of axes against the
// definition.
func reductionCases() []testCase {
	var cs []testCase
	for name, def := range reductions {
		row, _ := nn.Lookup(name)
		x := positive(2, 3, 2, 5)
		for _, axes := range [][]int{{0}, {1}, {3}, {2, 3}, {0, 1}, {0, 3}, {1, 2}, {0, 2}, {0, 1, 2, 3}} {
			in := nn.NewTensor(nn.Int64, nn.S(len(axes)))
			dims := slices.Clone(x.Shape.Slice())
			for i, a := range axes {
				in.I64()[i] = int64(a - 4*(i%2)) // some from the end
				dims[a] = 1
			}
			want := nn.NewTensor(nn.Float32, nn.S(dims...))
			for i, set := range sets(x, axes) {
				want.F32()[i] = float32(def(set))
			}
			cs = append(cs, testCase{name: fmt.Sprint("axes ", axes), op: row.New(), in: []*nn.Tensor{x, in}, consts: []int{1}, want: []*nn.Tensor{want}})
		}
		wide := positive(3, 150) // more columns than a block
		want := nn.NewTensor(nn.Float64, nn.S(1, 150))
		for i, set := range sets(wide, []int{0}) {
			want.F64()[i] = def(set)
		}
		cs = append(cs, testCase{name: "wide", op: row.New(), in: []*nn.Tensor{widen(wide), list(0)}, consts: []int{1}, want: []*nn.Tensor{want}})
		long := nn.T([]float32{float32(def(sets(wide, []int{0, 1})[0]))})
		cs = append(cs, testCase{name: "all, dropped", op: dropDims(row.New()), in: []*nn.Tensor{wide}, want: []*nn.Tensor{long}})
	}
	return cs
}

func dropDims(op nn.Op) nn.Op {
	if err := nn.SetAttrs(op, []nn.Attr{{Name: "keepdims", Kind: nn.AttrInt}}); err != nil {
		panic(err)
	}
	return op
}

// emptyCases have no elements, no axes, integers and bools.
func emptyCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	nothing := nn.NewTensor(nn.Float32, nn.S(2, 0, 3))
	six := func(v float64) *nn.Tensor {
		t := nn.NewTensor(nn.Float32, nn.S(2, 1, 3))
		for i := range t.F32() {
			t.F32()[i] = float32(v)
		}
		return t
	}
	inf := math.Inf(1)
	keep := nn.ReduceAttrs{KeepDims: true}
	noop := nn.ReduceAttrs{KeepDims: true, NoopWithEmptyAxes: true}
	sum, mean, largest, smallest := nn.ReduceSum(keep), nn.ReduceMean(keep), nn.ReduceMax(keep), nn.ReduceMin(keep)
	prod, l1, l2, logSum := nn.ReduceProd(keep), nn.ReduceL1(keep), nn.ReduceL2(keep), nn.ReduceLogSum(keep)
	logSumExp, sumSquare := nn.ReduceLogSumExp(keep), nn.ReduceSumSquare(keep)
	noopSum, noopSquare := nn.ReduceSum(noop), nn.ReduceSumSquare(noop)
	c := []int{1}
	return []testCase{
		{name: "empty", op: &sum, in: in(nothing, list(1)), consts: c, want: in(six(0))},
		{name: "empty", op: &mean, in: in(nothing, list(1)), consts: c, want: in(six(math.NaN()))},
		{name: "empty ints", op: &mean, in: in(nn.NewTensor(nn.Int32, nn.S(0, 1)), list(0)), consts: c, want: in(nn.T([]int32{0}, 1, 1))},
		{name: "empty", op: &largest, in: in(nothing, list(1)), consts: c, want: in(six(-inf))},
		{name: "empty", op: &smallest, in: in(nothing, list(1)), consts: c, want: in(six(inf))},
		{name: "empty ints", op: &smallest, in: in(nn.NewTensor(nn.Uint8, nn.S(0))), want: in(nn.T([]uint8{255}, 1))},
		{name: "empty bools", op: &smallest, in: in(nn.NewTensor(nn.Bool, nn.S(0))), want: in(nn.T([]bool{true}, 1))},
		{name: "empty", op: &prod, in: in(nothing, list(1)), consts: c, want: in(six(1))},
		{name: "empty", op: &l1, in: in(nothing, list(1)), consts: c, want: in(six(0))},
		{name: "empty", op: &l2, in: in(nothing, list(1)), consts: c, want: in(six(0))},
		{name: "empty", op: &logSum, in: in(nothing, list(1)), consts: c, want: in(six(-inf))},
		{name: "empty", op: &logSumExp, in: in(nothing, list(1)), consts: c, want: in(six(-inf))},
		{name: "empty rows", op: &logSumExp, in: in(nn.NewTensor(nn.Float32, nn.S(2, 0)), list(1)), consts: c,
			want: in(nn.T([]float32{float32(-inf), float32(-inf)}, 2, 1))},
		{name: "empty", op: &sumSquare, in: in(nothing, list(1)), consts: c, want: in(six(0))},
		{name: "noop", op: &noopSum, in: in(ramp(2, 3), list()), consts: c, want: in(ramp(2, 3))},
		{name: "noop squares", op: &noopSquare, in: in(nn.T([]float32{-2, 3}, 2)), want: in(nn.T([]float32{4, 9}, 2))},
		{name: "no axes", op: &sum, in: in(nn.T([]float32{-2, 3}, 2), list()), consts: c, want: in(nn.T([]float32{1}, 1))},
		{name: "scalar", op: &sum, in: in(nn.Scalar[float32](3)), want: in(nn.Scalar[float32](3))},
		{name: "uint8 wraps", op: &sum, in: in(nn.T([]uint8{200, 100}, 2)), want: in(nn.T([]uint8{44}, 1))},
		{name: "ints truncate", op: &mean, in: in(nn.T([]int32{-3, 1, -1, 1, 4, 2}, 2, 3), list(1)), consts: c, want: in(nn.T([]int32{-1, 2}, 2, 1))},
		{name: "ints", op: &l2, in: in(nn.T([]int64{3, 4, 1}, 3)), want: in(nn.T([]int64{5}, 1))},
		{name: "ints", op: &logSumExp, in: in(nn.T([]int32{20, 20, 1}, 3)), want: in(nn.T([]int32{20}, 1))},
		{name: "ints", op: &largest, in: in(nn.T([]int64{math.MinInt64, -5}, 2)), want: in(nn.T([]int64{-5}, 1))},
		{name: "bools", op: &largest, in: in(nn.T([]bool{false, true, false, false}, 2, 2), list(1)), consts: c, want: in(nn.T([]bool{true, false}, 2, 1))},
		{name: "bools", op: &smallest, in: in(nn.T([]bool{true, true, false, true}, 2, 2), list(1)), consts: c, want: in(nn.T([]bool{true, false}, 2, 1))},
		{name: "large", op: &logSumExp, in: in(nn.T([]float32{1000, 1000, -1000}, 3)), want: in(nn.T([]float32{1000.6931}, 1))},
		{name: "infinite", op: &logSumExp, in: in(nn.T([]float32{1, float32(inf), float32(-inf), float32(-inf)}, 2, 2), list(1)), consts: c,
			want: in(nn.T([]float32{float32(inf), float32(-inf)}, 2, 1))},
	}
}

func searchCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	nan := float32(math.NaN())
	x := nn.T([]float32{2, 2, 1, 3, 10, 10, nan, 4, nan}, 3, 3)
	c := []int{1}
	return []testCase{
		{name: "first", op: &nn.ArgMax{Axis: 1, KeepDims: true}, in: in(x), want: in(nn.T([]int64{0, 1, 1}, 3, 1))},
		{name: "last", op: &nn.ArgMax{Axis: -1, SelectLastIndex: true}, in: in(x), want: in(nn.T([]int64{1, 2, 1}, 3))},
		{name: "axis 0", op: &nn.ArgMax{}, in: in(x), want: in(nn.T([]int64{1, 1, 1}, 3))},
		{name: "rank 4", op: &nn.ArgMax{Axis: 1, KeepDims: true}, in: in(ramp(2, 5, 3, 4))},
		{name: "first", op: &nn.ArgMin{Axis: 1, KeepDims: true}, in: in(x), want: in(nn.T([]int64{2, 0, 1}, 3, 1))},
		{name: "last int8", op: &nn.ArgMin{Axis: 0, SelectLastIndex: true}, in: in(nn.T([]int8{3, -1, -1}, 3)), want: in(nn.Scalar[int64](2))},
		{name: "largest", op: &nn.TopK{Axis: -1, Largest: true, Sorted: true}, in: in(nn.T([]float32{1, 3, nan, 3, 2, 5, 0, 1, 0, 1}, 2, 5), list(3)), consts: c, outs: 2,
			want: in(nn.T([]float32{3, 3, 2, 5, 1, 1}, 2, 3), nn.T([]int64{1, 3, 4, 0, 2, 4}, 2, 3))},
		{name: "smallest, axis 0", op: &nn.TopK{Sorted: true}, in: in(nn.T([]int64{4, 1, 2, 1, 3, 0}, 3, 2), list(2)), consts: c, outs: 2,
			want: in(nn.T([]int64{2, 0, 3, 1}, 2, 2), nn.T([]int64{1, 2, 2, 0}, 2, 2))},
		{name: "all", op: &nn.TopK{Axis: -1, Largest: true}, in: in(nn.T([]float32{nan, 1, nan, 2}, 4), list(4)), consts: c, outs: 2,
			want: in(nn.T([]float32{2, 1, nan, nan}, 4), nn.T([]int64{3, 1, 0, 2}, 4))},
		{name: "none", op: &nn.TopK{Axis: -1}, in: in(ramp(2, 3), list(0)), consts: c, want: in(nn.NewTensor(nn.Float32, nn.S(2, 0)))},
		{name: "many", op: &nn.TopK{Axis: 1, Largest: true}, in: in(ramp(1, 300, 2), list(40)), consts: c, outs: 2, want: topKByDefinition(ramp(1, 300, 2), 40)},
		{name: "forward", op: &nn.CumSum{}, in: in(nn.T([]float32{1, 2, 3, 4, 5, 6}, 2, 3), nn.Scalar[int32](1)), consts: c,
			want: in(nn.T([]float32{1, 3, 6, 4, 9, 15}, 2, 3))},
		{name: "exclusive", op: &nn.CumSum{Exclusive: true}, in: in(nn.T([]float32{1, 2, 3, 4, 5, 6}, 2, 3), nn.Scalar[int64](0)),
			want: in(nn.T([]float32{0, 0, 0, 1, 2, 3}, 2, 3))},
		{name: "reverse", op: &nn.CumSum{Reverse: true}, in: in(nn.T([]int32{1, 2, 3}, 3), list(-1)), want: in(nn.T([]int32{6, 5, 3}, 3))},
		{name: "reverse exclusive", op: &nn.CumSum{Reverse: true, Exclusive: true}, in: in(nn.T([]float64{1, 2, 3}, 3), list(0)), want: in(nn.T([]float64{5, 3, 0}, 3))},
		{name: "rank 4", op: &nn.CumSum{}, in: in(ramp(2, 3, 4, 2), list(1))},
	}
}

// topKByDefinition sorts whole lines along axis 1 of [1 n m].
func topKByDefinition(x *nn.Tensor, k int) []*nn.Tensor {
	n, m := x.Shape.Dims[1], x.Shape.Dims[2]
	values, indices := nn.NewTensor(nn.Float32, nn.S(1, k, m)), nn.NewTensor(nn.Int64, nn.S(1, k, m))
	for j := range m {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch d := x.F32()[a*m+j] - x.F32()[b*m+j]; {
			case d > 0:
				return -1
			case d < 0:
				return 1
			}
			return 0
		})
		for i, at := range order[:k] {
			values.F32()[i*m+j] = x.F32()[at*m+j]
			indices.I64()[i*m+j] = int64(at)
		}
	}
	return []*nn.Tensor{values, indices}
}

func softmaxCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	large := nn.T([]float32{0, 1, 2, 3, 10000, 10001, 10002, 10003}, 2, 4)
	return []testCase{
		{name: "large", op: &nn.Softmax{Axis: -1}, in: in(large),
			want: in(nn.T([]float32{0.032058604, 0.08714432, 0.23688284, 0.6439143, 0.032058604, 0.08714432, 0.23688284, 0.6439143}, 2, 4))},
		{name: "axis 0", op: &nn.Softmax{}, in: in(nn.T([]float32{0, 1, 0, -1}, 2, 2)), want: in(nn.T([]float32{0.5, 0.880797078, 0.5, 0.119202922}, 2, 2))},
		{name: "float64", op: &nn.Softmax{Axis: 1}, in: in(nn.T([]float64{0, math.Log(3)}, 1, 2)), want: in(nn.T([]float64{0.25, 0.75}, 1, 2)), tol: 1e-15},
		{name: "rank 4", op: &nn.Softmax{Axis: 1}, in: in(ramp(2, 3, 9, 9))},
		{name: "large", op: &nn.LogSoftmax{Axis: -1}, in: in(large),
			want: in(nn.T([]float32{-3.4401896, -2.4401896, -1.4401897, -0.4401897, -3.4401896, -2.4401896, -1.4401897, -0.4401897}, 2, 4))},
		{name: "axis 0", op: &nn.LogSoftmax{}, in: in(nn.T([]float32{0, 1, 0, -1}, 2, 2)), want: in(nn.T([]float32{-0.693147181, -0.126928011, -0.693147181, -2.126928011}, 2, 2))},
		{name: "rank 4", op: &nn.LogSoftmax{Axis: 1}, in: in(ramp(2, 3, 9, 9))},
		{name: "first of equals", op: &nn.Hardmax{Axis: -1}, in: in(nn.T([]float32{3, 0, 3, 2, 5, 5}, 2, 3)), want: in(nn.T([]float32{1, 0, 0, 0, 1, 0}, 2, 3))},
		{name: "axis 0", op: &nn.Hardmax{}, in: in(nn.T([]float32{3, 0, 3, 2}, 2, 2)), want: in(nn.T([]float32{1, 0, 0, 1}, 2, 2))},
		{name: "L2", op: &nn.LpNormalization{Axis: -1, P: 2}, jumps: []int{0}, in: in(nn.T([]float32{3, -4, 0, 0}, 2, 2)), want: in(nn.T([]float32{0.6, -0.8, 0, 0}, 2, 2))},
		{name: "L1", op: &nn.LpNormalization{Axis: 0, P: 1}, in: in(nn.T([]float32{3, -4, 1, 0}, 2, 2)), want: in(nn.T([]float32{0.75, -1, 0.25, 0}, 2, 2))},
		{name: "rank 4", op: &nn.LpNormalization{Axis: 1, P: 2}, in: in(ramp(2, 3, 4, 5))},
	}
}

// standardised brings every set to mean 0 and variance 1.
func standardised(x *nn.Tensor, axes []int, eps float64) *nn.Tensor {
	out := nn.NewTensor(nn.Float32, x.Shape)
	groups := sets(x, axes)
	next := make([]int, len(groups))
	order := nn.NewTensor(nn.Float64, x.Shape) // element i of a set came from here
	for i := range order.F64() {
		order.F64()[i] = float64(i)
	}
	places := sets(order, axes)
	for g, set := range groups {
		mean := total(set, func(v float64) float64 { return v }) / float64(len(set))
		variance := total(set, func(v float64) float64 { return (v - mean) * (v - mean) }) / float64(len(set))
		for _, v := range set {
			out.F32()[int(places[g][next[g]])] = float32((v - mean) / math.Sqrt(variance+eps))
			next[g]++
		}
	}
	return out
}

func channelNormCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	x := ramp(2, 3, 4, 5)
	scale, bias := nn.T([]float32{1, 2, -3}, 3), nn.T([]float32{0, -1, 0.5}, 3)
	s4, b4 := scale.Reshaped(nn.S(1, 3, 1, 1)), bias.Reshaped(nn.S(1, 3, 1, 1))
	affine := func(t *nn.Tensor) []*nn.Tensor {
		t = elementwiseBinary(t, s4, func(x, y float32) float32 { return x * y })
		return in(elementwiseBinary(t, b4, func(x, y float32) float32 { return x + y }))
	}
	six := ramp(2, 6, 3, 2)
	ones, zeros := nn.T([]float32{1, 1, 1, 1, 1, 1}, 6), nn.NewTensor(nn.Float32, nn.S(6))
	grouped := standardised(six.Reshaped(nn.S(2, 2, 3, 3, 2)), []int{2, 3, 4}, 1e-5).Reshaped(six.Shape)
	m, v := nn.T([]float32{0.5, 0, -0.25}, 3), nn.T([]float32{4, 1, 0.25}, 3)
	return []testCase{
		{name: "by hand", op: &nn.BatchNormalization{}, in: in(nn.T([]float32{1, 2, 3, 4}, 1, 2, 2), nn.T([]float32{2, 1}, 2), nn.T([]float32{0, 5}, 2), nn.T([]float32{1, 3}, 2), nn.T([]float32{4, 1}, 2)),
			want: in(nn.T([]float32{0, 1, 5, 6}, 1, 2, 2))},
		{name: "rank 4", op: &nn.BatchNormalization{Epsilon: 1e-5}, in: in(x, scale, bias, m, v)},
		{name: "training", op: &nn.BatchNormalization{TrainingMode: true, Momentum: 0.75}, outs: 3, in: in(nn.T([]float32{-1, 4, 1, 8}, 2, 2),
			nn.T([]float32{3, 1}, 2), nn.T([]float32{1, 0}, 2), nn.T([]float32{8, 2}, 2), nn.T([]float32{1, 8}, 2)),
			want: in(nn.T([]float32{-2, -1, 4, 1}, 2, 2), nn.T([]float32{6, 3}, 2), nn.T([]float32{1, 7}, 2))},
		{name: "vector", op: &nn.BatchNormalization{}, in: in(nn.T([]float64{1, 2, 3}, 3), nn.T([]float64{2}, 1), nn.T([]float64{1}, 1), nn.T([]float64{1}, 1), nn.T([]float64{4}, 1)),
			want: in(nn.T([]float64{1, 2, 3}, 3))},
		{name: "rank 4", op: &nn.InstanceNormalization{Epsilon: 1e-5}, in: in(x, scale, bias), want: affine(standardised(x, []int{2, 3}, 1e-5))},
		{name: "epsilon", op: &nn.InstanceNormalization{Epsilon: 0.5}, in: in(x, scale, bias), want: affine(standardised(x, []int{2, 3}, 0.5))},
		{name: "two groups", op: &nn.GroupNormalization{Epsilon: 1e-5, NumGroups: 2, StashType: 1}, in: in(six, ones, zeros), want: in(grouped)},
		{name: "a group a channel", op: &nn.GroupNormalization{Epsilon: 0.5, NumGroups: 3, StashType: 1}, in: in(x, scale, bias), want: affine(standardised(x, []int{2, 3}, 0.5))},
		{name: "by hand", op: &nn.LRN{Alpha: 3, Beta: 1, Bias: 1, Size: 3}, in: in(nn.T([]float32{1, 2, 3, 4}, 1, 4)),
			want: in(nn.T([]float32{1. / 6, 2. / 15, 3. / 30, 4. / 26}, 1, 4))},
		{name: "even size", op: &nn.LRN{Alpha: 2, Beta: 0.5, Bias: 0, Size: 2}, in: in(nn.T([]float32{3, 4, 2}, 1, 3)), want: in(nn.T([]float32{0.6, 0.894427191, 1}, 1, 3))},
		{name: "rank 4", op: &nn.LRN{Alpha: 0.5, Beta: 0.75, Bias: 1, Size: 5}, in: in(ramp(2, 7, 9, 9))},
		{name: "default axes", op: &nn.MeanVarianceNormalization{}, in: in(x), want: in(standardised(x, []int{0, 2, 3}, 0)), tol: 1e-6},
		{name: "last axes", op: &nn.MeanVarianceNormalization{Axes: []int{-1, 2}}, in: in(x), want: in(standardised(x, []int{2, 3}, 0))},
		{name: "first axis", op: &nn.MeanVarianceNormalization{Axes: []int{0}}, in: in(x), want: in(standardised(x, []int{0}, 1e-18)), tol: 1e-5},
	}
}

func layerNormCases() []testCase {
	in := func(ts ...*nn.Tensor) []*nn.Tensor { return ts }
	x := ramp(2, 3, 4)
	scale, bias := positive(4), ramp(4)
	mul := func(x, y float32) float32 { return x * y }
	add := func(x, y float32) float32 { return x + y }
	plain := standardised(x, []int{2}, 1e-5)
	both := standardised(x, []int{1, 2}, 0.25)
	hand := nn.T([]float32{1, 3}, 1, 2)
	return []testCase{
		{name: "last axis", op: &nn.LayerNormalization{Axis: -1, Epsilon: 1e-5, StashType: 1}, in: in(x, scale, bias),
			want: in(elementwiseBinary(elementwiseBinary(plain, scale, mul), bias, add))},
		{name: "two axes, no bias", op: &nn.LayerNormalization{Axis: 1, Epsilon: 0.25, StashType: 1}, in: in(x, positive(3, 4)),
			want: in(elementwiseBinary(both, positive(3, 4), mul))},
		{name: "statistics", op: &nn.LayerNormalization{Axis: -1, Epsilon: 3, StashType: 1}, in: in(hand, nn.Scalar[float32](2)), outs: 3,
			want: in(nn.T([]float32{-1, 1}, 1, 2), nn.T([]float32{2}, 1, 1), nn.T([]float32{0.5}, 1, 1))},
		{name: "float64", op: &nn.LayerNormalization{Axis: 0, StashType: 1}, in: in(nn.T([]float64{1, 3}, 2), nn.T([]float64{1, 2}, 2)),
			want: in(nn.T([]float64{-1, 2}, 2))},
		{name: "by hand", op: &nn.RMSNormalization{Axis: -1, Epsilon: 0.5, StashType: 1}, in: in(nn.T([]float32{1, -2, 2, 3, 0, 0}, 2, 3), nn.T([]float32{1, 1, 2}, 3)),
			want: in(nn.T([]float32{0.53452248, -1.06904497, 2.13808994, 1.60356745, 0, 0}, 2, 3))},
		{name: "two axes", op: &nn.RMSNormalization{Axis: 0, StashType: 1}, in: in(nn.T([]float32{2, -2, 2, -2}, 2, 2), nn.T([]float32{1, 3}, 2)),
			want: in(nn.T([]float32{1, -3, 1, -3}, 2, 2))},
	}
}
