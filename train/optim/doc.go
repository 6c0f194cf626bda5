// Package optim changes the parameters of a network by their gradients:
// stochastic gradient descent and AdamW, the rates at which they learn, and
// what goes with them: weight decay, clipping, averages of the weights.
//
// Everything here computes the same bits whatever the number of threads that
// made the gradients. What an optimiser remembers between steps can be
// exported by name, for a checkpoint, and is restored in place.
package optim

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// Slot is memory of an optimiser that a checkpoint must hold.
type Slot struct {
	Name  string // the parameter's, behind the slot's own: "momentum/conv1.weight"
	Value *nn.Tensor
}

// Optimizer changes parameters by their gradients.
type Optimizer interface {
	// Step changes the parameters that it was made for, at a rate of learning.
	Step(rate float64)
	// Slots returns its memory, to be read, or to be filled when training goes
	// on from a checkpoint.
	Slots() []Slot
	// SetSteps says how many steps were made before: those of a checkpoint.
	SetSteps(n int)
}

// slots makes zeroed memory like the parameters.
func slots(kind string, params []plan.Parameter) []Slot {
	list := make([]Slot, len(params))
	for i, p := range params {
		list[i] = Slot{kind + "/" + p.Name, nn.NewTensor(nn.Float32, p.Value.Shape)}
	}
	return list
}

// decays reports whether weights are drawn towards zero: matrices and filters,
// not biases and the scales of normalisation, which have one dimension.
func decays(p *plan.Parameter) bool { return p.Value.Shape.Rank > 1 }

// ErrOption says that an optimiser or schedule has no such setting.
type ErrOption struct {
	Name string
	Why  string
}

func (e *ErrOption) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Why) }

// within reports an *ErrOption unless low ≤ v ≤ high.
func within(name string, v, low, high float64) error {
	if !(v >= low && v <= high) {
		return &ErrOption{name, fmt.Sprintf("%v is outside %v to %v", v, low, high)}
	}
	return nil
}

// Mean divides gradients that were added up over n batches.
func Mean(params []plan.Parameter, n int) {
	if n == 1 {
		return
	}
	for _, p := range params {
		g := p.Grad.F32()
		for i := range g {
			g[i] /= float32(n)
		}
	}
}

// Clip scales all gradients such that their common length, the root of the sum
// of squares of all elements, is no more than limit (Pascanu et al., "On the
// difficulty of training recurrent neural networks", 2013). It returns the
// length that they had, which is not finite where a gradient is not; those
// stay as they are, for the caller to stop at.
func Clip(params []plan.Parameter, limit float64) float64 {
	sum := 0.0
	for _, p := range params {
		for _, g := range p.Grad.F32() {
			sum += float64(g) * float64(g)
		}
	}
	norm := math.Sqrt(sum)
	if norm <= limit || math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm
	}
	scale := float32(limit / norm)
	for _, p := range params {
		g := p.Grad.F32()
		for i := range g {
			g[i] *= scale
		}
	}
	return norm
}
