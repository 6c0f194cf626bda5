package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestSoftmaxF32(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 19))
	fill := func(n int, at func(i int) float32) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = at(i)
		}
		return s
	}
	inf := inf32(1)
	cases := [][]float32{
		fill(21, func(int) float32 { return 0 }),
		fill(19, func(int) float32 { return -math.MaxFloat32 }),
		fill(23, func(i int) float32 { return float32(i&1) * math.MaxFloat32 }),
		fill(13, func(i int) float32 { return float32(i-6) * 40 }),
		fill(17, func(int) float32 { return -inf }),
		fill(17, func(i int) float32 { return [...]float32{-inf, 3, -inf, -2}[i%4] }),
		fill(33, func(i int) float32 { return [...]float32{1, inf}[i/32] }),
		fill(35, func(i int) float32 { return [...]float32{1, nan32}[i/34] }),
		fill(3000, func(int) float32 { return r.Float32() }),
	}
	for n := range 70 {
		cases = append(cases, spread(r, n), fill(n, func(int) float32 { return r.Float32() - 500 }))
	}
	in, out := check.NewFence(t, 1<<14), check.NewFence(t, 1<<14)
	for _, row := range SoftmaxF32Rows(testFeatures(t)) {
		for _, x := range cases {
			for _, side := range check.Sides {
				a, dst := fenced(t, in, x, side), check.Fenced[float32](t, out, len(x), side)
				row.Func(&SoftmaxF32Args{first(dst), first(a), len(x)})
				holdSoftmax(t, row.Name, dst, x)
				row.Func(&SoftmaxF32Args{first(a), first(a), len(x)})
				holdSoftmax(t, row.Name+" in place", a, x)
				in.Check(t)
				out.Check(t)
				if t.Failed() {
					t.Fatalf("%s: n=%d %v", row.Name, len(x), side)
				}
			}
		}
	}
}

func holdSoftmax(t *testing.T, name string, got, x []float32) {
	t.Helper()
	if len(x) == 0 {
		return
	}
	top, sum := float64(slices.Max(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	for i, v := range x {
		want := math.Exp(float64(v)-top) / sum
		if err := agreeULP(got[i], want, 8+float64(len(x))/8+min(top-float64(v), 104), 0); err != nil {
			t.Fatalf("%s: n=%d: Dst[%d] of %v = %v", name, len(x), i, v, err)
		}
	}
}

func BenchmarkSoftmaxF32(b *testing.B) {
	const n = 1000
	a, dst := written(n), make([]float32, n)
	for _, row := range SoftmaxF32Rows(testFeatures(b)) {
		b.Run(row.Name, func(b *testing.B) {
			args := &SoftmaxF32Args{&dst[0], &a[0], n}
			for b.Loop() {
				row.Func(args)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
