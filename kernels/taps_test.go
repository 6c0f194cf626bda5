package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// tapsCase is one call of a depthwise or pooling kernel.
type tapsCase struct {
	pixels, taps, c int
	gap             int // floats between the rows of Out
	lo, hi          float32
	side            check.Side
	fill            fill
}

func (c tapsCase) String() string {
	return fmt.Sprintf("pixels=%d taps=%d c=%d gap=%d clamp=%v..%v %v %s", c.pixels, c.taps, c.c, c.gap, c.lo, c.hi, c.side, c.fill.name)
}

// tapsKind is one of the three tables, with what its kernels compute.
type tapsKind struct {
	name string
	rows func(Features) []*TapsF32
	// want returns the result for the values x that the taps read, the weights
	// w, bias and scale, and the error allowed to it.
	want func(tc tapsCase, x, w []float32, bias, scale float32) (float32, float64)
}

var tapsKinds = []tapsKind{
	{"Depthwise", DepthwiseF32Rows, func(tc tapsCase, x, w []float32, bias, _ float32) (float32, float64) {
		sum, abs := float64(bias), math.Abs(float64(bias))
		for i := range x {
			p := float64(x[i]) * float64(w[i])
			sum, abs = sum+p, abs+math.Abs(p)
		}
		return clamp(float32(sum), tc.lo, tc.hi), bound(len(x)+1, finite(abs))
	}},
	{"MaxPool", MaxPoolF32Rows, func(_ tapsCase, x, _ []float32, _, _ float32) (float32, float64) {
		m := x[0]
		for _, v := range x[1:] {
			if v > m {
				m = v
			}
		}
		return m, 0
	}},
	{"AvgPool", AvgPoolF32Rows, func(_ tapsCase, x, _ []float32, _, scale float32) (float32, float64) {
		var sum, abs float64
		for _, v := range x {
			sum, abs = sum+float64(v), abs+math.Abs(float64(v))
		}
		return float32(sum * float64(scale)), bound(len(x)+1, finite(abs*float64(scale)))
	}},
}

// finite returns 0 for what no tolerance can be made of.
func finite(abs float64) float64 {
	if math.IsInf(abs, 0) || math.IsNaN(abs) {
		return 0
	}
	return abs
}

type tapsBench struct {
	kind                         tapsKind
	row                          *TapsF32
	a, off, w, bias, scale, outs *check.Fence
}

func newTapsBench(t testing.TB, kind tapsKind, row *TapsF32) *tapsBench {
	g := func() *check.Fence { return check.NewFence(t, 1<<13) }
	return &tapsBench{kind, row, check.NewFence(t, 1<<15), g(), check.NewFence(t, 1<<15), g(), g(), g()}
}

func (g *tapsBench) run(t *testing.T, tc tapsCase, r *rand.Rand) {
	t.Helper()
	rows := tc.pixels + tc.taps
	x := tc.fill.slice(r, rows*tc.c)
	a := fenced(t, g.a, x, tc.side)
	middle := rows / 2
	off := make([]int32, tc.pixels*tc.taps)
	for i := range off {
		off[i] = int32((r.IntN(rows) - middle) * tc.c * 4)
	}
	positive := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = r.Float32() + 0.25
		}
		return s
	}
	w, bias, scale := positive(tc.taps*tc.c), positive(tc.c), positive(tc.pixels)
	ldo := tc.c + tc.gap
	out := check.Fenced[float32](t, g.outs, (tc.pixels-1)*ldo+tc.c, tc.side)
	g.row.Func(&TapsF32Args{
		A:      unsafe.Pointer(&a[middle*tc.c]),
		Off:    &fenced(t, g.off, off, tc.side)[0],
		W:      &fenced(t, g.w, w, tc.side)[0],
		Bias:   &fenced(t, g.bias, bias, tc.side)[0],
		Scale:  &fenced(t, g.scale, scale, tc.side)[0],
		Out:    &out[0],
		LDO:    4 * ldo,
		Pixels: tc.pixels, Taps: tc.taps, C: tc.c, Lo: tc.lo, Hi: tc.hi,
	})
	xs, ws := make([]float32, tc.taps), make([]float32, tc.taps)
	for p := range tc.pixels {
		for c := range tc.c {
			for i := range tc.taps {
				xs[i] = x[(int(off[p*tc.taps+i])/4/tc.c+middle)*tc.c+c]
				ws[i] = w[i*tc.c+c]
			}
			want, tol := g.kind.want(tc, xs, ws, bias[c], scale[p])
			if err := agree(out[p*ldo+c], want, tol); err != nil {
				t.Fatalf("%s: %v: Out[%d][%d] = %v", g.row.Name, tc, p, c, err)
			}
		}
		for i := p*ldo + tc.c; i < min((p+1)*ldo, len(out)); i++ {
			if !isCanary(out[i]) {
				t.Fatalf("%s: %v: wrote between the rows of Out", g.row.Name, tc)
			}
		}
	}
	if g.outs.Check(t); t.Failed() {
		t.Fatalf("%s: %v", g.row.Name, tc)
	}
	for i := range x {
		if a[i] != x[i] && x[i] == x[i] {
			t.Fatalf("%s: %v: wrote into A", g.row.Name, tc)
		}
	}
}

