package plan

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// residualBlock is x + two convolutions of it, each normalised.
func (n *net) residualBlock(x nn.ValueID, c int) nn.ValueID {
	same := nn.Conv{Pads: []int{1, 1, 1, 1}}
	y := n.relu(n.batchNorm(n.conv(x, c, c, 3, same), c))
	y = n.batchNorm(n.conv(y, c, c, 3, same), c)
	return n.relu(n.op(&nn.Add{}, y, x))
}

func TestResidualNetIsConvolutionsAlone(t *testing.T) {
	n := newNet("residual")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(17), nn.D(15))
	y := n.relu(n.batchNorm(n.conv(x, 16, 3, 3, nn.Conv{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}), 16))
	y = n.residualBlock(n.residualBlock(y, 16), 16)
	y = n.op(&nn.Flatten{Axis: 1}, n.op(&nn.GlobalAveragePool{}, y))
	y = n.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, y, n.weight(10, 16), n.weight(10))
	p := agree(t, n.build(t, y), Bindings{})
	want := []string{"Conv", "Conv", "Conv", "Conv", "Conv", "GlobalAveragePool", "Gemm"}
	var got []string
	for _, s := range p.Steps() {
		got = append(got, s.Op)
	}
	if !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
}

// A residual that is computed from the convolution's own result must not be
// fused: that would be a cycle.
func TestResidualThatDependsIsNotFused(t *testing.T) {
	n := newNet("cycle")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(6), nn.D(6))
	a := n.conv(x, 8, 8, 1, nn.Conv{})
	b := n.conv(a, 8, 8, 1, nn.Conv{})
	agree(t, n.build(t, n.op(&nn.Add{}, b, a), n.op(&nn.Add{}, n.conv(b, 8, 8, 1, nn.Conv{}), n.op(&nn.Sigmoid{}, b))), Bindings{})
}

func TestFusionKeepsWhatIsReadTwice(t *testing.T) {
	n := newNet("read twice")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(6), nn.D(6))
	a := n.conv(x, 8, 8, 3, nn.Conv{Pads: []int{1, 1, 1, 1}})
	agree(t, n.build(t, n.relu(a), a, n.op(&nn.Add{}, a, a), n.op(&nn.Add{}, x, a)), Bindings{})
}

func TestAffineFolds(t *testing.T) {
	for name, after := range map[string]func(n *net, x nn.ValueID) nn.ValueID{
		"batch norm":      func(n *net, x nn.ValueID) nn.ValueID { return n.batchNorm(x, 12) },
		"add a channel":   func(n *net, x nn.ValueID) nn.ValueID { return n.op(&nn.Add{}, x, n.weight(12, 1, 1)) },
		"add on the left": func(n *net, x nn.ValueID) nn.ValueID { return n.op(&nn.Add{}, n.weight(1, 12, 1, 1), x) },
		"multiply":        func(n *net, x nn.ValueID) nn.ValueID { return n.op(&nn.Mul{}, x, n.weight(12, 1, 1)) },
		"subtract":        func(n *net, x nn.ValueID) nn.ValueID { return n.op(&nn.Sub{}, x, n.weight(12, 1, 1)) },
		"subtract from":   func(n *net, x nn.ValueID) nn.ValueID { return n.op(&nn.Sub{}, n.weight(12, 1, 1), x) },
		"divide by number": func(n *net, x nn.ValueID) nn.ValueID {
			return n.op(&nn.Div{}, x, n.Const("two", nn.Scalar(float32(3))))
		},
		"clip": func(n *net, x nn.ValueID) nn.ValueID {
			return n.op(&nn.Clip{}, x, n.Const("lo", nn.Scalar(float32(-0.1))), n.Const("hi", nn.Scalar(float32(0.2))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNet(name)
			x := n.Input("x", nn.Float32, nn.D(1), nn.D(16), nn.D(6), nn.D(5))
			y := n.relu(after(n, n.conv(x, 12, 16, 1, nn.Conv{})))
			p := agree(t, n.build(t, y), Bindings{})
			convs := slices.DeleteFunc(kernelsOf(p), func(s string) bool { return s == "Transpose:nn" })
			if len(convs) != 1 {
				t.Errorf("steps %v, want one convolution", kernelsOf(p))
			}
		})
	}
}

func TestAffineOfOtherShapesStays(t *testing.T) {
	n := newNet("row constant")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(5), nn.D(5), nn.D(5))
	y := n.op(&nn.Mul{}, n.conv(x, 5, 5, 1, nn.Conv{}), n.weight(5)) // along the width
	z := n.op(&nn.Add{}, n.conv(x, 1, 5, 1, nn.Conv{}), n.weight(5, 1, 1))
	agree(t, n.build(t, y, z), Bindings{})
}

func TestPadFoldsIntoConvolution(t *testing.T) {
	n := newNet("pad")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(4), nn.D(6), nn.D(5))
	pads := n.Const("pads", nn.T([]int64{0, 0, 1, 0, 0, 0, 2, 3}, 8))
	y := n.conv(n.op(&nn.Pad{Mode: "constant"}, x, pads), 6, 4, 3, nn.Conv{Pads: []int{1, 1, 0, 0}})
	p := agree(t, n.build(t, y), Bindings{})
	for _, s := range p.Steps() {
		if s.Op == "Pad" {
			t.Error("the padding is still a step")
		}
	}
}
