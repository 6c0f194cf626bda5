package plan

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestExp(t *testing.T) {
	for i := range 70_000 {
		x := -float64(i) * 0.01
		got, want := exp(x), math.Exp(x)
		if math.Abs(got-want) > 8*0x1p-53*want {
			t.Fatalf("e^%v = %v, want %v", x, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 1, math.Inf(-1): 0, -1e9: 0} {
		if got := exp(x); got != want {
			t.Errorf("e^%v = %v, want %v", x, got, want)
		}
	}
}

func compiled(t *testing.T, g *nn.Graph) *Plan {
	t.Helper()
	p, err := Compile(g, Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestExact: plans whose insides are integers are exact, and one float
// operation among them that rounds as its kernel pleases ends that.
func TestExact(t *testing.T) {
	for name, define := range integerNets {
		n := newNet(name)
		if p := compiled(t, n.build(t, define(n))); !p.Exact() {
			t.Errorf("%s is not exact", name)
		}
	}
	for name, c := range map[string]struct {
		op    nn.Op
		exact bool
	}{
		"LRN":       {&nn.LRN{Size: 5, Alpha: 1e-4, Beta: 0.75, Bias: 1}, true},
		"other LRN": {&nn.LRN{Size: 5, Alpha: 1e-4, Beta: 0.5, Bias: 1}, false},
		"softmax":   {&nn.Softmax{Axis: 1}, false}, // which is not quantised here
	} {
		n := newNet(name)
		if p := compiled(t, n.build(t, n.op(c.op, n.picture(8)))); p.Exact() != c.exact {
			t.Errorf("%s: exact is %v", name, p.Exact())
		}
	}
	n := newNet("float")
	x := n.picture(0)
	if p := compiled(t, n.build(t, n.qdq(n.op(&nn.Conv{Group: 1}, x, n.weight(8, 8, 1, 1)), 0.01, 128))); p.Exact() {
		t.Error("a convolution in float32 is exact")
	}
}
