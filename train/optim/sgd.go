package optim

import "github.com/ocellus-vision/ocellus/nn/plan"

// SGD is stochastic gradient descent with momentum: v = Momentum·v + g, and
// w -= rate·v or, by Nesterov, rate·(g + Momentum·v), as PyTorch has them
// (Sutskever et al., "On the importance of initialization and momentum in deep
// learning", 2013). g is the gradient and Decay·w.
type SGD struct {
	Momentum float64 // 0 to 1; 0: none
	Nesterov bool
	Decay    float64 // of weights; biases and scales do not decay

	params   []plan.Parameter
	velocity []Slot
}

// NewSGD returns the optimiser of these parameters, or an *ErrOption.
func NewSGD(params []plan.Parameter, momentum float64, nesterov bool, decay float64) (*SGD, error) {
	if err := within("momentum", momentum, 0, 0.9999); err != nil {
		return nil, err
	}
	if err := within("weight decay", decay, 0, 1); err != nil {
		return nil, err
	}
	return &SGD{momentum, nesterov, decay, params, slots("momentum", params)}, nil
}

// Step changes the parameters.
func (s *SGD) Step(rate float64) {
	momentum, lr := float32(s.Momentum), float32(rate)
	for i := range s.params {
		p := &s.params[i]
		decay := float32(0)
		if decays(p) {
			decay = float32(s.Decay)
		}
		w := p.Value.F32()
		g, v := p.Grad.F32()[:len(w)], s.velocity[i].Value.F32()[:len(w)]
		for j, x := range w {
			d := g[j] + decay*x
			v[j] = momentum*v[j] + d
			if s.Nesterov {
				d += momentum * v[j]
			} else {
				d = v[j]
			}
			w[j] = x - lr*d
		}
	}
}

// Slots returns the velocities.
func (s *SGD) Slots() []Slot { return s.velocity }

// SetSteps does nothing: all that SGD remembers is in its Slots.
func (s *SGD) SetSteps(int) {}
