package kernels

import "unsafe"

// ElementI8Args are the arguments of the element-wise integer kernels. Dst may
// be A or B itself. Nothing past N elements is read or written.
type ElementI8Args struct {
	Dst, A, B      *uint8
	F32            *float32    // what QuantiseF32 reads and DequantiseI8 writes
	Table          *[256]uint8 // of TableI8
	N              int         // elements, ≥ 0
	ZeroA, ZeroB   int32       // zero points of A and B, 0..255
	ScaleA, ScaleB float32     // finite; see the operations
	Zero           int32       // zero point of Dst, 0..255
	Lo, Hi         float32     // limits of Dst less Zero: whole numbers, −Zero ≤ Lo ≤ Hi ≤ 255−Zero
}

// ElementI8Op names an element-wise integer kernel.
type ElementI8Op uint8

// The element-wise integer kernels. round limits to Lo..Hi, rounds half to even
// and adds Zero. Every product, quotient and sum in float32 rounds once, and
// none is fused with another. Functions of one operand, rescaling and limits
// among them, are tables.
const (
	AddI8        ElementI8Op = iota // round((A−ZeroA)·ScaleA + (B−ZeroB)·ScaleB); a negative ScaleB subtracts
	MulI8                           // round((A−ZeroA)·(B−ZeroB)·ScaleA), the first product in integers
	TableI8                         // Table[A]
	QuantiseF32                     // round(F32 ∕ ScaleA); NaN counts as 0. ScaleA > 0
	DequantiseI8                    // F32 = (A−ZeroA)·ScaleA
	numElementI8Ops
)

// ElementI8 is a row of the table of element-wise integer kernels.
type ElementI8 struct {
	Name  string
	Needs Features
	Funcs [numElementI8Ops]func(*ElementI8Args)
}

func (a *ElementI8Args) slices() (dst, x, y []uint8) {
	return unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N), unsafe.Slice(a.B, a.N)
}

var genericElementI8 = ElementI8{"generic", 0, [numElementI8Ops]func(*ElementI8Args){
	AddI8: func(a *ElementI8Args) {
		dst, x, y := a.slices()
		for i := range dst {
			f := float32(float32(int32(x[i])-a.ZeroA)*a.ScaleA) + float32(float32(int32(y[i])-a.ZeroB)*a.ScaleB)
			dst[i] = roundI8(f, a.Lo, a.Hi, a.Zero)
		}
	},
	MulI8: func(a *ElementI8Args) {
		dst, x, y := a.slices()
		for i := range dst {
			dst[i] = roundI8(float32(float32((int32(x[i])-a.ZeroA)*(int32(y[i])-a.ZeroB))*a.ScaleA), a.Lo, a.Hi, a.Zero)
		}
	},
	TableI8: func(a *ElementI8Args) {
		dst := unsafe.Slice(a.Dst, a.N)
		for i, x := range unsafe.Slice(a.A, a.N) {
			dst[i] = a.Table[x]
		}
	},
	QuantiseF32: func(a *ElementI8Args) {
		dst := unsafe.Slice(a.Dst, a.N)
		for i, x := range unsafe.Slice(a.F32, a.N) {
			if x != x {
				x = 0
			}
			dst[i] = roundI8(x/a.ScaleA, a.Lo, a.Hi, a.Zero)
		}
	},
	DequantiseI8: func(a *ElementI8Args) {
		f := unsafe.Slice(a.F32, a.N)
		for i, x := range unsafe.Slice(a.A, a.N) {
			f[i] = float32(int32(x)-a.ZeroA) * a.ScaleA
		}
	},
}}

// ElementI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ElementI8Rows(f Features) []*ElementI8 {
	var rows []*ElementI8
	for i := range archElementI8 {
		if f.Has(archElementI8[i].Needs) {
			rows = append(rows, &archElementI8[i])
		}
	}
	return append(rows, &genericElementI8)
}
