package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// elementI8Bench holds guarded memory for the operands.
type elementI8Bench struct{ a, b, f, dst *check.Fence }

func newElementI8Bench(t testing.TB) *elementI8Bench {
	g := func() *check.Fence { return check.NewFence(t, 1<<12) }
	return &elementI8Bench{g(), g(), g(), g()}
}

// elementI8Case is one call. With inPlace, Dst is A, or where it is 2, B.
type elementI8Case struct {
	op      ElementI8Op
	n       int
	inPlace int
	limits  int
	side    check.Side
	scales  [2]float32
}

// quotients are what QuantiseF32 errs at: halves, limits, and what is no number.
func (tc elementI8Case) quotients(r *rand.Rand) []float32 {
	f := make([]float32, tc.n)
	for i := range f {
		switch r.IntN(4) {
		case 0:
			f[i] = strange[r.IntN(len(strange))]
		case 1:
			f[i] = (float32(r.IntN(600)-300) + 0.5) * tc.scales[0]
		default:
			f[i] = (r.Float32()*600 - 300) * tc.scales[0]
		}
	}
	return f
}

func (g *elementI8Bench) run(t *testing.T, row *ElementI8, tc elementI8Case, r *rand.Rand) {
	t.Helper()
	x, y, f := fillsI8[len(fillsI8)-1].activations(r, tc.n), fillsI8[r.IntN(len(fillsI8))].activations(r, tc.n), tc.quotients(r)
	a, b, fs := fenced(t, g.a, x, tc.side), fenced(t, g.b, y, tc.side), fenced(t, g.f, f, tc.side)
	dst := check.Fenced[uint8](t, g.dst, tc.n, tc.side)
	switch tc.inPlace {
	case 1:
		dst = a
	case 2:
		dst = b
	}
	var table [256]uint8
	copy(table[:], fillsI8[len(fillsI8)-1].activations(r, 256))
	l := limitsI8[tc.limits]
	args := ElementI8Args{Dst: first(dst), A: first(a), B: first(b), F32: first(fs), Table: &table, N: tc.n, ZeroA: int32(r.IntN(256)), ZeroB: int32(r.IntN(256)),
		ScaleA: tc.scales[0], ScaleB: tc.scales[1], Zero: l.zero, Lo: l.lo, Hi: l.hi}
	row.Funcs[tc.op](&args)
	round := func(v float32) uint8 {
		return uint8(max(math.RoundToEven(float64(min(max(v, l.lo), l.hi)))+float64(l.zero), 0))
	}
	for i := range tc.n {
		p, q := float32(int(x[i])-int(args.ZeroA)), float32(int(y[i])-int(args.ZeroB))
		got, want := float32(dst[i]), float32(0)
		switch tc.op {
		case AddI8:
			want = float32(round(float32(p*args.ScaleA) + float32(q*args.ScaleB)))
		case MulI8:
			want = float32(round(float32(p*q) * args.ScaleA))
		case TableI8:
			want = float32(table[x[i]])
		case QuantiseF32:
			if want = float32(l.zero); f[i] == f[i] {
				want = float32(round(f[i] / args.ScaleA))
			} else if l.lo > 0 {
				want = float32(l.zero) + l.lo
			}
		case DequantiseI8:
			got, want = fs[i], p*args.ScaleA
		}
		if got != want {
			t.Fatalf("%s: %+v: element %d of %d, %d, %v is %v, want %v (%+v)", row.Name, tc, i, x[i], y[i], f[i], got, want, args)
		}
	}
	for name, fence := range map[string]*check.Fence{"A": g.a, "B": g.b, "F32": g.f, "Dst": g.dst} {
		if fence.Check(t); t.Failed() {
			t.Fatalf("%s: %+v: around %s", row.Name, tc, name)
		}
	}
}

func TestElementI8(t *testing.T) {
	for _, row := range ElementI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			g, r := newElementI8Bench(t), rand.New(rand.NewPCG(21, 22))
			scales := [][2]float32{{0.013, 0.021}, {1, 1}, {0.5, -0.5}, {3, 0}, {1e-30, 1e30}, {0.1, 0.7}}
			for op := range numElementI8Ops {
				for n := range 200 {
					g.run(t, row, elementI8Case{op, n, n % 3, n % len(limitsI8), check.Sides[n%2], scales[n%7%len(scales)]}, r)
				}
				for n := 200; n < 1000; n += 61 {
					g.run(t, row, elementI8Case{op, n, n % 3, n % len(limitsI8), check.Sides[n%2], scales[n%len(scales)]}, r)
				}
			}
		})
	}
}

// TestTableI8Exhaustive: every byte finds its entry, in every place of a vector.
func TestTableI8Exhaustive(t *testing.T) {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(i*167 + 13)
	}
	for _, row := range ElementI8Rows(testFeatures(t)) {
		a, dst := make([]uint8, 256+256), make([]uint8, 256+256)
		for i := range a {
			a[i] = uint8(i * 3)
		}
		row.Funcs[TableI8](&ElementI8Args{Dst: &dst[0], A: &a[0], Table: &table, N: len(a)})
		for i, x := range a {
			if dst[i] != table[x] {
				t.Fatalf("%s: entry %d is %d, want %d", row.Name, x, dst[i], table[x])
			}
		}
	}
}

func FuzzElementI8(f *testing.F) {
	f.Add(uint64(1), uint16(70), uint8(0), uint8(1), float32(0.1), float32(0.2))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, op, mode uint8, sa, sb float32) {
		if sa != sa || sb != sb || math.IsInf(float64(sa), 0) || math.IsInf(float64(sb), 0) {
			return
		}
		tc := elementI8Case{ElementI8Op(op) % numElementI8Ops, int(n) % 1000, int(mode>>1) % 3, int(mode>>3) % len(limitsI8), check.Sides[mode&1], [2]float32{sa, sb}}
		if tc.op == QuantiseF32 && !(sa > 0) {
			return
		}
		for _, row := range ElementI8Rows(testFeatures(t)) {
			newElementI8Bench(t).run(t, row, tc, rand.New(rand.NewPCG(seed, 23)))
		}
	})
}
