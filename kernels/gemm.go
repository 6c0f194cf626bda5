package kernels

import "unsafe"

// GemmF32 is a row of the table of indirect matrix products: a function that
// computes one tile of
//
//	C[m][n] = clamp(Σ_t Σ_k A_t,m[k] · B[t][k][n] + Bias[n] + Res[m][n])
//
// where A_t,m is the row of K floats that lies Off[t][m] bytes from A. With
// Taps = 1 this is a matrix product; with a tap for each element of a filter
// it is a convolution over NHWC, whose padding taps point at a row of zeros.
// The scheme is that of M. Dukhan, "The Indirect Convolution Algorithm" (2019).
type GemmF32 struct {
	Name   string
	Needs  Features
	MR, NR int // rows and columns of a tile
	Func   func(*GemmF32Args)
}

// GemmF32Args are the arguments of one tile.
type GemmF32Args struct {
	A    unsafe.Pointer // what Off counts from
	Off  *int32         // [Taps][MR] offsets in bytes; all MR of them are readable rows, also past M
	B    *float32       // packed panel [Taps][K][NR]; columns past N are zero
	C    *float32       // result, M rows of N floats
	Bias *float32       // [NR]; columns past N are zero
	Res  *float32       // added before the clamp, M rows of N floats; nil for none. May be C itself.
	LDC  int            // bytes from row to row of C
	LDR  int            // bytes from row to row of Res
	Taps int            // ≥ 1
	K    int            // floats in a row of A, ≥ 1
	M, N int            // rows and columns to store: 1..MR, 1..NR. Nothing past them is read from Res or written to C.
	Lo   float32        // clamp; -Inf and +Inf for none. NaN stays NaN.
	Hi   float32
}

// gemmF32Generic is the specification.
func gemmF32Generic(a *GemmF32Args) {
	const mr, nr = genericMR, genericNR
	off := unsafe.Slice(a.Off, a.Taps*mr)
	b := unsafe.Slice(a.B, a.Taps*a.K*nr)
	bias := unsafe.Slice(a.Bias, nr)
	for m := range a.M {
		var acc [nr]float32
		copy(acc[:], bias)
		for t := range a.Taps {
			row := unsafe.Slice((*float32)(unsafe.Add(a.A, off[t*mr+m])), a.K)
			for k, x := range row {
				bk := b[(t*a.K+k)*nr:][:nr]
				for n := range acc {
					acc[n] += x * bk[n]
				}
			}
		}
		c := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(a.C), m*a.LDC)), a.N)
		if a.Res != nil {
			res := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(a.Res), m*a.LDR)), a.N)
			for n := range c {
				acc[n] += res[n]
			}
		}
		for n := range c {
			c[n] = clamp(acc[n], a.Lo, a.Hi)
		}
	}
}

const genericMR, genericNR = 4, 8

// clamp limits x to lo..hi and lets NaN through.
func clamp(x, lo, hi float32) float32 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}

var genericGemmF32 = GemmF32{"generic4x8", 0, genericMR, genericNR, gemmF32Generic}

// GemmF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func GemmF32Rows(f Features) []*GemmF32 {
	var rows []*GemmF32
	for i := range archGemmF32 {
		if f.Has(archGemmF32[i].Needs) {
			rows = append(rows, &archGemmF32[i])
		}
	}
	return append(rows, &genericGemmF32)
}

// PackGemmF32 lays weights out for tiles of nr columns:
// dst[panel][tap][k][nr] from src[n*strideN + tap*strideT + k*strideK].
// dst has PackedGemmF32Len(n, taps, k, nr) floats; columns past n become zero.
func PackGemmF32(dst, src []float32, n, taps, k, nr, strideN, strideT, strideK int) {
	i := 0
	for n0 := 0; n0 < n; n0 += nr {
		cols := min(nr, n-n0)
		for t := range taps {
			for kk := range k {
				at := n0*strideN + t*strideT + kk*strideK
				for c := range nr {
					if c < cols {
						dst[i+c] = src[at+c*strideN]
					} else {
						dst[i+c] = 0
					}
				}
				i += nr
			}
		}
	}
}

// PackedGemmF32Len returns the floats that PackGemmF32 writes.
func PackedGemmF32Len(n, taps, k, nr int) int { return (n + nr - 1) / nr * nr * taps * k }
