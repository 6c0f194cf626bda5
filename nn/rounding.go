package nn

import "math"

// Floor is the largest integer not above the operand, element by element.
type Floor struct{ elementwise }

// Forward computes it.
func (*Floor) Forward(r *Run) error { return mapFloats(r, math.Floor) }

// Permute: the order of the dimensions does not matter.
func (o *Floor) Permute([]int, []Arg) (Op, bool) { return o, true }

// Ceil is the smallest integer not below the operand, element by element.
type Ceil struct{ elementwise }

// Forward computes it.
func (*Ceil) Forward(r *Run) error { return mapFloats(r, math.Ceil) }

// Permute: the order of the dimensions does not matter.
func (o *Ceil) Permute([]int, []Arg) (Op, bool) { return o, true }

// Round is the nearest integer, halves going to the even one, element by element.
type Round struct{ elementwise }

// Forward computes it.
func (*Round) Forward(r *Run) error { return mapFloats(r, math.RoundToEven) }

// Permute: the order of the dimensions does not matter.
func (o *Round) Permute([]int, []Arg) (Op, bool) { return o, true }
