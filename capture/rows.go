package capture

import "github.com/ocellus-vision/ocellus/vision"

// ycc turns luma and chroma into RGB, in 1/65536: luma is (Y-black)*gain; Cr
// adds rv to red, Cb adds bu to blue, and gu and gv of them are taken from
// green.
type ycc struct{ gain, black, rv, gu, gv, bu int32 }

// The matrices of ITU-R BT.601 and BT.709, for samples of either range.
var (
	limited601 = ycc{76309, 16, 104597, 25674, 53279, 132201}
	full601    = ycc{65536, 0, 91881, 22554, 46802, 116130}
	limited709 = ycc{76309, 16, 117489, 13975, 34925, 138438}
	full709    = ycc{65536, 0, 103206, 12276, 30679, 121609}
)

func (r *Raster) matrix() *ycc {
	switch {
	case r.FullRange && r.BT709:
		return &full709
	case r.FullRange:
		return &full601
	case r.BT709:
		return &limited709
	}
	return &limited601
}

// Size returns the width and height in pixels.
func (r *Raster) Size() (w, h int) { return r.W, r.H }

// Row writes row y as RGB, W*3 bytes. The raster is one that a Source or a
// Decoder has filled, and not an MJPEG, which a Decoder turns into one.
func (r *Raster) Row(dst []uint8, y int) {
	dst = dst[:r.W*3]
	p := r.Planes[0].Pix[y*r.Planes[0].Stride:]
	k := r.matrix()
	switch r.Format {
	case RGB:
		copy(dst, p[:len(dst)])
	case BGR:
		for i := 0; i < len(dst); i += 3 {
			d, s := dst[i:i+3:i+3], p[i:i+3:i+3]
			d[0], d[1], d[2] = s[2], s[1], s[0]
		}
	case Grey:
		k.greyRow(dst, p[:r.W])
	case YUYV:
		k.packedRow(dst, p)
	case UYVY:
		k.turnedRow(dst, p)
	case NV12:
		c := r.Planes[1].Pix[y>>1*r.Planes[1].Stride:]
		k.pairRow(dst, p[:r.W], c)
	case YCbCr:
		at := y >> r.ShiftY * r.Planes[1].Stride
		k.planarRow(dst, p[:r.W], r.Planes[1].Pix[at:], r.Planes[2].Pix[at:], r.ShiftX)
	}
}

// Image writes the picture as RGB into m, whose memory is used again where it
// is large enough.
func (r *Raster) Image(m *vision.Image) {
	m.W, m.H = r.W, r.H
	if n := r.W * r.H * 3; cap(m.Pix) < n {
		m.Pix = make([]uint8, n)
	} else {
		m.Pix = m.Pix[:n]
	}
	for y := range r.H {
		r.Row(m.Pix[y*r.W*3:(y+1)*r.W*3], y)
	}
}

// chroma returns what chroma adds to R, G and B.
func (k *ycc) chroma(cb, cr uint8) (r, g, b int32) {
	u, v := int32(cb)-128, int32(cr)-128
	return k.rv*v + 1<<15, 1<<15 - k.gu*u - k.gv*v, k.bu*u + 1<<15
}

func (k *ycc) pixel(d []uint8, luma uint8, r, g, b int32) {
	y := (int32(luma) - k.black) * k.gain
	_ = d[2]
	d[0], d[1], d[2] = level(y+r), level(y+g), level(y+b)
}

// level returns v/65536 held to 0..255. No matrix leads outside -384..639, so
// that a table serves, which no picture makes a CPU guess wrong about.
func level(v int32) uint8 { return levels[uint32(v>>16+384)&1023] }

var levels = func() (t [1024]uint8) {
	for i := range t {
		t[i] = uint8(max(0, min(255, i-384)))
	}
	return t
}()

func (k *ycc) greyRow(dst, luma []uint8) {
	for i, v := range luma {
		l := level((int32(v)-k.black)*k.gain + 1<<15)
		d := dst[i*3 : i*3+3 : i*3+3]
		d[0], d[1], d[2] = l, l, l
	}
}

// packedRow reads groups of 4 bytes, Y0 Cb Y1 Cr.
func (k *ycc) packedRow(dst, p []uint8) {
	n := len(dst) / 3
	for i := 0; i+1 < n; i += 2 {
		s, d := p[i*2:i*2+4:i*2+4], dst[i*3:i*3+6:i*3+6]
		r, g, b := k.chroma(s[1], s[3])
		k.pixel(d, s[0], r, g, b)
		k.pixel(d[3:], s[2], r, g, b)
	}
	if n&1 == 1 {
		s := p[(n-1)*2 : (n-1)*2+4]
		r, g, b := k.chroma(s[1], s[3])
		k.pixel(dst[(n-1)*3:], s[0], r, g, b)
	}
}

// turnedRow reads groups of 4 bytes, Cb Y0 Cr Y1.
func (k *ycc) turnedRow(dst, p []uint8) {
	n := len(dst) / 3
	for i := 0; i+1 < n; i += 2 {
		s, d := p[i*2:i*2+4:i*2+4], dst[i*3:i*3+6:i*3+6]
		r, g, b := k.chroma(s[0], s[2])
		k.pixel(d, s[1], r, g, b)
		k.pixel(d[3:], s[3], r, g, b)
	}
	if n&1 == 1 {
		s := p[(n-1)*2 : (n-1)*2+4]
		r, g, b := k.chroma(s[0], s[2])
		k.pixel(dst[(n-1)*3:], s[1], r, g, b)
	}
}

// pairRow reads luma, and chroma as pairs of Cb and Cr for every two pixels.
func (k *ycc) pairRow(dst, luma, c []uint8) {
	n := len(luma)
	for i := 0; i+1 < n; i += 2 {
		d := dst[i*3 : i*3+6 : i*3+6]
		r, g, b := k.chroma(c[i], c[i+1])
		k.pixel(d, luma[i], r, g, b)
		k.pixel(d[3:], luma[i+1], r, g, b)
	}
	if n&1 == 1 {
		r, g, b := k.chroma(c[n-1], c[n])
		k.pixel(dst[(n-1)*3:], luma[n-1], r, g, b)
	}
}

func (k *ycc) planarRow(dst, luma, cb, cr []uint8, shift int) {
	n := len(luma)
	if shift == 1 {
		cb, cr = cb[:(n+1)/2], cr[:(n+1)/2]
		for i := 0; i+1 < n; i += 2 {
			d := dst[i*3 : i*3+6 : i*3+6]
			r, g, b := k.chroma(cb[i>>1], cr[i>>1])
			k.pixel(d, luma[i], r, g, b)
			k.pixel(d[3:], luma[i+1], r, g, b)
		}
		if n&1 == 0 {
			return
		}
		r, g, b := k.chroma(cb[n>>1], cr[n>>1])
		k.pixel(dst[(n-1)*3:], luma[n-1], r, g, b)
		return
	}
	for i, v := range luma {
		r, g, b := k.chroma(cb[i>>shift], cr[i>>shift])
		k.pixel(dst[i*3:i*3+3:i*3+3], v, r, g, b)
	}
}
