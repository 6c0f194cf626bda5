package nn

import "math"

// HardSigmoid is Alpha·x + Beta limited to 0..1, element by element.
type HardSigmoid struct {
	elementwise
	Alpha float32 `onnx:"alpha,0.2"`
	Beta  float32 `onnx:"beta,0.5"`
}

// Forward computes it.
func (o *HardSigmoid) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		hardSigmoidRun(r.Out[0].F32(), r.In[0].F32(), o.Alpha, o.Beta)
	case Float64:
		hardSigmoidRun(r.Out[0].F64(), r.In[0].F64(), float64(o.Alpha), float64(o.Beta))
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *HardSigmoid) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *HardSigmoid) backward(g *Grad) {
	mapGrad(g, func(_, y float64) float64 {
		if y > 0 && y < 1 {
			return float64(o.Alpha)
		}
		return 0
	})
}

func hardSigmoidRun[T Float](out, in []T, alpha, beta T) {
	for i, v := range in {
		out[i] = min(max(alpha*v+beta, 0), 1)
	}
}

// HardSwish is x times x∕6 + 0.5 limited to 0..1, element by element.
type HardSwish struct{ elementwise }

// Forward computes it.
func (*HardSwish) Forward(r *Run) error {
	return floatLoops(r, hardSwishRun[float32], hardSwishRun[float64])
}

// Permute: the order of the dimensions does not matter.
func (o *HardSwish) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*HardSwish) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 {
		switch {
		case x <= -3:
			return 0
		case x >= 3:
			return 1
		}
		return x/3 + 0.5
	})
}

func hardSwishRun[T Float](out, in []T) {
	for i, v := range in {
		out[i] = v * min(max(v*(1./6)+0.5, 0), 1)
	}
}

// Softsign is x∕(1+|x|), element by element.
type Softsign struct{ elementwise }

// Forward computes it.
func (*Softsign) Forward(r *Run) error {
	return mapFloats(r, func(x float64) float64 { return x / (1 + math.Abs(x)) })
}

// Permute: the order of the dimensions does not matter.
func (o *Softsign) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Softsign) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 {
		d := 1 + math.Abs(x)
		return 1 / (d * d)
	})
}
