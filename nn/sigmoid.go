package nn

import "math"

// Sigmoid is 1∕(1+e^−x), element by element.
type Sigmoid struct{ elementwise }

// Forward computes it.
func (*Sigmoid) Forward(r *Run) error { return floatLoops(r, sigmoidRun[float32], sigmoidRun[float64]) }

// Permute: the order of the dimensions does not matter.
func (o *Sigmoid) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Sigmoid) backward(g *Grad) { mapGrad(g, func(_, y float64) float64 { return y * (1 - y) }) }

func sigmoidRun[T Float](out, in []T) {
	for i, v := range in {
		out[i] = T(sigmoid[T](float64(v)))
	}
}

// Tanh is the hyperbolic tangent, element by element.
type Tanh struct{ elementwise }

// Forward computes it.
func (*Tanh) Forward(r *Run) error { return floatLoops(r, tanhRun[float32], tanhRun[float64]) }

// Permute: the order of the dimensions does not matter.
func (o *Tanh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Tanh) backward(g *Grad) { mapGrad(g, func(_, y float64) float64 { return 1 - y*y }) }

func tanhRun[T Float](out, in []T) {
	for i, v := range in {
		out[i] = T(tanh[T](float64(v)))
	}
}

// Swish is x·sigmoid(Alpha·x), element by element; with Alpha 1 it is also
// called SiLU.
type Swish struct {
	elementwise
	Alpha float32 `onnx:"alpha,1"`
}

// Forward computes it.
func (o *Swish) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		swishRun(r.Out[0].F32(), r.In[0].F32(), float64(o.Alpha))
	case Float64:
		swishRun(r.Out[0].F64(), r.In[0].F64(), float64(o.Alpha))
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Swish) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Swish) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		swishGrad(g.DIn[0].F32(), g.DOut[0].F32(), g.In[0].F32(), float64(o.Alpha))
	case Float64:
		swishGrad(g.DIn[0].F64(), g.DOut[0].F64(), g.In[0].F64(), float64(o.Alpha))
	}
}

// swishGrad: with s = sigmoid(αx) the slope is s + αxs(1 − s).
func swishGrad[T Float](dx, d, x []T, alpha float64) {
	dx, d = dx[:len(x)], d[:len(x)]
	for i, v := range x {
		z := alpha * float64(v)
		s := 1 / (1 + exp[T](-z))
		dx[i] += T(float64(d[i]) * s * (1 + z*(1-s)))
	}
}

func swishRun[T Float](out, in []T, alpha float64) {
	for i, v := range in {
		x := float64(v)
		out[i] = T(x / (1 + exp[T](-alpha*x)))
	}
}

// Mish is x·tanh(softplus(x)), element by element.
type Mish struct{ elementwise }

// Forward computes it.
func (*Mish) Forward(r *Run) error { return floatLoops(r, mishRun[float32], mishRun[float64]) }

// Permute: the order of the dimensions does not matter.
func (o *Mish) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Mish) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 {
		t := math.Tanh(softplus(x))
		return t + x*(1-t*t)/(1+math.Exp(-x))
	})
}

// mishRun uses tanh(log(1+e)) = n∕(n+2) with n = e·(e+2); beyond 40 that is 1
// to every digit.
func mishRun[T Float](out, in []T) {
	for i, v := range in {
		x := float64(v)
		if x < 40 {
			e := exp[T](x)
			n := e * (e + 2)
			x *= n / (n + 2)
		}
		out[i] = T(x)
	}
}

// Softplus is log(1+e^x), element by element.
type Softplus struct{ elementwise }

// Forward computes it.
func (*Softplus) Forward(r *Run) error { return mapFloats(r, softplus) }

// Permute: the order of the dimensions does not matter.
func (o *Softplus) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Softplus) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / (1 + math.Exp(-x)) })
}

// softplus is written so that neither tail overflows or cancels.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
