package kernels

import "unsafe"

// CopyRowsArgs are the arguments of a copy of Rows rows of N bytes, LDD apart
// in Dst and LDA apart in A. The two do not overlap.
type CopyRowsArgs struct {
	Dst, A   unsafe.Pointer
	LDD, LDA int
	Rows, N  int // ≥ 0
}

// EveryOtherI8Args are the arguments of Dst[i] = A[2i], for N bytes: A[0] to
// A[2N−2] are read and nothing else. Dst and A do not overlap.
type EveryOtherI8Args struct {
	Dst, A *uint8
	N      int // ≥ 0
}

// InterleaveI8Args are the arguments of the interleaving of three rows of bytes:
// see InterleaveF32Args.
type InterleaveI8Args struct {
	Dst, A, B, C *uint8
	N            int // bytes in each row, ≥ 0
}

// MoveI8 is a row of the table of kernels that move bytes.
type MoveI8 struct {
	Name       string
	Needs      Features
	CopyRows   func(*CopyRowsArgs)
	EveryOther func(*EveryOtherI8Args)
	Interleave func(*InterleaveI8Args)
}

func copyRowsGeneric(a *CopyRowsArgs) {
	for r := range a.Rows {
		copy(unsafe.Slice((*byte)(unsafe.Add(a.Dst, r*a.LDD)), a.N), unsafe.Slice((*byte)(unsafe.Add(a.A, r*a.LDA)), a.N))
	}
}

func everyOtherI8Generic(a *EveryOtherI8Args) {
	if a.N == 0 {
		return
	}
	src := unsafe.Slice(a.A, 2*a.N-1)
	dst := unsafe.Slice(a.Dst, a.N)
	for i := range dst {
		dst[i] = src[2*i]
	}
}

func interleaveI8Generic(a *InterleaveI8Args) {
	x, y, z := unsafe.Slice(a.A, a.N), unsafe.Slice(a.B, a.N), unsafe.Slice(a.C, a.N)
	dst := unsafe.Slice(a.Dst, 3*a.N)
	for i, v := range x {
		px := dst[3*i : 3*i+3 : 3*i+3]
		px[0], px[1], px[2] = v, y[i], z[i]
	}
}

var genericMoveI8 = MoveI8{"generic", 0, copyRowsGeneric, everyOtherI8Generic, interleaveI8Generic}

// MoveI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func MoveI8Rows(f Features) []*MoveI8 {
	var rows []*MoveI8
	for i := range archMoveI8 {
		if f.Has(archMoveI8[i].Needs) {
			rows = append(rows, &archMoveI8[i])
		}
	}
	return append(rows, &genericMoveI8)
}
