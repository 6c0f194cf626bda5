package nn

import "math"

// MaxPool is the largest element of each window. The optional second result
// is where it lies in the whole operand, counted over row-major elements (with
// StorageOrder over spatial dimensions in reverse order).
type MaxPool struct {
	AutoPad      string `onnx:"auto_pad,NOTSET"`
	CeilMode     bool   `onnx:"ceil_mode"`
	Dilations    []int  `onnx:"dilations"`
	KernelShape  []int  `onnx:"kernel_shape"`
	Pads         []int  `onnx:"pads"`
	StorageOrder bool   `onnx:"storage_order"`
	Strides      []int  `onnx:"strides"`
}

// Window returns the geometry over an operand x.
func (o *MaxPool) Window(x Shape) (Window, error) {
	a := windowAttrs{o.AutoPad, o.KernelShape, o.Strides, o.Dilations, o.Pads, o.CeilMode}
	return a.pool(x)
}

// pool is window for poolings, of which every window must meet the operand.
func (a *windowAttrs) pool(x Shape) (Window, error) {
	w, err := a.window(x)
	if err != nil {
		return w, err
	}
	for i := range w.Rank {
		if x := &w.Axis[i]; max(x.Begin, x.End) >= x.Extent() {
			return w, Invalidf("pads", "%d and %d along spatial dimension %d, want less than the %d that the kernel spans",
				x.Begin, x.End, i, x.Extent())
		}
	}
	return w, nil
}

// Infer returns the types of the pooled operand and of the indices.
func (o *MaxPool) Infer(in []Arg, outs int) ([]Type, error) {
	w, err := o.Window(in[0].Shape)
	if err != nil {
		return nil, err
	}
	s, err := w.Shape(in[0].Shape.Dims[0], in[0].Shape.Dims[1])
	return []Type{{DType: in[0].DType, Shape: s}, {DType: Int64, Shape: s}}[:outs], err
}

// Forward pools.
func (o *MaxPool) Forward(r *Run) error {
	w, err := o.Window(r.In[0].Shape)
	if err != nil {
		return err
	}
	switch r.In[0].DType {
	case Float32:
		maxPool(r, &w, o, float32(math.Inf(-1)), Data[float32])
	case Float64:
		maxPool(r, &w, o, math.Inf(-1), Data[float64])
	case Int8:
		maxPool(r, &w, o, math.MinInt8, Data[int8])
	case Uint8:
		maxPool(r, &w, o, 0, Data[uint8])
	}
	return nil
}

func maxPool[T Number](r *Run, w *Window, o *MaxPool, lowest T, data func(*Tensor) []T) {
	x, out := data(r.In[0]), data(r.Out[0])
	nIn, nOut := w.InElems(), w.OutElems()
	wanted := len(r.Out) > 1 && r.Out[1].Present()
	for c := range r.In[0].Shape.span(0, 2) {
		src, dst := x[c*nIn:][:nIn], out[c*nOut:][:nOut]
		fill(dst, lowest)
		if wanted {
			at := r.Out[1].I64()[c*nOut:][:nOut]
			maxPoolIndices(dst, at, src, w)
			o.number(at, w, c*nIn)
		} else {
			maxPoolChannel(dst, src, w)
		}
	}
}

func maxPoolChannel[T Number](dst, src []T, w *Window) {
	var t tap
	for k := range w.Taps() {
		for ok := t.first(w, k); ok; ok = t.next(w) {
			in := src[t.in:]
			for i, v := range dst[t.out:][:t.n] {
				dst[t.out+i] = max(v, in[i*t.step])
			}
		}
	}
}

// maxPoolIndices also notes where the first of the largest elements lies
// within the channel.
func maxPoolIndices[T Number](dst []T, at []int64, src []T, w *Window) {
	for i := range at {
		at[i] = -1
	}
	var t tap
	for k := range w.Taps() {
		for ok := t.first(w, k); ok; ok = t.next(w) {
			for i := range t.n {
				p, j := t.in+i*t.step, t.out+i
				if v := src[p]; at[j] < 0 || v > dst[j] || v != v && dst[j] == dst[j] {
					dst[j], at[j] = v, int64(p)
				}
			}
		}
	}
}

// number makes indices within a channel into indices of the operand.
func (o *MaxPool) number(at []int64, w *Window, base int) {
	for i, p := range at {
		if o.StorageOrder {
			rest, q := int(p), 0
			for a := w.Rank - 1; a >= 0; a-- {
				q = q*w.Axis[a].In + rest%w.Axis[a].In
				rest /= w.Axis[a].In
			}
			p = int64(q)
		}
		at[i] = p + int64(base)
	}
}

func (o *MaxPool) backward(g *Grad) {
	w, err := o.Window(g.In[0].Shape)
	if err != nil || !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		maxPoolGrad[float32](g, &w)
	case Float64:
		maxPoolGrad[float64](g, &w)
	}
}

// maxPoolGrad gives the gradient of an output to the first of the largest
// elements of its window.
func maxPoolGrad[T float32 | float64](g *Grad, w *Window) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	nIn, nOut, taps := w.InElems(), w.OutElems(), w.Taps()
	for c := range g.In[0].Shape.span(0, 2) {
		src, p := x[c*nIn:][:nIn], windowWalk{w: w}
		for j := c * nOut; j < (c+1)*nOut; j++ {
			found := -1
			for range taps {
				if at := p.tap(); at >= 0 && found < 0 && src[at] == y[j] {
					found = at
				}
			}
			if found >= 0 {
				dx[c*nIn+found] += d[j]
			}
			p.next()
		}
	}
}
