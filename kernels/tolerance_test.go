package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const eps32 = 1.0 / (1 << 23) // distance from 1 to the next float32

// bound is the error allowed to a sum of n products whose absolute values sum
// to abs: each product and each addition may round once, and denormals may
// round by their own step.
func bound(n int, abs float64) float64 {
	return float64(n+3)*eps32*abs + float64(n+3)*math.SmallestNonzeroFloat32
}

// agree says what is wrong with got, where want is expected to within tol. NaN
// and infinities must be the same in both.
func agree(got, want float32, tol float64) error {
	g, w := float64(got), float64(want)
	switch {
	case math.IsNaN(w) && math.IsNaN(g), g == w:
		return nil
	case math.IsNaN(w) != math.IsNaN(g), math.IsInf(w, 0), math.IsInf(g, 0), !(math.Abs(g-w) <= tol):
		return fmt.Errorf("%v, want %v (± %.3g)", got, want, tol)
	}
	return nil
}

// fill is a way to make operands. Those of extremes come first in every test.
type fill struct {
	name string
	at   func(r *rand.Rand, i int) float32
}

var nan32 = float32(math.NaN())

func inf32(sign int) float32 { return float32(math.Inf(sign)) }

// strange holds the values around which kernels err: zeros of both signs,
// denormals, infinities, NaN, and the largest.
var strange = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32,
	0x1p-126, -0x1p-126, math.MaxFloat32, -math.MaxFloat32, inf32(1), inf32(-1), nan32,
}

// fills are operands whose sums of products do not overflow on the way, so
// that every order of summation agrees on infinities and NaN.
var fills = []fill{
	{"zero", func(*rand.Rand, int) float32 { return 0 }},
	{"denormal", func(r *rand.Rand, _ int) float32 { return float32(r.IntN(9)-4) * 0x1p-148 }},
	{"nan", func(r *rand.Rand, i int) float32 {
		if i%7 == 3 {
			return nan32
		}
		return r.Float32() - 0.5
	}},
	{"inf", func(r *rand.Rand, i int) float32 {
		if i%11 == 5 {
			return inf32(1)
		}
		return r.Float32() + 0.5
	}},
	{"large", func(r *rand.Rand, _ int) float32 { return (r.Float32() - 0.5) * 0x1p50 }},
	{"integers", func(r *rand.Rand, _ int) float32 { return float32(r.IntN(17) - 8) }},
	{"random", func(r *rand.Rand, _ int) float32 { return r.Float32()*2 - 1 }},
}

func (f fill) slice(r *rand.Rand, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = f.at(r, i)
	}
	return s
}
