package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestLRNF32(t *testing.T) {
	for _, row := range LRNF32Rows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(1, 5))
		for n := 1; n <= 40; n++ {
			for _, size := range []int{1, 3, 5, 8} {
				side := check.Sides[(n+size)%2]
				x, s := make([]float32, n), make([]float32, n+size-1+LRNSlack)
				for i := range x {
					x[i] = 20*r.Float32() - 10
				}
				for i := range s {
					s[i] = 100 * r.Float32()
				}
				fd := check.NewFence(t, 4*n)
				dst := check.Fenced[float32](t, fd, n, side)
				const alpha, bias = 0.02, 1.5
				row.Func(&LRNF32Args{Dst: &dst[0], A: &fenced(t, check.NewFence(t, 4*n), x, side)[0],
					S: &fenced(t, check.NewFence(t, 4*len(s)), s, side)[0], N: n, Size: size, Alpha: alpha, Bias: bias})
				fd.Check(t)
				same := make([]float32, n)
				lrnF32Generic(&LRNF32Args{Dst: &same[0], A: &x[0], S: &s[0], N: n, Size: size, Alpha: alpha, Bias: bias})
				for i := range x {
					if dst[i] != same[i] {
						t.Fatalf("%s: N=%d Size=%d: %d is %v, and %v in generic Go", row.Name, n, size, i, dst[i], same[i])
					}
					sum := 0.0
					for _, v := range s[i : i+size] {
						sum += float64(v)
					}
					want := float64(x[i]) * math.Pow(float64(float32(bias))+float64(float32(alpha))*sum, -0.75)
					if err := agree(dst[i], float32(want), float64(size+4)*eps32*math.Abs(want)); err != nil {
						t.Fatalf("%s: N=%d Size=%d: %d is %v", row.Name, n, size, i, err)
					}
				}
			}
		}
	}
}
