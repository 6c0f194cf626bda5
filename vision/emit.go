package vision

import (
	"errors"

	"github.com/ocellus-vision/ocellus/kernels"
)

// The last step of a Preparer: from one row of blended samples to the values
// of the input, in its colour, scale and layout.

// luma weighs R, G and B (ITU-R BT.601).
var luma = [3]float32{0.299, 0.587, 0.114}

// output is a network's input, as it is written: floats, or bytes.
type output struct {
	f32 []float32
	u8  []uint8
}

var errNotBytes = errors.New("preprocess: bytes are filled by who is made for them, with their scale")

// line is a row of an input in floats: column x of channel c is at
// dst[at+c*plane+x], or in NHWC at dst[(at+x)*channels+c].
type line struct {
	dst       []float32
	at, plane int
}

// row returns where row y of the input is written. On its way to bytes it is a
// picture of one row.
func (f *Preparer) row(dst output, y int) line {
	if dst.u8 != nil {
		return line{f.line, 0, f.p.Width}
	}
	return line{dst.f32, y * f.p.Width, f.p.Width * f.p.Height}
}

// settle makes bytes of row y, where it is bytes that are wanted. While a row
// is in the nearest cache that costs little.
func (f *Preparer) settle(dst output, y int) {
	if dst.u8 == nil {
		return
	}
	w, channels := f.p.Width, f.p.Channels()
	if f.p.Layout == NHWC {
		f.settlePart(dst.u8[y*w*channels:][:w*channels], f.line)
		return
	}
	for c := range channels {
		f.settlePart(dst.u8[(c*f.p.Height+y)*w:][:w], f.line[c*w:])
	}
}

func (f *Preparer) settlePart(dst []uint8, src []float32) {
	a := &f.args
	a.Dst, a.F32, a.N = &dst[0], &src[0], len(dst)
	f.quantise(a)
	*a = kernels.ElementI8Args{ScaleA: a.ScaleA, Zero: a.Zero, Lo: a.Lo, Hi: a.Hi} // keeps no input alive
}

// emit writes acc as a row of the input.
func (f *Preparer) emit(to line) {
	dst, at, n := to.dst, to.at+f.x.lo, f.x.hi-f.x.lo
	if f.p.Colour == Gray {
		f.emitGray(dst[at : at+n])
		return
	}
	first, last := 0, 2 // which channel R and B become
	if f.p.Colour == BGR {
		first, last = 2, 0
	}
	// Products are rounded before the sum, so that CPUs that could fuse the two
	// compute the same values.
	mr, mg, mb := f.mul[first], f.mul[1], f.mul[last]
	ar, ag, ab := f.add[first], f.add[1], f.add[last]
	acc := f.acc[:n*3]
	if f.p.Layout == NHWC {
		for i := 0; i+3 <= len(acc); i += 3 {
			s, d := acc[i:i+3:i+3], dst[at*3+i:at*3+i+3:at*3+i+3]
			d[first] = float32(float32(s[0])*mr) + ar
			d[1] = float32(float32(s[1])*mg) + ag
			d[last] = float32(float32(s[2])*mb) + ab
		}
		return
	}
	r := dst[first*to.plane+at:][:n]
	g := dst[to.plane+at:][:n]
	b := dst[last*to.plane+at:][:n]
	for i := range r {
		s := acc[i*3 : i*3+3 : i*3+3]
		r[i] = float32(float32(s[0])*mr) + ar
		g[i] = float32(float32(s[1])*mg) + ag
		b[i] = float32(float32(s[2])*mb) + ab
	}
}

func (f *Preparer) emitGray(dst []float32) {
	m, a := f.mul[0], f.add[0]
	for i := range dst {
		s := f.acc[i*3 : i*3+3 : i*3+3]
		v := float32(float32(s[0])*luma[0]) + float32(float32(s[1])*luma[1])
		v += float32(float32(s[2]) * luma[2])
		dst[i] = float32(v*m) + a
	}
}

// emitPad writes padding into columns lo..hi of a row.
func (f *Preparer) emitPad(to line, lo, hi int) {
	if lo >= hi {
		return
	}
	dst, at, n, channels := to.dst, to.at+lo, hi-lo, f.p.Channels()
	if f.p.Layout == NHWC {
		for i := range n {
			copy(dst[(at+i)*channels:], f.pad[:channels])
		}
		return
	}
	for c := range channels {
		plane := dst[c*to.plane+at:][:n]
		for i := range plane {
			plane[i] = f.pad[c]
		}
	}
}
