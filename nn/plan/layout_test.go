package plan

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func opsOf(p *Plan) (ops []string) {
	for _, s := range p.Steps() {
		ops = append(ops, s.Op)
	}
	return ops
}

func TestTransposesThatCancelAreNotRun(t *testing.T) {
	n := newNet("cancel")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(6), nn.D(5))
	y := n.op(&nn.Transpose{Perm: []int{0, 3, 1, 2}}, n.op(&nn.Transpose{Perm: []int{0, 2, 3, 1}}, x))
	p := agree(t, n.build(t, n.relu(y)), Bindings{})
	if got := opsOf(p); !slices.Equal(got, []string{"Relu"}) {
		t.Errorf("steps %v, want the activation alone", got)
	}
}

// A net that takes and gives NHWC by transposes of its own, as TFLite's
// converters write it, needs none of them in a plan.
func TestTransposesAtTheEdgesVanish(t *testing.T) {
	n := newNet("edges")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(6), nn.D(5), nn.D(16))
	y := n.op(&nn.Transpose{Perm: []int{0, 3, 1, 2}}, x)
	y = n.relu(n.conv(y, 24, 16, 3, nn.Conv{Pads: []int{1, 1, 1, 1}}))
	y = n.op(&nn.Sigmoid{}, y)
	y = n.op(&nn.Transpose{Perm: []int{0, 2, 3, 1}}, y)
	shape := n.Const("shape", nn.T([]int64{1, -1, 12}, 3))
	p := agree(t, n.build(t, n.op(&nn.Reshape{}, y, shape)), Bindings{})
	if got := opsOf(p); !slices.Equal(got, []string{"Conv"}) {
		t.Errorf("steps %v, want a convolution alone", got)
	}
}

func TestFlexibleOperationsFollowTheirNeighbours(t *testing.T) {
	n := newNet("flexible")
	x := n.Input("x", nn.Float32, nn.D(2), nn.D(8), nn.D(6), nn.D(6))
	same := nn.Conv{Pads: []int{1, 1, 1, 1}}
	a := n.conv(x, 12, 8, 3, same)
	b := n.op(&nn.PRelu{}, a, n.weight(12, 1, 1))
	c := n.op(&nn.Concat{Axis: 1}, a, b)
	halves := n.NodeN("split", &nn.Split{Axis: 1, NumOutputs: 2}, []nn.ValueID{c}, []string{"left", "right"})
	d := n.op(&nn.Mul{}, halves[0], n.op(&nn.Sigmoid{}, halves[1]))
	e := n.conv(d, 4, 12, 1, nn.Conv{})
	p := agree(t, n.build(t, e), Bindings{})
	transposes := 0
	for _, op := range opsOf(p) {
		if op == "Transpose" {
			transposes++
		}
	}
	if transposes != 1 { // out of NHWC; the convolution reads planes
		t.Errorf("steps %v: %d transposes, want 1", opsOf(p), transposes)
	}
}

func TestLogicalOrderStaysWhereItMatters(t *testing.T) {
	n := newNet("logical")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(4), nn.D(4))
	a := n.conv(x, 8, 8, 3, nn.Conv{Pads: []int{1, 1, 1, 1}})
	// The channel shuffle of ShuffleNet.
	five := n.Const("five", nn.T([]int64{1, 2, 4, 4, 4}, 5))
	four := n.Const("four", nn.T([]int64{1, 8, 4, 4}, 4))
	s := n.op(&nn.Transpose{Perm: []int{0, 2, 1, 3, 4}}, n.op(&nn.Reshape{}, a, five))
	b := n.conv(n.op(&nn.Reshape{}, s, four), 8, 8, 1, nn.Conv{})
	flat := n.op(&nn.Flatten{Axis: 1}, n.op(&nn.Add{}, a, b))
	agree(t, n.build(t, flat, a, x), Bindings{})
}
