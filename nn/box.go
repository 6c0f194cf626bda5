package nn

import "unsafe"

// A box is a block of elements and where they lie in two tensors: element
// (i₀, i₁, …) is at toAt + Σ i·to of the one and fromAt + Σ i·from of the
// other, all in elements. A from of 0 repeats; a negative one reverses.
type box struct {
	rank         int
	dims         [MaxRank]int
	to, from     [MaxRank]int
	toAt, fromAt int
}

// boxOf is the box of all elements of s at the given strides.
func boxOf(s Shape, to, from [MaxRank]int) box {
	return box{rank: s.Rank, dims: s.Dims, to: to, from: from}
}

// unit is the set of types that stand for elements of their size when
// elements are only moved.
type unit interface {
	uint8 | uint16 | uint32 | uint64
}

// units returns the elements of t as integers of their size.
func units[T unit](t *Tensor) []T {
	var z T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.data))), len(t.data)/int(unsafe.Sizeof(z)))
}

// copyBox copies the elements of b from src to dst, which are of one type.
func copyBox(dst, src *Tensor, b box) {
	if !b.simplify() {
		return
	}
	switch dst.DType.Size() {
	case 1:
		copyUnits(units[uint8](dst), units[uint8](src), &b)
	case 2:
		copyUnits(units[uint16](dst), units[uint16](src), &b)
	case 4:
		copyUnits(units[uint32](dst), units[uint32](src), &b)
	case 8:
		copyUnits(units[uint64](dst), units[uint64](src), &b)
	}
}

// simplify drops dimensions of extent 1 and joins neighbours that are one
// stretch in both tensors. It leaves at least two dimensions, of which the
// next to last is contiguous in from where any is but the last. It returns
// false when there are no elements.
func (b *box) simplify() bool {
	n := 0
	for i, d := range b.dims[:b.rank] {
		switch {
		case d == 0:
			return false
		case d == 1:
		case n > 0 && b.to[n-1] == b.to[i]*d && b.from[n-1] == b.from[i]*d:
			b.dims[n-1] *= d
			b.to[n-1], b.from[n-1] = b.to[i], b.from[i]
		default:
			b.dims[n], b.to[n], b.from[n] = d, b.to[i], b.from[i]
			n++
		}
	}
	for ; n < 2; n++ {
		copy(b.dims[1:], b.dims[:n])
		copy(b.to[1:], b.to[:n])
		copy(b.from[1:], b.from[:n])
		b.dims[0], b.to[0], b.from[0] = 1, 1, 1
	}
	b.rank = n
	for i := range n - 2 {
		if b.from[i] == 1 {
			b.swap(i, n-2)
		}
	}
	return true
}

func (b *box) swap(i, j int) {
	b.dims[i], b.dims[j] = b.dims[j], b.dims[i]
	b.to[i], b.to[j] = b.to[j], b.to[i]
	b.from[i], b.from[j] = b.from[j], b.from[i]
}

// next moves idx, to and from on by one element of the first dims dimensions
// and returns false after the last.
func (b *box) next(idx *[MaxRank]int, dims int, to, from *int) bool {
	for i := dims - 1; i >= 0; i-- {
		idx[i]++
		*to += b.to[i]
		*from += b.from[i]
		if idx[i] < b.dims[i] {
			return true
		}
		idx[i] = 0
		*to -= b.to[i] * b.dims[i]
		*from -= b.from[i] * b.dims[i]
	}
	return false
}

// copyUnits copies a simplified box, plane by plane.
func copyUnits[T unit](dst, src []T, b *box) {
	outer := b.rank - 2
	row, col := outer, outer+1
	p := plane{b.dims[row], b.dims[col], b.to[row], b.to[col], b.from[row], b.from[col]}
	// The longer loop is the inner one, save where rows are contiguous.
	if !p.rows() && p.n1 < p.n0 && p.n1 < tile {
		p = plane{p.n1, p.n0, p.to1, p.to0, p.from1, p.from0}
	}
	var idx [MaxRank]int
	to, from := b.toAt, b.fromAt
	for more := true; more; more = b.next(&idx, outer, &to, &from) {
		switch {
		case p.rows():
			copyRows(dst, src, p, to, from)
		case p.from1 == 0 && p.to1 == 1:
			fillRows(dst, src, p, to, from)
		default:
			copyTiles(dst, src, p, to, from)
		}
	}
}

// plane is the two inner dimensions of a box: extents and strides.
type plane struct{ n0, n1, to0, to1, from0, from1 int }

func (p *plane) rows() bool { return p.to1 == 1 && p.from1 == 1 }

