package nn

// ConvTranspose is the transposed convolution (the gradient of Conv by its
// operand): X [N C …], weights [C M/group …] and an optional bias [M] give
// [N M …].
type ConvTranspose struct {
	AutoPad       string `onnx:"auto_pad,NOTSET"`
	Dilations     []int  `onnx:"dilations"`
	Group         int    `onnx:"group,1"`
	KernelShape   []int  `onnx:"kernel_shape"`
	OutputPadding []int  `onnx:"output_padding"`
	OutputShape   []int  `onnx:"output_shape"`
	Pads          []int  `onnx:"pads"`
	Strides       []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x and weights w. In are the
// extents of x, Out those of the result; see WindowAxis for what the taps do.
func (o *ConvTranspose) Window(x, w Shape) (Window, error) {
	if err := checkKernel(x, w, o.Group, o.KernelShape); err != nil {
		return Window{}, err
	}
	if x.Dims[1] != w.Dims[0] || x.Dims[1]%o.Group != 0 {
		return Window{}, Invalidf("group", "%d channels in %d groups do not fit weights %v", x.Dims[1], o.Group, w)
	}
	a := windowAttrs{o.AutoPad, w.Dims[2:w.Rank], o.Strides, o.Dilations, o.Pads, false}
	win, err := a.axes(x)
	if err != nil {
		return win, err
	}
	if err := checkOptional("output_padding", o.OutputPadding, 0, win.Rank); err != nil {
		return win, err
	}
	if err := checkOptional("output_shape", o.OutputShape, 1, win.Rank); err != nil {
		return win, err
	}
	for i := range win.Rank {
		if err := o.place(&win.Axis[i], i, win.Rank); err != nil {
			return win, err
		}
	}
	return win, nil
}

// place sets the pads and the outputs of axis i. Where the result's extent is
// given, by output_shape or by auto_pad, padding is what is too much.
func (o *ConvTranspose) place(x *WindowAxis, i, rank int) error {
	full := x.Stride*(x.In-1) + at(o.OutputPadding, i, 0) + x.Extent()
	same := o.AutoPad == "SAME_UPPER" || o.AutoPad == "SAME_LOWER"
	x.Out = at(o.OutputShape, i, 0)
	switch {
	case x.In == 0:
		return Invalidf("", "spatial dimension %d is empty", i)
	case same || x.Out > 0:
		if x.Out == 0 {
			x.Out = x.In * x.Stride
		}
		x.Begin, x.End = halves(max(0, full-x.Out), o.AutoPad == "SAME_UPPER")
	default:
		if o.AutoPad != "VALID" {
			x.Begin, x.End = at(o.Pads, i, 0), at(o.Pads, rank+i, 0)
		}
		x.Out = full - x.Begin - x.End
	}
	if x.Out < 1 {
		return Invalidf("pads", "%d and %d leave nothing of the %d along spatial dimension %d", x.Begin, x.End, full, i)
	}
	return checkAutoPad(o.AutoPad)
}

// Infer returns the type of the result.
func (o *ConvTranspose) Infer(in []Arg, _ int) ([]Type, error) {
	w, err := o.Window(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	per := in[1].Shape.Dims[1]
	if per > MaxElems/o.Group {
		return nil, Invalidf("group", "%d of %d output channels each", o.Group, per)
	}
	if err := checkBias(in, per*o.Group); err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], per*o.Group)
	return []Type{{DType: in[0].DType, Shape: s}}, err
}

// Forward adds every input position, weighted, to the outputs it reaches.
func (o *ConvTranspose) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return err
	}
	for i := range w.Rank {
		// The loops below run over inputs; to a tap they are the outputs.
		a := &w.Axis[i]
		a.In, a.Out = a.Out, a.In
	}
	if r.In[0].DType == Float64 {
		convTranspose(r, &w, o.Group, Data[float64])
	} else {
		convTranspose(r, &w, o.Group, Data[float32])
	}
	return nil
}

func convTranspose[T Float](r *Run, w *Window, group int, data func(*Tensor) []T) {
	x, wt, out := data(r.In[0]), data(r.In[1]), data(r.Out[0])
	c, per := r.In[0].Shape.Dims[1], r.In[1].Shape.Dims[1]
	nIn, nOut, taps := w.OutElems(), w.InElems(), w.Taps()
	for n := range r.In[0].Shape.Dims[0] {
		for oc := range per * group {
			fill(out[(n*per*group+oc)*nOut:][:nOut], bias(r, oc, data))
		}
		for ic := range c {
			src := x[(n*c+ic)*nIn:][:nIn]
			first := n*per*group + ic/(c/group)*per
			for j := range per {
				spreadChannel(out[(first+j)*nOut:][:nOut], src, wt[(ic*per+j)*taps:][:taps], w)
			}
		}
	}
}

func spreadChannel[T Float](dst, src, weights []T, w *Window) {
	var t tap
	for k, v := range weights {
		for ok := t.first(w, k); ok; ok = t.next(w) {
			to := dst[t.in:]
			for i, s := range src[t.out:][:t.n] {
				to[i*t.step] += v * s
			}
		}
	}
}

func (o *ConvTranspose) backward(g *Grad) {
	w, err := o.Window(g.In[0].Shape, g.In[1].Shape)
	if err != nil {
		return
	}
	for i := range w.Rank { // as in Forward
		a := &w.Axis[i]
		a.In, a.Out = a.Out, a.In
	}
	switch g.In[0].DType {
	case Float32:
		convTransposeGrad[float32](g, &w, o.Group)
	case Float64:
		convTransposeGrad[float64](g, &w, o.Group)
	}
}

// convTransposeGrad convolves the gradient, and sums its products with the
// operand into the gradient by the weights.
func convTransposeGrad[T float32 | float64](g *Grad, w *Window, group int) {
	x, wt, d := Data[T](g.In[0]), Data[T](g.In[1]), Data[T](g.DOut[0])
	dx, dw := wanted[T](g.DIn[0]), wanted[T](g.DIn[1])
	c, per := g.In[0].Shape.Dims[1], g.In[1].Shape.Dims[1]
	nIn, nOut, taps := w.OutElems(), w.InElems(), w.Taps()
	for n := range g.In[0].Shape.Dims[0] {
		for ic := range c {
			at := (n*c + ic) * nIn
			first := n*per*group + ic/(c/group)*per
			for j := range per {
				from, k := d[(first+j)*nOut:][:nOut], (ic*per+j)*taps
				if dx != nil {
					convChannel(dx[at:][:nIn], from, wt[k:][:taps], w)
				}
				if dw != nil {
					addTapProducts(dw[k:][:taps], x[at:][:nIn], from, w)
				}
			}
		}
	}
	addChannelSums(wantedAt[T](g, 2), d, per*group, nOut)
}
