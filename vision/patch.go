package vision

// Patch is a part of a picture that is read by rows, as a picture of its own.
// The zero value is an empty one. Its memory is used again; it serves one
// goroutine.
type Patch struct {
	Image
	X, Y int // where its first pixel lies in the picture

	row []uint8
}

// Read makes p the pixels that a box of the picture touches, clipped to the
// picture; of a box that lies outside, that is the nearest pixel.
func (p *Patch) Read(src Rows, part Box) {
	w, h := src.Size()
	x1, x2 := span(part.X1, part.X2, w)
	y1, y2 := span(part.Y1, part.Y2, h)
	p.X, p.Y, p.W, p.H = x1, y1, x2-x1, y2-y1
	p.Pix, p.row = resize(p.Pix, p.W*p.H*3), resize(p.row, w*3)
	for y := range p.H {
		src.Row(p.row, y1+y)
		copy(p.Pix[y*p.W*3:(y+1)*p.W*3], p.row[x1*3:x2*3])
	}
}

// Holds reports whether p has all pixels that a box of a picture touches, one
// of w×h.
func (p *Patch) Holds(part Box, w, h int) bool {
	x1, x2 := span(part.X1, part.X2, w)
	y1, y2 := span(part.Y1, part.Y2, h)
	return p.W > 0 && p.X <= x1 && x2 <= p.X+p.W && p.Y <= y1 && y2 <= p.Y+p.H
}

// Clear makes p empty; its memory is kept.
func (p *Patch) Clear() { p.W, p.H = 0, 0 }

// span returns the pixels from lo to hi along a side of n pixels, at least one.
func span(lo, hi float32, n int) (from, to int) {
	from = int(clamp(lo, 0, float32(n-1)))
	to = int(clamp(hi, 0, float32(n)))
	if float32(to) < hi {
		to++
	}
	return from, min(max(to, from+1), n)
}
