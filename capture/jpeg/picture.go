package jpeg

// Picture is planar YCbCr with samples of the full range 0..255 (JFIF 1.02).
// The sample of chroma for the pixel in column x of row y is the one at
// x>>ShiftX, y>>ShiftY. A grey picture has no chroma planes.
//
// A Picture that is decoded into again keeps its memory.
type Picture struct {
	W, H             int
	Y, Cb, Cr        []byte
	YStride, CStride int
	ShiftX, ShiftY   int // 0..2 each
}

// Grey reports whether p has no chroma.
func (p *Picture) Grey() bool { return len(p.Cb) == 0 }

// fill makes the rows from the given one down mid-grey.
func (p *Picture) fill(from int) {
	grey(p.Y, from*p.YStride)
	if !p.Grey() {
		c := (from + 1<<p.ShiftY - 1) >> p.ShiftY
		grey(p.Cb, c*p.CStride)
		grey(p.Cr, c*p.CStride)
	}
}

func grey(b []byte, from int) {
	b = b[min(from, len(b)):]
	for i := range b {
		b[i] = 128
	}
}

// resize returns b with n bytes, in its own memory where that is enough.
func resize(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
