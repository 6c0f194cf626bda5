package nn

// OneHot puts a new dimension of operand 1 elements at Axis, in which the
// element that operand 0 names is the second of operand 2 and the others are
// the first. Indices count from the end when negative; one out of range names
// no element.
type OneHot struct {
	Axis int `onnx:"axis,-1"`
}

// Infer returns the shape of the indices with the new dimension.
func (o *OneHot) Infer(in []Arg, _ int) ([]Type, error) {
	depth, err := o.depth(in[1])
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, ok := Axis(o.Axis, s.Rank+1)
	if !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", o.Axis, s.Rank+1)
	}
	if v := in[2]; v.Shape.Rank != 1 || v.Elems() != 2 || !AllDTypes.Has(v.DType) {
		return nil, Invalidf("values", "have shape %v, want [2]", v.Shape)
	}
	dims := append([]int(nil), s.Dims[:axis]...)
	dims = append(dims, depth)
	dims = append(dims, s.Dims[axis:s.Rank]...)
	return grown(in[2].DType, dims, "depth")
}

func (*OneHot) depth(a Arg) (int, error) {
	switch {
	case a.Elems() != 1 || !Numbers.Has(a.DType):
		return 0, Invalidf("depth", "is %v %v, want one number", a.DType, a.Shape)
	case a.Const == nil:
		return 0, &ErrUnbound{Operand: 1, What: "depth"}
	}
	d := a.Const.Float(0)
	if !(d >= 1 && d <= MaxElems) {
		return 0, Invalidf("depth", "%v is outside 1..%d", d, MaxElems)
	}
	return int(d), nil
}

// Forward fills with the first value and sets the second.
func (o *OneHot) Forward(r *Run) error {
	out, idx, size := r.Out[0], r.In[0], r.Out[0].DType.Size()
	fillTensor(out, r.In[2])
	axis, _ := Axis(o.Axis, out.Shape.Rank)
	depth, inner := out.Shape.Dims[axis], out.Shape.span(axis+1, out.Shape.Rank)
	on, mem := r.In[2].Bytes()[size:], out.Bytes()
	for i := range idx.Elems() {
		k, ok := Axis(hotIndex(idx, i), depth)
		if ok {
			copy(mem[((i/inner*depth+k)*inner+i%inner)*size:][:size], on)
		}
	}
	return nil
}

// hotIndex returns index i, which may be stored as a float; one that no depth
// reaches where it is not a number.
func hotIndex(t *Tensor, i int) int {
	if !t.DType.IsFloat() {
		return t.Int(i)
	}
	if f := t.Float(i); f >= -MaxElems && f <= MaxElems {
		return int(f)
	}
	return MaxElems
}
