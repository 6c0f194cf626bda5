package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// tapsI8Case is one call of a depthwise or pooling kernel on bytes.
type tapsI8Case struct {
	pixels, taps, c int
	gap             int // bytes between the rows of Out
	limits          int // index into limitsI8
	side            check.Side
	fill            fillI8
	sloped          bool // depthwise: ScaleNeg is given
}

func (c tapsI8Case) String() string {
	return fmt.Sprintf("pixels=%d taps=%d c=%d gap=%d limits=%d %v %s sloped=%v", c.pixels, c.taps, c.c, c.gap, c.limits, c.side, c.fill.name, c.sloped)
}

// tapsI8Kind is one of the three tables, with what its kernels compute: a
// result for the values x that the taps read and the weights w.
type tapsI8Kind struct {
	name string
	rows func(Features) []*TapsI8
	want func(a *TapsI8Args, x []uint8, w []int8, bias int32, scale, scaleNeg float32) uint8
}

var tapsI8Kinds = []tapsI8Kind{
	{"Depthwise", DepthwiseI8Rows, func(a *TapsI8Args, x []uint8, w []int8, bias int32, scale, scaleNeg float32) uint8 {
		for i := range x {
			bias += int32(x[i]) * int32(w[i])
		}
		return RequantiseSloped(bias, scale, scaleNeg, a.Lo, a.Hi, a.Zero)
	}},
	{"MaxPool", MaxPoolI8Rows, func(_ *TapsI8Args, x []uint8, _ []int8, _ int32, _, _ float32) uint8 {
		m := x[0]
		for _, v := range x {
			m = max(m, v)
		}
		return m
	}},
	{"AvgPool", AvgPoolI8Rows, func(a *TapsI8Args, x []uint8, _ []int8, _ int32, scale, _ float32) uint8 {
		sum := a.Offset
		for _, v := range x {
			sum += int32(v)
		}
		return Requantise(sum, scale, a.Lo, a.Hi, a.Zero)
	}},
}

type tapsI8Bench struct {
	kind                              tapsI8Kind
	row                               *TapsI8
	a, off, w, bias, scale, neg, outs *check.Fence
}

func newTapsI8Bench(t testing.TB, kind tapsI8Kind, row *TapsI8) *tapsI8Bench {
	g := func() *check.Fence { return check.NewFence(t, 1<<13) }
	return &tapsI8Bench{kind, row, check.NewFence(t, 1<<15), g(), check.NewFence(t, 1<<15), g(), g(), g(), g()}
}

func (g *tapsI8Bench) run(t *testing.T, tc tapsI8Case, r *rand.Rand) {
	t.Helper()
	rows := tc.pixels + tc.taps
	x := append(tc.fill.activations(r, rows*tc.c), fillsI8[0].activations(r, ReadPast)...)
	a := fenced(t, g.a, x, tc.side)
	middle := rows / 2
	off := make([]int32, tc.pixels*tc.taps)
	for i := range off {
		off[i] = int32((r.IntN(rows) - middle) * tc.c)
	}
	w := tc.fill.weights(r, tc.c*tc.taps) // [c][taps]
	bias, scale := tc.fill.sums(r, ChannelPad(tc.c), tc.taps)
	l := limitsI8[tc.limits]
	args := &TapsI8Args{A: unsafe.Pointer(&a[middle*tc.c]), Off: &fenced(t, g.off, off, tc.side)[0], Bias: &fenced(t, g.bias, bias, tc.side)[0],
		LDO: tc.c + tc.gap, Pixels: tc.pixels, Taps: tc.taps, C: tc.c, Offset: -int32(tc.taps * r.IntN(256)), Zero: l.zero, Lo: l.lo, Hi: l.hi}
	scaleOf := func(p, c int) float32 { return scale[c] }
	if g.row.layout != nil {
		packed := check.Fenced[int8](t, g.w, g.row.PackedLen(tc.taps, tc.c), tc.side)
		g.row.Pack(packed, w, tc.taps, tc.c, 1, tc.taps)
		args.W = &packed[0]
		if tc.sloped {
			neg := slopes(r, scale)
			args.ScaleNeg = &fenced(t, g.neg, neg, tc.side)[0]
		}
	} else {
		_, scale = tc.fill.sums(r, tc.pixels, tc.taps)
		scaleOf = func(p, c int) float32 { return scale[p] }
	}
	args.Scale = &fenced(t, g.scale, scale, tc.side)[0]
	out := check.Fenced[uint8](t, g.outs, (tc.pixels-1)*args.LDO+tc.c, tc.side)
	for i := range out {
		out[i] = untouched
	}
	args.Out = &out[0]
	g.row.Func(args)
	xs := make([]uint8, tc.taps)
	for p := range tc.pixels {
		for c := range tc.c {
			for i := range xs {
				xs[i] = x[(int(off[p*tc.taps+i])/tc.c+middle)*tc.c+c]
			}
			negative := scaleOf(p, c)
			if args.ScaleNeg != nil {
				negative = unsafe.Slice(args.ScaleNeg, tc.c)[c]
			}
			want := g.kind.want(args, xs, w[c*tc.taps:][:tc.taps], bias[c], scaleOf(p, c), negative)
			if got := out[p*args.LDO+c]; got != want {
				t.Fatalf("%s: %v: Out[%d][%d] = %d, want %d", g.row.Name, tc, p, c, got, want)
			}
		}
		for i := p*args.LDO + tc.c; i < min((p+1)*args.LDO, len(out)); i++ {
			if out[i] != untouched {
				t.Fatalf("%s: %v: wrote between the rows of Out", g.row.Name, tc)
			}
		}
	}
	if g.outs.Check(t); t.Failed() {
		t.Fatalf("%s: %v", g.row.Name, tc)
	}
	for i := range x {
		if a[i] != x[i] {
			t.Fatalf("%s: %v: wrote into A", g.row.Name, tc)
		}
	}
}

