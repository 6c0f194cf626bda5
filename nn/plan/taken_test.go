package plan

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// A plan of a graph that is given up computes what another does, and shares
// nothing that two layers read.
func TestGraphTaken(t *testing.T) {
	define := func() (*net, *nn.Graph) {
		n := newNet("taken")
		x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(12), nn.D(11))
		conv := func(x, w nn.ValueID) nn.ValueID {
			y := n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: []int{1, 1, 1, 1}}, x, w)
			return n.op(&nn.Mul{}, y, n.weight(8, 1, 1))
		}
		tensor := nn.NewTensor(nn.Float32, nn.S(8, 8, 3, 3))
		for i := range tensor.F32() {
			tensor.F32()[i] = float32(n.next())
		}
		twice := n.weight(8, 8, 3, 3)
		y := conv(conv(conv(x, n.weight(8, 8, 3, 3)), twice), twice)
		y = conv(conv(y, n.Const("one", tensor)), n.Const("the same", tensor))
		return n, n.build(t, n.op(&nn.Flatten{Axis: 1}, n.op(&nn.GlobalAveragePool{}, y)))
	}
	_, g := define()
	plain, err := Compile(g, Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := Compile(g, Bindings{}, WithGraphTaken())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range g.Values {
		if v.Const != nil {
			t.Errorf("the graph still has %q", v.Name)
		}
	}
	in := randomInputs(plain)
	a, b := plain.NewRunner(nil), taken.NewRunner(nil)
	fill(a, in)
	fill(b, in)
	if err := errors.Join(a.Run(), b.Run()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Output(0).Bytes(), b.Output(0).Bytes()) || plain.Stats() != taken.Stats() {
		t.Errorf("another plan: %+v, want %+v", taken.Stats(), plain.Stats())
	}
}

// A graph that lacks a value for its shapes is not taken.
func TestGraphNotTaken(t *testing.T) {
	n := newNet("unbound")
	x, s := n.Input("x", nn.Float32, nn.D(4)), n.Input("s", nn.Int64, nn.D(2))
	g := n.build(t, n.op(&nn.Add{}, n.op(&nn.Reshape{}, x, s), n.weight(2)))
	for _, values := range []map[string]*nn.Tensor{nil, {"s": nn.T([]int64{2, 2}, 2)}} {
		_, err := Compile(g, Bindings{Values: values}, WithGraphTaken())
		var unbound *nn.ErrUnbound
		if (values == nil) != errors.As(err, &unbound) || values != nil && err != nil {
			t.Fatal(err)
		}
	}
}
