package models

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn/plan"
)

// TestExplain holds the figures of every definition against those of its
// parameters and its plan.
func TestExplain(t *testing.T) {
	for _, d := range Definitions() {
		if d.Name == "vgg16" || d.Name == "alexnet" {
			continue // hundreds of megabytes of the same kinds of layers
		}
		g, err := d.Make(Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		layers, err := Explain(g)
		if err != nil {
			t.Errorf("%s: %v", d.Name, err)
			continue
		}
		var params, macs int64
		for _, l := range layers {
			params, macs = params+l.Params, macs+l.MACs
		}
		if params != int64(trainable(g)) {
			t.Errorf("%s: layers have %d parameters, the network %d", d.Name, params, trainable(g))
		}
		p, err := plan.Compile(g, plan.Bindings{})
		if err != nil {
			t.Fatal(err)
		}
		if macs != p.Stats().MACs {
			t.Errorf("%s: layers take %d multiply-accumulates, the plan %d", d.Name, macs, p.Stats().MACs)
		}
	}
}

// TestExplainFields holds receptive fields against sums by hand: 1 and, for
// each layer up to it, (kernel - 1) times the stride before it. ResNet-18: 6 + 2·2
// for its beginning, and for the stages 4·2·4, 2·(4 + 3·8), 2·(8 + 3·16) and
// 2·(16 + 3·32) make 434.
func TestExplainFields(t *testing.T) {
	for _, c := range []struct {
		name, layer string
		field       int
		stride      float64
	}{
		{"lenet5", "conv1", 5, 1}, {"lenet5", "pool1", 6, 2}, {"lenet5", "conv2", 14, 2}, {"lenet5", "pool2", 16, 4},
		{"resnet18", "layer4.1.conv2", 435, 32}, {"resnet50", "layer4.2.conv3", 427, 32},
	} {
		if got := layerOf(t, c.name, c.layer); got.Field != c.field || got.Stride != c.stride {
			t.Errorf("%s %s sees %d pixels every %g, want %d every %g", c.name, c.layer, got.Field, got.Stride, c.field, c.stride)
		}
	}
}

// TestExplainSavings: LeNet-5's first layer from 28×28 to 6×28×28 by 5×5.
func TestExplainSavings(t *testing.T) {
	s := layerOf(t, "lenet5", "conv1").Against
	if s == nil || s.Dense != 784*4704 || s.Local != 25*4704 || s.Shared != 150 {
		t.Fatalf("%+v", s)
	}
	if s.Sparse() != 784.0/25 || s.Sharing() != 784 {
		t.Errorf("sparse connections save %g times, sharing %g", s.Sparse(), s.Sharing())
	}
}

func layerOf(t *testing.T, network, layer string) Layer {
	t.Helper()
	for _, d := range Definitions() {
		if d.Name != network {
			continue
		}
		g, err := d.Make(Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		layers, err := Explain(g)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers {
			if l.Name == layer {
				return l
			}
		}
	}
	t.Fatalf("%s has no layer %s", network, layer)
	return Layer{}
}
