package nn

// Pad adds elements before and after each axis of operand 3 (all in order,
// where absent) as operand 1 says: first what goes before each, then what goes
// after. A negative number takes elements away. Mode is constant (operand 2,
// or 0), reflect, edge or wrap.
type Pad struct {
	Mode string `onnx:"mode,constant"`
	perm layout
}

func (o *Pad) mode() (m padMode, ok bool) {
	switch o.Mode {
	case "constant":
		return padConstant, true
	case "reflect":
		return padReflect, true
	case "edge":
		return padEdge, true
	case "wrap":
		return padWrap, true
	}
	return 0, false
}

// Infer returns the padded shape.
func (o *Pad) Infer(in []Arg, _ int) ([]Type, error) {
	mode, ok := o.mode()
	if !ok {
		return nil, Unsupportedf("mode", "%q", o.Mode)
	}
	pads, err := requiredList(in, 1, "pads")
	if err != nil {
		return nil, err
	}
	axes, err := constList(in, 3, "axes")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	n := s.Rank
	if axes != nil {
		n = axes.Elems()
		if _, err := axisSet(axes, s.Rank, "axes"); err != nil {
			return nil, err
		}
	}
	if pads.Elems() != 2*n {
		return nil, Invalidf("pads", "has %d elements for %d axes", pads.Elems(), n)
	}
	if v := argAt(in, 2); v.Present() && (v.DType != in[0].DType || v.Elems() != 1) {
		return nil, Invalidf("constant_value", "is %v %v, want one %v", v.DType, v.Shape, in[0].DType)
	}
	p := o.padding(s.Rank, pads, axes)
	dims, err := p.apply(s)
	if err != nil {
		return nil, err
	}
	for i, d := range s.Slice() {
		if kept := d + min(p.before[i], 0) + min(p.after[i], 0); mode != padConstant && kept == 0 && dims[i] > 0 {
			return nil, Invalidf("pads", "dimension %d of %v has nothing to pad from", i, s)
		}
	}
	return grown(in[0].DType, dims, "pads")
}

func (o *Pad) padding(rank int, pads, axes *Tensor) padding {
	var p padding
	n := pads.Elems() / 2
	for i := range n {
		a := i
		if axes != nil {
			a, _ = Axis(axes.Int(i), rank)
		}
		a = o.perm.stored(a)
		p.before[a], p.after[a] = pads.Int(i), pads.Int(n+i)
	}
	return p
}

// Forward copies the operand and fills what is around it.
func (o *Pad) Forward(r *Run) error {
	mode, _ := o.mode()
	p := o.padding(r.In[0].Shape.Rank, r.In[1], operand(r, 3))
	p.pad(r.Out[0], r.In[0], operand(r, 2), mode)
	return nil
}

// Permute keeps the order of the dimensions and maps the axes.
func (o *Pad) Permute(perm []int, in []Arg) (Op, bool) {
	return &Pad{Mode: o.Mode, perm: o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

func (o *Pad) backward(g *Grad) {
	mode, _ := o.mode()
	var axes, value *Tensor
	if len(g.In) > 3 && g.In[3].Present() {
		axes = g.In[3]
	}
	if len(g.DIn) > 2 {
		value = g.DIn[2]
	}
	p := o.padding(g.In[0].Shape.Rank, g.In[1], axes)
	if mode == padConstant && !value.Present() {
		addBox(g.DIn[0], g.DOut[0], p.box(g.Out[0].Shape, g.In[0].Shape).reversed())
		return
	}
	switch g.In[0].DType {
	case Float32:
		padGrad[float32](g, &p, mode, value)
	case Float64:
		padGrad[float64](g, &p, mode, value)
	}
}

// CenterCropPad brings each of Axes (all, without it) to the extent in
// operand 1 by taking away or adding zeros on both sides alike; of an odd
// number the larger part goes after.
type CenterCropPad struct {
	Axes []int `onnx:"axes"`
}

// Infer returns the extents asked for.
func (o *CenterCropPad) Infer(in []Arg, _ int) ([]Type, error) {
	want, err := requiredList(in, 1, "shape")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	n, seen := s.Rank, [MaxRank]bool{}
	if o.Axes != nil {
		n = len(o.Axes)
	}
	if want.Elems() != n {
		return nil, Invalidf("shape", "has %d elements for %d axes", want.Elems(), n)
	}
	for i := range n {
		a, ok := o.axis(i, s.Rank)
		if !ok || seen[a] {
			return nil, Invalidf("axes", "%v are not axes of %v", o.Axes, s)
		}
		seen[a] = true
		if d := want.Int(i); d < 0 || d > MaxElems {
			return nil, Invalidf("shape", "extent %d is outside 0..%d", d, MaxElems)
		}
		s.Dims[a] = want.Int(i)
	}
	return grown(in[0].DType, s.Slice(), "shape")
}

func (o *CenterCropPad) axis(i, rank int) (int, bool) {
	if o.Axes == nil {
		return i, true
	}
	return Axis(o.Axes[i], rank)
}

// padding is what makes in of the shape of out.
func (*CenterCropPad) padding(out, in Shape) (p padding) {
	for i := range in.Rank {
		d := out.Dims[i] - in.Dims[i]
		p.before[i] = d / 2
		p.after[i] = d - d/2
	}
	return p
}

// Forward crops and pads.
func (o *CenterCropPad) Forward(r *Run) error {
	p := o.padding(r.Out[0].Shape, r.In[0].Shape)
	p.pad(r.Out[0], r.In[0], nil, padConstant)
	return nil
}

func (o *CenterCropPad) backward(g *Grad) {
	p := o.padding(g.Out[0].Shape, g.In[0].Shape)
	addBox(g.DIn[0], g.DOut[0], p.box(g.Out[0].Shape, g.In[0].Shape).reversed())
}