func copyRows[T unit](dst, src []T, p plane, to, from int) {
	for range p.n0 {
		copy(dst[to:to+p.n1], src[from:from+p.n1])
		to += p.to0
		from += p.from0
	}
}

func fillRows[T unit](dst, src []T, p plane, to, from int) {
	for range p.n0 {
		fillUnits(dst[to:to+p.n1], src[from])
		to += p.to0
		from += p.from0
	}
}

func fillUnits[T unit](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// tile is the side of the squares that a plane is transposed by: what they
// touch in both tensors stays in the first-level cache.
const tile = 32

func copyTiles[T unit](dst, src []T, p plane, to, from int) {
	for i := 0; i < p.n0; i += tile {
		q := p
		q.n0 = min(tile, p.n0-i)
		for j := 0; j < p.n1; j += tile {
			q.n1 = min(tile, p.n1-j)
			t, f := to+i*p.to0+j*p.to1, from+i*p.from0+j*p.from1
			switch {
			case q.to1 == 1 && q.from0 == 1:
				transposeTile(dst, src, q, t, f)
			case q.to0 == 1 && q.from1 == 1:
				transposeTile(dst, src, plane{q.n1, q.n0, q.to1, 1, 1, q.from0}, t, f)
			default:
				copyTile(dst, src, q, t, f)
			}
		}
	}
}

func copyTile[T unit](dst, src []T, p plane, to, from int) {
	for range p.n0 {
		t, f := to, from
		for range p.n1 {
			dst[t] = src[f]
			t += p.to1
			f += p.from1
		}
		to += p.to0
		from += p.from0
	}
}

// transposeTile is copyTile where columns are contiguous in dst and rows in
// src: four of the one at a time.
func transposeTile[T unit](dst, src []T, p plane, to, from int) {
	j := 0
	for ; j+4 <= p.n1; j += 4 {
		f := from + j*p.from1
		s0, s1 := src[f:][:p.n0], src[f+p.from1:][:p.n0]
		s2, s3 := src[f+2*p.from1:][:p.n0], src[f+3*p.from1:][:p.n0]
		for i := range s0 {
			d := dst[to+j+i*p.to0:][:4]
			d[0], d[1], d[2], d[3] = s0[i], s1[i], s2[i], s3[i]
		}
	}
	rest := plane{p.n1 - j, p.n0, p.to1, p.to0, p.from1, p.from0}
	copyTile(dst, src, rest, to+j, from+j*p.from1)
}

// addBox adds the elements of b in src to those in dst, so that a to of 0
// sums. It does nothing where dst is not Present.
func addBox(dst, src *Tensor, b box) { addTimes(dst, src, b, 1) }

// addTimes is addBox with the elements of src multiplied by a factor.
func addTimes(dst, src *Tensor, b box, by float64) {
	if !dst.Present() || !b.simplify() {
		return
	}
	switch dst.DType {
	case Float32:
		addUnits(dst.F32(), src.F32(), &b, float32(by))
	case Float64:
		addUnits(dst.F64(), src.F64(), &b, by)
	}
}

// addBroadcast adds by·src to dst, which broadcast to the shape of src: what
// repeats is summed.
func addBroadcast(dst, src *Tensor, by float64) {
	if dst.Present() {
		addTimes(dst, src, expandBox(src.Shape, dst.Shape).reversed(), by)
	}
}

// addUnits adds a simplified box, row by row.
func addUnits[T Float](dst, src []T, b *box, by T) {
	outer := b.rank - 2
	row, col := outer, outer+1
	p := plane{b.dims[row], b.dims[col], b.to[row], b.to[col], b.from[row], b.from[col]}
	var idx [MaxRank]int
	to, from := b.toAt, b.fromAt
	for more := true; more; more = b.next(&idx, outer, &to, &from) {
		for i := range p.n0 {
			addRow(dst, src, p, to+i*p.to0, from+i*p.from0, by)
		}
	}
}

func addRow[T Float](dst, src []T, p plane, to, from int, by T) {
	switch {
	case p.to1 == 1 && p.from1 == 1:
		multiplyAdd(dst[to:to+p.n1], src[from:], by, 1)
	case p.to1 == 1 && p.from1 == 0:
		v := by * src[from]
		for i := range dst[to : to+p.n1] {
			dst[to+i] += v
		}
	case p.to1 == 0 && p.from1 == 1:
		dst[to] += T(float64(by) * sumRow[T, float64](src[from:from+p.n1]))
	default:
		for range p.n1 {
			dst[to] += by * src[from]
			to += p.to1
			from += p.from1
		}
	}
}

// reversed is the box with the tensors' roles exchanged, for gradients.
func (b box) reversed() box {
	b.to, b.from, b.toAt, b.fromAt = b.from, b.to, b.fromAt, b.toAt
	return b
}
