package nn_test

import (
	"errors"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestMoversRefuse has what the operations that move elements must refuse
// before anything runs, by the type of the error.
func TestMoversRefuse(t *testing.T) {
	x := count(2, 3)
	shape, unsupported, unbound := new(*nn.ErrShape), new(*nn.ErrUnsupported), new(*nn.ErrUnbound)
	const lo, hi = -1 << 63, 1<<63 - 1
	for _, c := range []struct {
		testCase
		want any
	}{
		{testCase{name: "two rests", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(-1, -1)}}, shape},
		{testCase{name: "overflow", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(1<<31-1, 1<<31-1, 1<<31-1)}}, shape},
		{testCase{name: "does not divide", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(4, -1)}}, shape},
		{testCase{name: "rank 9", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(1, 1, 1, 1, 1, 1, 1, 2, 3)}}, shape},
		{testCase{name: "rest beside 0", op: &nn.Reshape{AllowZero: true}, in: []*nn.Tensor{ramp(0), ints(0, -1)}}, shape},
		{testCase{name: "twice", op: &nn.Unsqueeze{}, in: []*nn.Tensor{x, ints(0, -4)}}, shape},
		{testCase{name: "not 1", op: &nn.Squeeze{}, in: []*nn.Tensor{x, ints(0)}}, shape},
		{testCase{name: "ranks", op: &nn.Concat{}, in: []*nn.Tensor{x, count(3)}}, shape},
		{testCase{name: "extents", op: &nn.Concat{}, in: []*nn.Tensor{x, count(2, 2)}}, shape},
		{testCase{name: "types", op: &nn.Concat{}, in: []*nn.Tensor{x, nn.T([]int64{1, 2, 3}, 1, 3)}}, shape},
		{testCase{name: "left over", op: &nn.Split{Axis: 1}, in: []*nn.Tensor{x, ints(1, 1)}, outs: 2}, shape},
		{testCase{name: "too many", op: &nn.Split{NumOutputs: 4}, in: []*nn.Tensor{count(5)}, outs: 4}, shape},
		{testCase{name: "step 0", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(0), ints(1), ints(0), ints(0)}}, shape},
		{testCase{name: "same axis", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(0, 0), ints(1, 1), ints(0, -2)}}, shape},
		{testCase{name: "crops all and more", op: &nn.Pad{Mode: "edge"}, in: []*nn.Tensor{x, ints(-3, 0, 9, 0)}}, shape},
		{testCase{name: "huge", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{x, ints(hi, 0, 0, 0)}}, shape},
		{testCase{name: "large", op: &nn.Pad{Mode: "constant"}, in: []*nn.Tensor{x, ints(1<<28, 0, 0, 0)}}, unsupported},
		{testCase{name: "from nothing", op: &nn.Pad{Mode: "reflect"}, in: []*nn.Tensor{ramp(0), ints(1, 0)}}, shape},
		{testCase{name: "mode", op: &nn.Pad{Mode: "mirror"}, in: []*nn.Tensor{x, ints(0, 0, 0, 0)}}, unsupported},
		{testCase{name: "constant index", op: &nn.Gather{}, in: []*nn.Tensor{x, ints(2)}}, shape},
		{testCase{name: "float index", op: &nn.Gather{}, in: []*nn.Tensor{x, count(1)}}, shape},
		{testCase{name: "constant index", op: &nn.GatherND{}, in: []*nn.Tensor{x, ints(0, -4)}}, shape},
		{testCase{name: "reduction", op: &nn.ScatterND{Reduction: "add"}, in: []*nn.Tensor{half(1, 2), nn.T([]int64{0}, 1, 1), half(1)}}, unsupported},
		{testCase{name: "does not broadcast", op: &nn.Expand{}, in: []*nn.Tensor{x, ints(4)}}, shape},
		{testCase{name: "large", op: &nn.Expand{}, in: []*nn.Tensor{count(1), ints(1<<31 - 1)}}, unsupported},
		{testCase{name: "large", op: &nn.Tile{}, in: []*nn.Tensor{x, ints(1<<26, 1)}}, unsupported},
		{testCase{name: "huge", op: &nn.Tile{}, in: []*nn.Tensor{x, ints(hi, hi)}}, shape},
		{testCase{name: "endless", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int64(0)), nn.Scalar(int64(hi)), nn.Scalar(int64(1))}}, shape},
		{testCase{name: "delta 0", op: &nn.Range{}, in: []*nn.Tensor{nn.Scalar(int64(0)), nn.Scalar(int64(1)), nn.Scalar(int64(0))}}, shape},
		{testCase{name: "large", op: &nn.ConstantOfShape{}, in: []*nn.Tensor{ints(1<<31 - 1)}}, unsupported},
		{testCase{name: "negative", op: &nn.ConstantOfShape{}, in: []*nn.Tensor{ints(lo)}}, shape},
		{testCase{name: "depth", op: &nn.OneHot{}, in: []*nn.Tensor{ints(1), nn.Scalar(int64(hi)), ints(0, 1)}}, shape},
		{testCase{name: "channels", op: &nn.DepthToSpace{BlockSize: 2, Mode: "DCR"}, in: []*nn.Tensor{ramp(1, 3, 2, 2)}}, shape},
		{testCase{name: "no block size", op: &nn.SpaceToDepth{}, in: []*nn.Tensor{ramp(1, 4, 2, 2)}}, shape},
	} {
		t.Run(c.title(), func(t *testing.T) {
			for i := range c.in {
				c.consts = append(c.consts, i)
			}
			if _, err := c.op.Infer(c.args(), max(c.outs, 1)); !errors.As(err, c.want) {
				t.Errorf("Infer says %v, want a %T", err, c.want)
			}
		})
	}
	for _, c := range []testCase{
		{name: "shape", op: &nn.Reshape{}, in: []*nn.Tensor{x, ints(6)}},
		{name: "ends", op: &nn.Slice{}, in: []*nn.Tensor{x, ints(0), ints(1)}},
		{name: "limit", op: &nn.Range{}, in: []*nn.Tensor{ints(0), ints(1), ints(1)}},
	} {
		if _, err := c.op.Infer(c.args(), 1); !errors.As(err, unbound) {
			t.Errorf("%s not constant: %v", c.title(), err)
		}
	}
	if _, err := (&nn.NonZero{}).Infer([]nn.Arg{{Type: nn.Type{DType: nn.Float32}}}, 1); !errors.As(err, unsupported) {
		t.Errorf("NonZero of data: %v", err)
	}
	concat, _ := nn.Lookup("Concat")
	if _, err := concat.New().Infer([]nn.Arg{{Type: nn.Type{DType: nn.Float32, Shape: x.Shape}}}, 1); !errors.As(err, shape) {
		t.Errorf("Concat without axis: %v", err)
	}
}

