package kernels

import "unsafe"

// InterleaveF32Args are the arguments of the interleaving of three rows, as
// those of the planes of a picture: Dst[3i] = A[i], Dst[3i+1] = B[i] and
// Dst[3i+2] = C[i].
type InterleaveF32Args struct {
	Dst, A, B, C *float32
	N            int // floats in each row, ≥ 0
}

// InterleaveF32 is a row of the table of kernels that interleave.
type InterleaveF32 struct {
	Name  string
	Needs Features
	Func  func(*InterleaveF32Args)
}

func interleaveF32Generic(a *InterleaveF32Args) {
	x, y, z := unsafe.Slice(a.A, a.N), unsafe.Slice(a.B, a.N), unsafe.Slice(a.C, a.N)
	dst := unsafe.Slice(a.Dst, 3*a.N)
	for i, v := range x {
		px := dst[3*i : 3*i+3 : 3*i+3]
		px[0], px[1], px[2] = v, y[i], z[i]
	}
}

var genericInterleaveF32 = InterleaveF32{"generic", 0, interleaveF32Generic}

// InterleaveF32Rows returns the rows that a CPU with the features f can run,
// best first; the last is generic Go.
func InterleaveF32Rows(f Features) []*InterleaveF32 {
	var rows []*InterleaveF32
	for i := range archInterleaveF32 {
		if f.Has(archInterleaveF32[i].Needs) {
			rows = append(rows, &archInterleaveF32[i])
		}
	}
	return append(rows, &genericInterleaveF32)
}
