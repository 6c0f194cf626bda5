package nn

// Concat joins its operands along Axis; the other dimensions are equal.
type Concat struct {
	// Axis must be given: the default lies outside every rank.
	Axis int `onnx:"axis,-99"`
}

// Infer returns the joint shape.
func (o *Concat) Infer(in []Arg, _ int) ([]Type, error) {
	s := in[0].Shape
	axis, ok := Axis(o.Axis, s.Rank)
	if !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", o.Axis, s.Rank)
	}
	for i, a := range in[1:] {
		switch {
		case a.DType != in[0].DType:
			return nil, Invalidf("", "operand %d is %v, operand 0 is %v", i+1, a.DType, in[0].DType)
		case a.Shape.Rank != s.Rank:
			return nil, Invalidf("", "operand %d has rank %d, operand 0 has %d", i+1, a.Shape.Rank, s.Rank)
		}
		e := a.Shape
		if s.Dims[axis] += e.Dims[axis]; s.Dims[axis] > MaxElems {
			return nil, Invalidf("axis", "the result has more than %d elements", MaxElems)
		}
		e.Dims[axis] = s.Dims[axis]
		if e != s {
			return nil, Invalidf("axis", "operand %d differs from operand 0 off axis %d", i+1, axis)
		}
	}
	return oneType(in[0].DType, s.Slice())
}

// Forward copies the operands one after the other.
func (o *Concat) Forward(r *Run) error {
	axis, _ := Axis(o.Axis, r.Out[0].Shape.Rank)
	at := 0
	for _, in := range r.In {
		copyBox(r.Out[0], in, partBox(r.Out[0].Shape, in.Shape, axis, at))
		at += in.Shape.Dims[axis]
	}
	return nil
}

// partBox is the box of a part of whole that starts at index at of axis: to
// is the whole, from the part.
func partBox(whole, part Shape, axis, at int) box {
	st := whole.Strides()
	b := boxOf(part, st, part.Strides())
	b.toAt = at * st[axis]
	return b
}

// View: one operand alone is the result.
func (*Concat) View(in []Arg) bool { return len(in) == 1 }

// Permute moves the axis.
func (o *Concat) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &Concat{Axis: axis}, ok
}

func (o *Concat) backward(g *Grad) {
	axis, _ := Axis(o.Axis, g.Out[0].Shape.Rank)
	at := 0
	for i, in := range g.In {
		addBox(g.DIn[i], g.DOut[0], partBox(g.Out[0].Shape, in.Shape, axis, at).reversed())
		at += in.Shape.Dims[axis]
	}
}
