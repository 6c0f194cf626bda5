package ocellus_test

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

// A model that quantises its picture is given bytes by Detect, and floats by
// those who call Run. Steps of 1/255 are what pixels have, so that it sees
// what the model in floats sees.
func TestDetectInBytes(t *testing.T) {
	quantised := spotsOf(t, func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		s, z := b.Const("scale", nn.Scalar(float32(1)/255)), b.Const("zero", nn.Scalar(uint8(0)))
		q := b.Node("quantise", &nn.QuantizeLinear{Axis: 1, Saturate: true}, x, s, z)
		return b.Node("dequantise", &nn.DequantizeLinear{Axis: 1}, q, s, z)
	})
	img := night(200, 150, square(20, 30, 5), square(150, 90, 5))
	input := nn.NewTensor(nn.Float32, nn.S(1, 64, 64, 3))
	for i := range input.F32() {
		input.F32()[i] = float32(i*7%256) / 255
	}
	var found [2][]vision.Detection
	var scores [2][]float32
	for i, g := range []*nn.Graph{spots(t), quantised} {
		s, err := ocellus.New(g, ocellus.WithThreads(1))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if found[i], _, err = s.Detect(t.Context(), img); err != nil {
			t.Fatal(err)
		}
		out, err := s.Run(t.Context(), map[string]*nn.Tensor{"image": input})
		if err != nil {
			t.Fatal(err)
		}
		scores[i] = out["scores"].F32()
	}
	if len(found[0]) != 2 || len(found[1]) != 2 {
		t.Fatalf("found %v and %v", found[0], found[1])
	}
	for i, d := range found[0] {
		if d.Box.IoU(found[1][i].Box) < 0.99 {
			t.Errorf("%v in floats, %v in bytes", d, found[1][i])
		}
	}
	if !slices.EqualFunc(scores[0], scores[1], func(a, b float32) bool { return a-b < 1e-3 && b-a < 1e-3 }) {
		t.Error("Run on floats gives other scores")
	}
}
