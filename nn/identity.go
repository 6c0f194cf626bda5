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

// wanted returns the elements of a gradient, nil where it is not Present.
func wanted[T float32 | float64](t *Tensor) []T {
	if !t.Present() {
		return nil
	}
	return Data[T](t)
}

// wantedAt is wanted for the gradient by an optional operand.
func wantedAt[T float32 | float64](g *Grad, i int) []T {
	if i >= len(g.DIn) {
		return nil
	}
	return wanted[T](g.DIn[i])
}

// addPart adds n elements of src, from index from on, to those of dst from
// index to on.
func addPart(dst, src *Tensor, to, from, n int) {
	if !dst.Present() {
		return
	}
	switch dst.DType {
	case Float32:
		accumulate(dst.F32()[to:to+n], src.F32()[from:from+n])
	case Float64:
		accumulate(dst.F64()[to:to+n], src.F64()[from:from+n])
	}
}

// addAt adds v to element i of a gradient, if that is Present.
func addAt(t *Tensor, i int, v float64) {
	if !t.Present() {
		return
	}
	switch t.DType {
	case Float32:
		t.F32()[i] += float32(v)
	case Float64:
		t.F64()[i] += v
	}
}