func TestTapsI8(t *testing.T) {
	for _, kind := range tapsI8Kinds {
		for _, row := range kind.rows(testFeatures(t)) {
			t.Run(kind.name+"/"+row.Name, func(t *testing.T) {
				g, r := newTapsI8Bench(t, kind, row), rand.New(rand.NewPCG(6, 7))
				t.Run("extremes", func(t *testing.T) {
					for _, f := range fillsI8 {
						for _, c := range []int{1, 3, 8, 17, 32, 64, 100} {
							for _, taps := range []int{1, 4, 9, 16, 17, 33} {
								tc := tapsI8Case{pixels: 1 + c%7, taps: taps, c: c, limits: (c + taps) % len(limitsI8), fill: f, sloped: taps%2 == 1}
								g.run(t, tc, r)
								tc.limits, tc.side = 2, check.StartsPastGuard
								g.run(t, tc, r)
							}
						}
					}
				})
				t.Run("sizes", func(t *testing.T) {
					i := 0
					for c := 1; c <= 131; c++ {
						for pixels := 1; pixels <= 9; pixels += 1 + c/40 {
							i++
							g.run(t, tapsI8Case{pixels: pixels, taps: []int{1, 2, 9, 3, 25, 12}[i%6], c: c, gap: i % 4, limits: i % len(limitsI8), side: check.Sides[i%2], fill: fillsI8[len(fillsI8)-1-i%2], sloped: i%3 == 0}, r)
						}
					}
				})
				t.Run("taps", func(t *testing.T) {
					for taps := 1; taps <= 81; taps++ {
						g.run(t, tapsI8Case{pixels: 3, taps: taps, c: 1 + taps, limits: taps % len(limitsI8), side: check.Sides[taps%2], fill: fillsI8[len(fillsI8)-1], sloped: taps%3 == 1}, r)
					}
				})
			})
		}
	}
}

func FuzzTapsI8(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(9), uint8(40), uint8(1), uint8(2))
	f.Add(uint64(2), uint8(1), uint8(1), uint8(1), uint8(2), uint8(6))
	f.Fuzz(func(t *testing.T, seed uint64, pixels, taps, c, mode, kind uint8) {
		r := rand.New(rand.NewPCG(seed, 8))
		for _, k := range tapsI8Kinds {
			for _, row := range k.rows(testFeatures(t)) {
				newTapsI8Bench(t, k, row).run(t, tapsI8Case{pixels: 1 + int(pixels)%9, taps: 1 + int(taps)%81, c: 1 + int(c)%150, gap: int(mode>>2) % 7,
					limits: int(kind>>4) % len(limitsI8), side: check.Sides[mode&1], fill: fillsI8[int(kind&15)%len(fillsI8)], sloped: mode&2 != 0}, r)
			}
		}
	})
}

// TestAvgPoolI8Long: sums of more taps than 16 bits hold.
func TestAvgPoolI8Long(t *testing.T) {
	const c = 40
	for _, row := range AvgPoolI8Rows(testFeatures(t)) {
		for _, taps := range []int{255, 256, 257, 258, 400, 900, 4096} {
			a, off, out := fillsI8[0].activations(nil, c+ReadPast), make([]int32, taps), make([]uint8, c)
			scale := float32(0.75) / float32(taps)
			row.Func(&TapsI8Args{A: unsafe.Pointer(&a[0]), Off: &off[0], Scale: &scale, Out: &out[0], LDO: c, Pixels: 1, Taps: taps, C: c, Offset: -int32(taps) * 55, Lo: 0, Hi: 255})
			for i, got := range out {
				if want := Requantise(int32(200*taps), scale, 0, 255, 0); got != want {
					t.Fatalf("%s: %d taps: Out[%d] = %d, want %d", row.Name, taps, i, got, want)
				}
			}
		}
	}
}
