package vision

import (
	"errors"
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/kernels"
)

// Preparer fills network inputs from pictures. It keeps the tables and the
// rows that this takes, so that in the steady state (pictures and regions of
// the sizes it has seen) it allocates nothing. It serves one goroutine.
type Preparer struct {
	p    Preprocess
	x, y axis
	rows [2][]int32 // the last source rows, resampled along x; source row r is in rows[r&1]
	held [2]int     // which source rows those are, -1: none
	acc  []int32    // one row of the input, in 1/(weightOne<<rowBits)
	mul  [3]float32 // value = acc*mul + add
	add  [3]float32
	pad  [3]float32 // what stands outside the picture

	kernel *kernels.Picture
	sample kernels.SampleI8Args
	mix    kernels.MixI32Args
	scale  kernels.ScaleI32Args

	from     Rows      // where rows come from; nil: the picture has them
	strip    Image     // one row of from
	line     []float32 // one row of the input, on its way to bytes
	quantise func(*kernels.ElementI8Args)
	args     kernels.ElementI8Args
}

// NewPreparer returns a Preparer for p, or says what is wrong with p.
func NewPreparer(p Preprocess) (*Preparer, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	f := &Preparer{p: p, kernel: kernels.PictureRows(features)[0]}
	for c := range f.mul {
		f.mul[c] = p.Scale[c] / (weightOne << rowBits)
		f.add[c] = -p.Mean[c] * p.Scale[c]
		f.pad[c] = float32(p.Pad*p.Scale[c]) + f.add[c]
	}
	return f, nil
}

// NewBytePreparer returns a Preparer that fills bytes: an input whose values
// are scale·(byte − zero). A byte is what ONNX's QuantizeLinear makes of the
// value that Fill gives.
func NewBytePreparer(p Preprocess, scale float32, zero uint8) (*Preparer, error) {
	f, err := NewPreparer(p)
	if err != nil {
		return nil, err
	}
	if !(scale > 0) || math.IsInf(float64(scale), 0) {
		return nil, fmt.Errorf("preprocess: a scale of bytes of %v", scale)
	}
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	f.quantise = kernels.ElementI8Rows(features)[0].Funcs[kernels.QuantiseF32]
	f.args = kernels.ElementI8Args{ScaleA: scale, Zero: int32(zero), Lo: -float32(zero), Hi: 255 - float32(zero)}
	f.line = make([]float32, p.Width*p.Channels())
	return f, nil
}

// Fill writes the region of img into dst, the network's input of p.Elems()
// values: crop, resize, colour, normalisation and layout in one pass. The
// region is in pixels of the picture and may reach outside it. The Mapping
// tells where the input's pixels lie in the picture.
//
// Fill makes a new Preparer; whoever fills more than one input keeps one.
func (p *Preprocess) Fill(dst []float32, img *Image, region Box) (Mapping, error) {
	f, err := NewPreparer(*p)
	if err != nil {
		return Mapping{}, err
	}
	return f.Fill(dst, img, region)
}

// Fill is Preprocess.Fill with what f has kept.
func (f *Preparer) Fill(dst []float32, img *Image, region Box) (Mapping, error) {
	return f.fill(output{f32: dst}, len(dst), img, region)
}

// FillBytes is Fill for an input of bytes, by a Preparer that is made for them.
func (f *Preparer) FillBytes(dst []uint8, img *Image, region Box) (Mapping, error) {
	if f.quantise == nil {
		return Mapping{}, errNotBytes
	}
	return f.fill(output{u8: dst}, len(dst), img, region)
}

func (f *Preparer) fill(dst output, room int, img *Image, region Box) (Mapping, error) {
	if err := f.check(room, img, region); err != nil {
		return Mapping{}, err
	}
	p := &f.p
	m := p.Place(region)
	f.x.set(axisKey{n: p.Width, src: img.W, scale: m.ScaleX, offset: m.OffsetX, from: float64(region.X1), to: float64(region.X2), resample: p.Resample})
	f.y.set(axisKey{n: p.Height, src: img.H, scale: m.ScaleY, offset: m.OffsetY, from: float64(region.Y1), to: float64(region.Y2), resample: p.Resample})
	n := (f.x.hi - f.x.lo) * 3
	f.rows[0], f.rows[1], f.acc = resize(f.rows[0], n), resize(f.rows[1], n), resize(f.acc, n)
	f.held = [2]int{-1, -1}
	for y := range p.Height {
		to := f.row(dst, y)
		if n == 0 || y < f.y.lo || y >= f.y.hi {
			f.emitPad(to, 0, p.Width)
		} else {
			f.blend(img, y-f.y.lo)
			f.emitPad(to, 0, f.x.lo)
			f.emit(to)
			f.emitPad(to, f.x.hi, p.Width)
		}
		f.settle(dst, y)
	}
	return m, nil
}

