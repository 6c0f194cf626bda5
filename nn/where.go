package nn

// Where takes each element from operand 1 where operand 0 is true and from
// operand 2 elsewhere, all three broadcast.
type Where struct{}

// Infer returns the broadcast shape with the type of operands 1 and 2.
func (*Where) Infer(in []Arg, _ int) ([]Type, error) {
	if in[1].DType != in[2].DType {
		return nil, Invalidf("", "the choices are %v and %v", in[1].DType, in[2].DType)
	}
	s, err := Broadcast(in[0].Shape, in[1].Shape, in[2].Shape)
	if err != nil {
		return nil, Invalidf("", "%v", err)
	}
	return []Type{{DType: in[1].DType, Shape: s}}, nil
}

// Forward chooses.
func (*Where) Forward(r *Run) error {
	switch r.Out[0].DType.Size() {
	case 1:
		choose[uint8](r)
	case 2:
		choose[uint16](r)
	case 4:
		choose[uint32](r)
	case 8:
		choose[uint64](r)
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Where) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Where) backward(g *Grad) {
	switch g.Out[0].DType {
	case Float32:
		chooseGrad[float32](g)
	case Float64:
		chooseGrad[float64](g)
	}
}

func chooseGrad[T float32 | float64](g *Grad) {
	c, d := g.In[0].Bools(), Data[T](g.DOut[0])
	to := [...][]T{wanted[T](g.DIn[2]), wanted[T](g.DIn[1])}
	it := newBroadcast(g.Out[0].Shape, g.In[0].Shape, g.In[2].Shape, g.In[1].Shape)
	for it.next() {
		for i, v := range d[it.pos : it.pos+it.run] {
			from := 0
			if c[it.off[0]+i*it.step[0]] {
				from = 1
			}
			if t := to[from]; t != nil {
				t[it.off[1+from]+i*it.step[1+from]] += v
			}
		}
	}
}

// choose moves elements by their size alone.
func choose[T unit](r *Run) {
	out, c, a, b := r.Out[0], r.In[0].Bools(), units[T](r.In[1]), units[T](r.In[2])
	o := units[T](out)
	it := newBroadcast(out.Shape, r.In[0].Shape, r.In[1].Shape, r.In[2].Shape)
	for it.next() {
		y := o[it.pos : it.pos+it.run]
		pc, pa, pb := part(&it, 0, c), part(&it, 1, a), part(&it, 2, b)
		mc, ma, mb := wrap(pc, len(y)), wrap(pa, len(y)), wrap(pb, len(y))
		for i := range y {
			v := pb[i&mb]
			if pc[i&mc] {
				v = pa[i&ma]
			}
			y[i] = v
		}
	}
}
