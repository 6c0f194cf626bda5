package nn

import "math"

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
	p.repeat = repeats(p.index[p.rank-1], g.axis[p.rank-1].in)
	extra := o.extraBits(r.In[0].DType)
	switch r.In[0].DType.Size() {
	case 1:
		moveNearest(&p, units[uint8](r.Out[0]), units[uint8](r.In[0]), uint8(extra))
	case 4:
		moveNearest(&p, units[uint32](r.Out[0]), units[uint32](r.In[0]), uint32(extra))
	case 8:
		moveNearest(&p, units[uint64](r.Out[0]), units[uint64](r.In[0]), extra)
	}
	return nil
}

// extraBits returns the bits of the extrapolation value as an element.
func (o *Resize) extraBits(d DType) uint64 {
	v := float64(o.Extrapolation)
	switch d {
	case Float32:
		return uint64(math.Float32bits(o.Extrapolation))
	case Float64:
		return math.Float64bits(v)
	case Int8:
		return uint64(saturate[int8](v))
	case Uint8:
		return uint64(saturate[uint8](v))
	case Int32:
		return uint64(saturate[int32](v))
	case Int64:
		return uint64(saturate[int64](v))
	}
	if v != 0 {
		return 1
	}
	return 0
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
	repeat      int          // outputs along the last dimension that each input makes, where that is the same for all
	in          [MaxRank]int // strides
	index       [MaxRank][]int32
}

// repeats returns how many times in a row an index names each of n inputs; 0
// where it does not do so evenly.
func repeats(index []int32, n int) int {
	if n == 0 || len(index)%n != 0 {
		return 0
	}
	f := len(index) / n
	for i, k := range index {
		if int(k) != i/f {
			return 0
		}
	}
	return f
}

// moveNearest goes over the rows of outputs (runs along the last of p's
// dimensions). A row that comes from where the one before did is copied.
func moveNearest[T unit](p *nearestPass, dst, src []T, extra T) {
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
			fillUnits(d, extra)
		case from == before:
			copy(d, dst[at-row:at])
		default:
			nearestRow(p, d, src[from:], extra)
			before = from
		}
	}
}

// from returns the input of the first output of a row and goes to the next
// row; outside where any dimension but the last lies there.
func (p *nearestPass) from(pos *[MaxRank]int, last int) int {
	at, lost := 0, false
	for i := range last {
		k := p.index[i][pos[i]]
		lost = lost || k == outside
		at += int(k) * p.in[i]
	}
	for i := last - 1; i >= 0; i-- {
		if pos[i]++; pos[i] < len(p.index[i]) {
			break
		}
		pos[i] = 0
	}
	if lost {
		return outside
	}
	return at
}

// nearestRow gathers one row.
func nearestRow[T unit](p *nearestPass, dst, src []T, extra T) {
	index := p.index[p.rank-1]
	if p.block == 1 && p.repeat == 2 {
		src = src[:len(dst)/2]
		for i, v := range src {
			d := dst[2*i:][:2]
			d[0], d[1] = v, v
		}
		return
	}
	if p.block == 1 {
		for i, k := range index {
			if k == outside {
				dst[i] = extra
			} else {
				dst[i] = src[k]
			}
		}
		return
	}
	for i, k := range index {
		d := dst[i*p.block:][:p.block]
		if k == outside {
			fillUnits(d, extra)
		} else {
			copy(d, src[int(k)*p.block:])
		}
	}
}
