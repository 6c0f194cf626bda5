package nn

// Identity passes its operand on. The compiler makes it a view.
type Identity struct{}

// Infer returns the operand's type.
func (*Identity) Infer(in []Arg, _ int) ([]Type, error) { return sameType(in) }

// Forward copies the operand.
func (*Identity) Forward(r *Run) error {
	copyAll(r.Out[0], r.In[0])
	return nil
}

// View: the elements stay as they are.
func (*Identity) View([]Arg) bool { return true }

// Permute: the order of the dimensions does not matter.
func (o *Identity) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Identity) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }

// addGrad adds src to dst where dst is wanted.
func addGrad(dst, src *Tensor) {
	if !dst.Present() {
		return
	}
	switch dst.DType {
	case Float32:
		accumulate(dst.F32(), src.F32())
	case Float64:
		accumulate(dst.F64(), src.F64())
	}
}

func accumulate[T Float](dst, src []T) {
	for i, v := range src {
		dst[i] += v
	}
}
