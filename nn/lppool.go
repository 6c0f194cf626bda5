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
