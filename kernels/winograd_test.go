package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// winogradNet is a convolution of one tile: 6×6 pixels of c channels to n.
type winogradNet struct {
	c, n       int
	x          []float32 // [36][c]
	g          []float32 // [n][c][9]
	bias, res  []float32 // [n], [16][n]
	rows, cols int
	lo, hi     float32
	side       check.Side
}

func newWinogradNet(r *rand.Rand, c, n int) *winogradNet {
	values := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = 2*r.Float32() - 1
		}
		return s
	}
	return &winogradNet{c: c, n: n, x: values(36 * c), g: values(9 * c * n), bias: values(n), res: values(16 * n),
		rows: 4, cols: 4, lo: inf32(-1), hi: inf32(1)}
}

// direct returns result (y, x) of channel o before the clamp, and Σ|x·w|.
func (w *winogradNet) direct(y, x, o int, res bool) (sum, abs float64) {
	sum = float64(w.bias[o])
	if res {
		sum += float64(w.res[(4*y+x)*w.n+o])
	}
	abs = math.Abs(sum)
	for ky := range 3 {
		for kx := range 3 {
			for c := range w.c {
				p := float64(w.x[((y+ky)*6+x+kx)*w.c+c]) * float64(w.g[(o*w.c+c)*9+3*ky+kx])
				sum, abs = sum+p, abs+math.Abs(p)
			}
		}
	}
	return sum, abs
}

// multiply is what lies between the transforms: M[p] = V[p]·U[p].
func (w *winogradNet) multiply(m, v []float32, ldm, ldv int) {
	var u [WinogradPoints]float32
	for o := range w.n {
		for c := range w.c {
			WinogradF32Weights(&u, (*[9]float32)(w.g[(o*w.c+c)*9:]))
			for p := range u {
				m[p*ldm+o] += u[p] * v[p*ldv+c]
			}
		}
	}
}

func (w *winogradNet) run(t *testing.T, row *WinogradF32, r *rand.Rand, res bool) {
	t.Helper()
	fence := func(n int) *check.Fence { return check.NewFence(t, 4*n+64) }
	off := make([]int32, 36)
	perm := r.Perm(36)
	x := fenced(t, fence(36*w.c), w.x, w.side)
	for i, p := range perm { // pixels lie in any order
		off[i] = int32(4 * p * w.c)
		copy(x[p*w.c:][:w.c], w.x[i*w.c:])
	}
	ldv, ldm := w.c+16, w.n+32
	fv, fo := fence(36*ldv), fence(16*w.n+64)
	v := check.Fenced[float32](t, fv, 35*ldv+w.c, w.side)
	tmp := check.Fenced[float32](t, fence(WinogradPoints*WinogradChannels), WinogradPoints*WinogradChannels, w.side)
	row.Input(&WinogradF32InputArgs{A: unsafe.Pointer(&x[0]), Off: &fenced(t, fence(36), off, w.side)[0], V: &v[0], LDV: 4 * ldv, C: w.c, Tmp: &tmp[0]})
	fv.Check(t)
	m := check.Fenced[float32](t, fence(36*ldm), 35*ldm+w.n, w.side)
	clear(m)
	w.multiply(m, v, ldm, ldv)
	ldx := w.n
	ldy := w.cols*ldx + 3
	out := check.Fenced[float32](t, fo, (w.rows-1)*ldy+w.cols*ldx, w.side)
	a := &WinogradF32OutputArgs{M: &m[0], LDM: 4 * ldm, Bias: &fenced(t, fence(w.n), w.bias, w.side)[0], Out: &out[0],
		LDX: 4 * ldx, LDY: 4 * ldy, Rows: w.rows, Cols: w.cols, N: w.n, Lo: w.lo, Hi: w.hi, Tmp: &tmp[0]}
	if res {
		a.Res = a.Out
		for y := range w.rows {
			for x := range w.cols {
				copy(out[y*ldy+x*ldx:], w.res[(4*y+x)*w.n:][:w.n])
			}
		}
	}
	row.Output(a)
	fo.Check(t)
	for y := range w.rows {
		for x := range w.cols {
			for o := range w.n {
				sum, abs := w.direct(y, x, o, res)
				want := math.Min(math.Max(sum, float64(w.lo)), float64(w.hi))
				if err := agree(out[y*ldy+x*ldx+o], float32(want), abs/(1<<18)); err != nil {
					t.Fatalf("%s: C=%d N=%d %d×%d residual %v: (%d,%d) channel %d is %v", row.Name, w.c, w.n, w.rows, w.cols, res, y, x, o, err)
				}
			}
		}
		for i := y*ldy + w.cols*ldx; i < min((y+1)*ldy, len(out)); i++ {
			if !isCanary(out[i]) {
				t.Fatalf("%s: wrote past the pixels of row %d", row.Name, y)
			}
		}
	}
}

