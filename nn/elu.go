package nn

import "math"

// Elu is x, or Alpha·(e^x − 1) below zero, element by element.
type Elu struct {
	elementwise
	Alpha float32 `onnx:"alpha,1"`
}

// Forward computes it.
func (o *Elu) Forward(r *Run) error {
	a := float64(o.Alpha)
	return mapFloats(r, func(x float64) float64 { return elu(x, 1, a, 1) })
}

// Permute: the order of the dimensions does not matter.
func (o *Elu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Elu) backward(g *Grad) {
	a := float64(o.Alpha)
	mapGrad(g, func(x, _ float64) float64 { return eluSlope(x, 1, a, 1) })
}

// Selu is Gamma·x, or Gamma·Alpha·(e^x − 1) below zero, element by element.
type Selu struct {
	elementwise
	Alpha float32 `onnx:"alpha,1.67326319217681884765625"`
	Gamma float32 `onnx:"gamma,1.05070102214813232421875"`
}

// Forward computes it.
func (o *Selu) Forward(r *Run) error {
	a, c := float64(o.Alpha)*float64(o.Gamma), float64(o.Gamma)
	return mapFloats(r, func(x float64) float64 { return elu(x, c, a, 1) })
}

// Permute: the order of the dimensions does not matter.
func (o *Selu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Selu) backward(g *Grad) {
	a, c := float64(o.Alpha)*float64(o.Gamma), float64(o.Gamma)
	mapGrad(g, func(x, _ float64) float64 { return eluSlope(x, c, a, 1) })
}

// Celu is x, or Alpha·(e^(x∕Alpha) − 1) below zero, element by element.
type Celu struct {
	Alpha float32 `onnx:"alpha,1"`
}

// Infer returns the operand's type.
func (o *Celu) Infer(in []Arg, _ int) ([]Type, error) {
	if o.Alpha == 0 {
		return nil, Invalidf("alpha", "must not be 0")
	}
	return sameType(in)
}

// Forward computes it.
func (o *Celu) Forward(r *Run) error {
	a := float64(o.Alpha)
	return mapFloats(r, func(x float64) float64 { return elu(x, 1, a, 1/a) })
}

// Permute: the order of the dimensions does not matter.
func (o *Celu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *Celu) backward(g *Grad) {
	a := float64(o.Alpha)
	mapGrad(g, func(x, _ float64) float64 { return eluSlope(x, 1, a, 1/a) })
}

// elu is the family: above·x, or below·(e^(rate·x) − 1) below zero.
func elu(x, above, below, rate float64) float64 {
	if x < 0 {
		return below * math.Expm1(rate*x)
	}
	return above * x
}

func eluSlope(x, above, below, rate float64) float64 {
	if x < 0 {
		return below * rate * math.Exp(rate*x)
	}
	return above
}
