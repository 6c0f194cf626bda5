package nn

// ConvInteger is the convolution of 8-bit integers less their zero points,
// summed in int32. Operands: x, w, and optionally x's zero point and w's, the
// latter for all weights or one an output channel.
type ConvInteger struct {
	AutoPad     string `onnx:"auto_pad,NOTSET"`
	Dilations   []int  `onnx:"dilations"`
	Group       int    `onnx:"group,1"`
	KernelShape []int  `onnx:"kernel_shape"`
	Pads        []int  `onnx:"pads"`
	Strides     []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x and weights w.
func (o *ConvInteger) Window(x, w Shape) (Window, error) {
	return (&Conv{o.AutoPad, o.Dilations, o.Group, o.KernelShape, o.Pads, o.Strides}).Window(x, w)
}

// Infer returns the type of the sums.
func (o *ConvInteger) Infer(in []Arg, _ int) ([]Type, error) {
	w, err := o.Window(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	m := in[1].Shape.Dims[0]
	if err := checkZeros("x_zero_point", in[0], argAt(in, 2), 1); err != nil {
		return nil, err
	}
	if err := checkZeros("w_zero_point", in[1], argAt(in, 3), m); err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], m)
	return []Type{{DType: Int32, Shape: s}}, err
}

// checkZeros checks a quantised operand's type, and that its optional zero
// points are of that type and either one or many in number.
func checkZeros(name string, x, zero Arg, many int) error {
	if x.DType != Int8 && x.DType != Uint8 {
		return Invalidf(name, "of an operand of %v, want int8 or uint8", x.DType)
	}
	if !zero.Present() {
		return nil
	}
	if zero.DType != x.DType {
		return Invalidf(name, "is %v for an operand of %v", zero.DType, x.DType)
	}
	if n := zero.Shape.Elems(); zero.Shape.Rank > 1 || n != 1 && n != many {
		return Invalidf(name, "has shape %v, want one or %d elements", zero.Shape, many)
	}
	return nil
}

// Forward convolves.
func (o *ConvInteger) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return err
	}
	c := intConv{Window: w, group: o.Group, x: r.In[0], w: r.In[1], xZero: operand(r, 2), wZero: operand(r, 3)}
	out, n := r.Out[0].I32(), w.OutElems()
	m := r.In[1].Shape.Dims[0]
	for i := range r.In[0].Shape.Dims[0] * m {
		c.channel(out[i*n:][:n], i/m, i%m)
	}
	return nil
}

// intConv is a convolution of 8-bit integers.
type intConv struct {
	Window
	group        int
	x, w         *Tensor
	xZero, wZero *Tensor // nil: 0
}

// channel sets acc to the sums of one output channel of one picture.
func (c *intConv) channel(acc []int32, picture, channel int) {
	switch {
	case c.x.DType == Int8 && c.w.DType == Int8:
		intChannel(c, acc, picture, channel, c.x.I8(), c.w.I8())
	case c.x.DType == Int8:
		intChannel(c, acc, picture, channel, c.x.I8(), c.w.U8())
	case c.w.DType == Int8:
		intChannel(c, acc, picture, channel, c.x.U8(), c.w.I8())
	default:
		intChannel(c, acc, picture, channel, c.x.U8(), c.w.U8())
	}
}

func intChannel[X, W int8 | uint8](c *intConv, acc []int32, picture, channel int, x []X, w []W) {
	m, per := c.w.Shape.Dims[0], c.w.Shape.Dims[1]
	n, taps := c.InElems(), c.Taps()
	xz, wz := zeroAt(c.xZero, 0), zeroAt(c.wZero, channel)
	fill(acc, 0)
	var t tap
	for ic := range per {
		src := x[((picture*c.group+channel/(m/c.group))*per+ic)*n:][:n]
		for k, v := range w[(channel*per+ic)*taps:][:taps] {
			for ok := t.first(&c.Window, k); ok; ok = t.next(&c.Window) {
				multiplyAddLess(acc[t.out:][:t.n], src[t.in:], int32(v)-wz, xz, t.step)
			}
		}
	}
}

// multiplyAddLess adds v·(src − zero) to dst, reading every step-th element.
func multiplyAddLess[X int8 | uint8](dst []int32, src []X, v, zero int32, step int) {
	for i := range dst {
		dst[i] += v * (int32(src[i*step]) - zero)
	}
}

// zeroAt returns zero point i of an optional operand that has one for all or
// one each.
func zeroAt(zero *Tensor, i int) int32 {
	switch {
	case zero == nil:
		return 0
	case zero.Elems() == 1:
		i = 0
	}
	return int32(zero.Int(i))
}
