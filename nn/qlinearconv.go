package nn

// QLinearConv is the convolution of quantised operands, requantised: operands
// x, its scale and zero point, w and its, y's scale and zero point, and
// optionally an int32 bias at scale x_scale·w_scale. Scale and zero point of w
// are for all weights or one an output channel.
type QLinearConv struct {
	AutoPad     string `onnx:"auto_pad,NOTSET"`
	Dilations   []int  `onnx:"dilations"`
	Group       int    `onnx:"group,1"`
	KernelShape []int  `onnx:"kernel_shape"`
	Pads        []int  `onnx:"pads"`
	Strides     []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x and weights w.
func (o *QLinearConv) Window(x, w Shape) (Window, error) {
	return (&Conv{o.AutoPad, o.Dilations, o.Group, o.KernelShape, o.Pads, o.Strides}).Window(x, w)
}

// Infer returns the type of the result, whose element type is that of y's
// zero point.
func (o *QLinearConv) Infer(in []Arg, _ int) ([]Type, error) {
	w, err := o.Window(in[0].Shape, in[3].Shape)
	if err != nil {
		return nil, err
	}
	m := in[3].Shape.Dims[0]
	for _, err := range [...]error{
		checkZeros("x_zero_point", in[0], in[2], 1), checkZeros("w_zero_point", in[3], in[5], m),
		checkZeros("y_zero_point", in[7], in[7], 1),
		checkScale("x_scale", in[1], 1), checkScale("w_scale", in[4], m), checkScale("y_scale", in[6], 1),
		checkSums(in[3].Shape.span(1, in[3].Shape.Rank), in[3], in[5]),
	} {
		if err != nil {
			return nil, err
		}
	}
	if b := argAt(in, 8); b.Present() && (b.DType != Int32 || b.Shape.Rank != 1 || b.Shape.Dims[0] != m) {
		return nil, Invalidf("B", "bias %v %v, want int32 [%d]", b.DType, b.Shape, m)
	}
	s, err := w.Shape(in[0].Shape.Dims[0], m)
	return []Type{{DType: in[7].DType, Shape: s}}, err
}

// checkScale checks that a scale is real and either one or many in number.
func checkScale(name string, s Arg, many int) error {
	if !s.DType.IsFloat() {
		return Invalidf(name, "is %v, want a floating-point type", s.DType)
	}
	if n := s.Shape.Elems(); n != 1 && n != many {
		return Invalidf(name, "has shape %v, want one or %d elements", s.Shape, many)
	}
	return nil
}

// checkSums checks that sums of k products of 8-bit integers fit in int32
// whatever the data.
func checkSums(k int, w, zero Arg) error {
	largest := 255
	if w.DType == Int8 && zero.Const != nil && allZero(zero.Const) {
		largest = 128
	}
	if k > (1<<31-1)/(255*largest) {
		return Unsupportedf("", "sums of %d products may overflow int32", k)
	}
	return nil
}

func allZero(t *Tensor) bool {
	for i := range t.Elems() {
		if t.Int(i) != 0 {
			return false
		}
	}
	return true
}

// Scratch holds the sums of one output channel.
func (o *QLinearConv) Scratch(in []Arg, _ []Type) int {
	w, err := o.Window(in[0].Shape, in[3].Shape)
	if err != nil {
		return 0
	}
	return 4 * w.OutElems()
}

// Forward convolves.
func (o *QLinearConv) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape, r.In[3].Shape)
	if err != nil {
		return err
	}
	c := intConv{Window: w, group: o.Group, x: r.In[0], w: r.In[3], xZero: r.In[2], wZero: r.In[5]}
	n, m, mem := w.OutElems(), r.In[3].Shape.Dims[0], r.Scratch
	acc := carve[int32](&mem, n)
	b, zero := operand(r, 8), zeroAt(r.In[7], 0)
	for i := range r.In[0].Shape.Dims[0] * m {
		ch := i % m
		c.channel(acc, i/m, ch)
		if b != nil {
			for j := range acc {
				acc[j] += b.I32()[ch]
			}
		}
		scale := float32(scaleOf(r.In[1], 0)*scaleOf(r.In[4], ch)) / scaleOf(r.In[6], 0)
		if r.Out[0].DType == Int8 {
			requantize(r.Out[0].I8()[i*n:][:n], acc, scale, zero)
		} else {
			requantize(r.Out[0].U8()[i*n:][:n], acc, scale, zero)
		}
	}
	return nil
}

// scaleOf returns scale i of an operand that has one for all or one each.
func scaleOf(s *Tensor, i int) float32 {
	if s.Elems() == 1 {
		i = 0
	}
	return float32(s.Float(i))
}

func requantize[Q int8 | uint8](dst []Q, acc []int32, scale float32, zero int32) {
	for i, v := range acc {
		dst[i] = roundTo[Q](float32(v)*scale, zero)
	}
}
