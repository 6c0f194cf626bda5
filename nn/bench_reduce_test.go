package nn_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// BenchmarkReduce times reductions and normalisations of one picture-sized
// layer, and what detection heads ask for.
func BenchmarkReduce(b *testing.B) {
	x := ramp(1, 64, 80, 80)
	last := ramp(1, 80, 80, 64)
	c64, p64 := ramp(64), positive(64)
	sum, largest := nn.ReduceSum{KeepDims: true}, nn.ReduceMax{KeepDims: true}
	for _, c := range []testCase{
		{name: "rows", op: &sum, in: []*nn.Tensor{x, list(2, 3)}, consts: []int{1}},
		{name: "columns", op: &sum, in: []*nn.Tensor{last, list(1, 2)}, consts: []int{1}},
		{name: "rows", op: &largest, in: []*nn.Tensor{x, list(2, 3)}, consts: []int{1}},
		{name: "columns", op: &largest, in: []*nn.Tensor{x, list(1)}, consts: []int{1}},
		{name: "channels", op: &nn.ArgMax{Axis: 1, KeepDims: true}, in: []*nn.Tensor{x}},
		{name: "rows", op: &nn.Softmax{Axis: -1}, in: []*nn.Tensor{last}},
		{name: "channels", op: &nn.Softmax{Axis: 1}, in: []*nn.Tensor{x}},
		{name: "100 of 8400", op: &nn.TopK{Axis: -1, Largest: true}, in: []*nn.Tensor{ramp(8400), list(100)}, consts: []int{1}, outs: 2},
		{name: "NCHW", op: &nn.BatchNormalization{Epsilon: 1e-5}, in: []*nn.Tensor{x, c64, c64, c64, p64}},
		{name: "NCHW", op: &nn.InstanceNormalization{Epsilon: 1e-5}, in: []*nn.Tensor{x, c64, c64}},
		{name: "last axis", op: &nn.LayerNormalization{Axis: -1, Epsilon: 1e-5, StashType: 1}, in: []*nn.Tensor{last, c64, c64}},
		{name: "5 channels", op: &nn.LRN{Alpha: 1e-4, Beta: 0.75, Bias: 1, Size: 5}, in: []*nn.Tensor{x}},
	} {
		benchmark(b, c)
	}
}
