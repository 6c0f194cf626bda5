package kernels

import "unsafe"

// OuterF32 is a row of the table of sums of outer products: a function that
// adds to one tile
//
//	C[i][j] += Σ_r Σ_p A(r,p)[i] · B(r,p)[j]
//
// over Rows rows of Pixels pixels each. It is what the gradient of a
// convolution's weights consists of, where A are the pixels that one tap
// sees and B the gradients of the pixels that it contributes to.
type OuterF32 struct {
	Name   string
	Needs  Features
	MR, NR int // rows and columns of a tile
	Func   func(*OuterF32Args)
}

// OuterF32Args are the arguments of one tile.
type OuterF32Args struct {
	A, B         unsafe.Pointer // of row 0, pixel 0; MR and NR floats are read at each pixel
	C            *float32       // [MR][NR]
	RowA, StepA  int            // bytes of A from row to row, from pixel to pixel
	RowB, StepB  int            // likewise of B
	Rows, Pixels int            // ≥ 1
}

// genericOuterF32 is the specification. Rows may round otherwise, but each
// adds in an order that depends on nothing but the arguments.
func outerF32Generic(a *OuterF32Args) {
	c := (*[genericMR][genericNR]float32)(unsafe.Pointer(a.C))
	acc := *c
	for r := range a.Rows {
		pa, pb := unsafe.Add(a.A, r*a.RowA), unsafe.Add(a.B, r*a.RowB)
		for range a.Pixels {
			x, d := (*[genericMR]float32)(pa), (*[genericNR]float32)(pb)
			for i, v := range x {
				for j, w := range d {
					acc[i][j] += v * w
				}
			}
			pa, pb = unsafe.Add(pa, a.StepA), unsafe.Add(pb, a.StepB)
		}
	}
	*c = acc
}

var genericOuterF32 = OuterF32{"generic4x8", 0, genericMR, genericNR, outerF32Generic}

// OuterF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func OuterF32Rows(f Features) []*OuterF32 {
	var rows []*OuterF32
	for i := range archOuterF32 {
		if f.Has(archOuterF32[i].Needs) {
			rows = append(rows, &archOuterF32[i])
		}
	}
	return append(rows, &genericOuterF32)
}
