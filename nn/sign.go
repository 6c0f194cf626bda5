package nn

import "math"

// Abs is |x|, element by element. The smallest integer of its type stays.
type Abs struct{ elementwise }

// Forward computes it.
func (*Abs) Forward(r *Run) error {
	out, in := r.Out[0], r.In[0]
	switch in.DType {
	case Float32:
		return mapFloats(r, math.Abs)
	case Float64:
		return mapFloats(r, math.Abs)
	case Uint8:
		copy(out.U8(), in.U8())
	case Int8:
		absRun(out.I8(), in.I8())
	case Int32:
		absRun(out.I32(), in.I32())
	case Int64:
		absRun(out.I64(), in.I64())
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Abs) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Abs) backward(g *Grad) { mapGrad(g, func(x, _ float64) float64 { return signOf(x) }) }

func absRun[T Number](out, in []T) {
	for i, v := range in {
		if v < 0 {
			v = -v
		}
		out[i] = v
	}
}

// Neg is −x, element by element.
type Neg struct{ elementwise }

// Forward computes it.
func (*Neg) Forward(r *Run) error {
	out, in := r.Out[0], r.In[0]
	switch in.DType {
	case Float32:
		negRun(out.F32(), in.F32())
	case Float64:
		negRun(out.F64(), in.F64())
	case Int8:
		negRun(out.I8(), in.I8())
	case Int32:
		negRun(out.I32(), in.I32())
	case Int64:
		negRun(out.I64(), in.I64())
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Neg) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Neg) backward(g *Grad) { mapGrad(g, func(_, _ float64) float64 { return -1 }) }

func negRun[T Number](out, in []T) {
	for i, v := range in {
		out[i] = -v
	}
}

// Sign is −1, 0 or 1 as x is negative, zero or positive, element by element;
// NaN stays.
type Sign struct{ elementwise }

// Forward computes it.
func (*Sign) Forward(r *Run) error {
	out, in := r.Out[0], r.In[0]
	switch in.DType {
	case Float32:
		return mapFloats(r, signOf)
	case Float64:
		return mapFloats(r, signOf)
	case Int8:
		signRun(out.I8(), in.I8())
	case Uint8:
		signRun(out.U8(), in.U8())
	case Int32:
		signRun(out.I32(), in.I32())
	case Int64:
		signRun(out.I64(), in.I64())
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Sign) Permute([]int, []Arg) (Op, bool) { return o, true }

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func signRun[T Number](out, in []T) {
	for i, v := range in {
		switch {
		case v > 0:
			out[i] = 1
		case v < 0:
			v = 0
			out[i] = v - 1
		default:
			out[i] = 0
		}
	}
}
