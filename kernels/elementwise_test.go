package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// elementOps says of every element-wise kernel how it is called and what
// float64 arithmetic makes of it.
var elementOps = [numElementOps]struct {
	name     string
	operands int  // 1: A alone; 2: A and B
	scalar   bool // B is one number
	lo, hi   float32
	ulps     float64 // error allowed, in units of the result's last place
	want     func(x, y, lo, hi float64) float64
	slack    func(x float64) float64 // error allowed where terms cancel, or denormals are multiplied
}{
	AddF32:         {"Add", 2, false, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x + y }, none},
	SubF32:         {"Sub", 2, false, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x - y }, none},
	MulF32:         {"Mul", 2, false, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x * y }, none},
	DivF32:         {"Div", 2, false, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x / y }, none},
	MaxF32:         {"Max", 2, false, 0, 0, 0, func(x, y, _, _ float64) float64 { return pick(x > y, x, y) }, none},
	MinF32:         {"Min", 2, false, 0, 0, 0, func(x, y, _, _ float64) float64 { return pick(x < y, x, y) }, none},
	AddScalarF32:   {"AddScalar", 2, true, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x + y }, none},
	MulScalarF32:   {"MulScalar", 2, true, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return x * y }, none},
	ClampF32:       {"Clamp", 1, false, -1, 2.5, 0, func(x, _, lo, hi float64) float64 { return pick(x < lo, lo, pick(x > hi, hi, x)) }, none},
	LeakyReluF32:   {"LeakyRelu", 1, false, 0.125, 0, 0.5, func(x, _, lo, _ float64) float64 { return pick(x < 0, x*lo, x) }, none},
	PReluF32:       {"PRelu", 2, false, 0, 0, 0.5, func(x, y, _, _ float64) float64 { return pick(x < 0, x*y, x) }, none},
	ExpF32:         {"Exp", 1, false, 0, 0, 2, func(x, _, _, _ float64) float64 { return math.Exp(x) }, none},
	SigmoidF32:     {"Sigmoid", 1, false, 0, 0, 4, func(x, _, _, _ float64) float64 { return 1 / (1 + math.Exp(-x)) }, none},
	TanhF32:        {"Tanh", 1, false, 0, 0, 4, func(x, _, _, _ float64) float64 { return math.Tanh(x) }, none},
	SiLUF32:        {"SiLU", 1, false, 0, 0, 4, func(x, _, _, _ float64) float64 { return x / (1 + math.Exp(-x)) }, func(float64) float64 { return 0x1p-143 }},
	HardSwishF32:   {"HardSwish", 1, false, 0, 0, 4, func(x, _, _, _ float64) float64 { return x * math.Max(0, math.Min(1, x/6+0.5)) }, func(x float64) float64 { return eps32 * math.Abs(x) }},
	HardSigmoidF32: {"HardSigmoid", 1, false, 0.2, 0.5, 4, func(x, _, lo, hi float64) float64 { return math.Max(0, math.Min(1, lo*x+hi)) }, func(float64) float64 { return eps32 }},
}

func none(float64) float64 { return 0 }

func pick(yes bool, a, b float64) float64 {
	if yes {
		return a
	}
	return b
}

// ulp returns the distance between the float32 numbers around x.
func ulp(x float64) float64 {
	if x = math.Abs(x); x < 0x1p-126 || math.IsNaN(x) {
		return math.SmallestNonzeroFloat32
	}
	_, e := math.Frexp(x)
	return math.Ldexp(1, e-24)
}

type elementBench struct {
	row       *ElementF32
	dst, a, b *check.Fence
}

func newElementBench(t testing.TB, row *ElementF32) *elementBench {
	g := func() *check.Fence { return check.NewFence(t, 1<<14) }
	return &elementBench{row, g(), g(), g()}
}

// alias says which operand Dst is.
type alias int

const (
	apart alias = iota
	dstIsA
	dstIsB
	numAliases
)

func (g *elementBench) run(t *testing.T, op ElementOp, x, y []float32, as alias, side check.Side) {
	t.Helper()
	d := &elementOps[op]
	n := len(x)
	if d.scalar {
		y = y[:1]
	} else {
		y = y[:n]
	}
	a, b, out := fenced(t, g.a, x, side), fenced(t, g.b, y, side), check.Fenced[float32](t, g.dst, n, side)
	args := &ElementF32Args{N: n, A: first(a), B: first(b), Lo: d.lo, Hi: d.hi}
	if d.operands == 1 {
		args.B = nil
	}
	switch {
	case as == dstIsA:
		out = a
	case as == dstIsB && d.operands == 2 && !d.scalar:
		out = b
	}
	args.Dst = first(out)
	g.row.Funcs[op](args)
	for i := range n {
		yi := float32(0)
		if d.operands == 2 {
			yi = y[min(i, len(y)-1)]
		}
		want := d.want(float64(x[i]), float64(yi), float64(d.lo), float64(d.hi))
		if err := agreeULP(out[i], want, d.ulps, d.slack(float64(x[i]))); err != nil {
			t.Fatalf("%s: %s n=%d alias=%d %v: Dst[%d] of %v and %v = %v", g.row.Name, d.name, n, as, side, i, x[i], yi, err)
		}
	}
	for _, f := range []*check.Fence{g.dst, g.a, g.b} {
		if f.Check(t); t.Failed() {
			t.Fatalf("%s: %s n=%d alias=%d %v", g.row.Name, d.name, n, as, side)
		}
	}
}

