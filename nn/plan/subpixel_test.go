package plan

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// Transposed convolutions of any geometry are computed as convolutions, and
// give what they mean.
func TestSubpixel(t *testing.T) {
	for i, c := range []struct {
		op        nn.ConvTranspose
		k         int
		convolves bool
	}{
		{nn.ConvTranspose{Strides: []int{2, 2}}, 2, true},
		{nn.ConvTranspose{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, 4, true},
		{nn.ConvTranspose{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}, OutputPadding: []int{1, 1}}, 3, true},
		{nn.ConvTranspose{Strides: []int{3, 3}, Pads: []int{0, 2, 1, 0}}, 5, true},
		{nn.ConvTranspose{Strides: []int{3, 3}, Pads: []int{4, 4, 4, 4}}, 5, true},
		{nn.ConvTranspose{Strides: []int{2, 2}}, 1, true},
		{nn.ConvTranspose{Pads: []int{1, 1, 1, 1}}, 3, true},
		{nn.ConvTranspose{}, 1, true},
		{nn.ConvTranspose{Strides: []int{2, 2}, AutoPad: "SAME_UPPER"}, 3, true},
		{nn.ConvTranspose{Strides: []int{2, 2}, OutputShape: []int{13, 12}}, 4, true},
		{nn.ConvTranspose{Strides: []int{2, 2}, Pads: []int{5, 5, 0, 0}}, 4, false}, // starts past the first square
		{nn.ConvTranspose{Strides: []int{1, 2}}, 3, false},
		{nn.ConvTranspose{Strides: []int{2, 2}, Dilations: []int{2, 2}}, 3, false},
		{nn.ConvTranspose{Strides: []int{5, 5}}, 2, false}, // most weights would be 0
	} {
		c.op.Group = 1
		if c.op.AutoPad == "" {
			c.op.AutoPad = "NOTSET"
		}
		name := fmt.Sprintf("%d: %+v by %d", i, c.op, c.k)
		n := newNet("transposed")
		x := n.Input("x", nn.Float32, nn.D(2), nn.D(5), nn.D(6), nn.D(7))
		y := n.op(&c.op, n.relu(n.conv(x, 5, 5, 1, nn.Conv{})), n.weight(5, 9, c.k, c.k), n.weight(9))
		y = n.op(&nn.BatchNormalization{Epsilon: 1e-5}, y, n.Const("gamma", n.positive(9)), n.weight(9), n.weight(9), n.Const("variance", n.positive(9)))
		g := n.build(t, n.op(&nn.HardSwish{}, y))
		p := compiled(t, g)
		in := randomInputs(p)
		r := p.NewRunner(nil)
		fill(r, in)
		if err := r.Run(); err != nil {
			t.Fatal(err)
		}
		want := interpret(t, g, in)[0]
		for j, v := range r.Output(0).F32() {
			if d := v - want.F32()[j]; !(d < 1e-4 && d > -1e-4) {
				t.Fatalf("%s: element %d is %v, want %v", name, j, v, want.F32()[j])
			}
		}
		convolves := !slices.ContainsFunc(p.Steps(), func(s StepInfo) bool { return s.Op == "ConvTranspose" || s.Op == "BatchNormalization" })
		if convolves != c.convolves {
			t.Errorf("%s: steps %v", name, kernelsOf(p))
		}
	}
}
