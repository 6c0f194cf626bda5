package vision

import (
	"image"
	"sync"

	"github.com/ocellus-vision/ocellus/kernels"
)

// YCC says what luma and chroma samples mean.
type YCC = kernels.YCC

var (
	// fullYCC is JPEG's: samples use all of 0..255 (JFIF 1.02).
	fullYCC = YCC{Gain: 65536, RV: 91881, GU: 22554, GV: 46802, BU: 116130}
	// studioYCC is WebP's: luma 16..235 and chroma 16..240 (ITU-R BT.601). The
	// decoder's image.YCbCr does not tell, and its own RGB would be too pale.
	studioYCC = YCC{Gain: 76309, Black: 16, RV: 104597, GU: 25674, GV: 53279, BU: 132201}
)

// colours is how the CPU turns rows of luma and chroma into RGB. Where the
// environment asks for what it has not, generic Go serves: whoever prepares an
// input is told so by NewPreparer.
var colours = sync.OnceValue(func() *kernels.Colour {
	features, err := kernels.Available()
	if err != nil {
		features = 0
	}
	return kernels.ColourRows(features)[0]
})

// RowOfYUYV writes the pixels of groups of Y Cb Y Cr as RGB: len(dst)/3 of
// them, which may be odd. Like the other rows it panics where samples are
// missing.
func RowOfYUYV(dst, p []uint8, m *YCC) { rowOfGroups(kernels.ColourYUYV, dst, p, m) }

// RowOfUYVY is RowOfYUYV for groups of Cb Y Cr Y.
func RowOfUYVY(dst, p []uint8, m *YCC) { rowOfGroups(kernels.ColourUYVY, dst, p, m) }

func rowOfGroups(op kernels.ColourOp, dst, p []uint8, m *YCC) {
	n := len(dst) / 3
	if n == 0 {
		return
	}
	_ = p[(n+1)/2*4-1]
	colours().Funcs[op](&dst[0], &p[0], nil, nil, n, m)
}

// RowOfPairs writes luma as RGB, with chroma as a pair of Cb and Cr for every
// two pixels: the rows of NV12.
func RowOfPairs(dst, luma, c []uint8, m *YCC) {
	n := len(luma)
	if n == 0 {
		return
	}
	_, _ = dst[n*3-1], c[(n+1)/2*2-1]
	colours().Funcs[kernels.ColourPairs](&dst[0], &luma[0], &c[0], nil, n, m)
}

// RowOfPlanes writes luma as RGB, with a Cb and a Cr for every two pixels.
func RowOfPlanes(dst, luma, cb, cr []uint8, m *YCC) {
	n := len(luma)
	if n == 0 {
		return
	}
	_, _, _ = dst[n*3-1], cb[(n-1)/2], cr[(n-1)/2]
	colours().Funcs[kernels.ColourPlanes](&dst[0], &luma[0], &cb[0], &cr[0], n, m)
}

// ycbcrRow converts row y, whatever its chroma's sampling.
func ycbcrRow(dst []uint8, p *image.YCbCr, y int, k *YCC) {
	x0, w := p.Rect.Min.X, len(dst)/3
	luma := p.Y[p.YOffset(x0, y):][:w]
	c := p.COffset(x0, y)
	cb, cr := p.Cb[c:], p.Cr[c:]
	if p.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		cb, cr = cb[:w], cr[:w]
		for i, v := range luma {
			red, green, blue := k.Chroma(cb[i], cr[i])
			k.Pixel(dst[i*3:i*3+3:i*3+3], v, red, green, blue)
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
	if every == 2 && first == 2 {
		RowOfPlanes(dst, luma, cb, cr, k)
		return
	}
	for i, j := 0, 0; i < w; j++ {
		red, green, blue := k.Chroma(cb[j], cr[j])
		for end := min(w, first+j*every); i < end; i++ {
			k.Pixel(dst[i*3:i*3+3:i*3+3], luma[i], red, green, blue)
		}
	}
}
