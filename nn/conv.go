package nn

// Conv is a convolution over any number of spatial dimensions: X [N C …],
// weights [M C/group …] and an optional bias [M] give [N M …].
type Conv struct {
	AutoPad     string `onnx:"auto_pad,NOTSET"`
	Dilations   []int  `onnx:"dilations"`
	Group       int    `onnx:"group,1"`
	KernelShape []int  `onnx:"kernel_shape"`
	Pads        []int  `onnx:"pads"`
	Strides     []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x and weights w.
func (o *Conv) Window(x, w Shape) (Window, error) {
	if err := checkConv(x, w, o.Group, o.KernelShape); err != nil {
		return Window{}, err
	}
	a := windowAttrs{o.AutoPad, w.Dims[2:w.Rank], o.Strides, o.Dilations, o.Pads, false}
	return a.window(x)
}

// checkConv checks what a convolution's operands owe each other besides the
// window.
func checkConv(x, w Shape, group int, kernel []int) error {
	if err := checkKernel(x, w, group, kernel); err != nil {
		return err
	}
	if w.Dims[1] > MaxElems/group || x.Dims[1] != w.Dims[1]*group {
		return Invalidf("group", "%d channels in %d groups do not fit weights %v", x.Dims[1], group, w)
	}
	if w.Dims[0]%group != 0 {
		return Invalidf("group", "%d output channels do not divide into %d groups", w.Dims[0], group)
	}
	return nil
}

// checkKernel is the part of checkConv that ConvTranspose shares.
func checkKernel(x, w Shape, group int, kernel []int) error {
	if x.Rank < 3 || w.Rank != x.Rank {
		return Invalidf("W", "weights %v for an operand %v, want the same rank of at least 3", w, x)
	}
	if group < 1 || group > MaxElems {
		return Invalidf("group", "is %d, want at least 1", group)
	}
	for i, k := range kernel {
		if len(kernel) != w.Rank-2 || k != w.Dims[2+i] {
			return Invalidf("kernel_shape", "does not fit weights %v", w)
		}
	}
	return nil
}

// Infer returns the type of the convolved operand.
func (o *Conv) Infer(in []Arg, _ int) ([]Type, error) {
	w, err := o.Window(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	if err := checkBias(in, in[1].Shape.Dims[0]); err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], in[1].Shape.Dims[0])
	return []Type{{DType: in[0].DType, Shape: s}}, err
}

// checkBias checks the types of weights and bias, operands 1 and 2, and that
// the bias has one element an output channel.
func checkBias(in []Arg, channels int) error {
	if err := sameDTypes(in); err != nil {
		return err
	}
	if len(in) > 2 && in[2].Present() && (in[2].Shape.Rank != 1 || in[2].Shape.Dims[0] != channels) {
		return Invalidf("B", "bias %v, want [%d]", in[2].Shape, channels)
	}
	return nil
}

// sameDTypes checks that all operands have the type of the first.
func sameDTypes(in []Arg) error {
	for i := range in {
		if in[i].Present() && in[i].DType != in[0].DType {
			return Invalidf("", "operand %d is %v and operand 0 is %v", i, in[i].DType, in[0].DType)
		}
	}
	return nil
}

// Forward convolves.
func (o *Conv) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return err
	}
	if r.In[0].DType == Float64 {
		conv(r, &w, o.Group, Data[float64])
	} else {
		conv(r, &w, o.Group, Data[float32])
	}
	return nil
}

func conv[T Float](r *Run, w *Window, group int, data func(*Tensor) []T) {
	x, wt, out := data(r.In[0]), data(r.In[1]), data(r.Out[0])
	m, c := r.In[1].Shape.Dims[0], r.In[1].Shape.Dims[1]
	nIn, nOut, taps := w.InElems(), w.OutElems(), w.Taps()
	for n := range r.In[0].Shape.Dims[0] {
		for oc := range m {
			dst := out[(n*m+oc)*nOut:][:nOut]
			fill(dst, bias(r, oc, data))
			for ic := range c {
				src := x[((n*group+oc/(m/group))*c+ic)*nIn:][:nIn]
				convChannel(dst, src, wt[(oc*c+ic)*taps:][:taps], w)
			}
		}
	}
}

// bias returns element c of the optional operand 2.
func bias[T Float](r *Run, c int, data func(*Tensor) []T) T {
	if len(r.In) < 3 || !r.In[2].Present() {
		return 0
	}
	return data(r.In[2])[c]
}

func fill[T Number](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// convChannel adds to one output channel what one input channel gives.
func convChannel[T Float](dst, src, weights []T, w *Window) {
	var t tap
	for k, v := range weights {
		for ok := t.first(w, k); ok; ok = t.next(w) {
			multiplyAdd(dst[t.out:][:t.n], src[t.in:], v, t.step)
		}
	}
}

// multiplyAdd adds v·src to dst, reading every step-th element.
func multiplyAdd[T Number](dst, src []T, v T, step int) {
	if step == 1 {
		src = src[:len(dst)]
		for i, s := range src {
			dst[i] += v * s
		}
		return
	}
	for i := range dst {
		dst[i] += v * src[i*step]
	}
}

func (o *Conv) backward(g *Grad) {
	w, err := o.Window(g.In[0].Shape, g.In[1].Shape)
	if err != nil {
		return
	}
	switch g.In[0].DType {
	case Float32:
		convGrad[float32](g, &w, o.Group)
	case Float64:
		convGrad[float64](g, &w, o.Group)
	}
}

// convGrad spreads the gradient over the operand by the weights, and sums its
// products with the operand into the gradient by the weights.
func convGrad[T float32 | float64](g *Grad, w *Window, group int) {
	x, wt, d := Data[T](g.In[0]), Data[T](g.In[1]), Data[T](g.DOut[0])
	dx, dw := wanted[T](g.DIn[0]), wanted[T](g.DIn[1])
	m, c := g.In[1].Shape.Dims[0], g.In[1].Shape.Dims[1]
	nIn, nOut, taps := w.InElems(), w.OutElems(), w.Taps()
	for n := range g.In[0].Shape.Dims[0] {
		for oc := range m {
			from := d[(n*m+oc)*nOut:][:nOut]
			for ic := range c {
				at, k := ((n*group+oc/(m/group))*c+ic)*nIn, (oc*c+ic)*taps
				if dx != nil {
					spreadChannel(dx[at:][:nIn], from, wt[k:][:taps], w)
				}
				if dw != nil {
					addTapProducts(dw[k:][:taps], from, x[at:][:nIn], w)
				}
			}
		}
	}
	addChannelSums(wantedAt[T](g, 2), d, m, nOut)
}

// addTapProducts adds, for every tap, the products of outs (what the window
// writes) and ins (what it reads).
func addTapProducts[T Float](taps, outs, ins []T, w *Window) {
	var t tap
	for k := range taps {
		sum := 0.0
		for ok := t.first(w, k); ok; ok = t.next(w) {
			in := ins[t.in:]
			for i, v := range outs[t.out:][:t.n] {
				sum += float64(v) * float64(in[i*t.step])
			}
		}
		taps[k] += T(sum)
	}
}

// addChannelSums adds the sums of n elements a channel of every picture of d;
// to may be nil.
func addChannelSums[T Float](to, d []T, channels, n int) {
	if to == nil || n == 0 {
		return
	}
	for i := range len(d) / n {
		to[i%channels] += T(sumRow[T, float64](d[i*n:][:n]))
	}
}
