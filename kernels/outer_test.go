package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestOuterF32 holds every row against sums in float64, over rows and pixels
// with gaps between them.
func TestOuterF32(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, row := range OuterF32Rows(testFeatures(t)) {
		for _, c := range []struct{ rows, pixels, gapA, gapB, lineA, lineB int }{
			{1, 1, 0, 0, 0, 0}, {1, 7, 0, 3, 0, 0}, {3, 1, 5, 0, 2, 9}, {4, 9, 1, 2, 11, 3}, {2, 40, 33, 0, 0, 40},
		} {
			stepA, stepB := row.MR+c.gapA, row.NR+c.gapB
			lineA, lineB := stepA*c.pixels+c.lineA, stepB*c.pixels+c.lineB
			a, b := spread(r, lineA*c.rows+row.MR), spread(r, lineB*c.rows+row.NR)
			got := make([]float32, row.MR*row.NR+32)
			for i := range got {
				got[i] = float32(i % 5)
			}
			row.Func(&OuterF32Args{A: unsafe.Pointer(&a[0]), B: unsafe.Pointer(&b[0]), C: &got[0],
				RowA: 4 * lineA, StepA: 4 * stepA, RowB: 4 * lineB, StepB: 4 * stepB, Rows: c.rows, Pixels: c.pixels})
			for i := range row.MR {
				for j := range row.NR {
					want, size := float64((i*row.NR+j)%5), 1.0
					for y := range c.rows {
						for x := range c.pixels {
							p := float64(a[y*lineA+x*stepA+i]) * float64(b[y*lineB+x*stepB+j])
							want, size = want+p, size+math.Abs(p)
						}
					}
					if v := float64(got[i*row.NR+j]); !(math.Abs(v-want) <= 1e-5*size) {
						t.Fatalf("%s %+v: [%d][%d] is %v, want %v", row.Name, c, i, j, v, want)
					}
				}
			}
			for i := row.MR * row.NR; i < len(got); i++ {
				if got[i] != float32(i%5) {
					t.Fatalf("%s writes past its tile", row.Name)
				}
			}
		}
	}
}

func BenchmarkOuterF32(b *testing.B) {
	f, err := Available()
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range OuterF32Rows(f) {
		for _, channels := range [...]int{16, 64} {
			const w, h = 32, 32
			b.Run(fmt.Sprintf("%s/%d", row.Name, channels), func(b *testing.B) {
				x, d := make([]float32, (w*h+2)*channels+256), make([]float32, w*h*channels+256)
				c := make([]float32, row.MR*row.NR)
				a := &OuterF32Args{A: unsafe.Pointer(&x[0]), B: unsafe.Pointer(&d[0]), C: &c[0],
					RowA: 4 * w * channels, StepA: 4 * channels, RowB: 4 * w * channels, StepB: 4 * channels, Rows: h, Pixels: w}
				for b.Loop() {
					row.Func(a)
				}
				b.ReportMetric(2*float64(w*h*row.MR*row.NR)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
