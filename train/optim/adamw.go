package optim

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn/plan"
)

// AdamW is Adam with weight decay apart from the gradient: Loshchilov and
// Hutter, "Decoupled weight decay regularization" (2019), after Kingma and Ba,
// "Adam: a method for stochastic optimization" (2015). As PyTorch has it, the
// decay is by rate·Decay.
type AdamW struct {
	Beta1, Beta2 float64 // of the means of gradients and of their squares
	Epsilon      float64
	Decay        float64 // of weights; biases and scales do not decay

	params []plan.Parameter
	mean   []Slot
	square []Slot
	steps  int
}

// NewAdamW returns the optimiser of these parameters with the papers' means,
// 0.9 and 0.999, or an *ErrOption.
func NewAdamW(params []plan.Parameter, decay float64) (*AdamW, error) {
	if err := within("weight decay", decay, 0, 1); err != nil {
		return nil, err
	}
	return &AdamW{0.9, 0.999, 1e-8, decay, params, slots("mean", params), slots("square", params), 0}, nil
}

// Step changes the parameters.
func (a *AdamW) Step(rate float64) {
	a.steps++
	n := float64(a.steps)
	// w -= rate·(m/c1)/(√(v/c2) + ε)
	c1, c2 := 1-math.Pow(a.Beta1, n), math.Sqrt(1-math.Pow(a.Beta2, n))
	step, epsilon := float32(rate*c2/c1), float32(a.Epsilon*c2)
	b1, b2 := float32(a.Beta1), float32(a.Beta2)
	for i := range a.params {
		p := &a.params[i]
		keep := float32(1)
		if decays(p) {
			keep = float32(1 - rate*a.Decay)
		}
		w := p.Value.F32()
		g, m, v := p.Grad.F32()[:len(w)], a.mean[i].Value.F32()[:len(w)], a.square[i].Value.F32()[:len(w)]
		for j, d := range g {
			m[j] += (1 - b1) * (d - m[j])
			v[j] = b2*v[j] + (1-b2)*d*d
			w[j] = keep*w[j] - step*m[j]/(float32(math.Sqrt(float64(v[j])))+epsilon)
		}
	}
}

// Slots returns the means of gradients and of their squares.
func (a *AdamW) Slots() []Slot { return append(append([]Slot{}, a.mean...), a.square...) }

// SetSteps says how many steps were made, which the means are corrected by.
func (a *AdamW) SetSteps(n int) { a.steps = n }
