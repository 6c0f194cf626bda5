package nn

// elementwise is embedded by operations of one operand whose result is typed
// like it.
type elementwise struct{}

// Infer returns the operand's type.
func (elementwise) Infer(in []Arg, _ int) ([]Type, error) { return sameType(in) }

// mapFloats applies f to every element.
func mapFloats(r *Run, f func(float64) float64) error {
	switch r.In[0].DType {
	case Float32:
		mapRun(r.Out[0].F32(), r.In[0].F32(), f)
	case Float64:
		mapRun(r.Out[0].F64(), r.In[0].F64(), f)
	}
	return nil
}

func mapRun[T Float](out, in []T, f func(float64) float64) {
	for i, v := range in {
		out[i] = T(f(float64(v)))
	}
}

// floatLoops applies a loop, given in both its instances, to all elements.
func floatLoops(r *Run, f32 func(out, in []float32), f64 func(out, in []float64)) error {
	switch r.In[0].DType {
	case Float32:
		f32(r.Out[0].F32(), r.In[0].F32())
	case Float64:
		f64(r.Out[0].F64(), r.In[0].F64())
	}
	return nil
}

// mapGrad adds to the gradient by the one operand, given the derivative of
// the function at x, where it takes the value y.
func mapGrad(g *Grad, slope func(x, y float64) float64) {
	if !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		mapGradRun[float32](g, slope)
	case Float64:
		mapGradRun[float64](g, slope)
	}
}

func mapGradRun[T float32 | float64](g *Grad, slope func(x, y float64) float64) {
	x, y, dy, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	for i, v := range x {
		dx[i] += T(float64(dy[i]) * slope(float64(v), float64(y[i])))
	}
}
