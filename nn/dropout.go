package nn

// Dropout passes operand 0 on, as it does outside training; the optional
// second result, the mask of what is kept, is all true. Operand 1 is the
// ratio, operand 2 whether to train, which is refused.
type Dropout struct {
	Seed *int `onnx:"seed"`
}

// Infer returns the operand's type, and bools of its shape.
func (*Dropout) Infer(in []Arg, outs int) ([]Type, error) {
	if len(in) > 2 && in[2].Present() {
		if err := dropoutTrains(in); err != nil {
			return nil, err
		}
	}
	ts := []Type{{DType: in[0].DType, Shape: in[0].Shape}, {DType: Bool, Shape: in[0].Shape}}
	return ts[:outs], nil
}

// dropoutTrains refuses a training_mode that would drop anything.
func dropoutTrains(in []Arg) error {
	mode, err := in[2].Ints(2, "training_mode")
	if err != nil {
		return err
	}
	if len(mode) != 1 {
		return Invalidf("training_mode", "has shape %v, want a scalar", in[2].Shape)
	}
	if mode[0] == 0 {
		return nil
	}
	ratio := in[1]
	if ratio.Present() && ratio.Const == nil {
		return &ErrUnbound{Operand: 1, What: "ratio"}
	}
	if ratio.Const != nil && ratio.Shape.Elems() == 1 && ratio.Const.Float(0) == 0 {
		return nil
	}
	return Unsupportedf("training_mode", "dropping elements at random is not done by a compiled plan")
}

// Forward copies the operand.
func (*Dropout) Forward(r *Run) error {
	if r.Out[0].Present() {
		copy(r.Out[0].Bytes(), r.In[0].Bytes())
	}
	if len(r.Out) > 1 && r.Out[1].Present() {
		mask := r.Out[1].Bools()
		for i := range mask {
			mask[i] = true
		}
	}
	return nil
}

// View: the result is the operand.
func (*Dropout) View([]Arg) bool { return true }

// Permute: the order of the dimensions does not matter.
func (o *Dropout) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Dropout) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }
