package plan

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// activations are the functions that fuse, by name, of a value of c channels.
var activations = map[string]func(n *net, x nn.ValueID, c int) nn.ValueID{
	"leaky relu": func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.LeakyRelu{Alpha: 0.1}, x) },
	"prelu":      func(n *net, x nn.ValueID, c int) nn.ValueID { return n.op(&nn.PRelu{}, x, n.weight(c, 1, 1)) },
	"prelu one":  func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.PRelu{}, x, n.weight(1, 1, 1)) },
	"silu":       func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.Mul{}, n.op(&nn.Sigmoid{}, x), x) },
	"swish":      func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.Swish{Alpha: 1}, x) },
	"sigmoid":    func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.Sigmoid{}, x) },
	"tanh":       func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.Tanh{}, x) },
	"hard swish": func(n *net, x nn.ValueID, _ int) nn.ValueID { return n.op(&nn.HardSwish{}, x) },
	"hard sigmoid after a clamp": func(n *net, x nn.ValueID, _ int) nn.ValueID {
		return n.op(&nn.HardSigmoid{Alpha: 0.2, Beta: 0.5}, n.relu(x))
	},
}

func TestActivationsFuse(t *testing.T) {
	for name, act := range activations {
		for kind, c := range map[string]struct {
			in, out, k int
			conv       nn.Conv
		}{
			"1x1":       {20, 40, 1, nn.Conv{}},
			"tiles":     {16, 32, 3, nn.Conv{Pads: []int{1, 1, 1, 1}}},
			"depthwise": {20, 20, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 20}},
			"groups":    {16, 24, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 2}},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				n := newNet(name)
				x := n.Input("x", nn.Float32, nn.D(1), nn.D(c.in), nn.D(17), nn.D(15))
				y := act(n, n.conv(x, c.out, c.in, c.k, c.conv), c.out)
				p := agree(t, n.build(t, y), Bindings{})
				if ops := slices.DeleteFunc(opsOf(p), func(s string) bool { return s == "Transpose" }); len(ops) != 1 {
					t.Errorf("steps %v, want the convolution alone", ops)
				}
			})
		}
	}
}

// What comes after an activation must not move before it.
func TestActivationEndsTheEpilogue(t *testing.T) {
	n := newNet("after")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(16), nn.D(9), nn.D(9))
	a := n.op(&nn.Add{}, n.op(&nn.LeakyRelu{Alpha: -0.5}, n.conv(x, 16, 16, 1, nn.Conv{})), x)
	b := n.relu(n.op(&nn.LeakyRelu{Alpha: -0.5}, n.conv(x, 16, 16, 1, nn.Conv{})))
	c := n.batchNorm(n.op(&nn.Tanh{}, n.conv(x, 16, 16, 1, nn.Conv{})), 16)
	agree(t, n.build(t, a, b, c), Bindings{})
}

func TestActivationOfProducts(t *testing.T) {
	n := newNet("product")
	x := n.Input("x", nn.Float32, nn.D(5), nn.D(37))
	y := n.op(&nn.Gemm{Alpha: 1, Beta: 1}, x, n.weight(37, 70), n.weight(70))
	y = n.op(&nn.PRelu{}, y, n.weight(70))
	y = n.op(&nn.Softmax{Axis: -1}, n.op(&nn.MatMul{}, y, n.weight(70, 12)))
	p := agree(t, n.build(t, y), Bindings{})
	if got := opsOf(p); !slices.Equal(got, []string{"Gemm", "MatMul", "Softmax"}) || slices.Contains(kernelsOf(p), "Softmax:nn") {
		t.Errorf("steps %v", kernelsOf(p))
	}
}
