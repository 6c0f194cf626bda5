package nn

// AveragePool is the mean of each window: of what lies on the operand, or with
// CountIncludePad of the padding too, which counts as zeros.
type AveragePool struct {
	AutoPad         string `onnx:"auto_pad,NOTSET"`
	CeilMode        bool   `onnx:"ceil_mode"`
	CountIncludePad bool   `onnx:"count_include_pad"`
	Dilations       []int  `onnx:"dilations"`
	KernelShape     []int  `onnx:"kernel_shape"`
	Pads            []int  `onnx:"pads"`
	Strides         []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x.
func (o *AveragePool) Window(x Shape) (Window, error) {
	a := windowAttrs{o.AutoPad, o.KernelShape, o.Strides, o.Dilations, o.Pads, o.CeilMode}
	return a.pool(x)
}

// Infer returns the type of the pooled operand.
func (o *AveragePool) Infer(in []Arg, _ int) ([]Type, error) {
	w, err := o.Window(in[0].Shape)
	if err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], in[0].Shape.Dims[1])
	return []Type{{DType: in[0].DType, Shape: s}}, err
}

// Forward pools.
func (o *AveragePool) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape)
	if err != nil {
		return err
	}
	if r.In[0].DType == Float64 {
		averagePool(r, &w, o.CountIncludePad, Data[float64])
	} else {
		averagePool(r, &w, o.CountIncludePad, Data[float32])
	}
	return nil
}

func averagePool[T Float](r *Run, w *Window, pads bool, data func(*Tensor) []T) {
	x, out := data(r.In[0]), data(r.Out[0])
	nIn, nOut := w.InElems(), w.OutElems()
	for c := range r.In[0].Shape.span(0, 2) {
		src, dst := x[c*nIn:][:nIn], out[c*nOut:][:nOut]
		fill(dst, 0)
		var t tap
		for k := range w.Taps() {
			for ok := t.first(w, k); ok; ok = t.next(w) {
				multiplyAdd(dst[t.out:][:t.n], src[t.in:], 1, t.step)
			}
		}
		divideByCount(dst, w, pads)
	}
}

// divideByCount makes sums over windows into means. A window with nothing in
// it, which only dilation can make, has mean 0.
func divideByCount[T Float](sums []T, w *Window, pads bool) {
	var pos [MaxSpatial]int
	for j := range sums {
		n := 1
		for i := range w.Rank {
			n *= w.Axis[i].Counted(pos[i], pads)
		}
		if n > 0 {
			sums[j] /= T(n)
		}
		for i := w.Rank - 1; i >= 0; i-- {
			if pos[i]++; pos[i] < w.Axis[i].Out {
				break
			}
			pos[i] = 0
		}
	}
}

func (o *AveragePool) backward(g *Grad) {
	w, err := o.Window(g.In[0].Shape)
	if err != nil || !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		averagePoolGrad(g.DIn[0].F32(), g.DOut[0].F32(), &w, o.CountIncludePad)
	case Float64:
		averagePoolGrad(g.DIn[0].F64(), g.DOut[0].F64(), &w, o.CountIncludePad)
	}
}

// averagePoolGrad shares the gradient of an output among its window.
func averagePoolGrad[T Float](dx, d []T, w *Window, pads bool) {
	nIn, nOut, taps := w.InElems(), w.OutElems(), w.Taps()
	for c := range len(d) / nOut {
		dst, p := dx[c*nIn:][:nIn], windowWalk{w: w}
		for _, v := range d[c*nOut:][:nOut] {
			n := 1
			for i := range w.Rank {
				n *= w.Axis[i].Counted(p.pos[i], pads)
			}
			share := v / T(max(n, 1))
			for range taps {
				if at := p.tap(); at >= 0 {
					dst[at] += share
				}
			}
			p.next()
		}
	}
}
