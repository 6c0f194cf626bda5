package nn

import "math"

// LpNormalization divides each line along Axis by its sum of magnitudes (P 1)
// or its Euclidean length (P 2); a line of zeros stays.
type LpNormalization struct {
	Axis int `onnx:"axis,-1"`
	P    int `onnx:"p,2"`
}

// Infer returns the operand's type.
func (o *LpNormalization) Infer(in []Arg, _ int) ([]Type, error) {
	if o.P != 1 && o.P != 2 {
		return nil, Invalidf("p", "is %d, want 1 or 2", o.P)
	}
	return axisType(in, o.Axis)
}

// Forward normalises.
func (o *LpNormalization) Forward(r *Run) error {
	l := linesOf(r.In[0].Shape, o.Axis)
	switch r.In[0].DType {
	case Float32:
		lpLines(r.Out[0].F32(), r.In[0].F32(), l, o.P)
	case Float64:
		lpLines(r.Out[0].F64(), r.In[0].F64(), l, o.P)
	}
	return nil
}

// Permute maps the axis.
func (o *LpNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &LpNormalization{axis, o.P}, ok
}

func lpLines[T Float](out, x []T, l lines, p int) {
	for i := range l.outer * l.inner {
		at := i/l.inner*l.n*l.inner + i%l.inner
		sum := 0.0
		for j := range l.n {
			v := math.Abs(float64(x[at+j*l.inner]))
			if p == 2 {
				v *= v
			}
			sum += v
		}
		if p == 2 {
			sum = math.Sqrt(sum)
		}
		if sum == 0 {
			sum = 1
		}
		for j := range l.n {
			out[at+j*l.inner] = T(float64(x[at+j*l.inner]) / sum)
		}
	}
}

func (o *LpNormalization) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	l := linesOf(g.In[0].Shape, o.Axis)
	switch g.In[0].DType {
	case Float32:
		lpGradLines[float32](g, l, o.P)
	case Float64:
		lpGradLines[float64](g, l, o.P)
	}
}

// lpGradLines adds (d − s·Σd·y)∕‖x‖, where s, the slope of the norm, is y for
// P 2 and the sign of x for P 1. To a line of zeros, which has no gradient, it
// adds nothing.
func lpGradLines[T float32 | float64](g *Grad, l lines, p int) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	for i := range l.outer * l.inner {
		at := i/l.inner*l.n*l.inner + i%l.inner
		norm, sum := 0.0, 0.0
		for j := range l.n {
			q := at + j*l.inner
			sum += float64(d[q]) * float64(y[q])
			norm += math.Pow(math.Abs(float64(x[q])), float64(p))
		}
		if norm == 0 {
			continue
		}
		if p == 2 {
			norm = math.Sqrt(norm)
		}
		for j := range l.n {
			q := at + j*l.inner
			slope := float64(y[q])
			if p == 1 {
				slope = signOf(slope)
			}
			dx[q] += T((float64(d[q]) - slope*sum) / norm)
		}
	}
}
