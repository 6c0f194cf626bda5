package nn

import "math"

// Clip limits operand 0 to the scalars min (operand 1) and max (operand 2),
// either of which may be absent. Where min > max the result is max.
type Clip struct{}

// Infer returns the type of operand 0.
func (*Clip) Infer(in []Arg, _ int) ([]Type, error) {
	for i, name := range [...]string{"", "min", "max"} {
		if i == 0 || i >= len(in) || !in[i].Present() {
			continue
		}
		if in[i].DType != in[0].DType {
			return nil, Invalidf(name, "is %v, the operand %v", in[i].DType, in[0].DType)
		}
		if in[i].Shape.Elems() != 1 {
			return nil, Invalidf(name, "has shape %v, want a scalar", in[i].Shape)
		}
	}
	return sameType(in)
}

// Forward limits.
func (*Clip) Forward(r *Run) error {
	inf := math.Inf(1)
	switch r.In[0].DType {
	case Float32:
		clip(r, float32(-inf), float32(inf))
	case Float64:
		clip(r, -inf, inf)
	case Int8:
		clip[int8](r, math.MinInt8, math.MaxInt8)
	case Uint8:
		clip[uint8](r, 0, math.MaxUint8)
	case Int32:
		clip[int32](r, math.MinInt32, math.MaxInt32)
	case Int64:
		clip[int64](r, math.MinInt64, math.MaxInt64)
	}
	return nil
}

// Permute: the order of the dimensions does not matter; the limits are
// scalars.
func (o *Clip) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// clipRange returns the limits, lo and hi where they are absent.
func clipRange[T Element](in []*Tensor, lo, hi T) (T, T) {
	if len(in) > 1 && in[1].Present() {
		lo = Data[T](in[1])[0]
	}
	if len(in) > 2 && in[2].Present() {
		hi = Data[T](in[2])[0]
	}
	return lo, hi
}

func clip[T float32 | float64 | int8 | uint8 | int32 | int64](r *Run, lo, hi T) {
	lo, hi = clipRange(r.In, lo, hi)
	out := Data[T](r.Out[0])
	for i, v := range Data[T](r.In[0]) {
		out[i] = min(max(v, lo), hi)
	}
}

func (*Clip) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		clipGrad[float32](g)
	case Float64:
		clipGrad[float64](g)
	}
}

// clipGrad gives the gradient of an element to whichever of x, min and max
// the result equals.
func clipGrad[T float32 | float64](g *Grad) {
	lo, hi := clipRange(g.In, T(math.Inf(-1)), T(math.Inf(1)))
	var to [3][]T
	for i := range g.DIn {
		if g.DIn[i].Present() {
			to[i] = Data[T](g.DIn[i])
		}
	}
	d := Data[T](g.DOut[0])
	for i, v := range Data[T](g.In[0]) {
		from, at := 0, i
		switch {
		case max(v, lo) > hi:
			from, at = 2, 0
		case v < lo:
			from, at = 1, 0
		}
		if to[from] != nil {
			to[from][at] += d[i]
		}
	}
}
