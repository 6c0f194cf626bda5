package kernels

import "unsafe"

// Kernels of the pass from a picture to a network's input: a row of RGB bytes
// is sampled along x, sampled rows are mixed along y, and the mix becomes
// floats. All but the last is in whole numbers, so that every row gives the
// same bits.

// SampleShift is how far Sample shifts its sums: of weights that add up to
// 2¹⁶, a sample keeps 16−SampleShift fraction bits.
const SampleShift = 9

// SampleI8Args are the arguments of sampling a row of RGB pixels:
//
//	Dst[i][c] = (Σ_j Weights[i][j]·A[Start[i]+j][c] + half) >> SampleShift
//
// with half of 1<<SampleShift, in int32 that wraps around.
type SampleI8Args struct {
	Dst            *int32 // [N][3]; overlaps nothing that is read
	A              *uint8 // [Width][3]
	Start          *int32 // [N], ascending, from 0 to Width−Taps
	Weights        *int32 // [N][Taps]
	N, Taps, Width int    // N ≥ 0, 1 ≤ Taps ≤ Width
}

// MixI32Args are the arguments of Dst[i] = A[i]·WA + B[i]·WB, in int32 that
// wraps around. Dst may be A or B, but not overlap them otherwise.
type MixI32Args struct {
	Dst, A, B *int32
	WA, WB    int32
	N         int // ≥ 0
}

// ScaleI32Args are the arguments of making floats of RGB pixels in int32:
// colour c of a pixel becomes A·Mul[c] + Add[c], with A and the product each
// rounded to a float32.
type ScaleI32Args struct {
	A   *int32      // [N][3]
	Dst [3]*float32 // a plane for each colour; ToPixels writes [N][3] to the first
	Mul [3]float32
	Add [3]float32
	N   int // pixels, ≥ 0
}

// Picture is a row of the table of kernels that prepare pictures.
type Picture struct {
	Name     string
	Needs    Features
	Sample   func(*SampleI8Args)
	Mix      func(*MixI32Args)
	ToPlanes func(*ScaleI32Args)
	ToPixels func(*ScaleI32Args)
}

func sampleI8Generic(a *SampleI8Args) {
	dst, src := unsafe.Slice(a.Dst, a.N*3), unsafe.Slice(a.A, a.Width*3)
	weights := unsafe.Slice(a.Weights, a.N*a.Taps)
	const half = 1 << (SampleShift - 1)
	if a.Taps == 2 { // as most pictures are sampled
		for i, s := range unsafe.Slice(a.Start, a.N) {
			v, w := weights[2*i], weights[2*i+1]
			p, d := src[s*3:s*3+6:s*3+6], dst[i*3:i*3+3:i*3+3]
			d[0] = (int32(p[0])*v + int32(p[3])*w + half) >> SampleShift
			d[1] = (int32(p[1])*v + int32(p[4])*w + half) >> SampleShift
			d[2] = (int32(p[2])*v + int32(p[5])*w + half) >> SampleShift
		}
		return
	}
	for i, s := range unsafe.Slice(a.Start, a.N) {
		w := weights[i*a.Taps : (i+1)*a.Taps]
		p := src[s*3:][:len(w)*3]
		r, g, b := int32(half), int32(half), int32(half)
		for j, wj := range w {
			q := p[j*3 : j*3+3 : j*3+3]
			r += int32(q[0]) * wj
			g += int32(q[1]) * wj
			b += int32(q[2]) * wj
		}
		d := dst[i*3 : i*3+3 : i*3+3]
		d[0], d[1], d[2] = r>>SampleShift, g>>SampleShift, b>>SampleShift
	}
}

func mixI32Generic(a *MixI32Args) {
	dst, x, y := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N), unsafe.Slice(a.B, a.N)
	for i, v := range x {
		dst[i] = v*a.WA + y[i]*a.WB
	}
}

// The conversions of products keep them and the sums from being fused.

func planesI32Generic(a *ScaleI32Args) {
	src, m, add := unsafe.Slice(a.A, a.N*3), &a.Mul, &a.Add
	r, g, b := unsafe.Slice(a.Dst[0], a.N), unsafe.Slice(a.Dst[1], a.N), unsafe.Slice(a.Dst[2], a.N)
	for i := range r {
		s := src[i*3 : i*3+3 : i*3+3]
		r[i] = float32(float32(s[0])*m[0]) + add[0]
		g[i] = float32(float32(s[1])*m[1]) + add[1]
		b[i] = float32(float32(s[2])*m[2]) + add[2]
	}
}

func pixelsI32Generic(a *ScaleI32Args) {
	src, dst, m, add := unsafe.Slice(a.A, a.N*3), unsafe.Slice(a.Dst[0], a.N*3), &a.Mul, &a.Add
	for i := 0; i+3 <= len(src); i += 3 {
		s, d := src[i:i+3:i+3], dst[i:i+3:i+3]
		d[0] = float32(float32(s[0])*m[0]) + add[0]
		d[1] = float32(float32(s[1])*m[1]) + add[1]
		d[2] = float32(float32(s[2])*m[2]) + add[2]
	}
}

var genericPicture = Picture{"generic", 0, sampleI8Generic, mixI32Generic, planesI32Generic, pixelsI32Generic}

// PictureRows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func PictureRows(f Features) []*Picture {
	var rows []*Picture
	for i := range archPicture {
		if f.Has(archPicture[i].Needs) {
			rows = append(rows, &archPicture[i])
		}
	}
	return append(rows, &genericPicture)
}
