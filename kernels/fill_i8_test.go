package kernels

import "math/rand/v2"

// fillI8 is a way to make activations and weights of bytes. The extremes come
// first in every test: a row that saturates on the way errs there.
type fillI8 struct {
	name string
	a    func(r *rand.Rand, i int) uint8
	w    func(r *rand.Rand, i int) int8
}

func always[T any](x T) func(*rand.Rand, int) T { return func(*rand.Rand, int) T { return x } }

func uniformA(r *rand.Rand, _ int) uint8 { return uint8(r.Uint32()) }

func uniformW(r *rand.Rand, _ int) int8 { return int8(r.IntN(255) - 127) }

// trainedW are weights of the spread that trained layers have: few are large.
func trainedW(r *rand.Rand, _ int) int8 {
	return int8(max(-127, min(127, r.NormFloat64()*32)))
}

func eitherW(r *rand.Rand, _ int) int8 { return int8(r.IntN(2)*254 - 127) }

func eitherA(r *rand.Rand, _ int) uint8 { return uint8(r.IntN(2) * 255) }

func alternateW(_ *rand.Rand, i int) int8 { return int8(127 - i%2*254) }

// rareW are small weights with a large pair now and then.
func rareW(r *rand.Rand, i int) int8 {
	if i%23 < 2 {
		return 127
	}
	return int8(r.IntN(9) - 4)
}

// sparseW are zeros but for large weights, or small ones, now and then: some
// groups have none.
func sparseW(r *rand.Rand, i int) int8 {
	switch i % 41 {
	case 0:
		return 127 - int8(r.IntN(2))*127
	case 20:
		return 1
	}
	return 0
}

var fillsI8 = []fillI8{
	{"255·127", always[uint8](255), always[int8](127)},
	{"255·−127", always[uint8](255), always[int8](-127)},
	{"0·127", always[uint8](0), always[int8](127)},
	{"255·±127", always[uint8](255), alternateW},
	{"either·either", eitherA, eitherW},
	{"255·64", always[uint8](255), always[int8](64)},
	{"255·65", always[uint8](255), always[int8](65)},
	{"255·−65", always[uint8](255), always[int8](-65)},
	{"zeros", uniformA, always[int8](0)},
	{"sparse", uniformA, sparseW},
	{"rare", uniformA, rareW},
	{"trained", uniformA, trainedW},
	{"uniform", uniformA, uniformW},
}

func (f fillI8) activations(r *rand.Rand, n int) []uint8 {
	s := make([]uint8, n)
	for i := range s {
		s[i] = f.a(r, i)
	}
	return s
}

func (f fillI8) weights(r *rand.Rand, n int) []int8 {
	s := make([]int8, n)
	for i := range s {
		s[i] = f.w(r, i)
	}
	return s
}

// untouched is what results hold before a kernel runs.
const untouched = 0xC7

// sums returns n numbers to start sums with, and scales that bring sums of
// depth products to all of 0..255 and past both ends.
func (f fillI8) sums(r *rand.Rand, n, depth int) (bias []int32, scale []float32) {
	bias, scale = make([]int32, n), make([]float32, n)
	for i := range bias {
		bias[i] = int32(r.IntN(1<<16) - 1<<15)
		scale[i] = r.Float32() * 0.02 / float32(1+depth/8)
		switch r.IntN(24) {
		case 0:
			scale[i] = 1e30 // past int32 on both sides
		case 1:
			scale[i] = 0
		case 2:
			scale[i], bias[i] = 0.5, int32(r.IntN(400)-200) // halves, where sums are zero
		}
	}
	return bias, scale
}

// slopes returns scales for negative sums, of either sign.
func slopes(r *rand.Rand, scale []float32) []float32 {
	neg := make([]float32, len(scale))
	for i, s := range scale {
		neg[i] = s * (r.Float32()*2 - 0.75)
	}
	return neg
}

// limitsI8 are zero points and limits: none, a ReLU, a ReLU6, one value.
var limitsI8 = []struct {
	zero   int32
	lo, hi float32
}{{0, 0, 255}, {255, -255, 0}, {128, -128, 127}, {100, 0, 155}, {3, 0, 200}, {7, 2, 2}}
