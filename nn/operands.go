package nn

// operand returns operand i of a run, or nil where it is absent.
func operand(r *Run, i int) *Tensor {
	if i >= len(r.In) || !r.In[i].Present() {
		return nil
	}
	return r.In[i]
}

// argAt returns operand i; the zero Arg where it is absent.
func argAt(in []Arg, i int) Arg {
	if i >= len(in) {
		return Arg{}
	}
	return in[i]
}

// maxList is the longest list of integers that decides a shape: the pads of
// a tensor of the largest rank.
const maxList = 2 * MaxRank

// constList returns operand i, a constant list of int32 or int64 that decides
// a shape, or nil where the operand is absent.
func constList(in []Arg, i int, what string) (*Tensor, error) {
	a := argAt(in, i)
	switch {
	case !a.Present():
		return nil, nil
	case a.DType != Int64 && a.DType != Int32:
		return nil, Invalidf(what, "is %v, want int64 or int32", a.DType)
	case a.Shape.Rank > 1:
		return nil, Invalidf(what, "has shape %v, want a list", a.Shape)
	case a.Elems() > maxList:
		return nil, Invalidf(what, "has %d elements, over the limit of %d", a.Elems(), maxList)
	case a.Const == nil:
		return nil, &ErrUnbound{Operand: i, What: what}
	}
	return a.Const, nil
}

// Elems returns the number of elements of the operand.
func (a Arg) Elems() int { return a.Shape.Elems() }

// requiredList is constList for an operand that must be there.
func requiredList(in []Arg, i int, what string) (*Tensor, error) {
	t, err := constList(in, i, what)
	if err == nil && t == nil {
		err = Invalidf(what, "is required")
	}
	return t, err
}

// maxGrownBytes limits results whose size the operands' values decide rather
// than their shapes, so that a few bytes of a file cannot ask for gigabytes.
const maxGrownBytes = 1 << 29

// grown returns the type of such a result.
func grown(d DType, dims []int, attr string) ([]Type, error) {
	s, err := NewShape(dims...)
	if err != nil {
		return nil, Invalidf(attr, "%v", err)
	}
	if n := s.Elems() * d.Size(); n > maxGrownBytes {
		return nil, Unsupportedf(attr, "result %v of %v has %d bytes, over the limit of %d", s, d, n, maxGrownBytes)
	}
	return []Type{{DType: d, Shape: s}}, nil
}

// oneType returns the type of a single result of the given dimensions.
func oneType(d DType, dims []int) ([]Type, error) {
	s, err := NewShape(dims...)
	if err != nil {
		return nil, Invalidf("", "result: %v", err)
	}
	return []Type{{DType: d, Shape: s}}, nil
}

// copyAll copies the elements of src to the front of dst. Views run by it.
func copyAll(dst, src *Tensor) { copy(dst.Bytes(), src.Bytes()) }

// axisSet resolves a list of axes, each of which may be named once.
func axisSet(axes *Tensor, rank int, what string) (set [maxList]bool, err error) {
	if rank > maxList {
		return set, Invalidf(what, "result rank %d is over the limit of %d", rank, MaxRank)
	}
	for i := range axes.Elems() {
		a, ok := Axis(axes.Int(i), rank)
		if !ok {
			return set, Invalidf(what, "axis %d is outside rank %d", axes.Int(i), rank)
		}
		if set[a] {
			return set, Invalidf(what, "axis %d is named twice", axes.Int(i))
		}
		set[a] = true
	}
	return set, nil
}
