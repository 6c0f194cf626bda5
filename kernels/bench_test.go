package kernels

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// rates collects the speed of a kernel and of the core's peak, measured in
// turns, so that a noisy neighbour slows both.
type rates struct {
	peak          func() float64 // operations per second of this core
	kernel, peaks []float64
}

func newRates(b *testing.B, needs Features) *rates {
	for _, p := range PeakF32Rows(testFeatures(b)) {
		if p.Needs == needs || p.Needs == 0 {
			return &rates{peak: p.Measure}
		}
	}
	return nil
}

// measure times f, which does so many operations, and the peak after it.
func (r *rates) measure(flops int, f func()) {
	start := time.Now()
	f()
	r.kernel = append(r.kernel, float64(flops)/time.Since(start).Seconds())
	r.peaks = append(r.peaks, r.peak())
}

// report gives the median and the best rate, and the share of the peak.
func (r *rates) report(b *testing.B) {
	slices.Sort(r.kernel)
	slices.Sort(r.peaks)
	mid, n := len(r.kernel)/2, len(r.kernel)-1
	b.ReportMetric(r.kernel[mid]/1e9, "GFLOP/s")
	b.ReportMetric(r.kernel[n]/1e9, "GFLOP/s-best")
	b.ReportMetric(r.peaks[n]/1e9, "GFLOP/s-peak")
	b.ReportMetric(100*r.kernel[mid]/r.peaks[mid], "%peak")
	b.ReportMetric(100*r.kernel[n]/r.peaks[n], "%peak-best")
	b.ReportMetric(0, "ns/op")
}

// written returns n random floats. Memory that was never written would not do:
// its pages are all the same page of zeros, which upsets the first-level cache.
func written(n int) []float32 {
	return fills[len(fills)-1].slice(rand.New(rand.NewPCG(14, 15)), n)
}

// convLayer is a 3×3 convolution with a border of one over size×size×c,
// as the plan hands it over: tiles of pixels inside, panels of columns outside.
type convLayer struct {
	row     *GemmF32
	args    GemmF32Args
	off     []int32 // [tiles][9][MR]
	b, bias []float32
	out     []float32
	m, n, k int
}

func newConvLayer(row *GemmF32, size, c, n int) *convLayer {
	r := rand.New(rand.NewPCG(10, 11))
	f := fills[len(fills)-1]
	l := &convLayer{row: row, m: size * size, n: n, k: c}
	a := append(f.slice(r, l.m*c), make([]float32, c)...) // the last row is of zeros
	l.b = make([]float32, PackedGemmF32Len(n, 9, c, row.NR))
	PackGemmF32(l.b, f.slice(r, n*9*c), n, 9, c, row.NR, 9*c, c, 1)
	l.bias = make([]float32, (n+row.NR-1)/row.NR*row.NR)
	l.out = make([]float32, l.m*n)
	for m0 := 0; m0 < l.m; m0 += row.MR {
		for tap := range 9 {
			for i := range row.MR {
				p := min(m0+i, l.m-1)
				y, x := p/size+tap/3-1, p%size+tap%3-1
				at := y*size + x
				if y < 0 || x < 0 || y >= size || x >= size {
					at = l.m
				}
				l.off = append(l.off, int32(4*c*at))
			}
		}
	}
	l.args = GemmF32Args{A: unsafe.Pointer(&a[0]), LDC: 4 * n, Taps: 9, K: c, Lo: 0, Hi: inf32(1)}
	return l
}

func (l *convLayer) flops() int { return 2 * l.m * l.n * l.k * 9 }

func (l *convLayer) run() {
	mr, nr := l.row.MR, l.row.NR
	for n0 := 0; n0 < l.n; n0 += nr {
		l.args.B, l.args.Bias = &l.b[n0*9*l.k], &l.bias[n0]
		l.args.N = min(nr, l.n-n0)
		for m0 := 0; m0 < l.m; m0 += mr {
			l.args.M = min(mr, l.m-m0)
			l.args.Off = &l.off[m0*9]
			l.args.C = &l.out[m0*l.n+n0]
			l.row.Func(&l.args)
		}
	}
}

// BenchmarkGemmF32Layer runs the 3×3 layers of ResNet-18 for a picture of 224².
func BenchmarkGemmF32Layer(b *testing.B) {
	for _, row := range GemmF32Rows(testFeatures(b)) {
		for _, s := range []struct{ size, c int }{{56, 64}, {28, 128}, {14, 256}, {7, 512}} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", row.Name, s.size, s.size, s.c), func(b *testing.B) {
				l, r := newConvLayer(row, s.size, s.c, s.c), newRates(b, row.Needs)
				for b.Loop() {
					r.measure(l.flops(), l.run)
				}
				r.report(b)
			})
		}
	}
}

