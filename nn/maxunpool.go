package nn

// MaxUnpool puts the elements of X back to where MaxPool's indices I say they
// came from, and zeros elsewhere. The optional operand 2 is the result's
// shape where it is larger than the one that indices count over.
type MaxUnpool struct {
	KernelShape []int `onnx:"kernel_shape"`
	Pads        []int `onnx:"pads"`
	Strides     []int `onnx:"strides"`
}

// pooled returns the shape that MaxPool was given to make x.
func (o *MaxUnpool) pooled(x Shape) (Shape, error) {
	a := windowAttrs{"NOTSET", o.KernelShape, o.Strides, nil, o.Pads, false}
	w, err := a.axes(x)
	if err != nil {
		return x, err
	}
	for i := range w.Rank {
		d := (w.Axis[i].In-1)*w.Axis[i].Stride + w.Axis[i].Kernel - at(o.Pads, i, 0) - at(o.Pads, w.Rank+i, 0)
		if d < 1 {
			return x, Invalidf("pads", "leave nothing of spatial dimension %d", i)
		}
		x.Dims[2+i] = d
	}
	if err := x.check(); err != nil {
		return x, Invalidf("", "result: %v", err)
	}
	return x, nil
}

// Infer returns the type of the result.
func (o *MaxUnpool) Infer(in []Arg, _ int) ([]Type, error) {
	if in[1].DType != Int64 || in[1].Shape != in[0].Shape {
		return nil, Invalidf("I", "is %v %v, want int64 %v", in[1].DType, in[1].Shape, in[0].Shape)
	}
	s, err := o.pooled(in[0].Shape)
	if err != nil || len(in) < 3 || !in[2].Present() {
		return []Type{{DType: in[0].DType, Shape: s}}, err
	}
	dims, err := in[2].Ints(2, "output_shape")
	if err != nil {
		return nil, err
	}
	out, err := NewShape(dims...)
	if err != nil {
		return nil, Invalidf("output_shape", "%v", err)
	}
	for i := range s.Rank {
		if out.Rank != s.Rank || out.Dims[i] < s.Dims[i] || i < 2 && out.Dims[i] != s.Dims[i] {
			return nil, Invalidf("output_shape", "%v does not hold %v", out, s)
		}
	}
	return []Type{{DType: in[0].DType, Shape: out}}, nil
}

// Forward scatters. An index outside the pooled operand is an *ErrData.
func (o *MaxUnpool) Forward(r *Run) error {
	s, err := o.pooled(r.In[0].Shape)
	if err != nil {
		return err
	}
	if r.In[0].DType == Float64 {
		return unpool(r, s, Data[float64])
	}
	return unpool(r, s, Data[float32])
}

func unpool[T Float](r *Run, s Shape, data func(*Tensor) []T) error {
	x, out, to := data(r.In[0]), data(r.Out[0]), r.Out[0].Shape.Strides()
	fill(out, 0)
	n := s.Elems()
	for i, at := range r.In[1].I64() {
		if at < 0 || at >= int64(n) {
			return &ErrData{Why: "an index of MaxUnpool lies outside of what was pooled"}
		}
		out[s.offset(int(at), &to)] = x[i]
	}
	return nil
}

func (o *MaxUnpool) backward(g *Grad) {
	s, err := o.pooled(g.In[0].Shape)
	if err != nil {
		return
	}
	to := g.Out[0].Shape.Strides()
	for i, at := range g.In[1].I64() {
		addPart(g.DIn[0], g.DOut[0], i, s.offset(int(at), &to), 1)
	}
}
