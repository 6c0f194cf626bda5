package nn

import "math"

// LpPool is the p-norm of each window.
type LpPool struct {
	AutoPad     string `onnx:"auto_pad,NOTSET"`
	CeilMode    bool   `onnx:"ceil_mode"`
	Dilations   []int  `onnx:"dilations"`
	KernelShape []int  `onnx:"kernel_shape"`
	P           int    `onnx:"p,2"`
	Pads        []int  `onnx:"pads"`
	Strides     []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x.
func (o *LpPool) Window(x Shape) (Window, error) {
	a := windowAttrs{o.AutoPad, o.KernelShape, o.Strides, o.Dilations, o.Pads, o.CeilMode}
	return a.pool(x)
}

// Infer returns the type of the pooled operand.
func (o *LpPool) Infer(in []Arg, _ int) ([]Type, error) {
	if o.P < 1 {
		return nil, Invalidf("p", "is %d, want at least 1", o.P)
	}
	w, err := o.Window(in[0].Shape)
	if err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], in[0].Shape.Dims[1])
	return []Type{{DType: in[0].DType, Shape: s}}, err
}

// Forward pools.
func (o *LpPool) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape)
	if err != nil {
		return err
	}
	if r.In[0].DType == Float64 {
		lpPool(r, &w, float64(o.P), Data[float64])
	} else {
		lpPool(r, &w, float64(o.P), Data[float32])
	}
	return nil
}

func lpPool[T Float](r *Run, w *Window, p float64, data func(*Tensor) []T) {
	x, out := data(r.In[0]), data(r.Out[0])
	nIn, nOut := w.InElems(), w.OutElems()
	for c := range r.In[0].Shape.span(0, 2) {
		src, dst := x[c*nIn:][:nIn], out[c*nOut:][:nOut]
		fill(dst, 0)
		var t tap
		for k := range w.Taps() {
			for ok := t.first(w, k); ok; ok = t.next(w) {
				for i := range t.n {
					dst[t.out+i] += T(math.Pow(math.Abs(float64(src[t.in+i*t.step])), p))
				}
			}
		}
		for i, v := range dst {
			dst[i] = T(math.Pow(float64(v), 1/p))
		}
	}
}

func (o *LpPool) backward(g *Grad) {
	w, err := o.Window(g.In[0].Shape)
	if err != nil || !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		lpPoolGrad[float32](g, &w, float64(o.P))
	case Float64:
		lpPoolGrad[float64](g, &w, float64(o.P))
	}
}

func lpPoolGrad[T float32 | float64](g *Grad, w *Window, p float64) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	nIn, nOut, taps := w.InElems(), w.OutElems(), w.Taps()
	for c := range g.In[0].Shape.span(0, 2) {
		at := windowWalk{w: w}
		for j := c * nOut; j < (c+1)*nOut; j++ {
			for range taps {
				if i := at.tap(); i >= 0 {
					dx[c*nIn+i] += T(float64(d[j]) * normSlope(float64(x[c*nIn+i]), float64(y[j]), p))
				}
			}
			at.next()
		}
	}
}

// normSlope is the derivative of a p-norm of value y by the element x; 0 where
// the norm is 0, which has none.
func normSlope(x, y, p float64) float64 {
	if y == 0 {
		return 0
	}
	return signOf(x) * math.Pow(math.Abs(x)/y, p-1)
}
