package nn

import "math"

// Pow is a to the power b, broadcast. The result has the type of a; b may be
// of another numeric type.
type Pow struct{}

// Infer returns the broadcast shape with the base's type.
func (*Pow) Infer(in []Arg, _ int) ([]Type, error) {
	if !Numbers.Has(in[1].DType) {
		return nil, Invalidf("exponent", "is %v, want a number", in[1].DType)
	}
	s, err := Broadcast(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, Invalidf("", "%v", err)
	}
	return []Type{{DType: in[0].DType, Shape: s}}, nil
}

// Forward computes the power. Integers raised to integers are exact until
// they wrap, and 0 where the result is a fraction.
func (*Pow) Forward(r *Run) error {
	out, a, b := r.Out[0], r.In[0], r.In[1]
	switch out.DType {
	case Float32:
		powFloats[float32](out, a, b)
	case Float64:
		powFloats[float64](out, a, b)
	case Int8:
		powInts[int8](out, a, b)
	case Uint8:
		powInts[uint8](out, a, b)
	case Int32:
		powInts[int32](out, a, b)
	case Int64:
		powInts[int64](out, a, b)
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Pow) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Pow) backward(g *Grad) {
	switch g.Out[0].DType {
	case Float32:
		powGrad[float32](g)
		addExponentGrad[float32](g)
	case Float64:
		powGrad[float64](g)
		addExponentGrad[float64](g)
	}
}

// powGrad adds b·a^(b−1), times the gradient, to the gradient by the base.
func powGrad[T float32 | float64](g *Grad) {
	to := wanted[T](g.DIn[0])
	if to == nil {
		return
	}
	a, d := Data[T](g.In[0]), Data[T](g.DOut[0])
	it := newBroadcast(g.Out[0].Shape, g.In[0].Shape, g.In[1].Shape)
	for it.next() {
		for i, v := range d[it.pos : it.pos+it.run] {
			at := it.off[0] + i*it.step[0]
			switch b := g.In[1].Float(it.off[1] + i*it.step[1]); b {
			case 0: // a constant, of 0 too
			case 2:
				to[at] += 2 * v * a[at]
			default:
				to[at] += T(float64(v) * b * math.Pow(float64(a[at]), b-1))
			}
		}
	}
}

// addExponentGrad adds a^b·log a, times the gradient, to the gradient by the
// exponent. For a ≤ 0, where the power is not defined
// on both sides of b, it adds nothing, nor to an exponent of another type.
func addExponentGrad[T float32 | float64](g *Grad) {
	if !g.DIn[1].Present() || g.In[1].DType != g.In[0].DType {
		return
	}
	to, a, y, d := Data[T](g.DIn[1]), Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0])
	it := newBroadcast(g.Out[0].Shape, g.In[0].Shape, g.In[1].Shape)
	for it.next() {
		for i, v := range d[it.pos : it.pos+it.run] {
			if base := a[it.off[0]+i*it.step[0]]; base > 0 {
				to[it.off[1]+i*it.step[1]] += T(float64(v) * float64(y[it.pos+i]) * math.Log(float64(base)))
			}
		}
	}
}

func powFloats[T float32 | float64](out, a, b *Tensor) {
	o, x := Data[T](out), Data[T](a)
	it := newBroadcast(out.Shape, a.Shape, b.Shape)
	for it.next() {
		y := o[it.pos : it.pos+it.run]
		if it.step[1] == 0 {
			powScalar(y, part(&it, 0, x), b.Float(it.off[1]))
			continue
		}
		for i := range y {
			y[i] = T(math.Pow(float64(x[it.off[0]+i*it.step[0]]), b.Float(it.off[1]+i)))
		}
	}
}

// powScalar raises a run to one power. Squares, roots and cubes are what
// networks ask for.
func powScalar[T Float](out, a []T, p float64) {
	a = a[:len(out)]
	switch p {
	case 2:
		for i, v := range a {
			out[i] = v * v
		}
	case 3:
		for i, v := range a {
			out[i] = v * v * v
		}
	default:
		for i, v := range a {
			out[i] = T(math.Pow(float64(v), p))
		}
	}
}

func powInts[T int8 | uint8 | int32 | int64](out, a, b *Tensor) {
	o, x := Data[T](out), Data[T](a)
	it := newBroadcast(out.Shape, a.Shape, b.Shape)
	for it.next() {
		for i := range it.run {
			base, e := x[it.off[0]+i*it.step[0]], it.off[1]+i*it.step[1]
			if b.DType.IsFloat() {
				o[it.pos+i] = saturate[T](math.Pow(float64(base), b.Float(e)))
			} else {
				o[it.pos+i] = powInt(base, b.Int(e))
			}
		}
	}
}

// powInt raises by repeated squaring.
func powInt[T int8 | uint8 | int32 | int64](base T, e int) T {
	if e < 0 {
		switch {
		case base == 1, base < 0 && base+1 == 0 && e&1 == 0:
			return 1
		case base < 0 && base+1 == 0:
			return base
		}
		return 0
	}
	y := T(1)
	for ; e > 0; e >>= 1 {
		if e&1 != 0 {
			y *= base
		}
		base *= base
	}
	return y
}
