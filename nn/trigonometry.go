package nn

import "math"

// Sin is the sine of an angle in radians, element by element.
type Sin struct{ elementwise }

// Forward computes it.
func (*Sin) Forward(r *Run) error { return mapFloats(r, math.Sin) }

// Permute: the order of the dimensions does not matter.
func (o *Sin) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Sin) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return math.Cos(x) })
}

// Cos is the cosine of an angle in radians, element by element.
type Cos struct{ elementwise }

// Forward computes it.
func (*Cos) Forward(r *Run) error { return mapFloats(r, math.Cos) }

// Permute: the order of the dimensions does not matter.
func (o *Cos) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Cos) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return -math.Sin(x) })
}

// Tan is the tangent of an angle in radians, element by element.
type Tan struct{ elementwise }

// Forward computes it.
func (*Tan) Forward(r *Run) error { return mapFloats(r, math.Tan) }

// Permute: the order of the dimensions does not matter.
func (o *Tan) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Tan) backward(g *Grad) {
	mapGrad(g, func(_, y float64) float64 { return 1 + y*y })
}

// Asin is the arc sine, in radians, element by element.
type Asin struct{ elementwise }

// Forward computes it.
func (*Asin) Forward(r *Run) error { return mapFloats(r, math.Asin) }

// Permute: the order of the dimensions does not matter.
func (o *Asin) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Asin) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / math.Sqrt(1-x*x) })
}

// Acos is the arc cosine, in radians, element by element.
type Acos struct{ elementwise }

// Forward computes it.
func (*Acos) Forward(r *Run) error { return mapFloats(r, math.Acos) }

// Permute: the order of the dimensions does not matter.
func (o *Acos) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Acos) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return -1 / math.Sqrt(1-x*x) })
}

// Atan is the arc tangent, in radians, element by element.
type Atan struct{ elementwise }

// Forward computes it.
func (*Atan) Forward(r *Run) error { return mapFloats(r, math.Atan) }

// Permute: the order of the dimensions does not matter.
func (o *Atan) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Atan) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / (1 + x*x) })
}

// Sinh is the hyperbolic sine, element by element.
type Sinh struct{ elementwise }

// Forward computes it.
func (*Sinh) Forward(r *Run) error { return mapFloats(r, math.Sinh) }

// Permute: the order of the dimensions does not matter.
func (o *Sinh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Sinh) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return math.Cosh(x) })
}

// Cosh is the hyperbolic cosine, element by element.
type Cosh struct{ elementwise }

// Forward computes it.
func (*Cosh) Forward(r *Run) error { return mapFloats(r, math.Cosh) }

// Permute: the order of the dimensions does not matter.
func (o *Cosh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Cosh) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return math.Sinh(x) })
}

// Asinh is the inverse hyperbolic sine, element by element.
type Asinh struct{ elementwise }

// Forward computes it.
func (*Asinh) Forward(r *Run) error { return mapFloats(r, math.Asinh) }

// Permute: the order of the dimensions does not matter.
func (o *Asinh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Asinh) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / math.Sqrt(x*x+1) })
}

// Acosh is the inverse hyperbolic cosine, element by element.
type Acosh struct{ elementwise }

// Forward computes it.
func (*Acosh) Forward(r *Run) error { return mapFloats(r, math.Acosh) }

// Permute: the order of the dimensions does not matter.
func (o *Acosh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Acosh) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / math.Sqrt(x*x-1) })
}

// Atanh is the inverse hyperbolic tangent, element by element.
type Atanh struct{ elementwise }

// Forward computes it.
func (*Atanh) Forward(r *Run) error { return mapFloats(r, math.Atanh) }

// Permute: the order of the dimensions does not matter.
func (o *Atanh) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Atanh) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 { return 1 / (1 - x*x) })
}
