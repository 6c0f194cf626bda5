package nn

import "github.com/x448/float16"

// DequantizeLinear is (x − zero point)·scale, in float32. The result is of
// OutputDType (an ONNX number) or of the scale's type: float32, or float16
// by rounding the float32.
type DequantizeLinear struct {
	Axis        int `onnx:"axis,1"`
	BlockSize   int `onnx:"block_size"`
	OutputDType int `onnx:"output_dtype"`
}

// Infer returns the type of the real numbers.
func (o *DequantizeLinear) Infer(in []Arg, _ int) ([]Type, error) {
	if _, err := newQLayout(in[0].Shape, in[1].Shape, o.Axis, o.BlockSize); err != nil {
		return nil, err
	}
	if d := in[1].DType; d != Float32 && d != Float16 {
		return nil, Unsupportedf("x_scale", "of type %v", d)
	}
	d, zero := in[1].DType, argAt(in, 2)
	if o.OutputDType != 0 {
		d, _ = DTypeFromONNX(o.OutputDType)
	}
	if d != Float32 && d != Float16 {
		return nil, Unsupportedf("output_dtype", "ONNX type %d, want float32 or float16", o.OutputDType)
	}
	if zero.Present() && zero.DType != in[0].DType {
		return nil, Invalidf("x_zero_point", "is %v and x is %v", zero.DType, in[0].DType)
	}
	return []Type{{DType: d, Shape: in[0].Shape}}, checkZero(in[1], zero)
}

// Forward dequantises.
func (o *DequantizeLinear) Forward(r *Run) error {
	l, err := newQLayout(r.In[0].Shape, r.In[1].Shape, o.Axis, o.BlockSize)
	if err != nil {
		return err
	}
	switch r.In[0].DType {
	case Int8:
		dequantizeFrom(r, &l, r.In[0].I8())
	case Uint8:
		dequantizeFrom(r, &l, r.In[0].U8())
	case Int32:
		dequantizeFrom(r, &l, r.In[0].I32())
	}
	return nil
}

func dequantizeFrom[X int8 | uint8 | int32](r *Run, l *qLayout, x []X) {
	if r.Out[0].DType == Float16 {
		dequantize(r, l, r.Out[0].F16(), x, float16.Fromfloat32)
	} else {
		dequantize(r, l, r.Out[0].F32(), x, func(v float32) float32 { return v })
	}
}

func dequantize[X int8 | uint8 | int32, Y float32 | float16.Float16](r *Run, l *qLayout, out []Y, x []X, store func(float32) Y) {
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
				out[at+j] = store(float32(int32(v)-z) * s)
			}
			at += l.inner
		}
	}
}

// Permute follows the axis.
func (o *DequantizeLinear) Permute(perm []int, _ []Arg) (Op, bool) {
	c := *o
	var ok bool
	c.Axis, ok = storedAt(o.Axis, perm)
	return &c, ok
}
