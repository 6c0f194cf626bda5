package models

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// learners are the sizes and widths at which networks are made to learn here.
var learners = map[string]Options{
	"vgg16": {Size: 32, Width: 0.25}, "alexnet": {Size: 32, Width: 0.25, Grouped: true}, "googlenet": {Size: 32, Width: 0.25},
	"mobilefacenet": {Size: 32}, "tiny-yolo": {Size: 64}, "yolo-fastestv2": {Size: 64}, "fastestdet": {Size: 64},
	"yolov4-tiny": {Size: 64}, "yolov8n": {Size: 64}, "lenet5": {Size: 28},
}

// TestDefinitionsLearn: the loss of every network falls over a few steps on
// the same few pictures.
func TestDefinitionsLearn(t *testing.T) {
	for _, d := range Definitions() {
		t.Run(d.Name, func(t *testing.T) {
			if d.Name == "resnet50" && testing.Short() {
				t.Skip("25 million parameters")
			}
			o := learners[d.Name]
			if o.Size == 0 {
				o.Size = 32
			}
			if d.Task == "classify" {
				o.Classes = 5
			}
			o.Seed, o.Fresh = 1, true
			g, err := d.Make(o)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := plan.NewTrainer(g, plan.Bindings{Dims: map[string]int{"batch": 3}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			o.Seed = 2
			if g, err = d.Make(o); err != nil {
				t.Fatal(err)
			}
			teacher, err := plan.NewTrainer(g, plan.Bindings{Dims: map[string]int{"batch": 3}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			learn(t, tr, teacher)
		})
	}
}

// learn takes steps of steepest descent on the mean square of what the outputs
// differ by from those of a network with other weights, which can be reached.
func learn(t *testing.T, tr, teacher *plan.Trainer) {
	t.Helper()
	newDraw(1, "pictures").uniform(tr.Input(0).F32(), -1, 1)
	copy(teacher.Input(0).F32(), tr.Input(0).F32())
	if err := teacher.Forward(); err != nil {
		t.Fatal(err)
	}
	const steps = 10
	var first, last float64
	for step := range steps {
		tr.ZeroGrads()
		if err := tr.Forward(); err != nil {
			t.Fatal(err)
		}
		last = 0
		for i := range tr.Outputs() {
			last += squares(tr.Output(i), teacher.Output(i), tr.OutputGrad(i))
		}
		if step == 0 {
			first = last
		}
		if err := tr.Backward(); err != nil {
			t.Fatal(err)
		}
		norm := 0.0
		for _, p := range tr.Parameters() {
			for _, v := range p.Grad.F32() {
				norm += float64(v) * float64(v)
			}
		}
		// The step by which the loss would be 0, were it as steep all the way, and
		// a fraction of that.
		rate := float32(0.1 * last / max(norm, 1e-12))
		for _, p := range tr.Parameters() {
			w := p.Value.F32()
			for i, v := range p.Grad.F32() {
				w[i] -= rate * v
			}
		}
	}
	if !(last < 0.95*first) {
		t.Errorf("the loss went from %g to %g in %d steps", first, last, steps)
	}
}

// squares fills grad with the gradient of the loss that it returns.
func squares(out, want, grad *nn.Tensor) float64 {
	g, target, sum := grad.F32(), want.F32(), 0.0
	n := float32(len(g))
	for i, v := range out.F32() {
		d := v - target[i]
		sum += float64(d) * float64(d) / float64(2*n)
		g[i] = d / n
	}
	return sum
}
