package nn

// qLayout says which scale belongs to which element of a quantised tensor:
// elements [outer axis inner], scales alike with blocks of block along axis.
type qLayout struct {
	outer, axis, inner int
	block              int // elements along axis that share a scale
	blocks             int // scales along axis
	step               int // from one inner element's scale to the next's
}

// newQLayout checks a scale against the tensor it scales: one for all, one
// for every index of axis, or (block > 0) one for every block along it.
func newQLayout(x, scale Shape, axis, block int) (l qLayout, err error) {
	if block < 0 {
		return l, Invalidf("block_size", "is %d", block)
	}
	if block == 0 && scale.Elems() == 1 && scale.Rank < 2 {
		n := x.Elems()
		return qLayout{outer: 1, axis: 1, inner: n, block: 1, blocks: 1}, nil
	}
	a, ok := Axis(axis, x.Rank)
	if !ok {
		return l, Invalidf("axis", "%d is outside rank %d", axis, x.Rank)
	}
	l = qLayout{outer: x.span(0, a), axis: x.Dims[a], inner: x.span(a+1, x.Rank), block: 1, blocks: x.Dims[a]}
	if block == 0 {
		if scale.Rank != 1 || scale.Dims[0] != x.Dims[a] {
			return l, Invalidf("scale", "%v for axis %d of %v", scale, a, x)
		}
		return l, nil
	}
	want := x
	want.Dims[a] = (x.Dims[a]-1)/block + 1
	if x.Dims[a] == 0 || scale != want {
		return l, Invalidf("block_size", "scale %v for blocks of %d along axis %d of %v, want %v", scale, block, a, x, want)
	}
	l.block, l.blocks, l.step = block, want.Dims[a], 1
	return l, nil
}

// scaleAt returns the index of the scale of the first inner element.
func (l *qLayout) scaleAt(outer, i int) int {
	if l.step == 0 {
		return i
	}
	return (outer*l.blocks + i/l.block) * l.inner
}

// storedAt returns where a permuted operand stores a logical axis, as a
// positive axis.
func storedAt(axis int, perm []int) (int, bool) {
	a, ok := Axis(axis, len(perm))
	if !ok {
		return axis, true // of no effect where one scale is for all
	}
	for s, logical := range perm {
		if logical == a {
			return s, true
		}
	}
	return 0, false
}
