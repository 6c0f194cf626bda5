package plan

import (
	"math"
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// byteTable is what follows an integer operation, byte by byte. It is looked
// up on each tile of the result as soon as that is stored, while it lies in the
// nearest cache.
type byteTable [256]uint8

// slopeTable is the table of what is linear on either side of zero: from bytes
// that mean in to bytes that mean out, within lo..hi of its zero.
func slopeTable(in, out qparam, slope float64, lo, hi float32) (t [256]uint8) {
	for i, x := range in.real() {
		if x < 0 {
			x *= slope
		}
		b := int32(out.quantise(x)) - out.zero
		t[i] = uint8(min(max(b, int32(lo)), int32(hi)) + out.zero)
	}
	return t
}

// fuseSlopes gives convolutions and products of bytes the slopes below zero
// (PRelu, LeakyRelu), or the change of scale, that alone read their result. The
// requantisation then has other scales, and the rounding between the two
// operations does not take place: one less than the graph writes, and the same
// bits on every CPU all the same. Of that rounding's saturation remain the limits
// that hold for all channels.
func (p *program) fuseSlopes() {
	u := p.usage()
	for _, n := range p.nodes {
		for n.takesTable() && n.q.slopes == nil {
			after := p.soleReader(u, n)
			if after == nil || after.q == nil || !n.q.takeSlopes(after) {
				break
			}
			p.absorb(n, after)
		}
	}
	p.sweep()
}

// takeSlopes gives q, which makes what after reads, the scales of both.
func (q *quantised) takeSlopes(after *node) bool {
	to := after.q.out
	switch after.q.kind {
	case qTable:
		lo, hi := to.limits(float32(math.Inf(-1)), float32(math.Inf(1)))
		if slopeTable(q.out, to, 1, lo, hi) == *after.q.table {
			q.lo, q.hi = to.limits(q.lo*q.out.scale, q.hi*q.out.scale)
			q.out = to
			return true
		}
		// A table may do more than the operation that it is named after.
		op, ok := after.op.(*nn.LeakyRelu)
		if !ok || !q.out.wholeRange(q.lo, q.hi) || slopeTable(q.out, to, float64(op.Alpha), lo, hi) != *after.q.table {
			return false
		}
		q.slopes = slices.Repeat([]float64{float64(op.Alpha)}, len(q.weights.scale))
		q.lo, q.hi = to.limits(q.out.sloped(q.slopes))
	case qSlopes:
		if q.kind != qConv || len(after.q.slopes) != len(q.weights.scale) || !q.out.wholeRange(q.lo, q.hi) {
			return false
		}
		q.slopes = after.q.slopes
		lo, hi := to.limits(q.out.sloped(q.slopes))
		q.lo, q.hi = max(lo, after.q.lo), max(lo, min(hi, after.q.hi))
	default:
		return false
	}
	q.out = to
	return true
}

// sloped returns the limits of the real numbers that bytes stand for, after
// slopes below zero.
func (q qparam) sloped(slopes []float64) (float32, float32) {
	real := q.real()
	lo, hi := 0.0, max(0, real[255])
	for _, slope := range slopes {
		end := min(0, real[0]) * slope
		lo, hi = min(lo, end), max(hi, end)
	}
	return float32(lo), float32(hi)
}

// takesTable reports whether n is a convolution or product that gives bytes,
// and does nothing to them yet.
func (n *node) takesTable() bool {
	return n.q != nil && !n.q.real && (n.q.kind == qConv || n.q.kind == qDense) && n.q.after == nil
}

// fuseTables gives convolutions and products of bytes the table that alone
// reads their result.
func (p *program) fuseTables() {
	u := p.usage()
	for _, n := range p.nodes {
		if !n.takesTable() {
			continue
		}
		if after := p.soleReader(u, n); after != nil && after.q != nil && after.q.kind == qTable {
			n.q.after = (*byteTable)(after.q.table)
			p.absorb(n, after)
		}
	}
	p.sweep()
}

// apply looks up so many rows of n bytes that are stride apart. A nil table
// does nothing.
func (t *byteTable) apply(fn func(*kernels.ElementI8Args), k *kernels.ElementI8Args, at unsafe.Pointer, rows, n, stride int) {
	if t == nil {
		return
	}
	if stride == n {
		rows, n = 1, rows*n
	}
	k.Table, k.N = (*[256]uint8)(t), n
	for range rows {
		k.A, k.Dst = (*uint8)(at), (*uint8)(at)
		fn(k)
		at = unsafe.Add(at, stride)
	}
}
