package plan

import (
	"math"
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
// (PRelu, LeakyRelu) that alone read their result. The requantisation then has
// another scale for negative sums, and the rounding between the two operations
// does not take place: one less than the graph writes, and the same bits on every
// CPU all the same. Of that rounding's saturation remain the limits that hold for
// all channels.
func (p *program) fuseSlopes() {
	u := p.usage()
	for _, n := range p.nodes {
		if !n.takesTable() || n.q.slopes != nil || !n.q.out.wholeRange(n.q.lo, n.q.hi) {
			continue
		}
		after := p.soleReader(u, n)
		if after == nil || after.q == nil {
			continue
		}
		slopes := slopesOf(n.q, after)
		if slopes == nil {
			continue
		}
		lo, hi := after.q.out.limits(n.q.out.sloped(slopes))
		if after.q.kind == qSlopes {
			lo, hi = max(lo, after.q.lo), max(lo, min(hi, after.q.hi))
		}
		n.q.slopes, n.q.out, n.q.lo, n.q.hi = slopes, after.q.out, lo, hi
		p.absorb(n, after)
	}
	p.sweep()
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

// slopesOf returns the slopes of after below zero, one for each channel of what
// q makes, if it has nothing but those.
func slopesOf(q *quantised, after *node) []float64 {
	channels := len(q.weights.scale)
	if after.q.kind == qSlopes && q.kind == qConv && len(after.q.slopes) == channels {
		return after.q.slopes
	}
	op, ok := after.op.(*nn.LeakyRelu)
	if !ok || after.q.kind != qTable {
		return nil
	}
	// A table may do more than the operation that it is named after.
	slope, out := float64(op.Alpha), after.q.out
	lo, hi := out.limits(float32(math.Inf(-1)), float32(math.Inf(1)))
	if slopeTable(q.out, out, slope, lo, hi) != *after.q.table {
		return nil
	}
	slopes := make([]float64, channels)
	for c := range slopes {
		slopes[c] = slope
	}
	return slopes
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
