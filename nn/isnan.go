package nn

import "math"

// IsNaN is true where the operand is not a number.
type IsNaN struct{}

// Infer returns bools of the operand's shape.
func (*IsNaN) Infer(in []Arg, _ int) ([]Type, error) {
	return []Type{{DType: Bool, Shape: in[0].Shape}}, nil
}

// Forward tests every element.
func (*IsNaN) Forward(r *Run) error {
	out := r.Out[0].Bools()
	switch r.In[0].DType {
	case Float32:
		isNaNRun(out, r.In[0].F32())
	case Float64:
		isNaNRun(out, r.In[0].F64())
	case Float16:
		for i, v := range r.In[0].F16() {
			out[i] = v.IsNaN()
		}
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *IsNaN) Permute([]int, []Arg) (Op, bool) { return o, true }

func isNaNRun[T Float](out []bool, in []T) {
	for i, v := range in {
		out[i] = v != v
	}
}

// IsInf is true where the operand is infinite, of a sign that is asked for.
type IsInf struct {
	DetectNegative bool `onnx:"detect_negative,1"`
	DetectPositive bool `onnx:"detect_positive,1"`
}

// Infer returns bools of the operand's shape.
func (*IsInf) Infer(in []Arg, _ int) ([]Type, error) {
	return []Type{{DType: Bool, Shape: in[0].Shape}}, nil
}

// Forward tests every element.
func (o *IsInf) Forward(r *Run) error {
	out, in := r.Out[0].Bools(), r.In[0]
	for i := range out {
		v := in.Float(i)
		out[i] = o.DetectNegative && math.IsInf(v, -1) || o.DetectPositive && math.IsInf(v, 1)
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *IsInf) Permute([]int, []Arg) (Op, bool) { return o, true }
