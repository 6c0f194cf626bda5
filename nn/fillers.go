package nn

import "math"

// Range is the numbers from operand 0 up to but not including operand 1, at
// steps of operand 2; all three are constant scalars of one type.
type Range struct{}

// Infer counts the numbers.
func (*Range) Infer(in []Arg, _ int) ([]Type, error) {
	for i, what := range [...]string{"start", "limit", "delta"} {
		switch {
		case in[i].DType != in[0].DType:
			return nil, Invalidf(what, "is %v, start is %v", in[i].DType, in[0].DType)
		case in[i].Elems() != 1:
			return nil, Invalidf(what, "has shape %v, want a scalar", in[i].Shape)
		case in[i].Const == nil:
			return nil, &ErrUnbound{Operand: i, What: what}
		}
	}
	start, limit, delta := in[0].Const, in[1].Const, in[2].Const
	if delta.Float(0) == 0 {
		return nil, Invalidf("delta", "is 0")
	}
	var n float64
	if start.DType.IsFloat() {
		n = math.Ceil((limit.Float(0) - start.Float(0)) / delta.Float(0))
	} else {
		n = float64(stepsBetween(start.Int(0), limit.Int(0), delta.Int(0)))
	}
	if math.IsNaN(n) || n > MaxElems {
		return nil, Invalidf("limit", "from %v to %v by %v there are more than %d numbers", start.Float(0), limit.Float(0), delta.Float(0), MaxElems)
	}
	return grown(in[0].DType, []int{int(max(n, 0))}, "limit")
}

// stepsBetween counts the integers from start up or down to, but not
// including, limit. Unsigned differences do not overflow.
func stepsBetween(start, limit, delta int) uint64 {
	switch {
	case delta > 0 && start < limit:
		return (uint64(limit)-uint64(start)-1)/uint64(delta) + 1
	case delta < 0 && start > limit:
		return (uint64(start)-uint64(limit)-1)/-uint64(delta) + 1
	}
	return 0
}

// Forward writes the numbers.
func (*Range) Forward(r *Run) error {
	switch r.Out[0].DType {
	case Float32:
		count(r, Data[float32])
	case Float64:
		count(r, Data[float64])
	case Int32:
		count(r, Data[int32])
	case Int64:
		count(r, Data[int64])
	case Int8:
		count(r, Data[int8])
	case Uint8:
		count(r, Data[uint8])
	}
	return nil
}

func count[T Number](r *Run, data func(*Tensor) []T) {
	start, delta, out := data(r.In[0])[0], data(r.In[2])[0], data(r.Out[0])
	for i := range out {
		out[i] = start + T(i)*delta
	}
}

// ConstantOfShape is a tensor of the shape in operand 0 whose elements are the
// one of Value, or float32 zeros.
type ConstantOfShape struct {
	Value *Tensor `onnx:"value"`
}

// Infer returns the shape asked for.
func (o *ConstantOfShape) Infer(in []Arg, _ int) ([]Type, error) {
	want, err := requiredList(in, 0, "shape")
	if err != nil {
		return nil, err
	}
	d := Float32
	if o.Value != nil {
		if d = o.Value.DType; o.Value.Elems() != 1 || !AllDTypes.Has(d) {
			return nil, Invalidf("value", "is %v %v, want one element", d, o.Value.Shape)
		}
	}
	var dims [maxList]int
	for i := range want.Elems() {
		dims[i] = want.Int(i)
	}
	return grown(d, dims[:want.Elems()], "shape")
}

// Forward fills the result.
func (o *ConstantOfShape) Forward(r *Run) error {
	fillTensor(r.Out[0], o.Value)
	return nil
}

// fillTensor sets all elements to the first of value, or to 0 where it is nil.
func fillTensor(out, value *Tensor) {
	if out.Elems() == 0 {
		return
	}
	if value == nil {
		clear(out.Bytes())
		return
	}
	n := copy(out.Bytes(), value.Bytes()[:value.DType.Size()])
	repeat(out.Bytes(), n)
}
