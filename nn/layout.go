package nn

// A layout is the order in which dimensions are stored, for operations whose
// axes are operands: stored dimension i is logical dimension layout[i]. A nil
// layout stores them in logical order.
type layout []int

// stored returns where a logical dimension is stored.
func (l layout) stored(axis int) int {
	for i, a := range l {
		if a == axis {
			return i
		}
	}
	return axis
}

// then returns the layout that results from permuting l once more.
func (l layout) then(perm []int) layout {
	out := make(layout, len(perm))
	for i, p := range perm {
		out[i] = p
		if p < len(l) {
			out[i] = l[p]
		}
	}
	return out
}

// storedAxis returns the stored place of an axis attribute when operand 0 is
// laid out by perm; ok is false where they do not belong together.
func storedAxis(axis int, perm []int, in []Arg) (stored int, ok bool) {
	if len(in) == 0 || in[0].Shape.Rank != len(perm) {
		return 0, false
	}
	axis, ok = Axis(axis, len(perm))
	return layout(perm).stored(axis), ok
}
