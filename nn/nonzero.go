package nn

// NonZero lists the places of the elements that are not zero: a row for each
// dimension, a column for each element. Its extent depends on data, along
// dimension 1, so the operand has to be constant.
type NonZero struct{}

// Infer counts the elements of a constant.
func (*NonZero) Infer(in []Arg, _ int) ([]Type, error) {
	if in[0].Const == nil {
		return nil, Unsupportedf("", "the result's extent depends on data")
	}
	n := 0
	for i := range in[0].Const.Elems() {
		if in[0].Const.Float(i) != 0 {
			n++
		}
	}
	return oneType(Int64, []int{in[0].Shape.Rank, n})
}

// Forward lists the places, in row-major order.
func (*NonZero) Forward(r *Run) error {
	in, out, n := r.In[0], r.Out[0].I64(), r.Out[0].Shape.Dims[1]
	st, at := in.Shape.Strides(), 0
	for i := range in.Elems() {
		if in.Float(i) == 0 {
			continue
		}
		for d := range in.Shape.Rank {
			out[d*n+at] = int64(i / st[d] % in.Shape.Dims[d])
		}
		at++
	}
	return nil
}

// Compress keeps the slices of operand 0 along Axis (its elements, without
// Axis) for which the list of bools in operand 1 is true. A shorter list drops
// the rest. Where the list is not constant, the result is bounded by it.
type Compress struct {
	Axis *int `onnx:"axis"`
}

// flat is Axis with the operand's shape for it: that of a list without Axis.
func (o *Compress) flat(s Shape) (Shape, int, error) {
	if o.Axis == nil {
		return Shape{Rank: 1, Dims: [MaxRank]int{s.Elems()}}, 0, nil
	}
	axis, ok := Axis(*o.Axis, s.Rank)
	if !ok {
		return s, 0, Invalidf("axis", "%d is outside rank %d", *o.Axis, s.Rank)
	}
	return s, axis, nil
}

// Infer counts what is kept.
func (o *Compress) Infer(in []Arg, _ int) ([]Type, error) {
	s, axis, err := o.flat(in[0].Shape)
	if err != nil {
		return nil, err
	}
	cond := in[1]
	if cond.DType != Bool || cond.Shape.Rank != 1 {
		return nil, Invalidf("condition", "is %v %v, want a list of bools", cond.DType, cond.Shape)
	}
	t := Type{DType: in[0].DType, Shape: s}
	t.Shape.Dims[axis] = min(cond.Elems(), s.Dims[axis])
	if cond.Const == nil {
		if axis != 0 {
			return nil, &ErrUnbound{Operand: 1, What: "condition"}
		}
		t.Bound = true
		return []Type{t}, nil
	}
	n := 0
	for i := range t.Shape.Dims[axis] {
		n += cond.Const.Int(i)
	}
	t.Shape.Dims[axis] = n
	return []Type{t}, nil
}

// Forward copies the slices that are kept.
func (o *Compress) Forward(r *Run) error {
	s, axis, err := o.flat(r.In[0].Shape)
	if err != nil {
		return err
	}
	keep, dim := r.In[1].Bools(), s.Dims[axis]
	slab := s.span(axis+1, s.Rank) * r.In[0].DType.Size()
	src, dst, at := r.In[0].Bytes(), r.Out[0].Bytes(), 0
	for outer := range s.span(0, axis) {
		for i := range min(len(keep), dim) {
			if keep[i] {
				at += copy(dst[at:], src[(outer*dim+i)*slab:][:slab])
			}
		}
	}
	if axis == 0 && slab > 0 {
		r.Out[0].Truncate(at / slab)
	}
	return nil
}

func (o *Compress) backward(g *Grad) {
	s, axis, err := o.flat(g.In[0].Shape)
	if err != nil {
		return
	}
	keep, dim, slab, at := g.In[1].Bools(), s.Dims[axis], s.span(axis+1, s.Rank), 0
	for outer := range s.span(0, axis) {
		for i := range min(len(keep), dim) {
			if keep[i] {
				addPart(g.DIn[0], g.DOut[0], (outer*dim+i)*slab, at, slab)
				at += slab
			}
		}
	}
}
