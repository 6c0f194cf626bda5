package kernels

import "unsafe"

// EveryOtherF32 is a row of the table of kernels that pick every other float:
// Dst[i] = A[2i]. They read A[0] to A[2N−2] and nothing else; Dst and A do not
// overlap, B and the limits are unused.
type EveryOtherF32 struct {
	Name  string
	Needs Features
	Func  func(*ElementF32Args)
}

func everyOtherF32Generic(a *ElementF32Args) {
	if a.N == 0 {
		return
	}
	dst, src := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, 2*a.N-1)
	for i := range dst {
		dst[i] = src[2*i]
	}
}

var genericEveryOtherF32 = EveryOtherF32{"generic", 0, everyOtherF32Generic}

// EveryOtherF32Rows returns the rows that a CPU with the features f can run,
// best first; the last is generic Go.
func EveryOtherF32Rows(f Features) []*EveryOtherF32 {
	var rows []*EveryOtherF32
	for i := range archEveryOtherF32 {
		if f.Has(archEveryOtherF32[i].Needs) {
			rows = append(rows, &archEveryOtherF32[i])
		}
	}
	return append(rows, &genericEveryOtherF32)
}
