package nn

import "math"

// GlobalAveragePool is the mean over all spatial dimensions, which become 1.
type GlobalAveragePool struct{ layout globalLayout }

// GlobalMaxPool is the largest element over all spatial dimensions.
type GlobalMaxPool struct{ layout globalLayout }

// GlobalLpPool is the p-norm over all spatial dimensions.
type GlobalLpPool struct {
	P int `onnx:"p,2"`
}

// globalLayout says where an operand stores its channels: in dimension 1 as
// ONNX has it, or last.
type globalLayout struct{ channelsLast bool }

func (l globalLayout) permuted(perm []int) (globalLayout, bool) {
	if l.channelsLast || len(perm) < 3 || perm[0] != 0 {
		return l, false
	}
	if perm[1] == 1 {
		return l, true
	}
	return globalLayout{true}, perm[len(perm)-1] == 1
}

func (l globalLayout) infer(in []Arg) ([]Type, error) {
	s := in[0].Shape
	if s.Rank < 3 {
		return nil, Invalidf("", "operand of rank %d, want at least 3", s.Rank)
	}
	if s.Elems() == 0 {
		return nil, Invalidf("", "operand %v is empty", s)
	}
	from, to := 2, s.Rank
	if l.channelsLast {
		from, to = 1, s.Rank-1
	}
	for i := from; i < to; i++ {
		s.Dims[i] = 1
	}
	return []Type{{DType: in[0].DType, Shape: s}}, nil
}

// strides returns how far apart the spatial elements of a channel are, how
// many, and how far apart channels and pictures are.
func (l globalLayout) strides(s Shape) (n, step, channel, picture int) {
	if l.channelsLast {
		c := s.Dims[s.Rank-1]
		n = s.span(1, s.Rank-1)
		return n, c, 1, n * c
	}
	n = s.span(2, s.Rank)
	return n, 1, n, n * s.Dims[1]
}

// reduceGlobal sets every element of out to what reduce makes of its channel:
// n elements, step apart.
func reduceGlobal[T Float](r *Run, l globalLayout, data func(*Tensor) []T, reduce func(x []T, n, step int) T) {
	x, out := data(r.In[0]), data(r.Out[0])
	n, step, channel, picture := l.strides(r.In[0].Shape)
	channels := len(out) / r.In[0].Shape.Dims[0]
	for i := range out {
		out[i] = reduce(x[i/channels*picture+i%channels*channel:], n, step)
	}
}

// Infer returns the operand's type with spatial extents of 1.
func (o *GlobalAveragePool) Infer(in []Arg, _ int) ([]Type, error) { return o.layout.infer(in) }

// Forward averages.
func (o *GlobalAveragePool) Forward(r *Run) error {
	if r.In[0].DType == Float64 {
		reduceGlobal(r, o.layout, Data[float64], mean[float64])
	} else {
		reduceGlobal(r, o.layout, Data[float32], mean[float32])
	}
	return nil
}

func mean[T Float](x []T, n, step int) T {
	sum := 0.0
	for i := range n {
		sum += float64(x[i*step])
	}
	return T(sum / float64(n))
}

// Permute accepts any order in which channels come second or last.
func (o *GlobalAveragePool) Permute(perm []int, _ []Arg) (Op, bool) {
	l, ok := o.layout.permuted(perm)
	return &GlobalAveragePool{l}, ok
}

// Infer returns the operand's type with spatial extents of 1.
func (o *GlobalMaxPool) Infer(in []Arg, _ int) ([]Type, error) { return o.layout.infer(in) }

// Forward takes the maxima.
func (o *GlobalMaxPool) Forward(r *Run) error {
	if r.In[0].DType == Float64 {
		reduceGlobal(r, o.layout, Data[float64], largest[float64])
	} else {
		reduceGlobal(r, o.layout, Data[float32], largest[float32])
	}
	return nil
}

func largest[T Float](x []T, n, step int) T {
	m := x[0]
	for i := 1; i < n; i++ {
		m = max(m, x[i*step])
	}
	return m
}

// Permute accepts any order in which channels come second or last.
func (o *GlobalMaxPool) Permute(perm []int, _ []Arg) (Op, bool) {
	l, ok := o.layout.permuted(perm)
	return &GlobalMaxPool{l}, ok
}

// Infer returns the operand's type with spatial extents of 1.
func (o *GlobalLpPool) Infer(in []Arg, _ int) ([]Type, error) {
	if o.P < 1 {
		return nil, Invalidf("p", "is %d, want at least 1", o.P)
	}
	return globalLayout{}.infer(in)
}

// Forward takes the norms.
func (o *GlobalLpPool) Forward(r *Run) error {
	if r.In[0].DType == Float64 {
		reduceGlobal(r, globalLayout{}, Data[float64], norm[float64](o.P))
	} else {
		reduceGlobal(r, globalLayout{}, Data[float32], norm[float32](o.P))
	}
	return nil
}

func norm[T Float](p int) func(x []T, n, step int) T {
	return func(x []T, n, step int) T {
		sum := 0.0
		for i := range n {
			sum += math.Pow(math.Abs(float64(x[i*step])), float64(p))
		}
		return T(math.Pow(sum, 1/float64(p)))
	}
}

func (o *GlobalAveragePool) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		globalGrad(g, o.layout, meanGrad[float32])
	case Float64:
		globalGrad(g, o.layout, meanGrad[float64])
	}
}

func (o *GlobalMaxPool) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		globalGrad(g, o.layout, largestGrad[float32])
	case Float64:
		globalGrad(g, o.layout, largestGrad[float64])
	}
}

func (o *GlobalLpPool) backward(g *Grad) {
	p := float64(o.P)
	switch g.In[0].DType {
	case Float32:
		globalGrad(g, globalLayout{}, func(dx, x []float32, y, d float32, n, step int) { normGrad(dx, x, y, d, n, step, p) })
	case Float64:
		globalGrad(g, globalLayout{}, func(dx, x []float64, y, d float64, n, step int) { normGrad(dx, x, y, d, n, step, p) })
	}
}

// globalGrad calls add for every channel: n elements, step apart, the result y
// and its gradient d.
func globalGrad[T float32 | float64](g *Grad, l globalLayout, add func(dx, x []T, y, d T, n, step int)) {
	if !g.DIn[0].Present() {
		return
	}
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	n, step, channel, picture := l.strides(g.In[0].Shape)
	channels := len(y) / g.In[0].Shape.Dims[0]
	for i := range y {
		at := i/channels*picture + i%channels*channel
		add(dx[at:], x[at:], y[i], d[i], n, step)
	}
}

func meanGrad[T Float](dx, _ []T, _, d T, n, step int) {
	share := d / T(n)
	for i := range n {
		dx[i*step] += share
	}
}

// largestGrad gives the gradient to the first of the largest.
func largestGrad[T Float](dx, x []T, y, d T, n, step int) {
	for i := range n {
		if x[i*step] == y {
			dx[i*step] += d
			return
		}
	}
}

func normGrad[T Float](dx, x []T, y, d T, n, step int, p float64) {
	for i := range n {
		dx[i*step] += T(float64(d) * normSlope(float64(x[i*step]), float64(y), p))
	}
}