func TestWinogradF32(t *testing.T) {
	for _, row := range WinogradF32Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(8, 9))
			for i, size := range [][2]int{{16, 16}, {48, 16}, {16, 48}, {32, 64}, {256, 16}} {
				w := newWinogradNet(r, size[0], size[1])
				w.side = check.Sides[i%2]
				w.run(t, row, r, false)
				w.run(t, row, r, true)
			}
			w := newWinogradNet(r, 16, 32)
			w.lo, w.hi = -0.5, 1.5
			for w.rows = 1; w.rows <= 4; w.rows++ {
				for w.cols = 1; w.cols <= 4; w.cols++ {
					w.side = check.Sides[w.cols%2]
					w.run(t, row, r, w.cols%3 == 0)
				}
			}
		})
	}
}

// TestWinogradF32KeepsNaN: a NaN in a picture must not be clamped away.
func TestWinogradF32KeepsNaN(t *testing.T) {
	for _, row := range WinogradF32Rows(testFeatures(t)) {
		m, out, tmp := make([]float32, 36*16), make([]float32, 16*16), make([]float32, 36*16)
		for i := range m {
			m[i] = nan32
		}
		row.Output(&WinogradF32OutputArgs{M: &m[0], LDM: 64, Bias: &make([]float32, 16)[0], Out: &out[0], LDX: 64, LDY: 256, Rows: 4, Cols: 4, N: 16, Lo: 0, Hi: 6, Tmp: &tmp[0]})
		for i, v := range out {
			if v == v {
				t.Fatalf("%s: %d is %v", row.Name, i, v)
			}
		}
	}
}

func BenchmarkWinogradF32(b *testing.B) {
	for _, row := range WinogradF32Rows(Detect()) {
		const c, tiles = 64, 28
		x, v, tmp := make([]float32, 36*c), make([]float32, tiles*36*c), make([]float32, 36*16)
		off := make([]int32, 36)
		for i := range off {
			off[i] = int32(4 * i * c)
		}
		b.Run(fmt.Sprintf("%s/input", row.Name), func(b *testing.B) {
			a := &WinogradF32InputArgs{A: unsafe.Pointer(&x[0]), Off: &off[0], V: &v[0], LDV: 4 * c, C: c, Tmp: &tmp[0]}
			for b.Loop() {
				row.Input(a)
			}
		})
		b.Run(fmt.Sprintf("%s/output", row.Name), func(b *testing.B) {
			out := make([]float32, 16*c)
			a := &WinogradF32OutputArgs{M: &v[0], LDM: 4 * c, Bias: &x[0], Out: &out[0], LDX: 4 * c, LDY: 16 * c, Rows: 4, Cols: 4, N: c, Hi: 6, Tmp: &tmp[0]}
			for b.Loop() {
				row.Output(a)
			}
		})
	}
}

// TestWinogradWeightsQuick holds the quick transform against the exact one.
func TestWinogradWeightsQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	for range 100 {
		var g [9]float32
		for i := range g {
			g[i] = r.Float32()*2 - 1
		}
		var quick, exact [WinogradPoints]float32
		WinogradF32WeightsQuick(&quick, &g)
		WinogradF32Weights(&exact, &g)
		for i, v := range quick {
			if math.Abs(float64(v-exact[i])) > 1e-6 {
				t.Fatalf("point %d of %v is %v, want %v", i, g, v, exact[i])
			}
		}
	}
}
