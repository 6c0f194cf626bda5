package nn

// forwardNearest moves elements by their size alone.
func (o *Resize) forwardNearest(r *Run, g *resizeGeometry, roi *Tensor) error {
	var p nearestPass
	mem := r.Scratch
	for i := range g.rank {
		a := &g.axis[i]
		p.index[i] = takeIndex(&mem, a.out)
		o.fillNearest(a, p.index[i], roi, g.rois)
	}
	p.rank, p.in = g.rank, r.In[0].Shape.Strides()
	for p.rank > 1 && !g.axis[p.rank-1].active {
		p.rank-- // dimensions that stay as they are are copied together
	}
	p.block = r.In[0].Shape.span(p.rank, g.rank)
	switch r.In[0].DType {
	case Float32:
		moveNearest(&p, r.Out[0].F32(), r.In[0].F32(), o.Extrapolation)
	case Float64:
		moveNearest(&p, r.Out[0].F64(), r.In[0].F64(), float64(o.Extrapolation))
	case Int8:
		moveNearest(&p, r.Out[0].I8(), r.In[0].I8(), extrapolated[int8](o))
	case Uint8:
		moveNearest(&p, r.Out[0].U8(), r.In[0].U8(), extrapolated[uint8](o))
	case Int32:
		moveNearest(&p, r.Out[0].I32(), r.In[0].I32(), extrapolated[int32](o))
	case Int64:
		moveNearest(&p, r.Out[0].I64(), r.In[0].I64(), extrapolated[int64](o))
	case Bool:
		moveNearest(&p, r.Out[0].Bools(), r.In[0].Bools(), o.Extrapolation != 0)
	}
	return nil
}

// extrapolated is the extrapolation value as an integer.
func extrapolated[T exactNumber](o *Resize) T {
	low, high := limits[T]()
	return saturate[T](float64(o.Extrapolation), low, high)
}

// takeIndex is carve without padding, for tables that only int32 follow.
func takeIndex(mem *[]byte, n int) []int32 {
	t := View(Int32, Shape{Rank: 1, Dims: [MaxRank]int{n}}, *mem)
	*mem = (*mem)[n*4:]
	return t.I32()
}

// nearestPass says where every output comes from: by dimension, the input of
// each output, for the first rank of them; block elements lie behind each.
type nearestPass struct {
	rank, block int
	in          [MaxRank]int // strides
	index       [MaxRank][]int32
}

// moveNearest goes over the rows of outputs (runs along the last of p's
// dimensions). A row that comes from where the one before did is copied.
func moveNearest[T Element](p *nearestPass, dst, src []T, extra T) {
	last := p.rank - 1
	row := len(p.index[last]) * p.block
	if row == 0 {
		return
	}
	var pos [MaxRank]int
	before := -2
	for at := 0; at < len(dst); at += row {
		d := dst[at:][:row]
		switch from := p.from(&pos, last); {
		case from == outside:
			fillAny(d, extra)
		case from == before:
			copy(d, dst[at-row:at])
		default:
			p.row(d, src[from:], last)
			before = from
		}
	}
}
