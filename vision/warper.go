package vision

import (
	"errors"
	"fmt"
	"math"
)

// Warper fills network inputs from pictures through an affine map, as faces
// are put upright. Its work is in integers, so that every CPU makes the same
// input of the same map. It allocates nothing and serves one goroutine.
type Warper struct {
	out Preparer // for the values that pixels become
}

// NewWarper returns a Warper for p, whose Fit and Resample do not matter, or
// says what is wrong with p.
func NewWarper(p Preprocess) (*Warper, error) {
	f, err := NewPreparer(p)
	if err != nil {
		return nil, err
	}
	return newWarper(f), nil
}

// NewByteWarper is NewWarper for an input of bytes; see NewBytePreparer.
func NewByteWarper(p Preprocess, scale float32, zero uint8) (*Warper, error) {
	f, err := NewBytePreparer(p, scale, zero)
	if err != nil {
		return nil, err
	}
	return newWarper(f), nil
}

func newWarper(f *Preparer) *Warper {
	f.acc = make([]int32, f.p.Width*3)
	f.x.lo, f.x.hi = 0, f.p.Width
	return &Warper{*f}
}

const (
	// warpBits are the fraction bits of a coordinate.
	warpBits = 20
	// warpWeight are the fraction bits of a bilinear weight.
	warpWeight = 11
	// warpMost bounds the samples along each axis of a pixel of the input.
	warpMost = 16
	// warpFar bounds coordinates, in pixels of the picture.
	warpFar = 1 << 30
)

// Fill writes into dst, the network's input of p.Elems() values, what at says
// where to find: it takes pixels of the input to pixels of img. Samples are
// bilinear; where the picture shrinks, a pixel is the mean of samples no
// further than a pixel of the picture apart, up to 16 along each axis. What
// lies outside the picture is Pad.
func (w *Warper) Fill(dst []float32, img *Image, at Affine) error {
	return w.fill(output{f32: dst}, len(dst), img, at)
}

// FillBytes is Fill for an input of bytes, by a Warper that is made for them.
func (w *Warper) FillBytes(dst []uint8, img *Image, at Affine) error {
	if w.out.quantise == nil {
		return errNotBytes
	}
	return w.fill(output{u8: dst}, len(dst), img, at)
}

func (w *Warper) fill(dst output, room int, img *Image, at Affine) error {
	p := &w.out.p
	switch {
	case !img.valid():
		return errors.New("warp: a picture without pixels, or whose size and memory disagree")
	case room != p.Elems():
		return fmt.Errorf("warp: room for %d values, but the input has %d", room, p.Elems())
	case !at.finite() || !(at.reach(p) < warpFar):
		return fmt.Errorf("warp: the map %+v leads too far away", at)
	}
	k := newWarpStep(at)
	pad := int32(p.Pad + 0.5)
	for y := range p.Height {
		for x := range p.Width {
			w.out.acc[x*3], w.out.acc[x*3+1], w.out.acc[x*3+2] = k.pixel(img, x, y, pad)
		}
		w.out.emit(w.out.row(dst, y))
		w.out.settle(dst, y)
	}
	return nil
}

// reach bounds how far from 0 the map takes a pixel of the input.
func (a Affine) reach(p *Preprocess) float64 {
	w, h := float64(p.Width), float64(p.Height)
	return max(math.Abs(a.XX)*w+math.Abs(a.XY)*h+math.Abs(a.X0), math.Abs(a.YX)*w+math.Abs(a.YY)*h+math.Abs(a.Y0))
}

// warpStep is a map in fixed point.
type warpStep struct {
	xx, xy, yx, yy int64 // from one sample to the next
	x0, y0         int64 // of the first sample of pixel (0, 0)
	n              int   // samples along each axis of a pixel
	round, count   int32
}

func newWarpStep(a Affine) warpStep {
	n := int(min(max(math.Ceil(max(math.Hypot(a.XX, a.YX), math.Hypot(a.XY, a.YY))-0.05), 1), warpMost))
	fixed := func(v float64) int64 { return int64(math.Round(v * (1 << warpBits))) }
	// The first sample lies in the middle of its share of the pixel, and
	// samples of the picture in the middle of its pixels.
	first := 0.5 / float64(n)
	return warpStep{
		xx: fixed(a.XX / float64(n)), xy: fixed(a.XY / float64(n)), yx: fixed(a.YX / float64(n)), yy: fixed(a.YY / float64(n)),
		x0: fixed(a.XX*first + a.XY*first + a.X0 - 0.5), y0: fixed(a.YX*first + a.YY*first + a.Y0 - 0.5),
		n: n, count: int32(n * n), round: int32(n*n) / 2,
	}
}

// pixel returns the colour of a pixel of the input in the units of
// Preparer.acc.
func (k *warpStep) pixel(img *Image, x, y int, pad int32) (r, g, b int32) {
	// A sum of warpMost² samples of 8+14 bits stays below 1<<31.
	const shift = 2*warpWeight - 14
	for j := range k.n {
		sx := int64(x*k.n)*k.xx + int64(y*k.n+j)*k.xy + k.x0
		sy := int64(x*k.n)*k.yx + int64(y*k.n+j)*k.yy + k.y0
		for range k.n {
			sr, sg, sb := bilinear(img, sx, sy, pad)
			r += sr >> shift
			g += sg >> shift
			b += sb >> shift
			sx += k.xx
			sy += k.yx
		}
	}
	const scale = 1 << (16 + rowBits - 14)
	return (r + k.round) / k.count * scale, (g + k.round) / k.count * scale, (b + k.round) / k.count * scale
}

// bilinear samples the picture at a place in fixed point, 0 being the middle
// of the first pixel; the result has 2·warpWeight fraction bits. Within half a
// pixel of the border the border's pixels go on.
func bilinear(img *Image, x, y int64, pad int32) (r, g, b int32) {
	const half = 1 << (warpBits - 1)
	if x < -half || y < -half || x >= int64(img.W)<<warpBits-half || y >= int64(img.H)<<warpBits-half {
		pad <<= 2 * warpWeight
		return pad, pad, pad
	}
	x, y = min(max(x, 0), int64(img.W-1)<<warpBits), min(max(y, 0), int64(img.H-1)<<warpBits)
	wx := int32(x>>(warpBits-warpWeight)) & (1<<warpWeight - 1)
	wy := int32(y>>(warpBits-warpWeight)) & (1<<warpWeight - 1)
	at := (int(y>>warpBits)*img.W + int(x>>warpBits)) * 3
	right, down := 3, img.W*3
	if wx == 0 {
		right = 0
	}
	if wy == 0 {
		down = 0
	}
	p, q := img.Pix[at:at+right+3], img.Pix[at+down:at+down+right+3]
	w00, w01 := (1<<warpWeight-wx)*(1<<warpWeight-wy), wx*(1<<warpWeight-wy)
	w10, w11 := (1<<warpWeight-wx)*wy, wx*wy
	r = int32(p[0])*w00 + int32(p[right])*w01 + int32(q[0])*w10 + int32(q[right])*w11
	g = int32(p[1])*w00 + int32(p[right+1])*w01 + int32(q[1])*w10 + int32(q[right+1])*w11
	b = int32(p[2])*w00 + int32(p[right+2])*w01 + int32(q[2])*w10 + int32(q[right+2])*w11
	return r, g, b
}
