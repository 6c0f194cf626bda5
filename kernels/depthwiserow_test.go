package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func (d *DepthwiseRowF32) test(t *testing.T, r *rand.Rand, pixels, rows, c int, lo, hi float32, side check.Side) {
	t.Helper()
	cols := d.Columns()
	groups := (pixels + DepthwisePixels - 1) / DepthwisePixels
	fence := func(n int) *check.Fence { return check.NewFence(t, 4*n+64) }
	values := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = 2*r.Float32() - 1
		}
		return s
	}
	n := rows*cols*groups + 1
	x := values(n * c)
	off := make([]int32, groups*rows*cols)
	for i := range off {
		off[i] = int32(4 * c * r.IntN(n))
	}
	w, bias := values(rows*d.Width*c), values(c)
	ldo := c + pixels%3
	fo := fence(pixels * ldo)
	out := check.Fenced[float32](t, fo, (pixels-1)*ldo+c, side)
	d.Func(&DepthwiseRowF32Args{A: unsafe.Pointer(&fenced(t, fence(len(x)), x, side)[0]), Off: &fenced(t, fence(len(off)), off, side)[0],
		W: &fenced(t, fence(len(w)), w, side)[0], Bias: &fenced(t, fence(c), bias, side)[0], Out: &out[0], LDO: 4 * ldo,
		Pixels: pixels, Rows: rows, C: c, Lo: lo, Hi: hi})
	fo.Check(t)
	for p := range pixels {
		for ch := range c {
			sum, abs := float64(bias[ch]), math.Abs(float64(bias[ch]))
			for row := range rows {
				for k := range d.Width {
					at := (p/DepthwisePixels*rows+row)*cols + p%DepthwisePixels*d.Stride + k
					v := float64(x[int(off[at])/4+ch]) * float64(w[(row*d.Width+k)*c+ch])
					sum, abs = sum+v, abs+math.Abs(v)
				}
			}
			if err := agree(out[p*ldo+ch], clamp(float32(sum), lo, hi), bound(rows*d.Width+1, abs)); err != nil {
				t.Fatalf("%s %d/%d: %d pixels, %d rows, C=%d: Out[%d][%d] = %v", d.Name, d.Width, d.Stride, pixels, rows, c, p, ch, err)
			}
		}
		for i := p*ldo + c; i < min((p+1)*ldo, len(out)); i++ {
			if !isCanary(out[i]) {
				t.Fatalf("%s: wrote between the rows of Out", d.Name)
			}
		}
	}
}

func TestDepthwiseRowF32(t *testing.T) {
	for _, row := range DepthwiseRowF32Rows(testFeatures(t)) {
		t.Run(fmt.Sprintf("%s/%d/%d", row.Name, row.Width, row.Stride), func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			for pixels := 1; pixels <= 9; pixels++ {
				for _, c := range []int{1, 8, 16, 23, 24, 40, 64, 264, 520} {
					if c%row.Channels != 0 {
						continue
					}
					side := check.Sides[(pixels+c)%2]
					row.test(t, r, pixels, 1+pixels%row.Width, c, inf32(-1), inf32(1), side)
					row.test(t, r, pixels, row.Width, c, -0.5, 0.75, side)
				}
			}
		})
	}
}

func BenchmarkDepthwiseRowF32(b *testing.B) {
	for _, row := range DepthwiseRowF32Rows(Detect()) {
		if row.Needs == 0 {
			continue
		}
		b.Run(fmt.Sprintf("%s/%d/%d", row.Name, row.Width, row.Stride), func(b *testing.B) {
			const c, pixels = 64, 40
			cols := row.Columns()
			x, w, out := make([]float32, c*row.Width*100), make([]float32, 25*c), make([]float32, c*pixels)
			off := make([]int32, 0, pixels/4*row.Width*cols)
			for g := range pixels / 4 {
				for r := range row.Width {
					for k := range cols {
						off = append(off, int32(4*c*(r*100+4*g*row.Stride+k)))
					}
				}
			}
			a := &DepthwiseRowF32Args{A: unsafe.Pointer(&x[0]), Off: &off[0], W: &w[0], Bias: &w[0], Out: &out[0], LDO: 4 * c, Pixels: pixels, Rows: row.Width, C: c, Hi: 1}
			for b.Loop() {
				row.Func(a)
			}
			b.ReportMetric(float64(2*c*pixels*row.Width*row.Width*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
