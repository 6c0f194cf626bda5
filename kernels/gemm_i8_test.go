package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// gemmI8Case is one tile.
type gemmI8Case struct {
	m, n, k, taps int
	form          formI8
	limits        int // index into limitsI8
	gap           int // elements between the rows of the result
	side          check.Side
	fill          fillI8
}

// formI8 is what becomes of the sums.
type formI8 int

const (
	requantised formI8 = iota
	sloped
	dequantised
	dequantisedBias
	asSums
	numForms
)

func (c gemmI8Case) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d taps=%d form=%d limits=%d gap=%d %v %s", c.m, c.n, c.k, c.taps, c.form, c.limits, c.gap, c.side, c.fill.name)
}

// gemmI8Bench holds guarded memory for the operands of one row of the table.
type gemmI8Bench struct {
	row                                     *GemmI8
	a, off, b, bias, scale, neg, biasF, out *check.Fence
}

func newGemmI8Bench(t testing.TB, row *GemmI8, maxB int) *gemmI8Bench {
	page := func() *check.Fence { return check.NewFence(t, 1<<12) }
	return &gemmI8Bench{row, check.NewFence(t, 1<<14), page(), check.NewFence(t, maxB), page(), page(), page(), page(), check.NewFence(t, 1<<13)}
}

// gemmI8Operands are those of a case in plain order.
type gemmI8Operands struct {
	a          []uint8 // [rows][k], then ReadPast bytes that count for nothing
	pick       []int   // [taps][m]: row of A
	w          []int8  // [n][taps][k]
	bias       []int32 // [NR], as are
	scale, neg []float32
	biasF      []float32
}

func (tc gemmI8Case) operands(r *rand.Rand, nr int) *gemmI8Operands {
	rows := tc.m + tc.taps + 1
	o := &gemmI8Operands{
		a:     append(tc.fill.activations(r, rows*tc.k), fillsI8[0].activations(r, ReadPast)...),
		pick:  make([]int, tc.taps*tc.m),
		w:     tc.fill.weights(r, tc.n*tc.taps*tc.k),
		biasF: make([]float32, nr),
	}
	for i := range o.pick {
		o.pick[i] = i/tc.m + i%tc.m
		if r.IntN(5) == 0 {
			o.pick[i] = rows - 1
		}
	}
	o.bias, o.scale = tc.fill.sums(r, nr, tc.taps*tc.k)
	o.neg = slopes(r, o.scale)
	for i := range o.biasF {
		o.biasF[i] = r.Float32() - 0.5
	}
	return o
}

func (tc gemmI8Case) sum(o *gemmI8Operands, m, n int) int32 {
	sum := int64(o.bias[n])
	for t := range tc.taps {
		row := o.a[o.pick[t*tc.m+m]*tc.k:]
		for k := range tc.k {
			sum += int64(row[k]) * int64(o.w[(n*tc.taps+t)*tc.k+k])
		}
	}
	return int32(sum)
}

// args lays the operands into guarded memory for the row under test.
func (g *gemmI8Bench) args(t testing.TB, tc gemmI8Case, o *gemmI8Operands) (args *GemmI8Args, a, out []uint8) {
	mr := g.row.MR
	a = fenced(t, g.a, o.a, tc.side)
	middle := (len(o.a) - ReadPast) / tc.k / 2
	off := make([]int32, tc.taps*mr)
	for tap := range tc.taps {
		for m := range mr {
			off[tap*mr+m] = int32((o.pick[tap*tc.m+min(m, tc.m-1)] - middle) * tc.k)
		}
	}
	b := check.Fenced[int8](t, g.b, g.row.PackedLen(tc.n, tc.taps, tc.k), tc.side)
	g.row.Pack(b, o.w, tc.n, tc.taps, tc.k, tc.taps*tc.k, tc.k, 1)
	size := 4
	if tc.form == requantised || tc.form == sloped {
		size = 1
	}
	ldc := (tc.n + tc.gap) * size
	out = check.Fenced[uint8](t, g.out, (tc.m-1)*ldc+tc.n*size, tc.side)
	for i := range out {
		out[i] = untouched
	}
	l := limitsI8[tc.limits]
	args = &GemmI8Args{
		A:     unsafe.Pointer(&a[middle*tc.k]),
		Off:   &fenced(t, g.off, off, tc.side)[0],
		B:     &b[0],
		Bias:  &fenced(t, g.bias, o.bias, tc.side)[0],
		Scale: &fenced(t, g.scale, o.scale, tc.side)[0],
		LDC:   ldc, Taps: tc.taps, K: tc.k, M: tc.m, N: tc.n, Zero: l.zero, Lo: l.lo, Hi: l.hi,
	}
	switch p := unsafe.Pointer(&out[0]); tc.form {
	case sloped:
		args.ScaleNeg = &fenced(t, g.neg, o.neg, tc.side)[0]
		fallthrough
	case requantised:
		args.C = &out[0]
	case dequantisedBias:
		args.BiasF = &fenced(t, g.biasF, o.biasF, tc.side)[0]
		fallthrough
	case dequantised:
		args.F32 = (*float32)(p)
	case asSums:
		args.I32 = (*int32)(p)
	}
	return args, a, out
}

