package nn

// Reshape gives operand 0 the shape in operand 1: 0 keeps a dimension (unless
// AllowZero) and one -1 takes what is left.
type Reshape struct {
	AllowZero bool `onnx:"allowzero"`
}

// Infer returns the shape asked for, which must have as many elements.
func (o *Reshape) Infer(in []Arg, _ int) ([]Type, error) {
	want, err := requiredList(in, 1, "shape")
	if err != nil {
		return nil, err
	}
	var dims [maxList]int
	rest, known := -1, 1
	for i := range want.Elems() {
		d := want.Int(i)
		switch {
		case d == -1 && rest >= 0:
			return nil, Invalidf("shape", "%v has more than one -1", want.Ints())
		case d == -1:
			rest = i
			continue
		case d < 0 || d > MaxElems:
			return nil, Invalidf("shape", "%v has a dimension outside -1..%d", want.Ints(), MaxElems)
		case d == 0 && !o.AllowZero:
			if i >= in[0].Shape.Rank {
				return nil, Invalidf("shape", "%v keeps a dimension that %v lacks", want.Ints(), in[0].Shape)
			}
			d = in[0].Shape.Dims[i]
		}
		dims[i] = d
		if known *= d; known > MaxElems {
			return nil, Invalidf("shape", "%v has more than %d elements", want.Ints(), MaxElems)
		}
	}
	have := in[0].Elems()
	if rest >= 0 {
		if known == 0 {
			return nil, Invalidf("shape", "%v has a -1 beside a dimension of 0", want.Ints())
		}
		dims[rest] = have / known
		known *= dims[rest]
	}
	if known != have {
		return nil, Invalidf("shape", "%d elements of %v do not make %v", have, in[0].Shape, want.Ints())
	}
	return oneType(in[0].DType, dims[:want.Elems()])
}

// Forward copies the elements.
func (*Reshape) Forward(r *Run) error {
	copyAll(r.Out[0], r.In[0])
	return nil
}

// View: only the shape changes.
func (*Reshape) View([]Arg) bool { return true }

func (*Reshape) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }

// Flatten makes a matrix: the dimensions before Axis become its rows, the
// others its columns.
type Flatten struct {
	Axis int `onnx:"axis,1"`
}

// Infer returns the matrix; Axis may lie in -rank..rank.
func (o *Flatten) Infer(in []Arg, _ int) ([]Type, error) {
	s, axis := in[0].Shape, o.Axis
	if axis < 0 {
		axis += s.Rank
	}
	if axis < 0 || axis > s.Rank {
		return nil, Invalidf("axis", "%d is outside -%d..%d", o.Axis, s.Rank, s.Rank)
	}
	return oneType(in[0].DType, []int{s.span(0, axis), s.span(axis, s.Rank)})
}

// Forward copies the elements.
func (*Flatten) Forward(r *Run) error {
	copyAll(r.Out[0], r.In[0])
	return nil
}

// View: only the shape changes.
func (*Flatten) View([]Arg) bool { return true }

func (*Flatten) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }

// Squeeze drops the dimensions of extent 1 that operand 1 names, or all of
// them where it is absent.
type Squeeze struct{}

// Infer returns what is left.
func (*Squeeze) Infer(in []Arg, _ int) ([]Type, error) {
	axes, err := constList(in, 1, "axes")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	var drop [maxList]bool
	if axes != nil {
		if drop, err = axisSet(axes, s.Rank, "axes"); err != nil {
			return nil, err
		}
	}
	var dims []int
	for i, d := range s.Slice() {
		switch {
		case drop[i] && d != 1:
			return nil, Invalidf("axes", "dimension %d of %v is not 1", i, s)
		case drop[i] || axes == nil && d == 1:
		default:
			dims = append(dims, d)
		}
	}
	return oneType(in[0].DType, dims)
}

// Forward copies the elements.
func (*Squeeze) Forward(r *Run) error {
	copyAll(r.Out[0], r.In[0])
	return nil
}

// View: only the shape changes.
func (*Squeeze) View([]Arg) bool { return true }

func (*Squeeze) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }

// Unsqueeze inserts dimensions of extent 1 where operand 1 says, counted in
// the result.
type Unsqueeze struct{}

// Infer returns the longer shape.
func (*Unsqueeze) Infer(in []Arg, _ int) ([]Type, error) {
	axes, err := requiredList(in, 1, "axes")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	rank := s.Rank + axes.Elems()
	added, err := axisSet(axes, rank, "axes")
	if err != nil {
		return nil, err
	}
	dims := make([]int, 0, maxList)
	next := 0
	for i := range rank {
		if added[i] {
			dims = append(dims, 1)
			continue
		}
		dims = append(dims, s.Dims[next])
		next++
	}
	return oneType(in[0].DType, dims)
}

// Forward copies the elements.
func (*Unsqueeze) Forward(r *Run) error {
	copyAll(r.Out[0], r.In[0])
	return nil
}

// View: only the shape changes.
func (*Unsqueeze) View([]Arg) bool { return true }

func (*Unsqueeze) backward(g *Grad) { addGrad(g.DIn[0], g.DOut[0]) }
