package kernels

import (
	"math"
	"unsafe"
)

// LRNF32Args are the arguments of local response normalisation over one row of
// channels: Dst[i] = A[i] · (Bias + Alpha·Σ_j<Size S[i+j])^−¾.
type LRNF32Args struct {
	Dst, A      *float32
	S           *float32 // squares of the row, after as many zeros as the window reaches back; LRNSlack floats past N+Size−1 are readable
	N, Size     int      // channels, ≥ 1, and extent of the window, ≥ 1
	Alpha, Bias float32
}

// LRNSlack is how many floats past the last square a kernel may read.
const LRNSlack = 8

// LRNF32 is a row of the table of kernels for local response normalisation
// with the exponent ¾ that all known nets have, which two square roots make.
// They add in the order of S and round each operation once, so that every row
// gives the same bits, and err by at most Size + 4 units in the last place.
type LRNF32 struct {
	Name  string
	Needs Features
	Func  func(*LRNF32Args)
}

func lrnF32Generic(a *LRNF32Args) {
	dst, x, s := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N), unsafe.Slice(a.S, a.N+a.Size-1)
	for i := range dst {
		sum := float32(0)
		for _, v := range s[i : i+a.Size] {
			sum += v
		}
		root := float32(math.Sqrt(float64(a.Bias + float32(a.Alpha*sum))))
		dst[i] = x[i] / (root * float32(math.Sqrt(float64(root))))
	}
}

var genericLRNF32 = LRNF32{"generic", 0, lrnF32Generic}

// LRNF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func LRNF32Rows(f Features) []*LRNF32 {
	var rows []*LRNF32
	for i := range archLRNF32 {
		if f.Has(archLRNF32[i].Needs) {
			rows = append(rows, &archLRNF32[i])
		}
	}
	return append(rows, &genericLRNF32)
}
