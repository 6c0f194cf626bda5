package capture

import "github.com/ocellus-vision/ocellus/vision"

// Half is a Raster at half its size, for those who would make it smaller
// still: each pixel is the mean of four, taken before the colours are
// converted, so that there is a quarter of them to convert. It is to bare
// formats what scaled decoding is to MJPEG. It implements vision.Rows.
type Half struct{ r *Raster }

// Of makes h the half of r, or returns false for what has none: an odd size,
// an MJPEG, and chroma that is not shared as in 4:2:2 and 4:2:0.
func (h *Half) Of(r *Raster) bool {
	h.r = r
	if r.W < 2 || r.H < 2 || (r.W|r.H)&1 == 1 {
		return false
	}
	switch r.Format {
	case YUYV, UYVY, NV12, Grey, RGB, BGR:
		return true
	case YCbCr:
		return r.ShiftX == 1 && r.ShiftY <= 1
	}
	return false
}

// Size returns the width and height in pixels.
func (h *Half) Size() (w, height int) { return h.r.W / 2, h.r.H / 2 }

// Row writes row y as RGB, 3 bytes a pixel.
func (h *Half) Row(dst []uint8, y int) {
	r := h.r
	w := r.W / 2
	dst = dst[:w*3]
	p, k := &r.Planes[0], r.matrix()
	a, b := p.Pix[2*y*p.Stride:], p.Pix[(2*y+1)*p.Stride:]
	switch r.Format {
	case YUYV:
		halfPacked(dst, a[:w*4], b[:w*4], k)
	case UYVY:
		halfTurned(dst, a[:w*4], b[:w*4], k)
	case NV12:
		c := r.Planes[1].Pix[y*r.Planes[1].Stride:]
		halfPairs(dst, a[:w*2], b[:w*2], c[:w*2], k)
	case YCbCr:
		halfPlanar(dst, a[:w*2], b[:w*2], r, y, k)
	case Grey:
		for i := range w {
			l := k.Grey(uint8(mean4(a[2*i:2*i+2], b[2*i:2*i+2])))
			d := dst[i*3 : i*3+3 : i*3+3]
			d[0], d[1], d[2] = l, l, l
		}
	default:
		halfRGB(dst, a[:w*6], b[:w*6], r.Format == BGR)
	}
}

// mean4 returns the mean of two samples of each of two rows.
func mean4(a, b []uint8) int32 {
	return (int32(a[0]) + int32(a[1]) + int32(b[0]) + int32(b[1]) + 2) >> 2
}

func mean2(a, b uint8) uint8 { return uint8((int32(a) + int32(b) + 1) >> 1) }

// halfPacked reads groups of Y0 Cb Y1 Cr of two rows.
func halfPacked(dst, a, b []uint8, k *vision.YCC) {
	for i := 0; i+4 <= len(a); i += 4 {
		s, t, d := a[i:i+4:i+4], b[i:i+4:i+4], dst[i/4*3:i/4*3+3:i/4*3+3]
		luma := (int32(s[0]) + int32(s[2]) + int32(t[0]) + int32(t[2]) + 2) >> 2
		cr, cg, cb := k.Chroma(mean2(s[1], t[1]), mean2(s[3], t[3]))
		k.Pixel(d, uint8(luma), cr, cg, cb)
	}
}

// halfTurned reads groups of Cb Y0 Cr Y1 of two rows.
func halfTurned(dst, a, b []uint8, k *vision.YCC) {
	for i := 0; i+4 <= len(a); i += 4 {
		s, t, d := a[i:i+4:i+4], b[i:i+4:i+4], dst[i/4*3:i/4*3+3:i/4*3+3]
		luma := (int32(s[1]) + int32(s[3]) + int32(t[1]) + int32(t[3]) + 2) >> 2
		cr, cg, cb := k.Chroma(mean2(s[0], t[0]), mean2(s[2], t[2]))
		k.Pixel(d, uint8(luma), cr, cg, cb)
	}
}

// halfPairs reads two rows of luma, and their row of pairs of Cb and Cr.
func halfPairs(dst, a, b, c []uint8, k *vision.YCC) {
	for i := 0; i+2 <= len(a); i += 2 {
		cr, cg, cb := k.Chroma(c[i], c[i+1])
		k.Pixel(dst[i/2*3:i/2*3+3:i/2*3+3], uint8(mean4(a[i:i+2], b[i:i+2])), cr, cg, cb)
	}
}

// halfPlanar reads two rows of luma, and the one or two of chroma that go with
// them.
func halfPlanar(dst, a, b []uint8, r *Raster, y int, k *vision.YCC) {
	u, v := &r.Planes[1], &r.Planes[2]
	first, second := 2*y>>r.ShiftY, (2*y+1)>>r.ShiftY
	n := len(a) / 2
	u0, u1 := u.Pix[first*u.Stride:][:n], u.Pix[second*u.Stride:][:n]
	v0, v1 := v.Pix[first*v.Stride:][:n], v.Pix[second*v.Stride:][:n]
	for i := range n {
		cr, cg, cb := k.Chroma(mean2(u0[i], u1[i]), mean2(v0[i], v1[i]))
		k.Pixel(dst[i*3:i*3+3:i*3+3], uint8(mean4(a[2*i:2*i+2], b[2*i:2*i+2])), cr, cg, cb)
	}
}

func halfRGB(dst, a, b []uint8, turned bool) {
	red, blue := 0, 2
	if turned {
		red, blue = 2, 0
	}
	for i := 0; i+6 <= len(a); i += 6 {
		s, t, d := a[i:i+6:i+6], b[i:i+6:i+6], dst[i/2:i/2+3:i/2+3]
		mean := func(c int) uint8 {
			return uint8((int32(s[c]) + int32(s[c+3]) + int32(t[c]) + int32(t[c+3]) + 2) >> 2)
		}
		d[0], d[1], d[2] = mean(red), mean(1), mean(blue)
	}
}
