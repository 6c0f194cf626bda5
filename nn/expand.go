package nn

// Expand broadcasts operand 0 to the shape in operand 1, multidirectionally:
// a 1 there keeps a longer dimension of the operand.
type Expand struct{ perm layout }

// Infer returns the broadcast shape.
func (o *Expand) Infer(in []Arg, _ int) ([]Type, error) {
	want, err := requiredList(in, 1, "shape")
	if err != nil {
		return nil, err
	}
	n := want.Elems()
	rank := max(n, in[0].Shape.Rank)
	if rank > MaxRank {
		return nil, Invalidf("shape", "rank %d is over the limit of %d", rank, MaxRank)
	}
	target := Shape{Rank: rank}
	for i := range rank {
		target.Dims[i] = 1
	}
	for i := range n {
		d := want.Int(i)
		if d < 0 || d > MaxElems {
			return nil, Invalidf("shape", "extent %d is outside 0..%d", d, MaxElems)
		}
		target.Dims[o.perm.stored(rank-n+i)] = d
	}
	s, err := Broadcast(in[0].Shape, target)
	if err != nil {
		return nil, Invalidf("shape", "%v", err)
	}
	return grown(in[0].DType, s.Slice(), "shape")
}

// Forward repeats the elements.
func (*Expand) Forward(r *Run) error {
	copyBox(r.Out[0], r.In[0], expandBox(r.Out[0].Shape, r.In[0].Shape))
	return nil
}

func expandBox(out, in Shape) box {
	return boxOf(out, out.Strides(), BroadcastStrides(in, out))
}

// View: nothing is repeated.
func (o *Expand) View(in []Arg) bool {
	types, err := o.Infer(in, 1)
	return err == nil && types[0].Shape.Elems() == in[0].Elems()
}

// Permute keeps the order of the dimensions and maps the shape.
func (o *Expand) Permute(perm []int, in []Arg) (Op, bool) {
	ok := in[0].Shape.Rank == len(perm) && len(in) > 1 && in[1].Elems() <= len(perm)
	return &Expand{perm: o.perm.then(perm)}, ok
}

func (o *Expand) backward(g *Grad) {
	addBox(g.DIn[0], g.DOut[0], expandBox(g.Out[0].Shape, g.In[0].Shape).reversed())
}

// Tile repeats each dimension of operand 0 as often as operand 1 says.
type Tile struct{ perm layout }

// Infer returns the repeated extents.
func (o *Tile) Infer(in []Arg, _ int) ([]Type, error) {
	repeats, err := requiredList(in, 1, "repeats")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	if repeats.Elems() != s.Rank {
		return nil, Invalidf("repeats", "has %d elements for %v", repeats.Elems(), s)
	}
	for i := range s.Rank {
		n := repeats.Int(i)
		if n < 0 || n > MaxElems {
			return nil, Invalidf("repeats", "%d is outside 0..%d", n, MaxElems)
		}
		s.Dims[o.perm.stored(i)] *= n
	}
	return grown(in[0].DType, s.Slice(), "repeats")
}

// Forward copies the operand once and then doubles up each dimension.
func (*Tile) Forward(r *Run) error {
	out, in := r.Out[0].Shape, r.In[0].Shape
	if out.Elems() == 0 {
		return nil
	}
	b := boxOf(in, out.Strides(), in.Strides())
	copyBox(r.Out[0], r.In[0], b)
	mem, size := r.Out[0].Bytes(), r.Out[0].DType.Size()
	for axis := in.Rank - 1; axis >= 0; axis-- {
		if out.Dims[axis] == in.Dims[axis] {
			continue
		}
		once, all := in.Dims[axis]*b.to[axis]*size, out.Dims[axis]*b.to[axis]*size
		var idx [MaxRank]int
		at, from := 0, 0
		for more := true; more; more = b.next(&idx, axis, &at, &from) {
			repeat(mem[at*size:][:all], once)
		}
	}
	return nil
}

// repeat fills mem with copies of its first n bytes.
func repeat(mem []byte, n int) {
	for n < len(mem) {
		n += copy(mem[n:], mem[:n])
	}
}

// Permute keeps the order of the dimensions and maps the repeats.
func (o *Tile) Permute(perm []int, in []Arg) (Op, bool) {
	return &Tile{perm: o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

// backward adds one repetition after another.
func (*Tile) backward(g *Grad) {
	in, out := g.In[0].Shape, g.Out[0].Shape
	if out.Elems() == 0 {
		return
	}
	own, st := in.Strides(), out.Strides()
	var n nest
	for d := range in.Rank {
		n.dims[d], n.stride[d] = out.Dims[d]/in.Dims[d], in.Dims[d]*st[d]
	}
	n.rank = in.Rank
	for more := true; more; more = n.next() {
		b := boxOf(in, own, st)
		b.fromAt = n.off
		addBox(g.DIn[0], g.DOut[0], b)
	}
}
