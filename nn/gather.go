package nn

import "fmt"

// Gather takes slices of operand 0 along Axis at the indices in operand 1,
// which count from the end when negative: the result has the indices' shape
// in place of the axis.
type Gather struct {
	Axis int `onnx:"axis"`
}

// Infer returns the operand's shape with that of the indices for the axis.
func (o *Gather) Infer(in []Arg, _ int) ([]Type, error) {
	s, idx := in[0].Shape, in[1].Shape
	axis, ok := Axis(o.Axis, s.Rank)
	if !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", o.Axis, s.Rank)
	}
	if err := checkIndices(in[1]); err != nil {
		return nil, err
	}
	if err := checkRange(in[1], s.Dims[axis]); err != nil {
		return nil, err
	}
	dims := append([]int(nil), s.Dims[:axis]...)
	dims = append(dims, idx.Slice()...)
	dims = append(dims, s.Dims[axis+1:s.Rank]...)
	return grown(in[0].DType, dims, "indices")
}

// checkIndices refuses operands that are no indices.
func checkIndices(a Arg) error {
	if a.DType != Int64 && a.DType != Int32 {
		return Invalidf("indices", "are %v, want int64 or int32", a.DType)
	}
	return nil
}

// checkRange finds a constant index outside -n..n-1 before anything runs.
func checkRange(a Arg, n int) error {
	if a.Const == nil {
		return nil
	}
	for i := range a.Const.Elems() {
		if _, ok := Axis(a.Const.Int(i), n); !ok {
			return Invalidf("indices", "index %d is outside -%d..%d", a.Const.Int(i), n, n-1)
		}
	}
	return nil
}

// badIndex is the error of Run about an index.
func badIndex(i, n int) error {
	return &ErrData{Why: fmt.Sprintf("index %d is outside -%d..%d", i, n, n-1)}
}

// Forward copies the slices.
func (o *Gather) Forward(r *Run) error {
	s, idx := r.In[0].Shape, r.In[1]
	axis, _ := Axis(o.Axis, s.Rank)
	size := s.span(axis+1, s.Rank) * r.In[0].DType.Size()
	dim, count := s.Dims[axis], idx.Elems()
	src, dst := r.In[0].Bytes(), r.Out[0].Bytes()
	for outer := range s.span(0, axis) {
		for k := range count {
			i, ok := Axis(idx.Int(k), dim)
			if !ok {
				return badIndex(idx.Int(k), dim)
			}
			copy(dst[(outer*count+k)*size:][:size], src[(outer*dim+i)*size:][:size])
		}
	}
	return nil
}

// Permute moves the axis, where the rank stays.
func (o *Gather) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &Gather{Axis: axis}, ok && len(perm) > 1 && in[1].Shape.Rank == 1
}

func (o *Gather) backward(g *Grad) {
	s, idx := g.In[0].Shape, g.In[1]
	axis, _ := Axis(o.Axis, s.Rank)
	slab, dim, count := s.span(axis+1, s.Rank), s.Dims[axis], idx.Elems()
	for outer := range s.span(0, axis) {
		for k := range count {
			i, _ := Axis(idx.Int(k), dim)
			addPart(g.DIn[0], g.DOut[0], (outer*dim+i)*slab, (outer*count+k)*slab, slab)
		}
	}
}

// GatherElements takes, for each index in operand 1, the element of operand 0
// that lies at the same place but for Axis, where the index says.
type GatherElements struct {
	Axis int `onnx:"axis"`
}

// Infer returns the indices' shape.
func (o *GatherElements) Infer(in []Arg, _ int) ([]Type, error) {
	if err := checkElementIndices(in[0], in[1], o.Axis); err != nil {
		return nil, err
	}
	return []Type{{DType: in[0].DType, Shape: in[1].Shape}}, nil
}

func checkElementIndices(data, idx Arg, axis int) error {
	s := data.Shape
	a, ok := Axis(axis, s.Rank)
	if !ok {
		return Invalidf("axis", "%d is outside rank %d", axis, s.Rank)
	}
	if err := checkIndices(idx); err != nil {
		return err
	}
	if idx.Shape.Rank != s.Rank {
		return Invalidf("indices", "%v are of another rank than %v", idx.Shape, s)
	}
	for i, d := range idx.Shape.Slice() {
		if i != a && d > s.Dims[i] {
			return Invalidf("indices", "%v reach beyond dimension %d of %v", idx.Shape, i, s)
		}
	}
	return checkRange(idx, s.Dims[a])
}

// elementBox pairs indices (to) with the elements they are for (from), axis
// left out.
func elementBox(idx, data Shape, axis int) box {
	b := boxOf(idx, idx.Strides(), data.Strides())
	b.from[axis] = 0
	return b
}

// Forward copies element by element.
func (o *GatherElements) Forward(r *Run) error {
	switch r.Out[0].DType.Size() {
	case 1:
		return gatherElements(r, o.Axis, units[uint8])
	case 2:
		return gatherElements(r, o.Axis, units[uint16])
	case 4:
		return gatherElements(r, o.Axis, units[uint32])
	}
	return gatherElements(r, o.Axis, units[uint64])
}

func gatherElements[T unit](r *Run, axis int, data func(*Tensor) []T) error {
	s, idx := r.In[0].Shape, r.In[1]
	if idx.Elems() == 0 {
		return nil
	}
	axis, _ = Axis(axis, s.Rank)
	b := elementBox(idx.Shape, s, axis)
	step, dim := s.span(axis+1, s.Rank), s.Dims[axis]
	src, dst := data(r.In[0]), data(r.Out[0])
	var at [MaxRank]int
	to, from := 0, 0
	for more := true; more; more = b.next(&at, b.rank, &to, &from) {
		i, ok := Axis(idx.Int(to), dim)
		if !ok {
			return badIndex(idx.Int(to), dim)
		}
		dst[to] = src[from+i*step]
	}
	return nil
}

// Permute moves the axis.
func (o *GatherElements) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &GatherElements{Axis: axis}, ok
}

func (o *GatherElements) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	switch g.Out[0].DType {
	case Float32:
		gatherElementsGrad[float32](g, o.Axis)
	case Float64:
		gatherElementsGrad[float64](g, o.Axis)
	}
}

func gatherElementsGrad[T float32 | float64](g *Grad, axis int) {
	d, dst := Data[T](g.DOut[0]), Data[T](g.DIn[0])
	for at := newElementWalk(g.In[1], g.In[0].Shape, axis); at.next(); {
		dst[at.data] += d[at.index]
	}
}

// elementWalk goes over the indices of GatherElements and ScatterElements,
// which a Forward has found right.
type elementWalk struct {
	idx         *Tensor
	box         box
	pos         [MaxRank]int
	step, dim   int
	index, rest int
	data        int // the element that index points at
	started     bool
}

func newElementWalk(idx *Tensor, s Shape, axis int) elementWalk {
	axis, _ = Axis(axis, s.Rank)
	return elementWalk{idx: idx, box: elementBox(idx.Shape, s, axis), step: s.span(axis+1, s.Rank), dim: s.Dims[axis]}
}

// next goes to the next index; false after the last.
func (w *elementWalk) next() bool {
	if !w.started {
		w.started = true
		if w.idx.Elems() == 0 {
			return false
		}
	} else if !w.box.next(&w.pos, w.box.rank, &w.index, &w.rest) {
		return false
	}
	i, _ := Axis(w.idx.Int(w.index), w.dim)
	w.data = w.rest + i*w.step
	return true
}
