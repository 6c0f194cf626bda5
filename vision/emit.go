package vision

// The last step of a Preparer: from one row of blended samples to the values
// of the input, in its colour, scale and layout.

// luma weighs R, G and B (ITU-R BT.601).
var luma = [3]float32{0.299, 0.587, 0.114}

// emit writes acc as row y of the input.
func (f *Preparer) emit(dst []float32, y int) {
	at, n := y*f.p.Width+f.x.lo, f.x.hi-f.x.lo
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
	plane := f.p.Width * f.p.Height
	r := dst[first*plane+at:][:n]
	g := dst[plane+at:][:n]
	b := dst[last*plane+at:][:n]
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

// emitPad writes padding into columns lo..hi of row y.
func (f *Preparer) emitPad(dst []float32, y, lo, hi int) {
	if lo >= hi {
		return
	}
	at, n, channels := y*f.p.Width+lo, hi-lo, f.p.Channels()
	if f.p.Layout == NHWC {
		for i := range n {
			copy(dst[(at+i)*channels:], f.pad[:channels])
		}
		return
	}
	for c := range channels {
		plane := dst[c*f.p.Width*f.p.Height+at:][:n]
		for i := range plane {
			plane[i] = f.pad[c]
		}
	}
}