const (
	// maxCoord bounds the coordinates of a region, so that a float32 still
	// tells pixels apart.
	maxCoord = 1 << 22
	// minRegion bounds its sides, so that neighbouring samples differ.
	minRegion = 1.0 / 256
)

func (f *Preparer) check(room int, img *Image, region Box) error {
	switch {
	case f.from == nil && !img.valid():
		return errNoPicture
	case room != f.p.Elems():
		return fmt.Errorf("preprocess: room for %d values, but the input has %d", room, f.p.Elems())
	case region.Empty() || !region.Finite():
		return fmt.Errorf("preprocess: the region %v is empty or not finite", region)
	case region.Width() < minRegion || region.Height() < minRegion:
		return fmt.Errorf("preprocess: the region %v is narrower than 1/256 of a pixel", region)
	case region.X1 < -maxCoord || region.Y1 < -maxCoord || region.X2 > maxCoord || region.Y2 > maxCoord:
		return fmt.Errorf("preprocess: the region %v lies outside ±%d", region, maxCoord)
	}
	return nil
}

var errNoPicture = errors.New("preprocess: a picture without pixels, or whose size and memory disagree")

// Place returns how a region of a picture and the input lie to one another.
func (p *Preprocess) Place(region Box) Mapping {
	w, h := float64(region.X2)-float64(region.X1), float64(region.Y2)-float64(region.Y1)
	m := Mapping{ScaleX: w / float64(p.Width), ScaleY: h / float64(p.Height)}
	switch p.Fit {
	case Letterbox:
		m.ScaleX = max(m.ScaleX, m.ScaleY)
		m.ScaleY = m.ScaleX
	case Crop:
		m.ScaleX = min(m.ScaleX, m.ScaleY)
		m.ScaleY = m.ScaleX
	}
	m.OffsetX = float64(region.X1) + (w-float64(m.ScaleX*float64(p.Width)))/2
	m.OffsetY = float64(region.Y1) + (h-float64(m.ScaleY*float64(p.Height)))/2
	return m
}

// blend makes acc the y'th row that shows the picture.
func (f *Preparer) blend(img *Image, y int) {
	start, taps := int(f.y.start[y]), f.y.taps
	w := f.y.weights[y*taps : (y+1)*taps]
	if taps == 2 && w[0] != 0 && w[1] != 0 {
		a, b := f.source(img, start), f.source(img, start+1)
		f.mixRows(a, b, w[0], w[1])
		return
	}
	first := true
	for j, wj := range w {
		if wj == 0 {
			continue
		}
		row := f.source(img, start+j)
		if first {
			f.mixRows(row, row, wj, 0)
			first = false
			continue
		}
		f.mixRows(row, f.acc, wj, 1)
	}
}

// mixRows makes acc the sum of two rows, weighted.
func (f *Preparer) mixRows(a, b []int32, wa, wb int32) {
	f.mix = kernels.MixI32Args{Dst: &f.acc[0], A: &a[0], B: &b[0], WA: wa, WB: wb, N: len(f.acc)}
	f.kernel.Mix(&f.mix)
}

// source returns source row r resampled along x, with rowBits fraction bits.
func (f *Preparer) source(img *Image, r int) []int32 {
	dst := f.rows[r&1]
	if f.held[r&1] == r {
		return dst
	}
	f.held[r&1] = r
	src := f.pixels(img, r)
	if f.x.taps == 1 {
		for i, s := range f.x.start {
			p, d := src[s*3:s*3+3:s*3+3], dst[i*3:i*3+3:i*3+3]
			d[0], d[1], d[2] = int32(p[0])<<rowBits, int32(p[1])<<rowBits, int32(p[2])<<rowBits
		}
		return dst
	}
	f.sample = kernels.SampleI8Args{Dst: &dst[0], A: &src[0], Start: &f.x.start[0], Weights: &f.x.weights[0],
		N: len(f.x.start), Taps: f.x.taps, Width: img.W}
	f.kernel.Sample(&f.sample)
	f.sample.A = nil // keeps no picture alive
	return dst
}
