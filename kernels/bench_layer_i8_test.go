package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// layerI8 is a convolution with a border over size×size×c, as the plan hands it
// over: panels of columns inside, tiles of pixels outside.
type layerI8 struct {
	row     *GemmI8
	args    GemmI8Args
	off     []int32 // [tiles][taps][MR]
	b       []int8
	bias    []int32
	scale   []float32
	out     []uint8
	m, n, k int
}

func newLayerI8(row *GemmI8, size, side, c, n int) *layerI8 {
	r := rand.New(rand.NewPCG(10, 11))
	f := fillsI8[len(fillsI8)-2]
	taps := side * side
	l := &layerI8{row: row, m: size * size, n: n, k: c, out: make([]uint8, size*size*n)}
	a := f.activations(r, (l.m+1)*c+ReadPast)
	l.b = make([]int8, row.PackedLen(n, taps, c))
	row.Pack(l.b, f.weights(r, n*taps*c), n, taps, c, taps*c, c, 1)
	l.bias, l.scale = f.sums(r, (n+row.NR-1)/row.NR*row.NR, taps*c)
	for m0 := 0; m0 < l.m; m0 += row.MR {
		for tap := range taps {
			for i := range row.MR {
				p := min(m0+i, l.m-1)
				y, x := p/size+tap/side-side/2, p%size+tap%side-side/2
				at := y*size + x
				if y < 0 || x < 0 || y >= size || x >= size {
					at = l.m
				}
				l.off = append(l.off, int32(c*at))
			}
		}
	}
	l.args = GemmI8Args{A: unsafe.Pointer(&a[0]), LDC: n, Taps: taps, K: c, Zero: 128, Lo: -128, Hi: 127}
	return l
}

func (l *layerI8) run() {
	a, mr, nr := &l.args, l.row.MR, l.row.NR
	panel := l.row.PanelLen(a.Taps, a.K)
	for m0 := 0; m0 < l.m; m0 += mr {
		a.M, a.Off = min(mr, l.m-m0), &l.off[m0*a.Taps]
		for n0 := 0; n0 < l.n; n0 += nr {
			a.N = min(nr, l.n-n0)
			a.B, a.Bias, a.Scale = &l.b[n0/nr*panel], &l.bias[n0], &l.scale[n0]
			a.C = &l.out[m0*l.n+n0]
			l.row.Func(a)
		}
	}
}

// BenchmarkGemmI8Layer runs 3×3 layers of ResNet-18 and pointwise layers of
// MobileNet for a picture of 224².
func BenchmarkGemmI8Layer(b *testing.B) {
	for _, row := range GemmI8Rows(testFeatures(b)) {
		for _, s := range []struct{ size, side, c, n int }{
			{56, 3, 64, 64}, {28, 3, 128, 128}, {14, 3, 256, 256}, {7, 3, 512, 512},
			{112, 1, 16, 96}, {112, 1, 32, 64}, {56, 1, 128, 128}, {56, 1, 144, 24}, {14, 1, 512, 512}, {7, 1, 1024, 1024},
		} {
			b.Run(fmt.Sprintf("%s/%dx%d-%dx%d-%d", row.Name, s.size, s.size, s.side, s.side, s.n), func(b *testing.B) {
				l, r := newLayerI8(row, s.size, s.side, s.c, s.n), newRatesI8(b, row.Needs)
				for b.Loop() {
					r.measure(2*l.m*l.n*l.k*l.args.Taps, l.run)
				}
				r.report(b)
			})
		}
	}
}