// check says what is wrong with element n of a row of results.
func (tc gemmI8Case) check(o *gemmI8Operands, row []uint8, sum int32, n int) error {
	l := limitsI8[tc.limits]
	switch tc.form {
	case requantised:
		if want := Requantise(sum, o.scale[n], l.lo, l.hi, l.zero); row[n] != want {
			return fmt.Errorf("%d, want %d, which is %d·%v", row[n], want, sum, o.scale[n])
		}
	case sloped:
		if want := RequantiseSloped(sum, o.scale[n], o.neg[n], l.lo, l.hi, l.zero); row[n] != want {
			return fmt.Errorf("%d, want %d, which is %d·%v or ·%v", row[n], want, sum, o.scale[n], o.neg[n])
		}
	case asSums:
		if got := *(*int32)(unsafe.Pointer(&row[4*n])); got != sum {
			return fmt.Errorf("%d, want %d", got, sum)
		}
	default:
		want := float32(float32(sum) * o.scale[n])
		if tc.form == dequantisedBias {
			want += o.biasF[n]
		}
		if got := *(*float32)(unsafe.Pointer(&row[4*n])); got != want {
			return fmt.Errorf("%v, want %v", got, want)
		}
	}
	return nil
}

// run computes the case with the row under test and checks every element of
// the result and everything around it.
func (g *gemmI8Bench) run(t *testing.T, tc gemmI8Case, r *rand.Rand) {
	t.Helper()
	o := tc.operands(r, g.row.NR)
	args, a, out := g.args(t, tc, o)
	g.row.Func(args)
	width := tc.n * args.LDC / (tc.n + tc.gap)
	for m := range tc.m {
		row := out[m*args.LDC:][:width]
		for n := range tc.n {
			if err := tc.check(o, row, tc.sum(o, m, n), n); err != nil {
				t.Fatalf("%s: %v: C[%d][%d] = %v", g.row.Name, tc, m, n, err)
			}
		}
		for i := m*args.LDC + width; i < min((m+1)*args.LDC, len(out)); i++ {
			if out[i] != untouched {
				t.Fatalf("%s: %v: wrote between the rows of C", g.row.Name, tc)
			}
		}
	}
	if g.out.Check(t); t.Failed() {
		t.Fatalf("%s: %v", g.row.Name, tc)
	}
	for i, x := range a {
		if x != o.a[i] {
			t.Fatalf("%s: %v: wrote into A", g.row.Name, tc)
		}
	}
}

