package vision

import "image"

// ycc says what luma and chroma samples mean, in 1/65536: luma is
// (Y-black)*gain; Cr adds rv to red, Cb adds bu to blue, and gu and gv of them
// are taken from green.
type ycc struct{ gain, black, rv, gu, gv, bu int32 }

var (
	// fullYCC is JPEG's: samples use all of 0..255 (JFIF 1.02).
	fullYCC = ycc{65536, 0, 91881, 22554, 46802, 116130}
	// studioYCC is WebP's: luma 16..235 and chroma 16..240 (ITU-R BT.601). The
	// decoder's image.YCbCr does not tell, and its own RGB would be too pale.
	studioYCC = ycc{76309, 16, 104597, 25674, 53279, 132201}
)

// ycbcrRow converts row y, whatever its chroma's sampling.
func ycbcrRow(dst []uint8, p *image.YCbCr, y int, k *ycc) {
	x0, w := p.Rect.Min.X, len(dst)/3
	luma := p.Y[p.YOffset(x0, y):][:w]
	c := p.COffset(x0, y)
	cb, cr := p.Cb[c:], p.Cr[c:]
	if p.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		cb, cr = cb[:w], cr[:w]
		for i, v := range luma {
			k.rgb(dst[i*3:i*3+3:i*3+3], v, k.chroma(cb[i], cr[i]))
		}
		return
	}
	every := 2 // luma samples a chroma sample, along the row
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio440:
		every = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		every = 4
	}
	// A row may start inside a chroma sample only when the picture does.
	first := every - x0%every
	for i, j := 0, 0; i < w; j++ {
		s := k.chroma(cb[j], cr[j])
		for end := min(w, first+j*every); i < end; i++ {
			k.rgb(dst[i*3:i*3+3:i*3+3], luma[i], s)
		}
	}
}

// shift holds what chroma adds to R, G and B, in 1/65536.
type shift struct{ r, g, b int32 }

func (k *ycc) chroma(cb, cr uint8) shift {
	u, v := int32(cb)-128, int32(cr)-128
	return shift{k.rv * v, -k.gu*u - k.gv*v, k.bu * u}
}

func (k *ycc) rgb(d []uint8, luma uint8, s shift) {
	y := (int32(luma)-k.black)*k.gain + 1<<15
	d[0] = uint8(max(0, min(255, (y+s.r)>>16)))
	d[1] = uint8(max(0, min(255, (y+s.g)>>16)))
	d[2] = uint8(max(0, min(255, (y+s.b)>>16)))
}
