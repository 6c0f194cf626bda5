package nn

import "fmt"

// CumSum is the running sum along the axis that operand 1, a scalar, names:
// of what lies before an element alone with Exclusive, from the end with
// Reverse.
type CumSum struct {
	Exclusive bool `onnx:"exclusive"`
	Reverse   bool `onnx:"reverse"`
	perm      layout
}

// Infer returns the type of operand 0.
func (o *CumSum) Infer(in []Arg, _ int) ([]Type, error) {
	axis := in[1]
	if axis.DType != Int32 && axis.DType != Int64 || axis.Elems() != 1 {
		return nil, Invalidf("axis", "is %v %v, want one int32 or int64", axis.DType, axis.Shape)
	}
	if axis.Const != nil {
		return axisType(in, axis.Const.Int(0))
	}
	return sameType(in)
}

// Forward sums. An axis outside the rank is an *ErrData.
func (o *CumSum) Forward(r *Run) error {
	in, out := r.In[0], r.Out[0]
	axis, ok := Axis(r.In[1].Int(0), in.Shape.Rank)
	if !ok {
		return &ErrData{Why: fmt.Sprintf("axis %d is outside rank %d", r.In[1].Int(0), in.Shape.Rank)}
	}
	l := linesOf(in.Shape, o.perm.stored(axis))
	switch in.DType {
	case Float32:
		cumulate[float32, float64](o, out.F32(), in.F32(), l)
	case Float64:
		cumulate[float64, float64](o, out.F64(), in.F64(), l)
	case Int8:
		cumulate[int8, int64](o, out.I8(), in.I8(), l)
	case Uint8:
		cumulate[uint8, int64](o, out.U8(), in.U8(), l)
	case Int32:
		cumulate[int32, int64](o, out.I32(), in.I32(), l)
	case Int64:
		cumulate[int64, int64](o, out.I64(), in.I64(), l)
	}
	return nil
}

// Permute keeps the axis as it is and maps it when it is read.
func (o *CumSum) Permute(perm []int, in []Arg) (Op, bool) {
	return &CumSum{o.Exclusive, o.Reverse, o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

func cumulate[T Number, A float64 | int64](o *CumSum, out, x []T, l lines) {
	step, first := l.inner, 0
	if o.Reverse {
		step, first = -step, (l.n-1)*l.inner
	}
	for i := range l.outer * l.inner {
		at := i/l.inner*l.n*l.inner + i%l.inner + first
		var sum A
		for range l.n {
			with := sum + A(x[at])
			out[at] = T(with)
			if o.Exclusive {
				out[at] = T(sum)
			}
			sum = with
			at += step
		}
	}
}

// backward sums from the other end.
func (o *CumSum) backward(g *Grad) {
	axis, ok := Axis(g.In[1].Int(0), g.In[0].Shape.Rank)
	if !ok || !g.DIn[0].Present() {
		return
	}
	l := linesOf(g.In[0].Shape, o.perm.stored(axis))
	switch g.In[0].DType {
	case Float32:
		addCumulated(o, g.DIn[0].F32(), g.DOut[0].F32(), l)
	case Float64:
		addCumulated(o, g.DIn[0].F64(), g.DOut[0].F64(), l)
	}
}

func addCumulated[T Float](o *CumSum, dx, d []T, l lines) {
	step, first := -l.inner, (l.n-1)*l.inner
	if o.Reverse {
		step, first = l.inner, 0
	}
	for i := range l.outer * l.inner {
		at := i/l.inner*l.n*l.inner + i%l.inner + first
		sum := 0.0
		for range l.n {
			before := sum
			sum += float64(d[at])
			if o.Exclusive {
				dx[at] += T(before)
			} else {
				dx[at] += T(sum)
			}
			at += step
		}
	}
}