func TestGemmI8(t *testing.T) {
	for _, row := range GemmI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			g, r := newGemmI8Bench(t, row, 1<<17), rand.New(rand.NewPCG(1, 2))
			t.Run("extremes", func(t *testing.T) {
				for _, f := range fillsI8 {
					for _, k := range []int{1, 3, 4, 9, 64} {
						for m := 1; m <= row.MR; m++ {
							for _, n := range []int{row.NR, max(1, row.NR-m), max(1, row.NR/2)} {
								tc := gemmI8Case{m: m, n: n, k: k, taps: 1 + m%3, form: formI8(m+n) % numForms, limits: (m + k) % len(limitsI8), fill: f}
								g.run(t, tc, r)
								tc.form, tc.side = formI8(k%2), check.StartsPastGuard
								g.run(t, tc, r)
							}
						}
					}
				}
			})
			t.Run("sizes", func(t *testing.T) {
				i := 0
				for m := 1; m <= row.MR; m++ {
					for n := 1; n <= row.NR; n++ {
						for k := 1; k <= 13; k++ {
							i++
							g.run(t, gemmI8Case{m: m, n: n, k: k, taps: 1 + i%4, form: formI8(i/3) % (2 * numForms) % numForms, limits: i % len(limitsI8), gap: i % 5, side: check.Sides[i%2], fill: fillsI8[len(fillsI8)-1-i%3]}, r)
						}
					}
				}
			})
			t.Run("depths", func(t *testing.T) {
				for k := 1; k <= 67; k++ {
					for i, size := range [][2]int{{row.MR - k%2, row.NR - k%3}, {1 + k%3, row.NR - k%2}, {row.MR - k%3, 1 + k%row.NR/2}} {
						g.run(t, gemmI8Case{m: size[0], n: size[1], k: k, taps: []int{1, 9, 2}[(i+k)%3], form: formI8(k) % numForms, limits: k % len(limitsI8), side: check.Sides[k%2], fill: fillsI8[k%len(fillsI8)]}, r)
					}
				}
			})
		})
	}
}

// TestGemmI8Panels: every panel of a layer lies where PanelLen says, and Pack
// writes no more than PackedLen.
func TestGemmI8Panels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, row := range GemmI8Rows(testFeatures(t)) {
		for _, n := range []int{1, row.NR - 1, row.NR, row.NR + 1, 2*row.NR + row.NR/2} {
			const taps, k = 3, 13
			w := fillsI8[len(fillsI8)-1].weights(r, n*taps*k)
			all := check.Guarded[int8](t, row.PackedLen(n, taps, k), check.EndsAtGuard)
			row.Pack(all, w, n, taps, k, 1, n*k, n)
			for n0 := 0; n0 < n; n0 += row.NR {
				cols := min(row.NR, n-n0)
				one := make([]int8, row.PackedLen(cols, taps, k))
				row.Pack(one, w[n0:], cols, taps, k, 1, n*k, n)
				at := n0 / row.NR * row.PanelLen(taps, k)
				for i := range one {
					if all[at+i] != one[i] {
						t.Fatalf("%s: %d columns: panel %d differs at %d from one packed by itself", row.Name, n, n0/row.NR, i)
					}
				}
			}
		}
	}
}

// TestGemmI8For: the row for a product can run wherever the best one can, on
// tiles as high, and its columns take no longer.
func TestGemmI8For(t *testing.T) {
	for _, row := range GemmI8Rows(testFeatures(t)) {
		for m := 1; m <= 2*row.MR; m++ {
			for n := 1; n <= 100; n++ {
				got := row.For(m, n)
				if got.Needs != row.Needs || got.MR != row.MR || got.NR < row.NR || got.width(n) > row.width(n) {
					t.Errorf("%s: %s is chosen for %d rows of %d columns", row.Name, got.Name, m, n)
				}
				if m < row.MR && got != row {
					t.Errorf("%s: %s is chosen for %d rows", row.Name, got.Name, m)
				}
				if row.Name == "avx2-4x16" && m >= row.MR && n%24 == 0 && got.NR != 24 {
					t.Errorf("%s is chosen for %d columns", got.Name, n)
				}
			}
		}
	}
}

func FuzzGemmI8(f *testing.F) {
	f.Add(uint64(1), uint8(6), uint8(16), uint8(5), uint8(9), uint8(1), uint8(2))
	f.Add(uint64(2), uint8(1), uint8(1), uint8(1), uint8(1), uint8(2), uint8(6))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, taps, mode, kind uint8) {
		r := rand.New(rand.NewPCG(seed, 5))
		for _, row := range GemmI8Rows(testFeatures(t)) {
			newGemmI8Bench(t, row, 1<<17).run(t, gemmI8Case{
				m: 1 + int(m)%row.MR, n: 1 + int(n)%row.NR, k: 1 + int(k)%64, taps: 1 + int(taps)%25,
				form: formI8(mode) % numForms, limits: int(kind>>4) % len(limitsI8), gap: int(mode>>2) % 7, side: check.Sides[mode&1], fill: fillsI8[int(kind&15)%len(fillsI8)],
			}, r)
		}
	})
}
