package nn

// Split cuts operand 0 along Axis into the extents of operand 1 or, without
// it, into NumOutputs equal parts of which the last may be smaller.
type Split struct {
	Axis       int `onnx:"axis"`
	NumOutputs int `onnx:"num_outputs"`
}

// Infer returns the parts. Without extents and NumOutputs there are as many
// equal parts as the node has results.
func (o *Split) Infer(in []Arg, outs int) ([]Type, error) {
	s := in[0].Shape
	axis, ok := Axis(o.Axis, s.Rank)
	if !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", o.Axis, s.Rank)
	}
	extents, err := o.extents(argAt(in, 1), outs)
	if err != nil {
		return nil, err
	}
	types, left := make([]Type, outs), s.Dims[axis]
	for i := range types {
		n := o.extent(extents, i, outs, s.Dims[axis])
		if n < 0 || n > left {
			return nil, Invalidf("split", "extent %d of part %d does not fit dimension %d of %v", n, i, axis, s)
		}
		left -= n
		types[i] = Type{DType: in[0].DType, Shape: s}
		types[i].Shape.Dims[axis] = n
	}
	if left != 0 {
		return nil, Invalidf("split", "%d of dimension %d of %v are left over", left, axis, s)
	}
	return types, nil
}

func (o *Split) extents(a Arg, outs int) (*Tensor, error) {
	switch {
	case o.NumOutputs != 0 && o.NumOutputs != outs:
		return nil, Invalidf("num_outputs", "is %d, but the node has %d results", o.NumOutputs, outs)
	case !a.Present():
		return nil, nil
	case o.NumOutputs != 0:
		return nil, Invalidf("num_outputs", "is given beside the operand split")
	case a.DType != Int64 && a.DType != Int32:
		return nil, Invalidf("split", "is %v, want int64", a.DType)
	case a.Shape.Rank != 1 || a.Elems() != outs:
		return nil, Invalidf("split", "has shape %v, but the node has %d results", a.Shape, outs)
	case a.Const == nil:
		return nil, &ErrUnbound{Operand: 1, What: "split"}
	}
	return a.Const, nil
}

// extent returns the extent of part i of outs.
func (o *Split) extent(extents *Tensor, i, outs, dim int) int {
	if extents != nil {
		return extents.Int(i)
	}
	part := (dim + outs - 1) / outs
	if i == outs-1 {
		return dim - part*i
	}
	return part
}

// Forward copies the parts that are wanted.
func (o *Split) Forward(r *Run) error {
	whole := r.In[0].Shape
	axis, _ := Axis(o.Axis, whole.Rank)
	at := 0
	for i, out := range r.Out {
		if out.Present() {
			copyBox(out, r.In[0], partBox(whole, out.Shape, axis, at).reversed())
		}
		at += o.extent(operand(r, 1), i, len(r.Out), whole.Dims[axis])
	}
	return nil
}

// Permute moves the axis.
func (o *Split) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &Split{Axis: axis, NumOutputs: o.NumOutputs}, ok
}

func (o *Split) backward(g *Grad) {
	whole := g.In[0].Shape
	axis, _ := Axis(o.Axis, whole.Rank)
	at := 0
	for i, out := range g.Out {
		if g.DOut[i].Present() {
			addBox(g.DIn[0], g.DOut[i], partBox(whole, out.Shape, axis, at))
		}
		at += out.Shape.Dims[axis]
	}
}
