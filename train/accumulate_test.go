package train_test

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/train"
)

// accumulatedRun trains LeNet-5, which normalises nothing and drops nothing.
func accumulatedRun(t *testing.T, batch, accumulate int) (*train.Result, []train.Step) {
	t.Helper()
	c := tinyConfig()
	c.Batch, c.Accumulate, c.Epochs, c.Average, c.Patience = batch, accumulate, 3, 0, 0
	g, err := models.LeNet5(models.Options{Size: tinySide, Channels: 1, Classes: tinyClasses, Seed: 3, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	var steps []train.Step
	res, err := train.Run(t.Context(), g, tinyTask(t, &c), c, train.Options{Step: func(s train.Step) { steps = append(steps, s) }})
	if err != nil {
		t.Fatal(err)
	}
	return res, steps
}

// farthest is the largest difference of any parameter.
func farthest(a, b *nn.Graph) float64 {
	most := 0.0
	for i := range a.Values {
		if v := &a.Values[i]; v.Trainable {
			for k, x := range v.Const.F32() {
				most = max(most, math.Abs(float64(x-b.Values[i].Const.F32()[k])))
			}
		}
	}
	return most
}

// Two batches that make one step do what a batch of both does.
func TestAccumulate(t *testing.T) {
	whole, steps := accumulatedRun(t, 32, 0)
	halves, got := accumulatedRun(t, 16, 2)
	if d := farthest(whole.Graph, halves.Graph); d > 1e-5 {
		t.Errorf("a parameter differs by %v", d)
	}
	alone, _ := accumulatedRun(t, 16, 0)
	if d := farthest(whole.Graph, alone.Graph); d < 1e-3 {
		t.Errorf("without accumulation a parameter differs by %v alone: the test sees nothing", d)
	}
	if len(got) != len(steps) {
		t.Fatalf("%d steps, want %d", len(got), len(steps))
	}
	for i, s := range steps {
		g := got[i]
		if g.Step != s.Step || g.Steps != s.Steps || g.Examples != 32 || g.Running.Seen != s.Running.Seen || math.Abs(g.Running.Loss-s.Running.Loss) > 1e-5 {
			t.Errorf("step %+v, want %+v", g, s)
		}
	}
}

// The batches that are left at the end of an epoch make a step of their own,
// by their own mean: 72 examples are four batches of 16, so three and one.
func TestAccumulateRest(t *testing.T) {
	_, steps := accumulatedRun(t, 16, 3)
	if len(steps) != 6 || steps[0].Examples != 48 || steps[1].Examples != 16 || steps[1].Running.Seen != 64 || steps[5].Steps != 6 {
		t.Fatalf("%+v", steps)
	}
}
