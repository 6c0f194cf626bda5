package capture

import "github.com/ocellus-vision/ocellus/vision"

// The matrices of ITU-R BT.601 and BT.709, for samples of either range.
var (
	limited601 = vision.YCC{Gain: 76309, Black: 16, RV: 104597, GU: 25674, GV: 53279, BU: 132201}
	full601    = vision.YCC{Gain: 65536, Black: 0, RV: 91881, GU: 22554, GV: 46802, BU: 116130}
	limited709 = vision.YCC{Gain: 76309, Black: 16, RV: 117489, GU: 13975, GV: 34925, BU: 138438}
	full709    = vision.YCC{Gain: 65536, Black: 0, RV: 103206, GU: 12276, GV: 30679, BU: 121609}
)

func (r *Raster) matrix() *vision.YCC {
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
		greyRow(dst, p[:r.W], k)
	case YUYV:
		vision.RowOfYUYV(dst, p, k)
	case UYVY:
		vision.RowOfUYVY(dst, p, k)
	case NV12:
		c := r.Planes[1].Pix[y>>1*r.Planes[1].Stride:]
		vision.RowOfPairs(dst, p[:r.W], c, k)
	case YCbCr:
		at := y >> r.ShiftY * r.Planes[1].Stride
		planarRow(dst, p[:r.W], r.Planes[1].Pix[at:], r.Planes[2].Pix[at:], r.ShiftX, k)
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

func greyRow(dst, luma []uint8, k *vision.YCC) {
	for i, v := range luma {
		l := k.Grey(v)
		d := dst[i*3 : i*3+3 : i*3+3]
		d[0], d[1], d[2] = l, l, l
	}
}

// planarRow reads luma, and chroma for every 1<<shift pixels.
func planarRow(dst, luma, cb, cr []uint8, shift int, k *vision.YCC) {
	if shift == 1 {
		vision.RowOfPlanes(dst, luma, cb, cr, k)
		return
	}
	for i, v := range luma {
		r, g, b := k.Chroma(cb[i>>shift], cr[i>>shift])
		k.Pixel(dst[i*3:i*3+3:i*3+3], v, r, g, b)
	}
}
