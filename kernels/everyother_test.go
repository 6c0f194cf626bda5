package kernels

import (
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestEveryOtherF32(t *testing.T) {
	for _, row := range EveryOtherF32Rows(testFeatures(t)) {
		fa, fd := check.NewFence(t, 1<<10), check.NewFence(t, 1<<10)
		for n := range 70 {
			for _, side := range check.Sides {
				src := make([]float32, max(2*n-1, 0))
				for i := range src {
					src[i] = float32(i)
				}
				dst := check.Fenced[float32](t, fd, n, side)
				args := &ElementF32Args{N: n}
				if n > 0 {
					args.A, args.Dst = &fenced(t, fa, src, side)[0], &dst[0]
				}
				row.Func(args)
				fd.Check(t)
				for i, v := range dst {
					if v != float32(2*i) {
						t.Fatalf("%s: %d of %d is %v", row.Name, i, n, v)
					}
				}
			}
		}
	}
}
