package nn

// reduction says how a scattered element and the one that is there combine.
type reduction uint8

const (
	reduceNone reduction = iota // the new one replaces
	reduceAdd
	reduceMul
	reduceMax
	reduceMin
)

func parseReduction(s string, d DType) (reduction, error) {
	for i, name := range [...]string{"none", "add", "mul", "max", "min"} {
		if s != name {
			continue
		}
		if i > 0 && !Numbers.Has(d) {
			return 0, Unsupportedf("reduction", "%s of %v", s, d)
		}
		return reduction(i), nil
	}
	return 0, Unsupportedf("reduction", "%q", s)
}

func combine[T scattered](how reduction, a, b T) T {
	switch how {
	case reduceAdd:
		return a + b
	case reduceMul:
		return a * b
	case reduceMax:
		return max(a, b)
	case reduceMin:
		return min(a, b)
	}
	return b
}

// ScatterElements is operand 0 with the elements of operand 2 put, combined by
// Reduction, where the indices in operand 1 say along Axis.
type ScatterElements struct {
	Axis      int    `onnx:"axis"`
	Reduction string `onnx:"reduction,none"`
}

// Infer returns the type of operand 0.
func (o *ScatterElements) Infer(in []Arg, _ int) ([]Type, error) {
	if _, err := parseReduction(o.Reduction, in[0].DType); err != nil {
		return nil, err
	}
	if err := checkElementIndices(in[0], in[1], o.Axis); err != nil {
		return nil, err
	}
	if in[2].DType != in[0].DType || in[2].Shape != in[1].Shape {
		return nil, Invalidf("updates", "%v %v do not fit %v and indices of %v", in[2].DType, in[2].Shape, in[0].DType, in[1].Shape)
	}
	return sameType(in)
}

// Forward copies operand 0 and scatters over the copy.
func (o *ScatterElements) Forward(r *Run) error {
	copy(r.Out[0].Bytes(), r.In[0].Bytes())
	how, err := parseReduction(o.Reduction, r.In[0].DType)
	if err != nil || r.In[1].Elems() == 0 {
		return err
	}
	if how == reduceNone {
		return o.replace(r)
	}
	switch r.In[0].DType {
	case Float32:
		return scatterElements(r, o.Axis, how, Data[float32])
	case Float64:
		return scatterElements(r, o.Axis, how, Data[float64])
	case Int8:
		return scatterElements(r, o.Axis, how, Data[int8])
	case Uint8:
		return scatterElements(r, o.Axis, how, Data[uint8])
	case Int32:
		return scatterElements(r, o.Axis, how, Data[int32])
	}
	return scatterElements(r, o.Axis, how, Data[int64])
}

func (o *ScatterElements) replace(r *Run) error {
	switch r.In[0].DType.Size() {
	case 1:
		return scatterElements(r, o.Axis, reduceNone, units[uint8])
	case 2:
		return scatterElements(r, o.Axis, reduceNone, units[uint16])
	case 4:
		return scatterElements(r, o.Axis, reduceNone, units[uint32])
	}
	return scatterElements(r, o.Axis, reduceNone, units[uint64])
}

// scattered is what can be scattered: numbers, and units that replace.
type scattered interface {
	Number | uint16 | uint32 | uint64
}

func scatterElements[T scattered](r *Run, axis int, how reduction, data func(*Tensor) []T) error {
	s, idx := r.In[0].Shape, r.In[1]
	axis, _ = Axis(axis, s.Rank)
	b := elementBox(idx.Shape, s, axis)
	step, dim := s.span(axis+1, s.Rank), s.Dims[axis]
	dst, src := data(r.Out[0]), data(r.In[2])
	var at [MaxRank]int
	to, from := 0, 0
	for more := true; more; more = b.next(&at, b.rank, &to, &from) {
		i, ok := Axis(idx.Int(to), dim)
		if !ok {
			return badIndex(idx.Int(to), dim)
		}
		p := &dst[from+i*step]
		*p = combine(how, *p, src[to])
	}
	return nil
}

// Permute moves the axis.
func (o *ScatterElements) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &ScatterElements{Axis: axis, Reduction: o.Reduction}, ok
}

// ScatterND is operand 0 with the slices of operand 2 put, combined by
// Reduction, where the rows of operand 1 point.
type ScatterND struct {
	Reduction string `onnx:"reduction,none"`
}

// Infer returns the type of operand 0.
func (o *ScatterND) Infer(in []Arg, _ int) ([]Type, error) {
	if _, err := parseReduction(o.Reduction, in[0].DType); err != nil {
		return nil, err
	}
	s, idx := in[0].Shape, in[1].Shape
	k, err := indexedDims(in[1], s, 0)
	if err != nil {
		return nil, err
	}
	dims := append([]int(nil), idx.Dims[:idx.Rank-1]...)
	dims = append(dims, s.Dims[k:s.Rank]...)
	want, err := NewShape(dims...)
	if err != nil {
		return nil, Invalidf("updates", "%v", err)
	}
	if in[2].DType != in[0].DType || in[2].Shape != want {
		return nil, Invalidf("updates", "are %v %v, want %v %v", in[2].DType, in[2].Shape, in[0].DType, want)
	}
	return sameType(in)
}

// Forward copies operand 0 and scatters over the copy.
func (o *ScatterND) Forward(r *Run) error {
	copy(r.Out[0].Bytes(), r.In[0].Bytes())
	how, err := parseReduction(o.Reduction, r.In[0].DType)
	if err != nil {
		return err
	}
	if how == reduceNone {
		return scatterND(r, how, (*Tensor).Bytes, r.In[0].DType.Size())
	}
	switch r.In[0].DType {
	case Float32:
		return scatterND(r, how, Data[float32], 1)
	case Float64:
		return scatterND(r, how, Data[float64], 1)
	case Int8:
		return scatterND(r, how, Data[int8], 1)
	case Uint8:
		return scatterND(r, how, Data[uint8], 1)
	case Int32:
		return scatterND(r, how, Data[int32], 1)
	}
	return scatterND(r, how, Data[int64], 1)
}

// scatterND scatters slabs; an element is size of T.
func scatterND[T Number](r *Run, how reduction, data func(*Tensor) []T, size int) error {
	s, idx := &r.In[0].Shape, r.In[1]
	k := idx.Shape.Dims[idx.Shape.Rank-1]
	slab := s.span(k, s.Rank) * size
	dst, src := data(r.Out[0]), data(r.In[2])
	for row := range idx.Shape.span(0, idx.Shape.Rank-1) {
		at, err := rowOffset(idx, row, k, s, 0)
		if err != nil {
			return err
		}
		d, u := dst[at*slab:][:slab], src[row*slab:][:slab]
		if how == reduceNone {
			copy(d, u)
			continue
		}
		for i, v := range u {
			d[i] = combine(how, d[i], v)
		}
	}
	return nil
}
