package nn

// nest is a nest of loops over some dimensions of a tensor: off is the offset
// of the element it has come to.
type nest struct {
	rank, off           int
	dims, stride, index [MaxRank]int
}

// push adds an innermost loop, merging it into the last where that is
// contiguous with it.
func (n *nest) push(dim, stride int) {
	if dim == 1 {
		return
	}
	if last := n.rank - 1; last >= 0 && n.stride[last] == dim*stride {
		n.dims[last] *= dim
		n.stride[last] = stride
		return
	}
	n.dims[n.rank], n.stride[n.rank] = dim, stride
	n.rank++
}

// pop removes the innermost loop and returns its length; 1 when there is
// none.
func (n *nest) pop() int {
	if n.rank == 0 {
		return 1
	}
	n.rank--
	return n.dims[n.rank]
}

// next moves on to the next element; after the last it is back at the first
// and returns false.
func (n *nest) next() bool {
	for d := n.rank - 1; d >= 0; d-- {
		n.index[d]++
		n.off += n.stride[d]
		if n.index[d] < n.dims[d] {
			return true
		}
		n.off -= n.stride[d] * n.dims[d]
		n.index[d] = 0
	}
	return false
}

// setLoops is a tensor's dimensions taken apart into those that are reduced
// and those that are kept. The innermost loop of one of the two, of run
// elements, is left to the caller.
type setLoops struct {
	kept, reduced nest
	run           int
	rows          bool // the run is of reduced elements
	count, sets   int  // elements to a set, and sets
}

func newSetLoops(s Shape, axes *[maxList]bool) (r setLoops) {
	st := s.Strides()
	r.count, r.sets = 1, 1
	for d, n := range s.Slice() {
		if axes[d] {
			r.reduced.push(n, st[d])
			r.count *= n
		} else {
			r.kept.push(n, st[d])
			r.sets *= n
		}
	}
	in := &r.kept
	if r.rows = innermost(&r.reduced) || r.kept.rank == 0; r.rows {
		in = &r.reduced
	}
	r.run = in.pop()
	return r
}

// innermost reports whether the last loop runs over adjacent elements.
func innermost(n *nest) bool { return n.rank > 0 && n.stride[n.rank-1] == 1 }