// BenchmarkGemmF32Tile repeats one tile, whose operands stay in the caches: of
// large K, as in the first layer of a network (3 channels), with one row, and
// with half the columns.
func BenchmarkGemmF32Tile(b *testing.B) {
	for _, row := range GemmF32Rows(testFeatures(b)) {
		for _, s := range []struct{ m, n, taps, k int }{
			{row.MR, row.NR, 1, 64}, {row.MR, row.NR, 1, 256}, {row.MR, row.NR, 1, 1024},
			{row.MR, row.NR, 9, 64}, {row.MR, row.NR, 49, 3},
			{1, row.NR, 1, 256}, {row.MR, row.NR / 2, 1, 256},
		} {
			b.Run(fmt.Sprintf("%s/M%d-N%d-T%d-K%d", row.Name, s.m, s.n, s.taps, s.k), func(b *testing.B) {
				a, pb := written(row.MR*s.k), written(row.NR*s.taps*s.k)
				bias, c, off := make([]float32, row.NR), make([]float32, row.MR*row.NR), make([]int32, s.taps*row.MR)
				for i := range off {
					off[i] = int32(4 * s.k * (i % row.MR))
				}
				args := &GemmF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], B: &pb[0], Bias: &bias[0], C: &c[0], LDC: 4 * row.NR, Taps: s.taps, K: s.k, M: s.m, N: s.n, Lo: inf32(-1), Hi: inf32(1)}
				r := newRates(b, row.Needs)
				const repeat = 100
				for b.Loop() {
					r.measure(2*repeat*s.m*s.n*s.taps*s.k, func() {
						for range repeat {
							row.Func(args)
						}
					})
				}
				r.report(b)
			})
		}
	}
}

// BenchmarkTapsF32 runs 3×3 windows over 28 pixels of a row of pictures.
func BenchmarkTapsF32(b *testing.B) {
	for _, kind := range tapsKinds {
		for _, row := range kind.rows(testFeatures(b)) {
			for _, c := range []int{32, 144, 512} {
				b.Run(fmt.Sprintf("%s/%s/C%d", kind.name, row.Name, c), func(b *testing.B) {
					const pixels, taps = 28, 9
					a, w := written((pixels+2)*3*c), written(taps*c)
					bias, scale, out := make([]float32, c), make([]float32, pixels), make([]float32, pixels*c)
					var off []int32
					for p := range pixels {
						for t := range taps {
							off = append(off, int32(4*c*(t/3*(pixels+2)+p+t%3)))
						}
					}
					args := &TapsF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], W: &w[0], Bias: &bias[0], Scale: &scale[0], Out: &out[0], LDO: 4 * c, Pixels: pixels, Taps: taps, C: c, Hi: 6}
					ops := pixels * taps * c
					if kind.name == "Depthwise" {
						ops *= 2
					}
					r := newRates(b, row.Needs)
					for b.Loop() {
						r.measure(10*ops, func() {
							for range 10 {
								row.Func(args)
							}
						})
					}
					r.report(b)
				})
			}
		}
	}
}

// BenchmarkElementF32 runs the element-wise kernels over 16 KiB.
func BenchmarkElementF32(b *testing.B) {
	r := rand.New(rand.NewPCG(12, 13))
	const n = 4096
	x, y, dst := spread(r, n), spread(r, n), make([]float32, n)
	for op := range numElementOps {
		for _, row := range ElementF32Rows(testFeatures(b)) {
			b.Run(elementOps[op].name+"/"+row.Name, func(b *testing.B) {
				args := &ElementF32Args{Dst: &dst[0], A: &x[0], B: &y[0], N: n, Lo: elementOps[op].lo, Hi: elementOps[op].hi}
				b.SetBytes(4 * n)
				for b.Loop() {
					row.Funcs[op](args)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}

// BenchmarkConvertF16 converts 4096 numbers each way.
func BenchmarkConvertF16(b *testing.B) {
	const n = 4096
	half, float := make([]uint16, n), written(n)
	args := &ConvertF16Args{&half[0], &float[0], n}
	for _, row := range ConvertF16Rows(testFeatures(b)) {
		b.Run("Narrow/"+row.Name, func(b *testing.B) {
			b.SetBytes(6 * n)
			for b.Loop() {
				row.Narrow(args)
			}
		})
		b.Run("Widen/"+row.Name, func(b *testing.B) {
			b.SetBytes(6 * n)
			for b.Loop() {
				row.Widen(args)
			}
		})
	}
}

// TestPeakF32: every row runs, and a vector row is no slower than generic Go
// (but on arm64, which is tested under emulation: its time says nothing).
func TestPeakF32(t *testing.T) {
	rows := PeakF32Rows(testFeatures(t))
	slow := rows[len(rows)-1].Measure()
	for _, row := range rows {
		rate := row.Measure()
		t.Logf("%s: %.1f GFLOP/s", row.Name, rate/1e9)
		if rate <= 0 || rate < slow/2 && runtime.GOARCH != "arm64" {
			t.Errorf("%s reaches %.2g FLOP/s, generic Go %.2g", row.Name, rate, slow)
		}
	}
}
