package nn

import "math"

// Range is the numbers from operand 0 up to but not including operand 1, at
// steps of operand 2; all three are constant scalars of one type.
type Range struct{}

// Infer counts the numbers.
func (*Range) Infer(in []Arg, _ int) ([]Type, error) {
	var v [3]float64
	for i, what := range [...]string{"start", "limit", "delta"} {
		switch {
		case in[i].DType != in[0].DType:
			return nil, Invalidf(what, "is %v, start is %v", in[i].DType, in[0].DType)
		case in[i].Elems() != 1:
			return nil, Invalidf(what, "has shape %v, want a scalar", in[i].Shape)
		case in[i].Const == nil:
			return nil, &ErrUnbound{Operand: i, What: what}
		}
		v[i] = in[i].Const.Float(0)
	}
	if v[2] == 0 {
		return nil, Invalidf("delta", "is 0")
	}
	n := math.Ceil((v[1] - v[0]) / v[2])
	if math.IsNaN(n) || n > MaxElems {
		return nil, Invalidf("limit", "from %v to %v by %v there are more than %d numbers", v[0], v[1], v[2], MaxElems)
	}
	return grown(in[0].DType, []int{int(max(n, 0))}, "limit")
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
