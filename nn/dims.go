package nn

// ShapeOp is ONNX's Shape: the operand's dimensions, from Start up to End, as
// an int64 list. Both count from the end when negative and are clamped.
type ShapeOp struct {
	Start int  `onnx:"start"`
	End   *int `onnx:"end"`
}

// part returns which dimensions of a tensor of that rank are asked for.
func (o *ShapeOp) part(rank int) (from, to int) {
	clip := func(i int) int {
		if i < 0 {
			i += rank
		}
		return min(max(i, 0), rank)
	}
	from, to = clip(o.Start), rank
	if o.End != nil {
		to = clip(*o.End)
	}
	return from, max(from, to)
}

// Infer returns a list of as many elements as dimensions are asked for.
func (o *ShapeOp) Infer(in []Arg, _ int) ([]Type, error) {
	from, to := o.part(in[0].Shape.Rank)
	return []Type{{DType: Int64, Shape: S(to - from)}}, nil
}

// Forward writes the dimensions.
func (o *ShapeOp) Forward(r *Run) error {
	from, to := o.part(r.In[0].Shape.Rank)
	out := r.Out[0].I64()
	for i := from; i < to; i++ {
		out[i-from] = int64(r.In[0].Shape.Dims[i])
	}
	return nil
}

// Fold: the type decides the result.
func (o *ShapeOp) Fold(in []Arg) ([]*Tensor, bool) { return foldType(o, in) }

// Size is the number of elements of its operand, an int64 scalar.
type Size struct{}

// Infer returns an int64 scalar.
func (*Size) Infer([]Arg, int) ([]Type, error) { return []Type{{DType: Int64}}, nil }

// Forward writes the number.
func (*Size) Forward(r *Run) error {
	r.Out[0].I64()[0] = int64(r.In[0].Elems())
	return nil
}

// Fold: the type decides the result.
func (o *Size) Fold(in []Arg) ([]*Tensor, bool) { return foldType(o, in) }

// foldType runs an operation that reads nothing but the shape of operand 0.
func foldType(o Op, in []Arg) ([]*Tensor, bool) {
	types, err := o.Infer(in, 1)
	if err != nil {
		return nil, false
	}
	out := NewTensor(types[0].DType, types[0].Shape)
	err = o.Forward(&Run{In: []*Tensor{{DType: in[0].DType, Shape: in[0].Shape}}, Out: []*Tensor{out}})
	return []*Tensor{out}, err == nil
}
