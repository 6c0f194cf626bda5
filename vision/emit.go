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
	a := &f.scale
	*a = kernels.ScaleI32Args{A: &f.acc[0], N: n, Mul: [3]float32{f.mul[first], f.mul[1], f.mul[last]}, Add: [3]float32{f.add[first], f.add[1], f.add[last]}}
	switch {
	case f.p.Layout == NCHW:
		a.Dst = [3]*float32{&dst[first*to.plane+at], &dst[to.plane+at], &dst[last*to.plane+at]}
		f.kernel.ToPlanes(a)
	case f.p.Colour == RGB:
		a.Dst[0] = &dst[at*3]
		f.kernel.ToPixels(a)
	default:
		turnedPixels(dst[at*3:][:n*3], f.acc, &a.Mul, &a.Add)
	}
	a.Dst = [3]*float32{} // keeps no input alive
}

// turnedPixels writes BGR. Products are rounded before the sum, so that CPUs
// that could fuse the two compute the same values.
func turnedPixels(dst []float32, acc []int32, mul, add *[3]float32) {
	for i := 0; i+3 <= len(dst); i += 3 {
		s, d := acc[i:i+3:i+3], dst[i:i+3:i+3]
		d[2] = float32(float32(s[0])*mul[0]) + add[0]
		d[1] = float32(float32(s[1])*mul[1]) + add[1]
		d[0] = float32(float32(s[2])*mul[2]) + add[2]
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
