package vision

import (
	"image"
	"image/color"
)

// strip is how many rows are converted before they are put in place: with a
// rotated picture that many pixels then lie side by side in the result.
const strip = 16

// fromImage converts src to RGB, turned as its EXIF orientation says. No
// second picture is made on the way. The meaning of Y, Cb and Cr is only for a
// source that has them.
func fromImage(src image.Image, orientation int, colour *YCC) *Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	row := rowReader(src, colour)
	if orientation < 2 {
		m := NewImage(w, h)
		for y := range h {
			row(m.Pix[y*w*3:(y+1)*w*3], y)
		}
		return m
	}
	m := NewImage(w, h)
	if orientation >= 5 {
		m.W, m.H = h, w
	}
	rows := make([]uint8, strip*w*3)
	for y0 := 0; y0 < h; y0 += strip {
		n := min(strip, h-y0)
		for i := range n {
			row(rows[i*w*3:(i+1)*w*3], y0+i)
		}
		m.place(rows, w, y0, n, orientation)
	}
	return m
}

// place puts n rows of w pixels, which are rows y0 and on of the stored
// picture, where they belong in the picture as seen.
func (m *Image) place(rows []uint8, w, y0, n, orientation int) {
	// The position of stored pixel (x, y) is at + x*dx + y*dy, in pixels.
	var at, dx, dy int
	switch orientation {
	case 2: // mirrored
		at, dx, dy = m.W-1, -1, m.W
	case 3: // upside down
		at, dx, dy = m.W*m.H-1, -1, -m.W
	case 4: // upside down and mirrored
		at, dx, dy = m.W*(m.H-1), 1, -m.W
	case 5: // transposed
		at, dx, dy = 0, m.W, 1
	case 6: // to be turned clockwise
		at, dx, dy = m.W-1, m.W, -1
	case 7: // transposed along the other diagonal
		at, dx, dy = m.W*m.H-1, -m.W, -1
	case 8: // to be turned anticlockwise
		at, dx, dy = m.W*(m.H-1), -m.W, 1
	}
	at += y0 * dy
	for x := range w {
		to := (at + x*dx) * 3
		for i := range n {
			from := (i*w + x) * 3
			d, s := m.Pix[to:to+3:to+3], rows[from:from+3:from+3]
			d[0], d[1], d[2] = s[0], s[1], s[2]
			to += dy * 3
		}
	}
}

// rowReader returns a function that converts row y of src to RGB. Each kind
// that the decoders yield has a loop of its own over its memory.
func rowReader(src image.Image, colour *YCC) func(dst []uint8, y int) {
	b := src.Bounds()
	switch p := src.(type) {
	case *image.YCbCr:
		return func(dst []uint8, y int) { ycbcrRow(dst, p, y+b.Min.Y, colour) }
	case *image.NYCbCrA:
		return func(dst []uint8, y int) {
			ycbcrRow(dst, &p.YCbCr, y+b.Min.Y, colour)
			a := p.A[p.AOffset(b.Min.X, y+b.Min.Y):]
			for i := range len(dst) / 3 {
				if v := uint32(a[i]); v < 255 {
					d := dst[i*3 : i*3+3 : i*3+3]
					d[0], d[1], d[2] = overWhite(d[0], v), overWhite(d[1], v), overWhite(d[2], v)
				}
			}
		}
	case *image.Gray:
		return func(dst []uint8, y int) {
			for i, v := range p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):][:len(dst)/3] {
				d := dst[i*3 : i*3+3 : i*3+3]
				d[0], d[1], d[2] = v, v, v
			}
		}
	case *image.Gray16:
		return func(dst []uint8, y int) {
			s := p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):]
			for i := range len(dst) / 3 {
				v := s[i*2]
				d := dst[i*3 : i*3+3 : i*3+3]
				d[0], d[1], d[2] = v, v, v
			}
		}
	case *image.RGBA: // premultiplied
		return func(dst []uint8, y int) { rgbaRow(dst, p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):], 1) }
	case *image.RGBA64:
		return func(dst []uint8, y int) { rgbaRow(dst, p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):], 2) }
	case *image.NRGBA:
		return func(dst []uint8, y int) { nrgbaRow(dst, p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):], 1) }
	case *image.NRGBA64:
		return func(dst []uint8, y int) { nrgbaRow(dst, p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):], 2) }
	case *image.CMYK:
		return func(dst []uint8, y int) { cmykRow(dst, p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):]) }
	case *image.Paletted:
		table := paletteRGB(p.Palette)
		return func(dst []uint8, y int) {
			for i, v := range p.Pix[p.PixOffset(b.Min.X, y+b.Min.Y):][:len(dst)/3] {
				c := &table[v]
				d := dst[i*3 : i*3+3 : i*3+3]
				d[0], d[1], d[2] = c[0], c[1], c[2]
			}
		}
	}
	return func(dst []uint8, y int) {
		for x := range len(dst) / 3 {
			c := colourOverWhite(src.At(x+b.Min.X, y+b.Min.Y))
			copy(dst[x*3:], c[:])
		}
	}
}

// overWhite lays a sample of opacity a, both 0..255, over white.
func overWhite(v uint8, a uint32) uint8 { return uint8((uint32(v)*a + 255*(255-a) + 127) / 255) }

// rgbaRow converts premultiplied samples of size bytes each (big-endian).
func rgbaRow(dst, src []uint8, size int) {
	for i := range len(dst) / 3 {
		s, d := src[i*4*size:(i+1)*4*size], dst[i*3:i*3+3:i*3+3]
		w := 255 - s[3*size]
		d[0], d[1], d[2] = addSat(s[0], w), addSat(s[size], w), addSat(s[2*size], w)
	}
}

func addSat(a, b uint8) uint8 { return uint8(min(uint32(a)+uint32(b), 255)) }

// nrgbaRow converts samples of size bytes each, not premultiplied.
func nrgbaRow(dst, src []uint8, size int) {
	for i := range len(dst) / 3 {
		s, d := src[i*4*size:(i+1)*4*size], dst[i*3:i*3+3:i*3+3]
		d[0], d[1], d[2] = s[0], s[size], s[2*size]
		if a := uint32(s[3*size]); a < 255 {
			d[0], d[1], d[2] = overWhite(d[0], a), overWhite(d[1], a), overWhite(d[2], a)
		}
	}
}

func cmykRow(dst, src []uint8) {
	for i := range len(dst) / 3 {
		s, d := src[i*4:i*4+4:i*4+4], dst[i*3:i*3+3:i*3+3]
		k := 255 - uint32(s[3])
		d[0] = uint8(((255-uint32(s[0]))*k + 127) / 255)
		d[1] = uint8(((255-uint32(s[1]))*k + 127) / 255)
		d[2] = uint8(((255-uint32(s[2]))*k + 127) / 255)
	}
}

// paletteRGB lays a palette over white. Indices beyond it are black.
func paletteRGB(p color.Palette) (table [256][3]uint8) {
	for i, c := range p[:min(len(p), len(table))] {
		table[i] = colourOverWhite(c)
	}
	return table
}

func colourOverWhite(c color.Color) [3]uint8 {
	v := color.NRGBAModel.Convert(c).(color.NRGBA)
	a := uint32(v.A)
	return [3]uint8{overWhite(v.R, a), overWhite(v.G, a), overWhite(v.B, a)}
}
