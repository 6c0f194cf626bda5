package nn

import "math"

// QuantizeLinear is saturate(round(x / scale) + zero point), ties to even. The
// zero point decides the result's type where it is there, then OutputDType (an
// ONNX number), else uint8. The division is in float32.
type QuantizeLinear struct {
	Axis        int  `onnx:"axis,1"`
	BlockSize   int  `onnx:"block_size"`
	OutputDType int  `onnx:"output_dtype"`
	Precision   int  `onnx:"precision"`
	Saturate    bool `onnx:"saturate,1"`
}

// Infer returns the type of the quantised operand.
func (o *QuantizeLinear) Infer(in []Arg, _ int) ([]Type, error) {
	if _, err := newQLayout(in[0].Shape, in[1].Shape, o.Axis, o.BlockSize); err != nil {
		return nil, err
	}
	if !in[1].DType.IsFloat() {
		return nil, Unsupportedf("y_scale", "of type %v", in[1].DType)
	}
	if d, ok := DTypeFromONNX(o.Precision); o.Precision != 0 && (!ok || d != Float32) {
		return nil, Unsupportedf("precision", "ONNX type %d", o.Precision)
	}
	d, zero := Uint8, argAt(in, 2)
	if o.OutputDType != 0 {
		var ok bool
		if d, ok = DTypeFromONNX(o.OutputDType); !ok {
			return nil, Unsupportedf("output_dtype", "ONNX type %d", o.OutputDType)
		}
	}
	if zero.Present() {
		if o.OutputDType != 0 && zero.DType != d {
			return nil, Invalidf("output_dtype", "%v and a zero point of %v", d, zero.DType)
		}
		d = zero.DType
	}
	if d != Int8 && d != Uint8 {
		return nil, Unsupportedf("output_dtype", "%v, want int8 or uint8", d)
	}
	return []Type{{DType: d, Shape: in[0].Shape}}, checkZero(in[1], zero)
}

// checkZero checks that an optional zero point is shaped like its scale.
func checkZero(scale, zero Arg) error {
	if zero.Present() && zero.Shape != scale.Shape && (zero.Shape.Elems() != 1 || scale.Shape.Elems() != 1) {
		return Invalidf("zero_point", "%v for a scale %v", zero.Shape, scale.Shape)
	}
	return nil
}

// Forward quantises.
func (o *QuantizeLinear) Forward(r *Run) error {
	l, err := newQLayout(r.In[0].Shape, r.In[1].Shape, o.Axis, o.BlockSize)
	if err != nil {
		return err
	}
	switch r.Out[0].DType {
	case Int8:
		quantizeTo(r, &l, r.Out[0].I8())
	case Uint8:
		quantizeTo(r, &l, r.Out[0].U8())
	}
	return nil
}

func quantizeTo[Q int8 | uint8](r *Run, l *qLayout, out []Q) {
	switch r.In[0].DType {
	case Float32:
		quantize(r, l, out, r.In[0].F32())
	case Int32:
		quantize(r, l, out, r.In[0].I32())
	}
}

func quantize[Q int8 | uint8, X float32 | int32](r *Run, l *qLayout, out []Q, x []X) {
	scale, zero := r.In[1], operand(r, 2)
	at := 0
	for o := range l.outer {
		for i := range l.axis {
			k := l.scaleAt(o, i)
			s, z := quantAt(scale, zero, k)
			for j, v := range x[at:][:l.inner] {
				if l.step > 0 {
					s, z = quantAt(scale, zero, k+j)
				}
				out[at+j] = roundTo[Q](float32(v)/s, z)
			}
			at += l.inner
		}
	}
}

// quantAt returns scale and zero point number k.
func quantAt(scale, zero *Tensor, k int) (s float32, z int32) {
	if zero != nil {
		z = int32(zero.Int(k))
	}
	return float32(scale.Float(k)), z
}

// roundTo returns v, rounded to the nearest integer with ties to even, plus
// zero, saturating. NaN counts as 0, so that every CPU agrees.
func roundTo[Q int8 | uint8](v float32, zero int32) Q {
	low, high := float64(math.MinInt8), float64(math.MaxInt8)
	var q Q
	if q--; q > 0 {
		low, high = 0, math.MaxUint8
	}
	f := math.RoundToEven(float64(v))
	if f != f {
		f = 0
	}
	return Q(int32(min(max(f+float64(zero), low), high)))
}

// Permute follows the axis.
func (o *QuantizeLinear) Permute(perm []int, _ []Arg) (Op, bool) {
	c := *o
	var ok bool
	c.Axis, ok = storedAt(o.Axis, perm)
	return &c, ok
}