// agreeULP holds got against a result in float64, within so many units in the
// last place, or within slack.
func agreeULP(got float32, want float64, ulps, slack float64) error {
	w, g := float32(want), float64(got)
	switch {
	case w == got, w != w && got != got:
		return nil
	case math.Abs(g-want) <= max(ulps*ulp(want), slack):
		return nil
	// What overflows a little may stay at the largest number, and the reverse.
	case ulps > 0.5 && math.Abs(want) >= math.MaxFloat32*(1-ulps*eps32) && math.Abs(g) >= math.MaxFloat32*(1-ulps*eps32) && math.Signbit(g) == math.Signbit(want):
		return nil
	}
	return fmt.Errorf("%v, want %v (off by %.2f units in the last place)", got, want, math.Abs(g-want)/ulp(want))
}

// first returns where s begins; for an empty one, a place that must not be used.
func first[T any](s []T) *T { return unsafe.SliceData(s) }

func TestElementF32(t *testing.T) {
	for _, row := range ElementF32Rows(testFeatures(t)) {
		for op := range numElementOps {
			t.Run(row.Name+"/"+elementOps[op].name, func(t *testing.T) {
				g, r := newElementBench(t, row), rand.New(rand.NewPCG(9, uint64(op)))
				// Every strange value with every other, in every lane.
				for shift := range strange {
					var x, y []float32
					for i := range 5 * len(strange) {
						x = append(x, strange[i%len(strange)])
						y = append(y, strange[(i+shift)%len(strange)])
					}
					g.run(t, op, x, y, apart, check.Sides[shift%2])
				}
				for n := range 70 {
					x, y := spread(r, n), spread(r, max(n, 1))
					for as := range numAliases {
						for _, side := range check.Sides {
							g.run(t, op, x, y, as, side)
						}
					}
				}
			})
		}
	}
}

// spread returns n numbers of both signs and of the magnitudes that nets know.
func spread(r *rand.Rand, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(r.NormFloat64() * math.Exp2(float64(r.IntN(12)-6)))
	}
	return s
}

// TestElementF32Range walks the functions of one operand over the whole of
// float32, a step that shares no factor with powers of two apart.
func TestElementF32Range(t *testing.T) {
	const block, step = 4096, 160_001
	for _, row := range ElementF32Rows(testFeatures(t)) {
		for op := range numElementOps {
			d := &elementOps[op]
			if d.operands != 1 {
				continue
			}
			worst, where := 0.0, float32(0)
			x, out := make([]float32, block), make([]float32, block)
			for bits := uint64(0); bits < 1<<32; {
				for i := range x {
					x[i] = math.Float32frombits(uint32(bits))
					bits += step
				}
				row.Funcs[op](&ElementF32Args{Dst: &out[0], A: &x[0], N: block, Lo: d.lo, Hi: d.hi})
				for i, v := range x {
					want := d.want(float64(v), 0, float64(d.lo), float64(d.hi))
					if err := agreeULP(out[i], want, d.ulps, d.slack(float64(v))); err != nil {
						t.Fatalf("%s: %s(%v) = %v", row.Name, d.name, v, err)
					}
					if e := math.Abs(float64(out[i])-want) / ulp(want); e > worst && !math.IsInf(e, 0) {
						worst, where = e, v
					}
				}
			}
			t.Logf("%s: %s errs by at most %.2f units in the last place (at %v)", row.Name, d.name, worst, where)
		}
	}
}

func FuzzElementF32(f *testing.F) {
	f.Add(uint8(0), uint8(0), []byte{0, 0, 128, 63, 0, 0, 128, 127})
	f.Add(uint8(11), uint8(1), []byte("a string that is read as floats, of some length"))
	f.Fuzz(func(t *testing.T, op, as uint8, data []byte) {
		n := min(len(data)/8, 4000)
		x, y := make([]float32, n), make([]float32, n)
		for i := range n {
			x[i] = math.Float32frombits(uint32(data[8*i]) | uint32(data[8*i+1])<<8 | uint32(data[8*i+2])<<16 | uint32(data[8*i+3])<<24)
			y[i] = math.Float32frombits(uint32(data[8*i+4]) | uint32(data[8*i+5])<<8 | uint32(data[8*i+6])<<16 | uint32(data[8*i+7])<<24)
		}
		if n == 0 {
			return
		}
		for _, row := range ElementF32Rows(testFeatures(t)) {
			newElementBench(t, row).run(t, ElementOp(op)%numElementOps, x, y, alias(as)%numAliases, check.Sides[n%2])
		}
	})
}
