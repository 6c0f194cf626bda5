package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// byteTable is what follows an integer operation, byte by byte: one table for
// all, or one for each channel. It is looked up on each tile of the result as
// soon as that is stored, while it lies in the nearest cache.
type byteTable struct {
	all  *[256]uint8
	each []uint8 // [channel][256]
}

// tableOf returns the table of a node that is nothing else.
func tableOf(q *quantised) *byteTable {
	switch q.kind {
	case qTable:
		return &byteTable{all: q.table}
	case qSlopes:
		return &byteTable{each: q.slopeTables()}
	}
	return nil
}

// slopeTables are the tables of a qSlopes node.
func (q *quantised) slopeTables() []uint8 {
	tables := make([]uint8, 0, 256*len(q.slopes))
	real := q.in[0].real()
	for _, slope := range q.slopes {
		for _, x := range real {
			if x < 0 {
				x *= slope
			}
			b := int32(q.out.quantise(x)) - q.out.zero
			tables = append(tables, uint8(min(max(b, int32(q.lo)), int32(q.hi))+q.out.zero))
		}
	}
	return tables
}

// fuseTables gives convolutions and products of bytes the table that alone
// reads their result.
func (p *program) fuseTables() {
	u := p.usage()
	for _, n := range p.nodes {
		if n.q == nil || n.q.real || n.q.kind != qConv && n.q.kind != qDense {
			continue
		}
		after := p.soleReader(u, n)
		if after == nil || after.q == nil || n.q.after != nil {
			continue
		}
		t := tableOf(after.q)
		if t == nil || t.each != nil && n.q.kind != qConv {
			continue
		}
		n.q.after = t
		p.absorb(n, after)
	}
	p.sweep()
}

// apply looks up so many rows of n bytes that are stride apart; the first byte
// belongs to channel c. A nil table does nothing.
func (t *byteTable) apply(fn func(*kernels.ElementI8Args), k *kernels.ElementI8Args, at unsafe.Pointer, rows, n, stride, c int) {
	switch {
	case t == nil:
		return
	case t.each != nil:
		for range rows {
			t.channels(unsafe.Slice((*uint8)(at), n), c)
			at = unsafe.Add(at, stride)
		}
		return
	case stride == n:
		rows, n = 1, rows*n
	}
	k.Table, k.N = t.all, n
	for range rows {
		k.A, k.Dst = (*uint8)(at), (*uint8)(at)
		fn(k)
		at = unsafe.Add(at, stride)
	}
}

// channels looks up one row, whose first byte belongs to channel c.
func (t *byteTable) channels(row []uint8, c int) {
	tables := t.each[c<<8:]
	for i, b := range row {
		row[i] = tables[i<<8|int(b)]
	}
}