// TestIndexOutOfRange: an index that is data is judged when it is run.
func TestIndexOutOfRange(t *testing.T) {
	x := count(2, 3)
	for _, c := range []testCase{
		{op: &nn.Gather{}, in: []*nn.Tensor{x, ints(0, 2)}},
		{op: &nn.Gather{Axis: 1}, in: []*nn.Tensor{x, nn.T([]int32{-4}, 1)}},
		{op: &nn.Gather{}, in: []*nn.Tensor{x, ints(-1 << 63)}},
		{op: &nn.GatherElements{}, in: []*nn.Tensor{x, nn.T([]int64{2}, 1, 1)}},
		{op: &nn.GatherND{}, in: []*nn.Tensor{x, ints(0, 3)}},
		{op: &nn.ScatterElements{Reduction: "none"}, in: []*nn.Tensor{x, nn.T([]int64{2}, 1, 1), count(1, 1)}},
		{op: &nn.ScatterND{Reduction: "add"}, in: []*nn.Tensor{x, nn.T([]int64{1<<63 - 1}, 1, 1), count(1, 3)}},
		{op: &nn.ReverseSequence{BatchAxis: 1}, in: []*nn.Tensor{x, ints(1, 2, 3)}},
	} {
		if err := c.op.Forward(c.run(t)); !errors.As(err, new(*nn.ErrData)) {
			t.Errorf("%s of %v: %v", nn.Name(c.op), c.in[1].Ints(), err)
		}
	}
}
