package motion

import (
	"cmp"
	"slices"

	"github.com/ocellus-vision/ocellus/vision"
)

// regions finds the cells that hang together.
type regions struct {
	w, h, least int
	cells       []uint8 // (w+2)×(h+2): with a border of unmarked cells
	at          []int32 // where each cell of the grid lies in cells
	stack       []int32
	found       []region
	boxes       []vision.Box
}

type region struct {
	x1, y1, x2, y2 int // cells, the last included, in coordinates of the bordered grid
	cells          int
}

// What a cell is.
const (
	unmarked = iota
	marked
	kept // marked, with neighbours that are
)

// neighbours a marked cell needs, so that single cells that flicker make no
// region.
const neighbours = 2

func newRegions(w, h, least int) regions {
	r := regions{
		w: w, h: h, least: least, cells: make([]uint8, (w+2)*(h+2)),
		// Each cell is put on the stack once at most, and a region needs at
		// least 3 cells.
		stack: make([]int32, 0, w*h), found: make([]region, 0, w*h/3+1), boxes: make([]vision.Box, 0, MaxRegions),
		at: make([]int32, w*h),
	}
	for i := range r.at {
		r.at[i] = int32((i/w+1)*(w+2) + i%w + 1)
	}
	return r
}

func (r *regions) mark(i int, on bool) {
	c := &r.cells[r.at[i]]
	if *c = unmarked; on {
		*c = marked
	}
}

func (r *regions) marked(i int) bool { return r.cells[r.at[i]] != unmarked }

// around returns the eight neighbours of a cell.
func (r *regions) around(c int32) [8]int32 {
	s := int32(r.w + 2)
	return [8]int32{c - s - 1, c - s, c - s + 1, c - 1, c + 1, c + s - 1, c + s, c + s + 1}
}

// find returns the boxes of what is marked.
func (r *regions) find() []vision.Box {
	r.keep()
	r.found = r.found[:0]
	for _, c := range r.at {
		if r.cells[c] == kept {
			if g := r.grow(c); g.cells >= r.least {
				r.found = append(r.found, g)
			}
		}
	}
	slices.SortFunc(r.found, func(a, b region) int {
		return cmp.Or(b.cells-a.cells, a.y1-b.y1, a.x1-b.x1)
	})
	r.boxes = r.boxes[:0]
	for _, g := range r.found[:min(len(r.found), MaxRegions)] {
		r.boxes = append(r.boxes, r.box(g))
	}
	return r.boxes
}

func (r *regions) keep() {
	for _, c := range r.at {
		if r.cells[c] == unmarked {
			continue
		}
		n := 0
		for _, o := range r.around(c) {
			if r.cells[o] != unmarked {
				n++
			}
		}
		if n >= neighbours {
			r.cells[c] = kept
		}
	}
}

// grow collects the region of a kept cell, whose cells become merely marked.
func (r *regions) grow(c int32) region {
	s := r.w + 2
	g := region{x1: int(c) % s, y1: int(c) / s, x2: int(c) % s, y2: int(c) / s}
	r.stack = append(r.stack[:0], c)
	r.cells[c] = marked
	for len(r.stack) > 0 {
		c = r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		x, y := int(c)%s, int(c)/s
		g.x1, g.y1, g.x2, g.y2 = min(g.x1, x), min(g.y1, y), max(g.x2, x), max(g.y2, y)
		g.cells++
		for _, o := range r.around(c) {
			if r.cells[o] == kept {
				r.cells[o] = marked
				r.stack = append(r.stack, o)
			}
		}
	}
	return g
}

// box is a region as shares of the picture, a cell wider on each side: edges
// lie within cells that differ too little.
func (r *regions) box(g region) vision.Box {
	w, h := float32(r.w), float32(r.h)
	return vision.Box{
		X1: max(0, float32(g.x1-2)/w), Y1: max(0, float32(g.y1-2)/h),
		X2: min(1, float32(g.x2+1)/w), Y2: min(1, float32(g.y2+1)/h),
	}
}
