package nn

import "math"

// Sqrt is the square root, element by element.
type Sqrt struct{ elementwise }

// Forward computes it.
func (*Sqrt) Forward(r *Run) error { return mapFloats(r, math.Sqrt) }

// Permute: the order of the dimensions does not matter.
func (o *Sqrt) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Sqrt) backward(g *Grad) {
	mapGrad(g, func(_, y float64) float64 { return 0.5 / y })
}

// Log is the natural logarithm, element by element.
type Log struct{ elementwise }

// Forward computes it.
func (*Log) Forward(r *Run) error { return mapFloats(r, math.Log) }

// Permute: the order of the dimensions does not matter.
func (o *Log) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Log) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / x })
}

// Erf is the error function, element by element.
type Erf struct{ elementwise }

// Forward computes it.
func (*Erf) Forward(r *Run) error { return mapFloats(r, math.Erf) }

// Permute: the order of the dimensions does not matter.
func (o *Erf) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Erf) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) })
}

// Exp is e to the power of the operand, element by element.
type Exp struct{ elementwise }

// Forward computes it.
func (*Exp) Forward(r *Run) error { return floatLoops(r, expRun[float32], expRun[float64]) }

// Permute: the order of the dimensions does not matter.
func (o *Exp) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Exp) backward(g *Grad) { mapGrad(g, func(_, y float64) float64 { return y }) }

// Reciprocal is 1∕x, element by element.
type Reciprocal struct{ elementwise }

// Forward computes it.
func (*Reciprocal) Forward(r *Run) error {
	return mapFloats(r, func(x float64) float64 { return 1 / x })
}

// Permute: the order of the dimensions does not matter.
func (o *Reciprocal) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Reciprocal) backward(g *Grad) { mapGrad(g, func(_, y float64) float64 { return -y * y }) }
