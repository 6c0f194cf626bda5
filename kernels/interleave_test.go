package kernels

import (
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestInterleaveF32(t *testing.T) {
	for _, row := range InterleaveF32Rows(testFeatures(t)) {
		fence := func() *check.Fence { return check.NewFence(t, 1<<10) }
		fa, fb, fc, fd := fence(), fence(), fence(), fence()
		for n := 1; n <= 40; n++ {
			for _, side := range check.Sides {
				var rows [3][]float32
				for p := range rows {
					for i := range n {
						rows[p] = append(rows[p], float32(3*i+p))
					}
				}
				dst := check.Fenced[float32](t, fd, 3*n, side)
				row.Func(&InterleaveF32Args{Dst: &dst[0], A: &fenced(t, fa, rows[0], side)[0], B: &fenced(t, fb, rows[1], side)[0], C: &fenced(t, fc, rows[2], side)[0], N: n})
				fd.Check(t)
				for i, v := range dst {
					if v != float32(i) {
						t.Fatalf("%s: %d of 3·%d is %v", row.Name, i, n, v)
					}
				}
			}
		}
	}
}
