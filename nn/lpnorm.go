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
