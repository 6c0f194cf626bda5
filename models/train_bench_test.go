package models_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// BenchmarkTrainStep times one forward and backward pass on one thread.
func BenchmarkTrainStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		build func(models.Options) (*nn.Graph, error)
		opts  models.Options
		batch int
	}{
		{"lenet5", models.LeNet5, models.Options{}, 64},
		{"resnet20", models.ResNet20, models.Options{Seed: 1}, 64},
		{"resnet18-cifar", models.ResNet18, models.Options{Size: 32, Channels: 3, Classes: 10, Seed: 1}, 16},
		{"tiny-yolo", models.TinyYOLO, models.Options{Seed: 1}, 16},
	} {
		b.Run(c.name, func(b *testing.B) {
			g, err := c.build(c.opts)
			if err != nil {
				b.Fatal(err)
			}
			t, err := plan.NewTrainer(g, plan.Bindings{Dims: map[string]int{"batch": c.batch}}, nil)
			if err != nil {
				b.Fatal(err)
			}
			in := t.Input(0).F32()
			for i := range in {
				in[i] = float32(i*7%255)/127 - 1
			}
			grad := t.OutputGrad(0).F32()
			for i := range grad {
				grad[i] = float32(i%10)*0.01 - 0.045
			}
			for b.Loop() {
				if err := t.Forward(); err != nil {
					b.Fatal(err)
				}
				if err := t.Backward(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
