package plan

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func (n *net) reshape(x nn.ValueID, dims ...int64) nn.ValueID {
	return n.op(&nn.Reshape{}, x, n.Const(n.name("shape"), nn.T(dims, len(dims))))
}

// The shuffle of ShuffleNet between two convolutions is one step without a
// change of layout.
func TestShuffleIsAChoiceOfChannels(t *testing.T) {
	n := newNet("shuffle")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(24), nn.D(9), nn.D(7))
	y := n.relu(n.conv(x, 24, 24, 1, nn.Conv{}))
	z := n.reshape(n.op(&nn.Transpose{Perm: []int{0, 2, 1, 3, 4}}, n.reshape(y, 1, 3, 8, 9, 7)), 1, 24, 9, 7)
	z = n.relu(n.conv(z, 24, 24, 1, nn.Conv{}))
	p := agree(t, n.build(t, n.op(&nn.GlobalAveragePool{}, z)), Bindings{})
	if got := opsOf(p); !slices.Equal(got, []string{"Transpose", "Conv", "Gather", "Conv", "GlobalAveragePool"}) {
		t.Errorf("steps %v", got)
	}
}

// The unit of ShuffleNetV2 as PyTorch exports it, which shuffles and splits by
// one transpose and two choices.
func TestShuffledSplitIsTwoChoices(t *testing.T) {
	n := newNet("split")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(24), nn.D(9), nn.D(7))
	a, b := n.relu(n.conv(x, 24, 24, 1, nn.Conv{})), n.relu(n.conv(x, 24, 24, 1, nn.Conv{}))
	y := n.op(&nn.Concat{Axis: 1}, a, b)
	y = n.op(&nn.Transpose{Perm: []int{1, 0, 2}}, n.reshape(y, 24, 2, 63))
	y = n.reshape(y, 2, -1, 24, 9, 7)
	even := n.op(&nn.Gather{Axis: 0}, y, n.Const("zero", nn.Scalar(int64(0))))
	odd := n.op(&nn.Gather{Axis: 0}, y, n.Const("one", nn.Scalar(int64(1))))
	even = n.relu(n.conv(even, 24, 24, 1, nn.Conv{}))
	z := n.op(&nn.GlobalAveragePool{}, n.op(&nn.Add{}, even, odd))
	p := agree(t, n.build(t, z), Bindings{})
	if names := opsOf(p); slices.Contains(names[1:], "Transpose") || slices.Contains(names, "Reshape") {
		t.Errorf("steps %v", kernelsOf(p))
	}
	if slices.Contains(kernelsOf(p), "Gather:nn") {
		t.Errorf("steps %v", kernelsOf(p))
	}
}

// Moves that are no choice of channels stay what they are.
func TestOtherMovesStay(t *testing.T) {
	n := newNet("moves")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(4), nn.D(6), nn.D(6))
	y := n.conv(x, 4, 4, 1, nn.Conv{})
	rows := n.op(&nn.Transpose{Perm: []int{0, 1, 3, 2}}, y)
	mixed := n.reshape(n.op(&nn.Transpose{Perm: []int{0, 2, 1}}, n.reshape(y, 1, 12, 12)), 1, 4, 6, 6)
	batches := n.reshape(y, 2, 2, 6, 6)
	agree(t, n.build(t, rows, mixed, n.relu(n.conv(batches, 3, 2, 1, nn.Conv{}))), Bindings{})
}
