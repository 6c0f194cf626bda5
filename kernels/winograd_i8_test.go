package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// winogradI8Net is a convolution of Tiles tiles: each 4×4 pixels of c channels to n.
type winogradI8Net struct {
	c, n, tiles      int
	x                []uint8 // [tile][16][c]
	g                []int8  // [n][c][9]
	bias             []int32
	scale, neg       []float32
	limits           int
	rows, cols, gap  int
	side             check.Side
	inFence, vFence  *check.Fence
	mFence, outFence *check.Fence
}

// direct returns what GemmI8 would store in row y, column x of a tile.
func (w *winogradI8Net) direct(tile, y, x, o int) uint8 {
	sum := w.bias[o]
	for ky := range 3 {
		for kx := range 3 {
			for c := range w.c {
				sum += int32(w.x[((tile*16)+(y+ky)*4+x+kx)*w.c+c]) * int32(w.g[(o*w.c+c)*9+3*ky+kx])
			}
		}
	}
	l := limitsI8[w.limits]
	return RequantiseSloped(sum, w.scale[o], w.neg[o], l.lo, l.hi, l.zero)
}

// factors transforms the weights: a matrix for each point, as Multiply reads it.
func (w *winogradI8Net) factors() []int16 {
	u := make([]int16, WinogradI8Points*w.c*w.n)
	var f [WinogradI8Points]int16
	for o := range w.n {
		for c := range w.c {
			WinogradI8Weights(&f, (*[9]int8)(w.g[(o*w.c+c)*9:]))
			for p, v := range f {
				u[p*w.c*w.n+o/16*16*w.c+c/2*32+o%16*2+c%2] = v
			}
		}
	}
	return u
}

func (w *winogradI8Net) run(t *testing.T, row *WinogradI8) {
	t.Helper()
	x := fenced(t, w.inFence, w.x, w.side)
	v := check.Fenced[int16](t, w.vFence, WinogradI8Points*w.tiles*w.c, w.side)
	m := check.Fenced[int32](t, w.mFence, WinogradI8Points*w.tiles*w.n, w.side)
	ldv, ldm := 2*w.tiles*w.c, 4*w.tiles*w.n
	for tile := range w.tiles {
		var off [WinogradI8Points]int32
		for i := range off {
			off[i] = int32((tile*16 + i) * w.c)
		}
		row.Input(&WinogradI8InputArgs{A: unsafe.Pointer(&x[0]), Off: &off[0], V: &v[tile*w.c], LDV: ldv, C: w.c})
	}
	u := w.factors()
	for p := range WinogradI8Points {
		for n := 0; n < w.n; n += 16 {
			row.Multiply(&WinogradI8GemmArgs{V: &v[p*w.tiles*w.c], U: &u[p*w.c*w.n+n*w.c], M: &m[p*w.tiles*w.n+n], LDM: 4 * w.n, Tiles: w.tiles, C: w.c})
		}
	}
	l := limitsI8[w.limits]
	ldx := w.n + w.gap
	ldy := 2*ldx + w.gap
	out := check.Fenced[uint8](t, w.outFence, (w.rows-1)*ldy+(w.cols-1)*ldx+w.n, w.side)
	for tile := range w.tiles {
		for i := range out {
			out[i] = untouched
		}
		row.Output(&WinogradI8OutputArgs{M: &m[tile*w.n], LDM: ldm, Bias: &w.bias[0], Scale: &w.scale[0], ScaleNeg: &w.neg[0], Out: &out[0], LDX: ldx, LDY: ldy,
			Rows: w.rows, Cols: w.cols, N: w.n, Zero: l.zero, Lo: l.lo, Hi: l.hi})
		want := slices.Repeat([]uint8{untouched}, len(out))
		for y := range w.rows {
			for x := range w.cols {
				for o := range w.n {
					want[y*ldy+x*ldx+o] = w.direct(tile, y, x, o)
				}
			}
		}
		if i := differs(out, want); i >= 0 {
			t.Fatalf("%s: %d to %d channels, tile %d of %d: byte %d is %d, want %d", row.Name, w.c, w.n, tile, w.tiles, i, out[i], want[i])
		}
	}
	for _, f := range []*check.Fence{w.vFence, w.mFence, w.outFence} {
		if f.Check(t); t.Failed() {
			t.FailNow()
		}
	}
}

// differs returns the first place where two slices of a length differ, or −1.
func differs(a, b []uint8) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

func TestWinogradI8(t *testing.T) {
	for _, row := range WinogradI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(9, 10))
			w := &winogradI8Net{inFence: check.NewFence(t, 1<<14), vFence: check.NewFence(t, 1<<16), mFence: check.NewFence(t, 1<<16), outFence: check.NewFence(t, 1<<12)}
			for i, f := range fillsI8 {
				for j, size := range [][3]int{{16, 16, 6}, {32, 48, 6}, {48, 16, 12}} {
					w.c, w.n, w.tiles = size[0], size[1], size[2]
					w.x, w.g = f.activations(r, 16*w.tiles*w.c), f.weights(r, 9*w.c*w.n)
					w.bias, w.scale = f.sums(r, w.n, 9*w.c)
					if w.neg = w.scale; i%2 == 0 {
						w.neg = slopes(r, w.scale)
					}
					w.limits, w.rows, w.cols, w.gap, w.side = (i+j)%len(limitsI8), 1+(i+j)%2, 1+i%2, j, check.Sides[(i+j)%2]
					w.run(t, row)
				}
			}
		})
	}
}

// BenchmarkWinogradI8 counts the multiplications of the direct form, of a layer
// of 64 channels.
func BenchmarkWinogradI8(b *testing.B) {
	const c, n, tiles = 64, 64, 96
	row := WinogradI8Rows(testFeatures(b))[0]
	r := rand.New(rand.NewPCG(1, 1))
	x, out := fillsI8[len(fillsI8)-1].activations(r, 16*c), make([]uint8, 4*n)
	v, u, m := make([]int16, 16*tiles*c), make([]int16, 16*c*n), make([]int32, 16*tiles*n)
	bias, scale := make([]int32, n), make([]float32, n)
	var off [16]int32
	for i := range off {
		off[i] = int32(i * c)
	}
	for b.Loop() {
		for t := range tiles {
			row.Input(&WinogradI8InputArgs{A: unsafe.Pointer(&x[0]), Off: &off[0], V: &v[t*c], LDV: 2 * tiles * c, C: c})
		}
		for p := range WinogradI8Points {
			for o := 0; o < n; o += 16 {
				row.Multiply(&WinogradI8GemmArgs{V: &v[p*tiles*c], U: &u[p*c*n+o*c], M: &m[p*tiles*n+o], LDM: 4 * n, Tiles: tiles, C: c})
			}
		}
		for t := range tiles {
			row.Output(&WinogradI8OutputArgs{M: &m[t*n], LDM: 4 * tiles * n, Bias: &bias[0], Scale: &scale[0], ScaleNeg: &scale[0], Out: &out[0], LDX: n, LDY: 2 * n, Rows: 2, Cols: 2, N: n, Hi: 255})
		}
	}
	b.ReportMetric(float64(b.N)*tiles*4*9*c*n/b.Elapsed().Seconds()/1e9, "GMAC/s")
}