func TestTapsF32(t *testing.T) {
	for _, kind := range tapsKinds {
		for _, row := range kind.rows(testFeatures(t)) {
			t.Run(kind.name+"/"+row.Name, func(t *testing.T) {
				g, r := newTapsBench(t, kind, row), rand.New(rand.NewPCG(6, 7))
				t.Run("extremes", func(t *testing.T) {
					for _, f := range fills {
						for _, c := range []int{1, 3, 8, 17, 64} {
							for _, taps := range []int{1, 4, 9} {
								tc := tapsCase{pixels: 1 + c%7, taps: taps, c: c, lo: inf32(-1), hi: inf32(1), fill: f}
								g.run(t, tc, r)
								tc.lo, tc.hi, tc.side = 0, 6, check.StartsPastGuard
								g.run(t, tc, r)
							}
						}
					}
				})
				t.Run("sizes", func(t *testing.T) {
					i := 0
					for c := 1; c <= 67; c++ {
						for pixels := 1; pixels <= 9; pixels++ {
							i++
							tc := tapsCase{pixels: pixels, taps: []int{1, 2, 9, 3, 25}[i%5], c: c, gap: i % 4, lo: inf32(-1), hi: inf32(1), side: check.Sides[i%2], fill: fills[len(fills)-1]}
							if i%3 == 1 {
								tc.lo, tc.hi = -0.5, 0.75
							}
							g.run(t, tc, r)
						}
					}
				})
			})
		}
	}
}

// TestMaxPoolNaN: a NaN in the window survives only if nothing comes after it,
// as x > max is false with a NaN on either side: first it stays, later it is passed over.
func TestMaxPoolNaN(t *testing.T) {
	for _, row := range MaxPoolF32Rows(testFeatures(t)) {
		for c := 1; c <= 33; c++ {
			a := make([]float32, 2*c)
			for i := range c {
				a[i] = nan32
				a[c+i] = float32(i)
			}
			first, later := make([]float32, c), make([]float32, c)
			for i, out := range [][]float32{first, later} {
				off := []int32{0, int32(4 * c)}
				if i == 1 {
					off[0], off[1] = off[1], off[0]
				}
				row.Func(&TapsF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], Out: &out[0], LDO: 4 * c, Pixels: 1, Taps: 2, C: c})
			}
			for i := range c {
				if first[i] == first[i] || later[i] != float32(i) {
					t.Fatalf("%s: c=%d: NaN first gives %v, NaN later gives %v", row.Name, c, first[i], later[i])
				}
			}
		}
	}
}

func FuzzTapsF32(f *testing.F) {
	f.Add(uint64(1), uint8(4), uint8(9), uint8(32), uint8(0), uint8(2))
	f.Add(uint64(2), uint8(7), uint8(49), uint8(1), uint8(3), uint8(6))
	f.Fuzz(func(t *testing.T, seed uint64, pixels, taps, c, gap, kind uint8) {
		r := rand.New(rand.NewPCG(seed, 8))
		tc := tapsCase{pixels: 1 + int(pixels)%12, taps: 1 + int(taps)%50, c: 1 + int(c)%100, gap: int(gap) % 9, lo: -2, hi: 2, side: check.Sides[gap&1], fill: fills[int(kind)%len(fills)]}
		for _, kind := range tapsKinds {
			for _, row := range kind.rows(testFeatures(t)) {
				newTapsBench(t, kind, row).run(t, tc, r)
			}
		}
	})
}
