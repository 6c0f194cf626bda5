package quant

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// Observer watches the values that one activation takes.
type Observer interface {
	// Observe is given the values of one sample; all are finite.
	Observe(v []float32)
	// Range returns what the integers are to cover.
	Range() Range
}

// Range is an interval of real numbers, ends included.
type Range struct{ Low, High float32 }

// MinMax returns an Observer of the least and the largest value.
func MinMax() Observer {
	inf := float32(math.Inf(1))
	return &minMax{Range{inf, -inf}}
}

type minMax struct{ r Range }

func (m *minMax) Observe(v []float32) {
	for _, x := range v {
		m.r.Low, m.r.High = min(m.r.Low, x), max(m.r.High, x)
	}
}

func (m *minMax) Range() Range { return m.r }

// rangeOf returns the range of values that are all finite; ok is false for
// others and for none.
func rangeOf(v []float32) (r Range, ok bool) {
	o := MinMax()
	o.Observe(v)
	r = o.Range()
	return r, len(v) > 0 && finite(v)
}

// finite reports whether there is no infinity and no NaN in v.
func finite(v []float32) bool {
	const exponent = 0x7F800000
	for _, x := range v {
		if math.Float32bits(x)&exponent == exponent {
			return false
		}
	}
	return true
}

// scale says how integers stand for the numbers of one tensor: real =
// step·(q − zero).
type scale struct {
	step float32
	zero int32
}

// limits returns the least and the largest integer of a type of 8 bits.
func limits(d nn.DType) (low, high int32) {
	if d == nn.Int8 {
		return math.MinInt8, math.MaxInt8
	}
	return 0, math.MaxUint8
}

// smallest is the least positive float32 that is not subnormal.
const smallest = 0x1p-126

// asymmetric spreads the integers of a type over a range, which is widened to
// include 0, so that 0 has an integer of its own: padding is exact. The
// arithmetic is that of ONNX Runtime.
func (r Range) asymmetric(d nn.DType) scale {
	low, high := limits(d)
	from, to := float64(min(r.Low, 0)), float64(max(r.High, 0))
	step := (to - from) / float64(high-low)
	if step < smallest {
		return scale{1, 0}
	}
	zero := math.RoundToEven(float64(low) - from/step)
	return scale{float32(step), int32(min(max(zero, float64(low)), float64(high)))}
}

// tensors returns step and zero point as scalars of the integers' type.
func (s scale) tensors(d nn.DType) (step, zero *nn.Tensor) {
	if d == nn.Int8 {
		return nn.Scalar(s.step), nn.Scalar(int8(s.zero))
	}
	return nn.Scalar(s.step), nn.Scalar(uint8(s.zero))
}

// quantised returns the integers that stand for t's elements.
func (s scale) quantised(t *nn.Tensor, d nn.DType) *nn.Tensor {
	low, high := limits(d)
	out := nn.NewTensor(d, t.Shape)
	b := out.Bytes()
	for i, v := range t.F32() {
		b[i] = byte(saturated(v, s, low, high))
	}
	return out
}

// saturated rounds as QuantizeLinear does: ties to even, in float32.
func saturated(v float32, s scale, low, high int32) int32 {
	q := math.RoundToEven(float64(v/s.step)) + float64(s.zero)
	return int32(min(max(q, float64(low)), float64(high)))
}
