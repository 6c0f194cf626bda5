package kernels

import (
	"math"
	"unsafe"
)

// GemmI8 is a row of the table of integer matrix products: a function that
// computes one tile of
//
//	acc[m][n] = Bias[n] + Σ_t Σ_k A_t,m[k] · B[t][k][n]
//
// in int32, from activations in uint8 and weights in −127..127, and writes it
// requantised, dequantised or as it is. Rows of A come through offsets, as in
// GemmF32. Every row gives the same bits.
//
// An activation is stored as uint8 always: a tensor of int8 has 128 added to
// its values and to its zero point. Σ (a−z)·w = Σ a·w − z·Σ w, so the caller
// folds −z·Σ w and the layer's bias into Bias; padding taps point at a row of
// the zero point. The caller sees to it that no sum leaves int32:
// Taps·K·255·127 + |Bias| < 2³¹.
type GemmI8 struct {
	Name       string
	Needs      Features
	MR, NR, KR int // rows and columns of a tile; bytes of a row of A read at once
	Func       func(*GemmI8Args)
	layout     panelLayout
}

// GemmI8Args are the arguments of one tile. One of C, F32 and I32 is set.
type GemmI8Args struct {
	A     unsafe.Pointer // what Off counts from
	Off   *int32         // [Taps][MR] offsets in bytes; all MR of them are readable rows, also past M
	B     *int8          // panel of this row's own Pack
	Bias  *int32         // [NR]; past N anything that can be read
	Scale *float32       // [NR], finite and ≥ 0, for C and F32; past N likewise
	BiasF *float32       // [NR], added to F32; nil for none
	// ScaleNeg is [NR], finite: for C, what takes the place of Scale where a sum
	// is negative. Past N likewise; nil for none.
	ScaleNeg *float32
	C        *uint8   // requantised: M rows of N; see Requantise
	F32      *float32 // dequantised: float32(float32(acc)·Scale[n]) + BiasF[n]
	I32      *int32   // acc
	LDC      int      // bytes from row to row of C, F32 or I32
	Taps     int      // ≥ 1
	K        int      // bytes in a row of A, ≥ 1. Up to ReadPast bytes after them may be read; they count for nothing.
	M, N     int      // rows to store, 1..MR, and columns of the panel, 1..NR. Nothing past them is written.
	Zero     int32    // zero point of C, 0..255
	Lo       float32  // limits of C less Zero: whole numbers, −Zero ≤ Lo ≤ Hi ≤ 255−Zero
	Hi       float32
}

// ReadPast is how many bytes after a row of activations the integer kernels
// may read, without using them. The caller makes them readable.
const ReadPast = 63

// Requantise is the one way from a sum to a stored result: f = acc·scale in
// float32, rounded once; limited to lo..hi, which are whole numbers; rounded
// half to even; plus the zero point.
func Requantise(acc int32, scale, lo, hi float32, zero int32) uint8 {
	return roundI8(float32(float32(acc)*scale), lo, hi, zero)
}

// RequantiseSloped is Requantise with another scale, of any sign, for negative
// sums: a layer's PReLU, without a rounding of its own before it.
func RequantiseSloped(acc int32, scale, scaleNeg, lo, hi float32, zero int32) uint8 {
	if acc < 0 {
		scale = scaleNeg
	}
	return Requantise(acc, scale, lo, hi, zero)
}

func roundI8(f, lo, hi float32, zero int32) uint8 {
	return uint8(int32(math.RoundToEven(float64(clamp(f, lo, hi)))) + zero)
}

// gemmI8Generic is the specification.
func gemmI8Generic(a *GemmI8Args) {
	const mr, nr = genericMR, genericNR
	off := unsafe.Slice(a.Off, a.Taps*mr)
	b := unsafe.Slice(a.B, a.Taps*a.K*nr)
	for m := range a.M {
		var acc [nr]int32
		copy(acc[:], unsafe.Slice(a.Bias, nr))
		for t := range a.Taps {
			row := unsafe.Slice((*uint8)(unsafe.Add(a.A, off[t*mr+m])), a.K)
			for k, x := range row {
				bk := b[(t*a.K+k)*nr:][:nr]
				for n := range acc {
					acc[n] += int32(x) * int32(bk[n])
				}
			}
		}
		a.store(acc[:a.N], m)
	}
}

// store writes row m of the tile.
func (a *GemmI8Args) store(acc []int32, m int) {
	switch {
	case a.I32 != nil:
		copy(unsafe.Slice((*int32)(unsafe.Add(unsafe.Pointer(a.I32), m*a.LDC)), a.N), acc)
	case a.F32 != nil:
		scale := unsafe.Slice(a.Scale, a.N)
		f := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(a.F32), m*a.LDC)), a.N)
		for n := range f {
			f[n] = float32(float32(acc[n]) * scale[n])
		}
		if a.BiasF != nil {
			for n, x := range unsafe.Slice(a.BiasF, a.N) {
				f[n] += x
			}
		}
	default:
		scale := unsafe.Slice(a.Scale, a.N)
		neg := scale
		if a.ScaleNeg != nil {
			neg = unsafe.Slice(a.ScaleNeg, a.N)
		}
		c := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(a.C), m*a.LDC)), a.N)
		for n := range c {
			c[n] = RequantiseSloped(acc[n], scale[n], neg[n], a.Lo, a.Hi, a.Zero)
		}
	}
}

// Dots reports whether the row multiplies bytes and adds four products to an
// int32 in one instruction; if not, WinogradI8 takes fewer.
func (g *GemmI8) Dots() bool {
	switch g.layout.(type) {
	case split, widened:
		return false
	}
	return true
}

// For returns the row to take for a product of m rows and n columns, where g is
// the best of its table: one with the same needs and as many rows in a tile, if the
// columns fill its tiles better or as well and it has more of them.
func (g *GemmI8) For(m, n int) *GemmI8 {
	best := g
	if m < g.MR {
		return best // g may have a way for a single row
	}
	for i := range archGemmI8 {
		r := &archGemmI8[i]
		if r.Needs != g.Needs || r.MR != g.MR || r.NR < best.NR || r.width(n) > best.width(n) {
			continue
		}
		best = r
	}
	return best
}

// width returns how many columns' time n columns take.
func (g *GemmI8) width(n int) int {
	step := g.NR / 2 // a panel of half the columns takes half the time,
	if _, ok := g.layout.(widened); ok {
		step = g.NR // but not in these rows
	}
	return (n + step - 1) / step * step
}

var genericGemmI8 = GemmI8{"generic4x8", 0, genericMR, genericNR, 1, gemmI8Generic, interleaved{genericNR, 1}}

// GemmI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func GemmI8Rows(f Features) []*GemmI8 {
	var rows []*GemmI8
	for i := range archGemmI8 {
		if f.Has(archGemmI8[i].Needs) {
			rows = append(rows, &archGemmI8[i])
		}
	}
	return append(rows, &genericGemmI8)
}
