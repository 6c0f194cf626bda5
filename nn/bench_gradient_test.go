package nn_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// BenchmarkBackward times the backward functions that training a network runs
// as they are: pictures of [8 64 32 32], in both layouts where they differ.
func BenchmarkBackward(b *testing.B) {
	nchw, nhwc := ramp(8, 64, 32, 32), ramp(8, 32, 32, 64)
	op := func(name string, set func(nn.Op)) nn.Op {
		row, _ := nn.Lookup(name)
		o := row.New()
		if set != nil {
			set(o)
		}
		return o
	}
	lrn := &nn.LRN{Alpha: 1e-4, Beta: 0.75, Bias: 1, Size: 5}
	last, _ := lrn.Permute([]int{0, 2, 3, 1}, []nn.Arg{{Type: nn.Type{DType: nn.Float32, Shape: nchw.Shape}}})
	half := nn.T([]float32{1, 2, 2, 1}, 4)
	linear := op("Resize", func(o nn.Op) { o.(*nn.Resize).Mode = "linear" })
	norm := &nn.BatchNormalization{Epsilon: 1e-5}
	frozen, _ := norm.Permute([]int{0, 2, 3, 1}, []nn.Arg{{Type: nn.Type{DType: nn.Float32, Shape: nchw.Shape}}})
	v := positive(64)
	for _, c := range []testCase{
		{name: "channels last", op: &nn.Concat{Axis: 3}, in: []*nn.Tensor{nhwc, nhwc}},
		{name: "channels last", op: &nn.Split{Axis: 3}, in: []*nn.Tensor{nhwc}, outs: 2},
		{name: "same", op: &nn.Mul{}, in: []*nn.Tensor{nhwc, nhwc}},
		{name: "gates, channels last", op: &nn.Mul{}, in: []*nn.Tensor{nhwc, ramp(8, 1, 1, 64)}},
		{name: "gates", op: &nn.Mul{}, in: []*nn.Tensor{nchw, ramp(8, 64, 1, 1)}},
		{name: "slope 0.1", op: &nn.LeakyRelu{Alpha: 0.1}, in: []*nn.Tensor{nhwc}},
		{name: "default", op: op("HardSwish", nil), in: []*nn.Tensor{nhwc}},
		{name: "default", op: op("Swish", nil), in: []*nn.Tensor{nhwc}},
		{name: "channels", op: lrn, in: []*nn.Tensor{nchw}},
		{name: "channels last", op: last, in: []*nn.Tensor{nhwc}},
		{name: "nearest, channels last", op: op("Resize", nil), in: []*nn.Tensor{nhwc, nil, half}, consts: []int{2}},
		{name: "linear, channels last", op: linear, in: []*nn.Tensor{nhwc, nil, half}, consts: []int{2}},
		{name: "frozen, channels last", op: frozen, in: []*nn.Tensor{nhwc, v, v, v, v}, consts: []int{1, 2, 3, 4}},
		{name: "transposed", op: &nn.Transpose{Perm: []int{0, 3, 1, 2}}, in: []*nn.Tensor{nhwc}},
		{name: "last axis", op: op("Softmax", nil), in: []*nn.Tensor{nhwc}},
	} {
		b.Run(c.title(), func(b *testing.B) {
			g, row := prepare(b, &c), nn.RowOf(c.op)
			b.SetBytes(int64(len(g.In[0].Bytes())))
			for b.Loop() {
				row.Backward(c.op, g)
			}
		})
	}
}
