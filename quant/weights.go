package quant

import (
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// largestWeight is the largest integer of a weight; -128 is not used, so that
// weights are symmetric.
const largestWeight = 127

// largestBias is the largest integer that a bias becomes. A quarter of the
// range of int32 leaves the sum of products as much as it can need.
const largestBias = 1 << 29

// weights is a constant in int8: step has one element for each channel along
// axis, or is a scalar.
type weights struct {
	data, step *nn.Tensor
	axis       int
}

// quantiseWeights returns w in int8, symmetric. bias, which may be nil, has one
// number for each channel; a channel whose bias would leave the range of its
// integers at the step in of the layer's input gets larger steps.
func quantiseWeights(w *nn.Tensor, axis int, perTensor bool, bias []float32, in float32) weights {
	l := channelsOf(w.Shape, axis)
	largest := make([]float64, l.n)
	for i, v := range w.F32() {
		c := l.channel(i)
		largest[c] = max(largest[c], math.Abs(float64(v)))
	}
	steps := make([]float64, l.n)
	for c := range steps {
		steps[c] = largest[c] / largestWeight
		if bias != nil {
			steps[c] = max(steps[c], math.Abs(float64(bias[c]))/(largestBias*float64(in)))
		}
	}
	if perTensor {
		shared := slices.Max(steps)
		for c := range steps {
			steps[c] = shared
		}
	}
	rounded := make([]float32, l.n)
	for c, step := range steps {
		if rounded[c] = float32(step); step < smallest {
			rounded[c] = 1
		}
	}
	q := weights{nn.NewTensor(nn.Int8, w.Shape), nn.T(rounded, l.n), axis}
	for i, v := range w.F32() {
		q.data.I8()[i] = int8(saturated(v, scale{rounded[l.channel(i)], 0}, -largestWeight, largestWeight))
	}
	if perTensor {
		q.step = nn.Scalar(rounded[0])
	}
	return q
}

// quantiseBias returns a bias in int32 and its steps: those of the layer's
// products.
func quantiseBias(b *nn.Tensor, w *weights, in float32) (data, step *nn.Tensor) {
	step = nn.NewTensor(nn.Float32, w.step.Shape)
	for c, s := range w.step.F32() {
		step.F32()[c] = max(s*in, smallest)
	}
	data = nn.NewTensor(nn.Int32, b.Shape)
	for c, v := range b.F32() {
		s := float64(step.F32()[c%step.Elems()])
		q := math.RoundToEven(float64(v) / s)
		data.I32()[c] = int32(min(max(q, math.MinInt32), math.MaxInt32))
	}
	return data, step
}
