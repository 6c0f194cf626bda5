package kernels

import (
	"math"
	"unsafe"
)

// SoftmaxI8Args are the arguments of softmax on bytes. Exponentials come from
// a table over the distance to the row's largest byte and are summed as integers:
//
//	w[n] = Table[max(A) − A[n]]
//	f    = 1 ∕ (float32(Σ w)·Scale)
//	Dst  = min(round(float32(w)·f), 255 − Zero) + Zero, half to even
//
// Every product and quotient in float32 rounds once, so that every row gives the
// same bits.
type SoftmaxI8Args struct {
	Dst, A *uint8      // may be the same
	Rows   int         // one after the other: each N bytes, Stride apart
	N      int         // ≥ 1
	Stride int         // bytes from element to element of a row; where it is not 1, Rows is
	Table  *[256]int32 // falling from SoftmaxI8Unit(N) to 0 or more
	Scale  float32     // of the result, above 0
	Zero   int32       // of the result, 0..255
	Tmp    *int32      // [N], overwritten
}

// SoftmaxI8Unit is what the largest byte of a row of n weighs: sums stay within
// int32.
func SoftmaxI8Unit(n int) int32 {
	const most = 1 << 24 // exact in float32
	unit := int32(most)
	for unit > 1 && n > math.MaxInt32/int(unit) {
		unit /= 2
	}
	return unit
}

// SoftmaxI8 is a row of the table of softmax kernels on bytes.
type SoftmaxI8 struct {
	Name  string
	Needs Features
	Func  func(*SoftmaxI8Args)
}

func softmaxI8Generic(a *SoftmaxI8Args) {
	size := (a.N-1)*a.Stride + 1
	tmp := unsafe.Slice(a.Tmp, a.N)
	for r := range a.Rows {
		from := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(a.A), r*a.N)), size)
		to := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(a.Dst), r*a.N)), size)
		largest := from[0]
		for i := 0; i < size; i += a.Stride {
			largest = max(largest, from[i])
		}
		sum := int32(0)
		for n := range tmp {
			w := a.Table[largest-from[n*a.Stride]]
			tmp[n] = w
			sum += w
		}
		f := 1 / float32(float32(sum)*a.Scale)
		for n, w := range tmp {
			to[n*a.Stride] = roundI8(float32(float32(w)*f), 0, float32(255-a.Zero), a.Zero)
		}
	}
}

var genericSoftmaxI8 = SoftmaxI8{"generic", 0, softmaxI8Generic}

// SoftmaxI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func SoftmaxI8Rows(f Features) []*SoftmaxI8 {
	var rows []*SoftmaxI8
	for i := range archSoftmaxI8 {
		if f.Has(archSoftmaxI8[i].Needs) {
			rows = append(rows, &archSoftmaxI8[i])
		}
	}
	return append(rows, &genericSoftmaxI8)
}
