package plan

import (
	"cmp"
	"fmt"
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/hugepage"
)

// align is the alignment of everything in an arena: a cache line, and the
// widest vector.
const align = 64

func aligned(n int) int { return (n + align - 1) &^ (align - 1) }

// alignedBytes allocates zeroed memory on a multiple of align.
func alignedBytes(n int) []byte {
	if n == 0 {
		return nil
	}
	words := make([]uint64, (n+align+7)/8)
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)
	hugepage.Back(b)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(words)))) & (align - 1)
	return b[skip : skip+n : skip+n]
}

// block is a stretch of the arena that is in use from one step to another.
// Before its bytes lies the prefix, where kernels keep a row of zeros.
type block struct {
	prefix, bytes int
	first, last   int // steps, both included
	offset        int // of the bytes, once placed
}

// ErrMemory says that a plan would take more memory than it may.
type ErrMemory struct {
	Graph       string
	Need, Limit int // bytes
}

func (e *ErrMemory) Error() string {
	return fmt.Sprintf("graph %q needs an arena of %d bytes, over the limit of %d; bind smaller inputs, or raise the limit (plan.WithMemoryLimit)", e.Graph, e.Need, e.Limit)
}

// place gives every block an offset so that blocks in use at the same time do
// not overlap, and returns the bytes of the arena. The largest are placed
// first, each in the smallest gap that holds it: the greedy-by-size offset
// calculation of Y. Pisarchyk and J. Lee, "Efficient Memory Management for
// Deep Neural Net Inference" (2020).
func place(blocks []*block) int {
	order := slices.Clone(blocks)
	slices.SortStableFunc(order, func(a, b *block) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.first, b.first))
	})
	var placed []*block // by offset
	total := 0
	for _, b := range order {
		at := b.gap(placed)
		b.offset = at + aligned(b.prefix)
		i, _ := slices.BinarySearchFunc(placed, at, func(p *block, at int) int { return cmp.Compare(p.start(), at) })
		placed = slices.Insert(placed, i, b)
		total = max(total, at+b.size())
	}
	return total
}

func (b *block) size() int  { return aligned(b.prefix) + aligned(b.bytes) }
func (b *block) start() int { return b.offset - aligned(b.prefix) }

// gap returns where among the placed blocks b fits most tightly.
func (b *block) gap(placed []*block) int {
	best, bestSize, end := -1, 0, 0
	for _, p := range placed {
		if p.last < b.first || p.first > b.last {
			continue
		}
		if room := p.start() - end; room >= b.size() && (best < 0 || room < bestSize) {
			best, bestSize = end, room
		}
		end = max(end, p.start()+p.size())
	}
	if best < 0 {
		return end
	}
	return best
}
