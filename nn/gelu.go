package nn

import "math"

// Gelu is x·Φ(x), Φ being the normal distribution function, element by
// element. With Approximate "tanh" Φ is approximated by a tanh.
type Gelu struct {
	Approximate string `onnx:"approximate,none"`
}

// Infer returns the operand's type.
func (o *Gelu) Infer(in []Arg, _ int) ([]Type, error) {
	if o.Approximate != "none" && o.Approximate != "tanh" {
		return nil, Unsupportedf("approximate", "%q, want none or tanh", o.Approximate)
	}
	return sameType(in)
}

// Forward computes it.
func (o *Gelu) Forward(r *Run) error {
	if o.Approximate == "tanh" {
		return floatLoops(r, geluTanhRun[float32], geluTanhRun[float64])
	}
	return mapFloats(r, gelu)
}

// Permute: the order of the dimensions does not matter.
func (o *Gelu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Gelu) backward(g *Grad) {
	if o.Approximate == "tanh" {
		mapGrad(g, func(x, _ float64) float64 {
			t := math.Tanh(geluInner(x))
			return 0.5*(1+t) + 0.5*x*(1-t*t)*geluScale*(1+3*geluCubic*x*x)
		})
		return
	}
	mapGrad(g, func(x, _ float64) float64 {
		return 0.5*math.Erfc(-x/math.Sqrt2) + x*math.Exp(-0.5*x*x)/(math.Sqrt2*math.SqrtPi)
	})
}

// gelu uses erfc, which keeps its digits in the lower tail.
func gelu(x float64) float64 { return 0.5 * x * math.Erfc(-x/math.Sqrt2) }

const (
	geluScale = math.Sqrt2 / math.SqrtPi
	geluCubic = 0.044715
)

func geluInner(x float64) float64 { return geluScale * (x + geluCubic*x*x*x) }

func geluTanhRun[T Float](out, in []T) {
	for i, v := range in {
		x := float64(v)
		out[i] = T(0.5 * x * (1 + tanh[T](geluInner(x))))
	}
}
