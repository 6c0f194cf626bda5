package kernels

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"
)

// newRatesI8 measures against the row of PeakI8Rows that needs the same.
func newRatesI8(b *testing.B, needs Features) *rates {
	for _, p := range PeakI8Rows(testFeatures(b)) {
		if needs.Has(p.Needs) {
			return &rates{peak: p.Measure}
		}
	}
	return nil
}

// BenchmarkGemmI8Tile repeats one tile, whose operands stay in the caches, with
// weights as trained layers have them and with even ones, of which AVX2 has
// more work.
func BenchmarkGemmI8Tile(b *testing.B) {
	r := rand.New(rand.NewPCG(10, 11))
	for _, row := range GemmI8Rows(testFeatures(b)) {
		for _, s := range []struct{ m, n, taps, k int }{
			{row.MR, row.NR, 1, 64}, {row.MR, row.NR, 1, 256}, {row.MR, row.NR, 1, 1024},
			{row.MR, row.NR, 9, 64}, {row.MR, row.NR, 7, 21}, {row.MR, row.NR, 3, 9},
			{1, row.NR, 1, 256}, {row.MR, row.NR / 2, 1, 256},
		} {
			for _, fill := range fillsI8[len(fillsI8)-2:] {
				b.Run(fmt.Sprintf("%s/M%d-N%d-T%d-K%d/%s", row.Name, s.m, s.n, s.taps, s.k, fill.name), func(b *testing.B) {
					a, w := fill.activations(r, row.MR*s.k+ReadPast), fill.weights(r, s.n*s.taps*s.k)
					pb := make([]int8, row.PackedLen(s.n, s.taps, s.k))
					row.Pack(pb, w, s.n, s.taps, s.k, s.taps*s.k, s.k, 1)
					bias, scale := fill.sums(r, row.NR, s.taps*s.k)
					c, off := make([]uint8, row.MR*row.NR), make([]int32, s.taps*row.MR)
					for i := range off {
						off[i] = int32(s.k * (i % row.MR))
					}
					args := &GemmI8Args{A: unsafe.Pointer(&a[0]), Off: &off[0], B: &pb[0], Bias: &bias[0], Scale: &scale[0], C: &c[0],
						LDC: row.NR, Taps: s.taps, K: s.k, M: s.m, N: s.n, Zero: 128, Lo: -128, Hi: 127}
					rates := newRatesI8(b, row.Needs)
					const repeat = 100
					for b.Loop() {
						rates.measure(2*repeat*s.m*s.n*s.taps*s.k, func() {
							for range repeat {
								row.Func(args)
							}
						})
					}
					rates.report(b)
				})
			}
		}
	}
}

// TestPeakI8: every row runs, and a vector row is no slower than generic Go
// (but on arm64, which is tested under emulation).
func TestPeakI8(t *testing.T) {
	rows := PeakI8Rows(testFeatures(t))
	slow := rows[len(rows)-1].Measure()
	for _, row := range rows {
		rate := row.Measure()
		t.Logf("%s: %.1f GOP/s", row.Name, rate/1e9)
		if rate <= 0 || rate < slow/2 && runtime.GOARCH != "arm64" {
			t.Errorf("%s reaches %.2g OP/s, generic Go %.2g", row.Name, rate, slow)
		}
	}
}

// BenchmarkTapsI8 runs 3×3 windows over 28 pixels of a row of pictures.
func BenchmarkTapsI8(b *testing.B) {
	r := rand.New(rand.NewPCG(12, 13))
	fill := fillsI8[len(fillsI8)-1]
	for _, kind := range tapsI8Kinds {
		for _, row := range kind.rows(testFeatures(b)) {
			for _, c := range []int{24, 32, 144, 512} {
				b.Run(fmt.Sprintf("%s/%s/C%d", kind.name, row.Name, c), func(b *testing.B) {
					const pixels, taps = 28, 9
					a, w := fill.activations(r, (pixels+2)*3*c+ReadPast), fill.weights(r, taps*c)
					bias, scale := fill.sums(r, max(pixels, ChannelPad(c)), taps)
					out := make([]uint8, pixels*c)
					var off []int32
					for p := range pixels {
						for t := range taps {
							off = append(off, int32(c*(t/3*(pixels+2)+p+t%3)))
						}
					}
					args := &TapsI8Args{A: unsafe.Pointer(&a[0]), Off: &off[0], Bias: &bias[0], Scale: &scale[0], Out: &out[0], LDO: c, Pixels: pixels, Taps: taps, C: c, Hi: 255}
					ops := pixels * taps * c
					if row.layout != nil {
						ops *= 2
						packed := make([]int8, row.PackedLen(taps, c))
						row.Pack(packed, w, taps, c, c, 1)
						args.W = &packed[0]
					}
					rates := newRatesI8(b, row.Needs)
					for b.Loop() {
						rates.measure(10*ops, func() {
							for range 10 {
								row.Func(args)
							}
						})
					}
					rates.report(b)
				})
			}
		}
	}
}

// BenchmarkElementI8 runs the element-wise kernels over 16 KiB.
func BenchmarkElementI8(b *testing.B) {
	r := rand.New(rand.NewPCG(14, 15))
	const n = 1 << 14
	x, y := fillsI8[len(fillsI8)-1].activations(r, n), fillsI8[len(fillsI8)-1].activations(r, n)
	dst, f, table := make([]uint8, n), spread(r, n), [256]uint8(x)
	for op, name := range [numElementI8Ops]string{"Add", "Mul", "Table", "Quantise", "Dequantise"} {
		for _, row := range ElementI8Rows(testFeatures(b)) {
			b.Run(name+"/"+row.Name, func(b *testing.B) {
				args := &ElementI8Args{Dst: &dst[0], A: &x[0], B: &y[0], F32: &f[0], Table: &table, N: n, ZeroA: 3, ZeroB: 128, ScaleA: 0.7, ScaleB: 0.4, Zero: 128, Lo: -128, Hi: 127}
				b.SetBytes(n)
				for b.Loop() {
					row.Funcs[op](args)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}

// BenchmarkPackI8 lays out the weights of a pointwise layer, 512 to 512.
func BenchmarkPackI8(b *testing.B) {
	const n, k = 512, 512
	w := fillsI8[len(fillsI8)-2].weights(rand.New(rand.NewPCG(16, 17)), n*k)
	for _, row := range GemmI8Rows(testFeatures(b)) {
		b.Run(row.Name, func(b *testing.B) {
			dst := make([]int8, row.PackedLen(n, 1, k))
			for b.Loop() {
				row.Pack(dst, w, n, 1, k, k, 0, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(n*k), "ns/weight")
		})
	}
}
