package vision

import (
	"image"

	"golang.org/x/image/draw"
)

// Thumbnail returns m scaled down so that its longer side has at most side
// pixels; m itself where it is as small already.
func (m *Image) Thumbnail(side int) *Image {
	longer := max(m.W, m.H)
	if longer <= side || side < 1 {
		return m
	}
	w, h := max(1, m.W*side/longer), max(1, m.H*side/longer)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	src := m.rgba()
	// Bilinear over what each pixel covers, so that fine lines do not break.
	draw.BiLinear.Scale(small, small.Bounds(), src, src.Bounds(), draw.Src, nil)
	out := &Image{W: w, H: h, Pix: make([]uint8, w*h*3)}
	for i := range w * h {
		copy(out.Pix[i*3:][:3], small.Pix[i*4:])
	}
	return out
}
