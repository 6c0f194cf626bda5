package nn

// ArgMax is the index along Axis of the largest element, as int64: of equal
// ones the first, or the last with SelectLastIndex. NaN is never chosen over
// a number.
type ArgMax struct {
	Axis            int  `onnx:"axis"`
	KeepDims        bool `onnx:"keepdims,1"`
	SelectLastIndex bool `onnx:"select_last_index"`
}

// Infer returns int64 with the axis reduced.
func (o *ArgMax) Infer(in []Arg, _ int) ([]Type, error) { return argType(in, o.Axis, o.KeepDims) }

// Forward searches.
func (o *ArgMax) Forward(r *Run) error {
	argSearch(r, o.Axis, true, o.SelectLastIndex)
	return nil
}

// Permute maps the axis.
func (o *ArgMax) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &ArgMax{axis, o.KeepDims, o.SelectLastIndex}, ok && o.KeepDims
}

// ArgMin is ArgMax for the smallest element.
type ArgMin struct {
	Axis            int  `onnx:"axis"`
	KeepDims        bool `onnx:"keepdims,1"`
	SelectLastIndex bool `onnx:"select_last_index"`
}

// Infer returns int64 with the axis reduced.
func (o *ArgMin) Infer(in []Arg, _ int) ([]Type, error) { return argType(in, o.Axis, o.KeepDims) }

// Forward searches.
func (o *ArgMin) Forward(r *Run) error {
	argSearch(r, o.Axis, false, o.SelectLastIndex)
	return nil
}

// Permute maps the axis.
func (o *ArgMin) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &ArgMin{axis, o.KeepDims, o.SelectLastIndex}, ok && o.KeepDims
}

func argType(in []Arg, axis int, keep bool) ([]Type, error) {
	s := in[0].Shape
	a, ok := Axis(axis, s.Rank)
	switch {
	case !ok:
		return nil, Invalidf("axis", "%d is outside rank %d", axis, s.Rank)
	case s.Dims[a] == 0:
		return nil, Invalidf("axis", "there is nothing to choose from along dimension %d of %v", a, s)
	}
	s.Dims[a] = 1
	if !keep {
		copy(s.Dims[a:s.Rank], s.Dims[a+1:s.Rank])
		s.Rank--
		s.Dims[s.Rank] = 0
	}
	return []Type{{DType: Int64, Shape: s}}, nil
}

func argSearch(r *Run, axis int, largest, last bool) {
	in, out := r.In[0], r.Out[0].I64()
	l := linesOf(in.Shape, axis)
	switch in.DType {
	case Float32:
		argLines(out, in.F32(), l, largest, last)
	case Float64:
		argLines(out, in.F64(), l, largest, last)
	case Int8:
		argLines(out, in.I8(), l, largest, last)
	case Uint8:
		argLines(out, in.U8(), l, largest, last)
	case Int32:
		argLines(out, in.I32(), l, largest, last)
	case Int64:
		argLines(out, in.I64(), l, largest, last)
	}
}

// lines are a tensor's elements along one axis: outer·inner lines of n
// elements, inner apart.
type lines struct{ outer, n, inner int }

// linesOf returns the lines of s along an axis that lies within its rank.
func linesOf(s Shape, axis int) lines {
	a, _ := Axis(axis, s.Rank)
	return lines{s.span(0, a), s.Dims[a], s.span(a+1, s.Rank)}
}

func argLines[T Number](out []int64, x []T, l lines, largest, last bool) {
	for i := range out {
		line := x[i/l.inner*l.n*l.inner+i%l.inner:]
		best, at := line[0], 0
		for j := 1; j < l.n; j++ {
			v := line[j*l.inner]
			if largest && v > best || !largest && v < best || last && v == best || best != best {
				best, at = v, j
			}
		}
		out[i] = int64(at)
	}
}
