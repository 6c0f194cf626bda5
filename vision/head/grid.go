package head

import "github.com/ocellus-vision/ocellus/vision"

// grid is a layer of square cells that covers the input from its left upper
// corner on. Where the input's sides are no multiples of the stride the last
// cells reach beyond it.
type grid struct {
	cols, rows int
	stride     float32 // side of a cell, in pixels of the input
}

func newGrid(in Input, stride int) grid {
	return grid{(in.Width + stride - 1) / stride, (in.Height + stride - 1) / stride, float32(stride)}
}

func (g grid) cells() int { return g.cols * g.rows }

// at returns the column and the row of a cell, cells being counted along the
// rows.
func (g grid) at(cell int) (col, row float32) {
	return float32(cell % g.cols), float32(cell / g.cols)
}

// around returns the box of that centre and size. A box that is not finite,
// or that is empty, is none.
func around(cx, cy, w, h float32) (vision.Box, bool) {
	b := vision.BoxAround(cx, cy, w, h)
	return b, b.Finite() && !b.Empty()
}

// pointless is embedded by decoders that find no landmarks.
type pointless struct{}

// Reset has nothing to take back.
func (pointless) Reset() {}
