package capture

import (
	"math"
	"testing"
)

// TestLuma holds the grid against the mean of the very samples that it says
// it takes, converted by Row's equations.
func TestLuma(t *testing.T) {
	for _, f := range []Format{YUYV, UYVY, NV12, YCbCr, Grey, RGB, BGR} {
		for _, size := range [][4]int{{64, 48, 16, 12}, {17, 11, 5, 3}, {80, 60, 8, 6}, {3, 2, 3, 2}, {1, 1, 1, 1}, {9, 9, 4, 9}} {
			r := random(t, f, size[0], size[1])
			for _, full := range []bool{false, true} {
				r.FullRange = full
				w, h := size[2], size[3]
				got := make([]uint8, w*h)
				if !r.Luma(got, w, h) {
					t.Fatalf("%v %v: refused", f, size)
				}
				for c := range got {
					if want := meanOfCell(r, c%w, c/w, w, h); math.Abs(float64(got[c])-want) > 1.5 {
						t.Fatalf("%v %v, full %v: cell %d is %d, want %.1f", f, size, full, c, got[c], want)
					}
				}
			}
		}
	}
}

func meanOfCell(r *Raster, cx, cy, w, h int) float64 {
	sum, n := 0.0, 0.0
	x1, x2, y1, y2 := cx*r.W/w, (cx+1)*r.W/w, cy*r.H/h, (cy+1)*r.H/h
	nx, ny := min(4, x2-x1), min(4, y2-y1)
	for j := range ny {
		for i := range nx {
			x, y := x1+(2*i+1)*(x2-x1)/(2*nx), y1+(2*j+1)*(y2-y1)/(2*ny)
			p := r.Planes[0].Pix[y*r.Planes[0].Stride:]
			switch r.Format {
			case RGB:
				sum += .299*float64(p[x*3]) + .587*float64(p[x*3+1]) + .114*float64(p[x*3+2])
			case BGR:
				sum += .299*float64(p[x*3+2]) + .587*float64(p[x*3+1]) + .114*float64(p[x*3])
			default:
				l, _, _ := sample(r, x, y)
				sum += float64(l)
			}
			n++
		}
	}
	if r.Format != RGB && r.Format != BGR && !r.FullRange {
		return held((sum/n - 16) / 219)
	}
	return sum / n
}

func TestLumaRefuses(t *testing.T) {
	r := random(t, Grey, 16, 16)
	jpeg := &Raster{Format: MJPEG, W: 16, H: 16, Planes: [3]Plane{{Pix: []byte{1, 2}}}}
	dst := make([]uint8, 16)
	for what, ok := range map[string]bool{
		"short":       r.Luma(dst, 5, 4),
		"no cells":    r.Luma(dst, 0, 4),
		"wide":        r.Luma(make([]uint8, 17), 17, 1),
		"tall":        r.Luma(make([]uint8, 17), 1, 17),
		"MJPEG":       jpeg.Luma(dst, 4, 4),
		"empty":       new(Raster).Luma(dst, 1, 1),
		"nothing yet": (&Raster{Format: AnyFormat, W: 16, H: 16}).Luma(dst, 4, 4),
	} {
		if ok {
			t.Errorf("%s: not refused", what)
		}
	}
	if n := testing.AllocsPerRun(5, func() { r.Luma(dst, 4, 4) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLuma(b *testing.B) {
	for _, f := range []Format{YUYV, NV12, RGB} {
		b.Run(f.String(), func(b *testing.B) {
			r := random(b, f, 640, 480)
			dst := make([]uint8, 80*60)
			for b.Loop() {
				r.Luma(dst, 80, 60)
			}
		})
	}
}
