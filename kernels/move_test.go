package kernels

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestMoveI8(t *testing.T) {
	for _, row := range MoveI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(4, 4))
			var in [3]*check.Fence
			for i := range in {
				in[i] = check.NewFence(t, 1<<12)
			}
			out := check.NewFence(t, 1<<12)
			result := func(n int, side check.Side) []uint8 {
				dst := check.Fenced[uint8](t, out, n, side)
				for i := range dst {
					dst[i] = untouched
				}
				return dst
			}
			for n := 1; n <= 140; n++ {
				side := check.Sides[n%2]
				rows, ldd, lda := 1+n%5, n+n%3, n+n%4
				a := fenced(t, in[0], fillsI8[10].activations(r, (rows-1)*lda+n), side)
				dst := result((rows-1)*ldd+n, side)
				row.CopyRows(&CopyRowsArgs{Dst: unsafe.Pointer(&dst[0]), A: unsafe.Pointer(&a[0]), LDD: ldd, LDA: lda, Rows: rows, N: n})
				for i, got := range dst {
					want := uint8(untouched)
					if i%ldd < n {
						want = a[i/ldd*lda+i%ldd]
					}
					if got != want {
						t.Fatalf("%s: %d rows of %d: byte %d is %d, want %d", row.Name, rows, n, i, got, want)
					}
				}
				out.Check(t)

				a = fenced(t, in[0], fillsI8[10].activations(r, 2*n-1), side)
				dst = result(n, side)
				row.EveryOther(&EveryOtherI8Args{Dst: &dst[0], A: &a[0], N: n})
				for i, got := range dst {
					if got != a[2*i] {
						t.Fatalf("%s: every other of %d: byte %d is %d, want %d", row.Name, n, i, got, a[2*i])
					}
				}
				out.Check(t)

				var of [3][]uint8
				for p := range of {
					of[p] = fenced(t, in[p], fillsI8[10].activations(r, n), side)
				}
				dst = result(3*n, side)
				row.Interleave(&InterleaveI8Args{Dst: &dst[0], A: &of[0][0], B: &of[1][0], C: &of[2][0], N: n})
				for i, got := range dst {
					if want := of[i%3][i/3]; got != want {
						t.Fatalf("%s: three rows of %d: byte %d is %d, want %d", row.Name, n, i, got, want)
					}
				}
				out.Check(t)
			}
			row.CopyRows(&CopyRowsArgs{Rows: 3})
			row.CopyRows(&CopyRowsArgs{N: 3})
			row.EveryOther(&EveryOtherI8Args{})
			row.Interleave(&InterleaveI8Args{})
		})
	}
}
