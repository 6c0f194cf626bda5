package optim

import (
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// EMA is an exponential moving average of weights and running statistics,
// which as a rule errs less than the weights of any one step (Polyak and
// Juditsky, "Acceleration of stochastic approximation by averaging", 1992).
type EMA struct {
	Decay float64

	now     []*nn.Tensor // what is averaged
	average []Slot
	steps   int
}

// NewEMA averages the parameters and statistics of t, which it begins with as
// they are. The error is an *ErrOption.
func NewEMA(t *plan.Trainer, decay float64) (*EMA, error) {
	if err := within("decay of the average", decay, 0, 0.999999); err != nil {
		return nil, err
	}
	e := &EMA{Decay: decay}
	add := func(name string, v *nn.Tensor) {
		e.now, e.average = append(e.now, v), append(e.average, Slot{"average/" + name, v.Clone()})
	}
	for _, p := range t.Parameters() {
		add(p.Name, p.Value)
	}
	for _, s := range t.Statistics() {
		add(s.Name, s.Value)
	}
	return e, nil
}

// Step takes up the weights after a step of the optimiser. While there are few
// steps, fewer count: by (1+n)/(10+n), as TensorFlow has it.
func (e *EMA) Step() {
	e.steps++
	n := float64(e.steps)
	share := float32(1 - min(e.Decay, (1+n)/(10+n)))
	for i, now := range e.now {
		a, w := e.average[i].Value.F32(), now.F32()
		for j := range a {
			a[j] += share * (w[j] - a[j])
		}
	}
}

// Slots returns the averages.
func (e *EMA) Slots() []Slot { return e.average }

// SetSteps says how many steps were made before: those of a checkpoint.
func (e *EMA) SetSteps(n int) { e.steps = n }

// Values returns the averages by the names of what they are averages of.
func (e *EMA) Values() map[string]*nn.Tensor {
	all := map[string]*nn.Tensor{}
	for _, s := range e.average {
		all[s.Name[len("average/"):]] = s.Value
	}
	return all
}
