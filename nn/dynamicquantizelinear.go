package nn

// DynamicQuantizeLinear quantises to uint8 with the scale and the zero point
// that fit the operand's own range, widened to hold 0. Results: y, its scale
// and its zero point. An operand that is 0 throughout has scale 1.
type DynamicQuantizeLinear struct{}

// Infer returns the types of the three results.
func (*DynamicQuantizeLinear) Infer(in []Arg, outs int) ([]Type, error) {
	return []Type{{DType: Uint8, Shape: in[0].Shape}, {DType: Float32}, {DType: Uint8}}[:outs], nil
}

// DynamicParameters returns the scale and the zero point for operands from low,
// which is 0 or less, to high, which is 0 or more. Where either is infinite, or
// both are NaN, so is the scale, and every operand quantises to 0.
func DynamicParameters(low, high float32) (scale float32, zero uint8) {
	scale = (high - low) / 255
	if scale == 0 {
		scale = 1
	}
	return scale, roundTo[uint8](-low/scale, 0)
}

// Forward quantises.
func (*DynamicQuantizeLinear) Forward(r *Run) error {
	x := r.In[0].F32()
	var low, high float32
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	scale, zero := DynamicParameters(low, high)
	for i, v := range x {
		r.Out[0].U8()[i] = roundTo[uint8](v/scale, int32(zero))
	}
	if len(r.Out) > 1 && r.Out[1].Present() {
		r.Out[1].F32()[0] = scale
	}
	if len(r.Out) > 2 && r.Out[2].Present() {
		r.Out[2].U8()[0] = zero
	}
	return nil
}
