package vision

import "fmt"

// Image is an 8-bit RGB picture, interleaved and row-major.
type Image struct {
	W, H int     // in pixels, both at least 1
	Pix  []uint8 // W*H*3 bytes: R, G, B of each pixel
}

// NewImage returns a black picture. It panics when a size is not positive.
func NewImage(w, h int) *Image {
	if w < 1 || h < 1 {
		panic(fmt.Sprintf("vision: a picture of %d x %d", w, h))
	}
	return &Image{w, h, make([]uint8, w*h*3)}
}

// Bounds returns the box that covers the whole picture.
func (m *Image) Bounds() Box { return Box{0, 0, float32(m.W), float32(m.H)} }

// At returns the colour of the pixel in column x of row y.
func (m *Image) At(x, y int) (r, g, b uint8) {
	i := (y*m.W + x) * 3
	return m.Pix[i], m.Pix[i+1], m.Pix[i+2]
}

// Set gives the pixel in column x of row y a colour.
func (m *Image) Set(x, y int, r, g, b uint8) {
	i := (y*m.W + x) * 3
	m.Pix[i], m.Pix[i+1], m.Pix[i+2] = r, g, b
}

// Clone returns a copy with memory of its own.
func (m *Image) Clone() *Image {
	return &Image{m.W, m.H, append([]uint8(nil), m.Pix...)}
}

// valid reports whether the fields agree with one another, so that a picture
// put together by hand cannot send a loop out of bounds.
func (m *Image) valid() bool {
	return m != nil && m.W > 0 && m.H > 0 && m.W <= maxSide && m.H <= maxSide && len(m.Pix) >= m.W*m.H*3
}

// maxSide bounds the width and height of any picture, so that products of
// them cannot overflow.
const maxSide = 1 << 20
