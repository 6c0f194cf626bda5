package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// TestRangeF32: every length has its least, its greatest and a NaN at every
// place.
func TestRangeF32(t *testing.T) {
	inf := inf32(1)
	for _, row := range RangeF32Rows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(3, 4))
		f := check.NewFence(t, 1<<10)
		for n := range 75 {
			for _, side := range check.Sides {
				for at := range n {
					x := make([]float32, n)
					for i := range x {
						x[i] = r.Float32() - 0.5
					}
					for _, v := range []float32{math.MaxFloat32, -math.MaxFloat32, inf, -inf, 3, -3, nan32} {
						x[at] = v
						holdRange(t, row, fenced(t, f, x, side), 0, 0)
						holdRange(t, row, fenced(t, f, x, side), inf, -inf)
					}
					if f.Check(t); t.Failed() {
						t.Fatalf("%s: n=%d at=%d %v", row.Name, n, at, side)
					}
				}
			}
		}
		holdRange(t, row, nil, -2, 3)
		holdRange(t, row, nil, nan32, nan32)
		holdRange(t, row, make([]float32, 41), nan32, nan32)
	}
}

// holdRange holds the range of x and of lo to hi against comparisons one by one.
func holdRange(t *testing.T, row *RangeF32, x []float32, lo, hi float32) {
	t.Helper()
	a := RangeF32Args{A: first(x), N: len(x), Lo: lo, Hi: hi}
	row.Func(&a)
	for _, v := range x {
		switch {
		case v != v:
			lo, hi = v, v
		case v < lo:
			lo = v
		}
		if v > hi {
			hi = v
		}
	}
	if lo != lo && a.Lo != a.Lo && a.Hi != a.Hi {
		return
	}
	if a.Lo != lo || a.Hi != hi {
		t.Fatalf("%s: %v to %v, want %v to %v, of %v", row.Name, a.Lo, a.Hi, lo, hi, x)
	}
}

func BenchmarkRangeF32(b *testing.B) {
	const n = 4096
	x := written(n)
	for _, row := range RangeF32Rows(testFeatures(b)) {
		b.Run(row.Name, func(b *testing.B) {
			args := &RangeF32Args{A: &x[0], N: n}
			for b.Loop() {
				row.Func(args)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
