package kernels

import (
	"math"
	"unsafe"
)

// ConvertF16Args are the arguments of the conversions between IEEE 754 half
// precision, as bits, and float32. The two slices do not overlap.
type ConvertF16Args struct {
	Half  *uint16
	Float *float32
	N     int // elements, ≥ 0
}

// ConvertF16 is a row of the table of conversions. Both agree bit for bit in
// every row; a signalling NaN becomes quiet and keeps the rest of its bits.
type ConvertF16 struct {
	Name   string
	Needs  Features
	Widen  func(*ConvertF16Args) // Float from Half, exactly
	Narrow func(*ConvertF16Args) // Half from Float, to nearest, ties to even
}

func (a *ConvertF16Args) slices() ([]uint16, []float32) {
	return unsafe.Slice(a.Half, a.N), unsafe.Slice(a.Float, a.N)
}

func widenF16Generic(a *ConvertF16Args) {
	half, float := a.slices()
	for i, h := range half {
		float[i] = widenF16(h)
	}
}

func narrowF16Generic(a *ConvertF16Args) {
	half, float := a.slices()
	for i, f := range float {
		half[i] = narrowF16(f)
	}
}

func widenF16(h uint16) float32 {
	sign, mag := uint32(h&0x8000)<<16, uint32(h&0x7fff)
	switch {
	case mag > 0x7c00:
		return math.Float32frombits(sign | 0x7fc00000 | mag<<13)
	case mag == 0x7c00:
		return math.Float32frombits(sign | 0x7f800000)
	}
	// The bits of a half are those of a float32 that is 2¹¹² too small, also
	// where the half is denormal.
	f := math.Float32frombits(mag<<13) * 0x1p112
	return math.Float32frombits(sign | math.Float32bits(f))
}

func narrowF16(f float32) uint16 {
	bits := math.Float32bits(f)
	sign, mag := uint16(bits>>16&0x8000), bits&0x7fffffff
	switch {
	case mag > 0x7f800000:
		return sign | 0x7e00 | uint16(mag>>13&0x3ff)
	case mag >= 0x47800000: // 2¹⁶
		return sign | 0x7c00
	case mag < 0x38800000: // 2⁻¹⁴: adding ½ leaves the steps of a denormal half
		return sign | uint16(math.Float32bits(math.Float32frombits(mag)+0.5)-0x3f000000)
	}
	// Rounding may carry into the exponent, and from the largest to infinity.
	odd := mag >> 13 & 1
	return sign | uint16((mag-0x38000000+0xfff+odd)>>13)
}

var genericConvertF16 = ConvertF16{"generic", 0, widenF16Generic, narrowF16Generic}

// ConvertF16Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ConvertF16Rows(f Features) []*ConvertF16 {
	var rows []*ConvertF16
	for i := range archConvertF16 {
		if f.Has(archConvertF16[i].Needs) {
			rows = append(rows, &archConvertF16[i])
		}
	}
	return append(rows, &genericConvertF16)
}
