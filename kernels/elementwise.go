package kernels

import (
	"math"
	"unsafe"
)

// ElementF32Args are the arguments of the element-wise kernels: Dst[i] from
// A[i] and, for two operands, B[i]. Dst may be A or B itself.
type ElementF32Args struct {
	Dst, A, B *float32
	N         int     // elements, ≥ 0
	Lo, Hi    float32 // Clamp: limits. LeakyRelu: Lo is the slope for x < 0. HardSigmoid: Lo·x + Hi.
}

// ElementOp names an element-wise kernel.
type ElementOp uint8

// The element-wise kernels. Those from Add to PRelu round each operation once,
// in every row. The others hold these bounds in every row: Exp 2 units in the
// last place (of a denormal: 2 of the smallest); Sigmoid and Tanh 4; SiLU 4 or
// 2⁻¹⁴³; HardSwish 4 or, as its sum cancels at −3, 2⁻²³·|A|; HardSigmoid 4 or 2⁻²³.
// They keep NaN. SiLU and HardSwish of -Inf are -Inf·0, which is NaN.
const (
	AddF32         ElementOp = iota // A + B
	SubF32                          // A − B
	MulF32                          // A · B
	DivF32                          // A ∕ B
	MaxF32                          // A > B ? A : B
	MinF32                          // A < B ? A : B
	AddScalarF32                    // A + B[0]
	MulScalarF32                    // A · B[0]
	ClampF32                        // A limited to Lo..Hi; NaN stays
	LeakyReluF32                    // A ≥ 0 ? A : Lo·A
	PReluF32                        // A ≥ 0 ? A : B·A
	ExpF32                          // e to the power of A
	SigmoidF32                      // 1 ∕ (1 + e^−A)
	TanhF32                         // hyperbolic tangent of A
	SiLUF32                         // A · Sigmoid(A)
	HardSwishF32                    // A · (A∕6 + ½ limited to 0..1)
	HardSigmoidF32                  // Lo·A + Hi limited to 0..1
	numElementOps
)

// ElementF32 is a row of the table of element-wise kernels.
type ElementF32 struct {
	Name  string
	Needs Features
	Funcs [numElementOps]func(*ElementF32Args)
}

func (a *ElementF32Args) slices() (dst, x, y []float32) {
	return unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N), unsafe.Slice(a.B, a.N)
}

var genericElementF32 = ElementF32{"generic", 0, [numElementOps]func(*ElementF32Args){
	AddF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	},
	SubF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	},
	MulF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	},
	DivF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
	},
	MaxF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			if x[i] > y[i] {
				dst[i] = x[i]
			} else {
				dst[i] = y[i]
			}
		}
	},
	MinF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i := range dst {
			if x[i] < y[i] {
				dst[i] = x[i]
			} else {
				dst[i] = y[i]
			}
		}
	},
	AddScalarF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		s := *a.B
		for i := range dst {
			dst[i] = x[i] + s
		}
	},
	MulScalarF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		s := *a.B
		for i := range dst {
			dst[i] = x[i] * s
		}
	},
	ClampF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		for i := range dst {
			dst[i] = clamp(x[i], a.Lo, a.Hi)
		}
	},
	LeakyReluF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		for i, v := range x {
			if v < 0 {
				v *= a.Lo
			}
			dst[i] = v
		}
	},
	PReluF32: func(a *ElementF32Args) {
		dst, x, y := a.slices()
		for i, v := range x {
			if v < 0 {
				v *= y[i]
			}
			dst[i] = v
		}
	},
	ExpF32:     mapF32(math.Exp),
	SigmoidF32: mapF32(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
	TanhF32:    mapF32(math.Tanh),
	SiLUF32:    mapF32(func(x float64) float64 { return x * (1 / (1 + math.Exp(-x))) }),
	HardSwishF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		for i, v := range x {
			dst[i] = v * clamp(v*(1.0/6)+0.5, 0, 1)
		}
	},
	HardSigmoidF32: func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		for i, v := range x {
			dst[i] = clamp(a.Lo*v+a.Hi, 0, 1)
		}
	},
}}

// mapF32 makes a kernel of a function in float64, whose result it rounds.
func mapF32(f func(float64) float64) func(*ElementF32Args) {
	return func(a *ElementF32Args) {
		dst, x := unsafe.Slice(a.Dst, a.N), unsafe.Slice(a.A, a.N)
		for i, v := range x {
			dst[i] = float32(f(float64(v)))
		}
	}
}

// ElementF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ElementF32Rows(f Features) []*ElementF32 {
	var rows []*ElementF32
	for i := range archElementF32 {
		if f.Has(archElementF32[i].Needs) {
			rows = append(rows, &archElementF32[i])
		}
	}
	return append(rows, &genericElementF32)
}
