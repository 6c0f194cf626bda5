package nn

// padding is what Pad adds (or, where negative, takes away) before and after
// each dimension.
type padding struct{ before, after [MaxRank]int }

// apply returns the padded shape's dimensions.
func (p *padding) apply(s Shape) ([]int, error) {
	dims := make([]int, s.Rank)
	for i, d := range s.Slice() {
		lo, hi := p.before[i], p.after[i]
		if lo < -MaxElems || lo > MaxElems || hi < -MaxElems || hi > MaxElems {
			return nil, Invalidf("pads", "%d and %d of dimension %d are over the limit of %d", lo, hi, i, MaxElems)
		}
		if kept := d + min(lo, 0) + min(hi, 0); kept < 0 {
			return nil, Invalidf("pads", "%d and %d take more than dimension %d of %v has", lo, hi, i, s)
		}
		dims[i] = d + lo + hi
	}
	return dims, nil
}

// box is where the elements that stay lie in the result and in the operand.
func (p *padding) box(out, in Shape) box {
	kept := in
	b := boxOf(in, out.Strides(), in.Strides())
	for i := range in.Rank {
		kept.Dims[i] += min(p.before[i], 0) + min(p.after[i], 0)
		b.toAt += max(p.before[i], 0) * b.to[i]
		b.fromAt -= min(p.before[i], 0) * b.from[i]
	}
	b.dims = kept.Dims
	return b
}

// padMode says what the elements that Pad adds are.
type padMode uint8

const (
	padConstant padMode = iota
	padReflect          // mirrored at the border element, which is not repeated
	padEdge             // the border element
	padWrap             // the operand again
)

// source returns the index, in 0..n-1, that index i outside that range is
// filled from.
func (m padMode) source(i, n int) int {
	switch {
	case m == padEdge:
		return min(max(i, 0), n-1)
	case m == padReflect && n == 1:
		return 0
	case m == padReflect:
		i = floorMod(i, 2*n-2)
		return min(i, 2*n-2-i)
	}
	return floorMod(i, n)
}

func floorMod(i, n int) int {
	i %= n
	if i < 0 {
		i += n
	}
	return i
}

// fillPads fills what p adds to out around the elements of b, which are
// there. It goes from the last dimension to the first, so that each fills
// whole stretches: a slab at index i of a dimension has all of the later ones
// and one index of the kept range of the earlier ones.
func fillPads[T unit](out []T, s Shape, b *box, p *padding, mode padMode, value T) {
	st := s.Strides()
	for axis := s.Rank - 1; axis >= 0; axis-- {
		lo, n := max(p.before[axis], 0), b.dims[axis]
		hi := s.Dims[axis] - lo - n
		if lo == 0 && hi == 0 {
			continue
		}
		slab := st[axis]
		if b.empty(axis) {
			continue
		}
		var idx [MaxRank]int
		at, from := b.toAt-lo*slab-b.inside(axis, &st, p), 0
		for more := true; more; more = b.next(&idx, axis, &at, &from) {
			row := out[at:][:s.Dims[axis]*slab]
			if mode == padConstant {
				fillUnits(row[:lo*slab], value)
				fillUnits(row[(lo+n)*slab:], value)
				continue
			}
			for i := range lo {
				copySlab(row, i, lo+mode.source(i-lo, n), slab)
			}
			for i := range hi {
				copySlab(row, lo+n+i, lo+mode.source(n+i, n), slab)
			}
		}
	}
}

func copySlab[T unit](row []T, to, from, n int) { copy(row[to*n:][:n], row[from*n:][:n]) }

// empty reports whether the first dims dimensions have no elements.
func (b *box) empty(dims int) bool {
	for _, d := range b.dims[:dims] {
		if d == 0 {
			return true
		}
	}
	return false
}

// inside is how far the kept elements lie from the start of a row of axis by
// the dimensions after it.
func (b *box) inside(axis int, st *[MaxRank]int, p *padding) int {
	n := 0
	for i := axis + 1; i < b.rank; i++ {
		n += max(p.before[i], 0) * st[i]
	}
	return n
}

// pad copies in to out with p around it.
func (p *padding) pad(out, in, value *Tensor, mode padMode) {
	b := p.box(out.Shape, in.Shape)
	copyBox(out, in, b)
	switch out.DType.Size() {
	case 1:
		fillPads(units[uint8](out), out.Shape, &b, p, mode, first[uint8](value))
	case 2:
		fillPads(units[uint16](out), out.Shape, &b, p, mode, first[uint16](value))
	case 4:
		fillPads(units[uint32](out), out.Shape, &b, p, mode, first[uint32](value))
	case 8:
		fillPads(units[uint64](out), out.Shape, &b, p, mode, first[uint64](value))
	}
}

// first returns element 0 of an optional operand, 0 without one.
func first[T unit](t *Tensor) T {
	if !t.Present() || t.Elems() == 0 {
		return 0
	}
	return units[T](t)[0]
}

// padGrad gives the gradient of every element to the one that it is a copy of,
// or to the padding's value.
func padGrad[T float32 | float64](g *Grad, p *padding, mode padMode, value *Tensor) {
	d, dx, dv := Data[T](g.DOut[0]), wanted[T](g.DIn[0]), wanted[T](value)
	out, in := g.Out[0].Shape, g.In[0].Shape
	st := in.Strides()
	for i, v := range d {
		at, rest := 0, i
		for a := out.Rank - 1; a >= 0 && at >= 0; a-- {
			kept := in.Dims[a] + min(p.before[a], 0) + min(p.after[a], 0)
			k := rest%out.Dims[a] - max(p.before[a], 0)
			rest /= out.Dims[a]
			if k < 0 || k >= kept {
				if mode == padConstant {
					at = -1
					break
				}
				k = mode.source(k, kept)
			}
			at += (k - min(p.before[a], 0)) * st[a]
		}
		switch {
		case at < 0 && dv != nil:
			dv[0] += v
		case at >= 0 && dx != nil:
			dx[at] += v
		}
	}
}
