package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// softmaxI8Table is the table of exponentials for bytes of a scale.
func softmaxI8Table(n int, scale float64) *[256]int32 {
	var t [256]int32
	for d := range t {
		t[d] = int32(math.RoundToEven(float64(SoftmaxI8Unit(n)) * math.Exp(-float64(d)*scale)))
	}
	return &t
}

func TestSoftmaxI8(t *testing.T) {
	for _, row := range SoftmaxI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			in, out, tmp := check.NewFence(t, 1<<13), check.NewFence(t, 1<<13), check.NewFence(t, 1<<14)
			r := rand.New(rand.NewPCG(3, 3))
			for i, n := range []int{1, 2, 15, 16, 17, 32, 48, 80, 100, 1000, 1008} {
				for j, scale := range []float64{1e-4, 0.02, 0.3, 10} {
					f, side := fillsI8[(i+j)%2*(len(fillsI8)-1)], check.Sides[j%2]
					rows, stride := 1+i%3, 1
					if j == 2 {
						rows, stride = 1, 3
					}
					size := rows*n + (n-1)*(stride-1)
					x, dst := fenced(t, in, f.activations(r, size), side), check.Fenced[uint8](t, out, size, side)
					for k := range dst {
						dst[k] = untouched
					}
					a := &SoftmaxI8Args{Dst: &dst[0], A: &x[0], Rows: rows, N: n, Stride: stride, Table: softmaxI8Table(n, scale), Scale: 1.0 / 255,
						Zero: int32(i * 7 % 60), Tmp: &check.Fenced[int32](t, tmp, n, side)[0]}
					row.Func(a)
					want := append([]uint8(nil), dst...)
					b := *a
					b.Dst = &want[0]
					softmaxI8Generic(&b)
					if k := differs(dst, want); k >= 0 {
						t.Fatalf("%s: %d rows of %d by %d: byte %d is %d, want %d", row.Name, rows, n, stride, k, dst[k], want[k])
					}
					if row == &genericSoftmaxI8 {
						closeToSoftmax(t, a, x, dst, scale)
					}
					out.Check(t)
					tmp.Check(t)
				}
			}
		})
	}
}

// closeToSoftmax holds results against the real numbers: within one step.
func closeToSoftmax(t *testing.T, a *SoftmaxI8Args, x, got []uint8, scale float64) {
	t.Helper()
	for r := range a.Rows {
		sum, largest := 0.0, uint8(0)
		for n := range a.N {
			largest = max(largest, x[r*a.N+n*a.Stride])
		}
		weight := func(at int) float64 { return math.Exp(float64(int(x[at])-int(largest)) * scale) }
		for n := range a.N {
			sum += weight(r*a.N + n*a.Stride)
		}
		for n := range a.N {
			at := r*a.N + n*a.Stride
			want := min(weight(at)/sum/float64(a.Scale), float64(255-a.Zero)) + float64(a.Zero)
			if d := math.Abs(float64(got[at]) - want); !(d < 0.51) {
				t.Fatalf("%d of %d, scale %v: %d, want %v", n, a.N, scale, got[at], want)
			}
		}
	}
}
