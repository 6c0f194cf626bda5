package kernels

import (
	"math"
	"unsafe"
)

// SoftmaxF32Args are the arguments of the softmax of one row:
// Dst[i] = e^(A[i]−m) ∕ Σ_j e^(A[j]−m), where m is the greatest of A. Dst may be A itself.
type SoftmaxF32Args struct {
	Dst, A *float32
	N      int // elements, ≥ 0
}

// SoftmaxF32 is a row of the table of softmax kernels. They err by at most
// 8 + N∕8 + |A[i]−m| units in the last place, the last as the difference is
// rounded to float32. A NaN or +Inf in A, or nothing but -Inf,
// makes all of Dst NaN.
type SoftmaxF32 struct {
	Name  string
	Needs Features
	Func  func(*SoftmaxF32Args)
}

func softmaxF32Generic(a *SoftmaxF32Args) {
	dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
	top := float32(math.Inf(-1))
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	sum := 0.0
	for i, v := range x {
		e := math.Exp(float64(v - top))
		dst[i] = float32(e)
		sum += e
	}
	for i, e := range dst {
		dst[i] = float32(float64(e) / sum)
	}
}

var genericSoftmaxF32 = SoftmaxF32{"generic", 0, softmaxF32Generic}

// SoftmaxF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func SoftmaxF32Rows(f Features) []*SoftmaxF32 {
	var rows []*SoftmaxF32
	for i := range archSoftmaxF32 {
		if f.Has(archSoftmaxF32[i].Needs) {
			rows = append(rows, &archSoftmaxF32[i])
		}
	}
	return append(rows, &genericSoftmaxF32)
}
