package nn

// Shrink is x + Bias below −Lambda, x − Bias above Lambda and 0 between,
// element by element. Integers are computed in float64 and truncated.
type Shrink struct {
	elementwise
	Bias   float32 `onnx:"bias"`
	Lambda float32 `onnx:"lambd,0.5"`
}

// Forward computes it.
func (o *Shrink) Forward(r *Run) error {
	out, in := r.Out[0], r.In[0]
	switch in.DType {
	case Float32:
		return mapFloats(r, o.at)
	case Float64:
		return mapFloats(r, o.at)
	case Int8:
		shrinkInts(o, out.I8(), in.I8())
	case Uint8:
		shrinkInts(o, out.U8(), in.U8())
	case Int32:
		shrinkInts(o, out.I32(), in.I32())
	case Int64:
		shrinkInts(o, out.I64(), in.I64())
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Shrink) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Shrink) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 {
		if x < -float64(o.Lambda) || x > float64(o.Lambda) {
			return 1
		}
		return 0
	})
}

func (o *Shrink) at(x float64) float64 {
	switch {
	case x < -float64(o.Lambda):
		return x + float64(o.Bias)
	case x > float64(o.Lambda):
		return x - float64(o.Bias)
	}
	return 0
}

func shrinkInts[T int8 | uint8 | int32 | int64](o *Shrink, out, in []T) {
	for i, v := range in {
		out[i] = saturate[T](o.at(float64(v)))
	}
}
