package nn

// Slice takes, along each axis of operand 3 (all in order, where absent),
// every steps-th element (operand 4; 1 where absent) from starts (operand 1)
// up to but not including ends (operand 2). Both count from the end when
// negative and are clamped; a negative step runs backwards.
type Slice struct{ perm layout }

// slicing is what is taken along each dimension.
type slicing struct{ start, step, count [MaxRank]int }

// Infer returns the extents that are taken.
func (o *Slice) Infer(in []Arg, _ int) ([]Type, error) {
	var lists [4]*Tensor
	for i, what := range [...]string{"starts", "ends", "axes", "steps"} {
		t, err := constList(in, i+1, what)
		if err != nil {
			return nil, err
		}
		if t == nil && i < 2 {
			return nil, Invalidf(what, "is required")
		}
		lists[i] = t
		if t != nil && t.Elems() != lists[0].Elems() {
			return nil, Invalidf(what, "has %d elements, starts has %d", t.Elems(), lists[0].Elems())
		}
	}
	s := in[0].Shape
	if err := o.check(s, lists[0], lists[2], lists[3]); err != nil {
		return nil, err
	}
	sl := o.slicing(s, lists[0], lists[1], lists[2], lists[3])
	return oneType(in[0].DType, sl.count[:s.Rank])
}

func (o *Slice) check(s Shape, starts, axes, steps *Tensor) error {
	if axes != nil {
		if _, err := axisSet(axes, s.Rank, "axes"); err != nil {
			return err
		}
	} else if starts.Elems() > s.Rank {
		return Invalidf("starts", "has %d elements for %v", starts.Elems(), s)
	}
	if steps != nil {
		for i := range steps.Elems() {
			if steps.Int(i) == 0 {
				return Invalidf("steps", "a step is 0")
			}
		}
	}
	return nil
}

// slicing resolves operands that Infer has accepted.
func (o *Slice) slicing(s Shape, starts, ends, axes, steps *Tensor) slicing {
	var sl slicing
	for i := range s.Rank {
		sl.step[i], sl.count[i] = 1, s.Dims[i]
	}
	for i := range starts.Elems() {
		a := i
		if axes != nil {
			a, _ = Axis(axes.Int(i), s.Rank)
		}
		a = o.perm.stored(a)
		step := 1
		if steps != nil {
			// A longer step takes one element, as this does.
			step = min(max(steps.Int(i), -MaxElems), MaxElems)
		}
		sl.start[a], sl.count[a] = taken(s.Dims[a], starts.Int(i), ends.Int(i), step)
		sl.step[a] = step
	}
	return sl
}

// taken clamps a slice of a dimension and counts its elements.
func taken(dim, start, end, step int) (first, count int) {
	if start < 0 {
		start += dim
	}
	if end < 0 {
		end += dim
	}
	if step > 0 {
		start, end = min(max(start, 0), dim), min(max(end, 0), dim)
		count = (end - start + step - 1) / step
	} else {
		start, end = min(max(start, 0), dim-1), min(max(end, -1), dim-1)
		count = (end - start + step + 1) / step
	}
	if count <= 0 {
		return 0, 0
	}
	return start, count
}

func (o *Slice) box(r []*Tensor, out Shape) box {
	var lists [4]*Tensor
	for i := range lists {
		if i+1 < len(r) && r[i+1].Present() {
			lists[i] = r[i+1]
		}
	}
	in := r[0].Shape
	sl := o.slicing(in, lists[0], lists[1], lists[2], lists[3])
	b := boxOf(out, out.Strides(), in.Strides())
	for i := range in.Rank {
		b.fromAt += sl.start[i] * b.from[i]
		b.from[i] *= sl.step[i]
	}
	return b
}

// Forward copies what is taken.
func (o *Slice) Forward(r *Run) error {
	copyBox(r.Out[0], r.In[0], o.box(r.In, r.Out[0].Shape))
	return nil
}

// Permute keeps the order of the dimensions and maps the axes.
func (o *Slice) Permute(perm []int, in []Arg) (Op, bool) {
	return &Slice{perm: o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

func (o *Slice) backward(g *Grad) {
	addBox(g.DIn[0], g.DOut[0], o.box(g.In, g.Out[0].Shape).reversed())
}
