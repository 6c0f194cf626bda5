package nn

import "math"

// ReduceAttrs are the attributes of the Reduce operations. Their optional
// operand 1, a constant list, names the axes; without it, or when it is
// empty, all axes are reduced, or none with NoopWithEmptyAxes (each element
// is then a set of its own). Reduced axes stay with extent 1 where KeepDims
// is set. Sums are accumulated in float64, or int64 for integers.
type ReduceAttrs struct {
	KeepDims          bool `onnx:"keepdims,1"`
	NoopWithEmptyAxes bool `onnx:"noop_with_empty_axes"`
	perm              layout
}

// The reductions. Over no elements at all ReduceSum, ReduceSumSquare, ReduceL1
// and ReduceL2 are 0, ReduceProd is 1, ReduceMax the least value of the type,
// ReduceMin the greatest, ReduceLogSum and ReduceLogSumExp −∞, and ReduceMean
// is not a number (0 for integers).
type (
	// ReduceSum is Σx.
	ReduceSum ReduceAttrs
	// ReduceMean is Σx∕n; integers are truncated.
	ReduceMean ReduceAttrs
	// ReduceMax is the largest element, of bools whether any is true.
	ReduceMax ReduceAttrs
	// ReduceMin is the smallest element, of bools whether all are true.
	ReduceMin ReduceAttrs
	// ReduceProd is the product.
	ReduceProd ReduceAttrs
	// ReduceL1 is Σ|x|.
	ReduceL1 ReduceAttrs
	// ReduceL2 is √Σx².
	ReduceL2 ReduceAttrs
	// ReduceLogSum is log Σx.
	ReduceLogSum ReduceAttrs
	// ReduceLogSumExp is log Σe^x, computed so that it does not overflow.
	ReduceLogSumExp ReduceAttrs
	// ReduceSumSquare is Σx².
	ReduceSumSquare ReduceAttrs
)

// axes resolves the axes by their stored places.
func (o *ReduceAttrs) axes(list *Tensor, rank int) (set [maxList]bool, err error) {
	if list == nil || list.Elems() == 0 {
		for a := range rank {
			set[a] = !o.NoopWithEmptyAxes
		}
		return set, nil
	}
	logical, err := axisSet(list, rank, "axes")
	for a := range rank {
		set[o.perm.stored(a)] = logical[a]
	}
	return set, err
}

func (o *ReduceAttrs) infer(in []Arg) ([]Type, error) {
	list, err := constList(in, 1, "axes")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	set, err := o.axes(list, s.Rank)
	if err != nil {
		return nil, err
	}
	out := Shape{}
	for d, n := range s.Slice() {
		switch {
		case set[d] && !o.KeepDims:
			continue
		case set[d]:
			n = 1
		}
		out.Dims[out.Rank] = n
		out.Rank++
	}
	return []Type{{DType: in[0].DType, Shape: out}}, nil
}

func (o *ReduceAttrs) forward(r *Run, k reducer) error {
	set, err := o.axes(operand(r, 1), r.In[0].Shape.Rank)
	if err != nil {
		return &ErrData{Why: err.Error()}
	}
	reduceTensor(k, r.Out[0], r.In[0], &set)
	return nil
}

// permute: the axes are kept as they are and mapped when they are read.
func (o ReduceAttrs) permute(perm []int, in []Arg) (ReduceAttrs, bool) {
	o.perm = o.perm.then(perm)
	return o, in[0].Shape.Rank == len(perm) && (o.KeepDims || o.NoopWithEmptyAxes && argAt(in, 1).Elems() == 0)
}

// reducer names what a set of elements is reduced to.
type reducer uint8

const (
	toSum reducer = iota
	toMean
	toMax
	toMin
	toProd
	toL1
	toL2
	toLogSum
	toLogSumExp
	toSumSquare
)

func reduceTensor(k reducer, out, in *Tensor, axes *[maxList]bool) {
	inf := math.Inf(1)
	switch in.DType {
	case Float32:
		reduceSets(k, out.F32(), in.F32(), in.Shape, axes, -inf, inf)
	case Float64:
		reduceSets(k, out.F64(), in.F64(), in.Shape, axes, -inf, inf)
	case Int8:
		reduceInts(k, out.I8(), in.I8(), in.Shape, axes, math.MinInt8, math.MaxInt8)
	case Uint8:
		reduceInts(k, out.U8(), in.U8(), in.Shape, axes, 0, math.MaxUint8)
	case Int32:
		reduceInts(k, out.I32(), in.I32(), in.Shape, axes, math.MinInt32, math.MaxInt32)
	case Int64:
		reduceInts(k, out.I64(), in.I64(), in.Shape, axes, math.MinInt64, math.MaxInt64)
	case Bool:
		// A bool is a byte of 0 or 1.
		reduceInts(k, units[uint8](out), units[uint8](in), in.Shape, axes, 0, 1)
	}
}

// reduceInts accumulates in int64, which is exact, but for exponentials.
func reduceInts[T int8 | uint8 | int32 | int64](k reducer, out, in []T, s Shape, axes *[maxList]bool, lowest, highest int64) {
	if k == toLogSumExp {
		reduceSets(k, out, in, s, axes, math.Inf(-1), math.Inf(1))
		return
	}
	reduceSets(k, out, in, s, axes, lowest, highest)
}
