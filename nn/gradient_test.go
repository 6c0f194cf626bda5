package nn_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestGradients holds every backward function against central differences:
// float64 first, whose differences are exact enough to judge by, then float32
// against float64.
func TestGradients(t *testing.T) {
	smooth := map[string]bool{} // rows of which some element was held against differences
	for _, c := range gradientCases() {
		t.Run(c.title(), func(t *testing.T) {
			twin := c.twin()
			g64 := gradients(t, twin, nn.RowOf(c.op), nil)
			for i, g := range g64 {
				if g.Present() && !slices.Contains(c.jumps, i) && checkDifferences(t, twin, i, g.F64()) > 0 {
					smooth[nn.Name(c.op)] = true
				}
			}
			for i, g := range gradients(t, &c, nn.RowOf(c.op), nil) {
				if !g.Present() || g.DType != nn.Float32 {
					continue
				}
				for j, v := range g.F32() {
					w := g64[i].F64()[j]
					if isFinite(c.in[i].Float(j)) && !(math.Abs(float64(v)-w) <= 1e-3*max(1, math.Abs(w))) {
						t.Fatalf("operand %d element %d: float32 %v, float64 %v", i, j, v, w)
					}
				}
			}
		})
	}
	for _, r := range nn.Rows {
		if r.Backward != nil && !smooth[r.Name] {
			t.Errorf("%s: no case holds its gradient against differences", r.Name)
		}
	}
}

// gradientCases are the cases through which a gradient can flow: of rows with
// a backward function, with a result of floats, and an operand of floats that
// is no constant.
func gradientCases() (cs []testCase) {
	for _, c := range cases() {
		if nn.RowOf(c.op).Backward == nil || !slices.ContainsFunc(c.in, isFloat) {
			continue
		}
		twin := c.twin()
		if types, err := twin.op.Infer(twin.args(), max(c.outs, 1)); err == nil && types[0].DType == nn.Float64 {
			cs = append(cs, c)
		}
	}
	return cs
}

func isFloat(t *nn.Tensor) bool {
	return t != nil && (t.DType == nn.Float32 || t.DType == nn.Float64)
}

// twin is the case with operands of float64 for those of float32.
func (c *testCase) twin() *testCase {
	w := *c
	w.in = nil
	for _, in := range c.in {
		w.in = append(w.in, widen(in))
	}
	return &w
}

func widen(in *nn.Tensor) *nn.Tensor {
	if in == nil || in.DType != nn.Float32 {
		return in
	}
	out := nn.NewTensor(nn.Float64, in.Shape)
	for i, v := range in.F32() {
		out.F64()[i] = float64(v)
	}
	return out
}

// weight is the gradient of the loss by element i of a result: the loss is
// Σ weight(i)·out[i] over all results that are float64 in the twin.
func weight(i int) float64 { return math.Sin(float64(i)*1.7 + 0.3) }

// weights returns the gradient by a result.
func weights(d nn.DType, s nn.Shape) *nn.Tensor {
	w := nn.NewTensor(d, s)
	for i := range w.Elems() {
		if d == nn.Float64 {
			w.F64()[i] = weight(i)
		} else {
			w.F32()[i] = float32(weight(i))
		}
	}
	return w
}

// prepare runs Forward and returns what the backward function is to be given,
// with gradients of 0 by every operand of floats that is no constant.
func prepare(t testing.TB, c *testCase) *nn.Grad {
	t.Helper()
	r := c.run(t)
	if err := c.op.Forward(r); err != nil {
		t.Fatal(err)
	}
	twin := c.twin()
	types, err := twin.op.Infer(twin.args(), max(c.outs, 1))
	if err != nil {
		t.Fatal(err)
	}
	g := &nn.Grad{In: r.In, Out: r.Out}
	var outs []nn.Type
	for i, o := range r.Out {
		d := &nn.Tensor{}
		if types[i].DType == nn.Float64 {
			d = weights(o.DType, o.Shape)
		}
		g.DOut = append(g.DOut, d)
		outs = append(outs, nn.Type{DType: o.DType, Shape: o.Shape})
	}
	for i, in := range r.In {
		d := &nn.Tensor{}
		if isFloat(in) && !slices.Contains(c.consts, i) {
			d = nn.NewTensor(in.DType, in.Shape)
		}
		g.DIn = append(g.DIn, d)
	}
	if s, ok := c.op.(nn.GradScratcher); ok {
		g.Scratch = make([]byte, s.GradScratch(c.args(), outs))
		for i := range g.Scratch {
			g.Scratch[i] = 0xAA // it is not zeroed
		}
	}
	return g
}

// gradients runs both ways; change may alter what the backward function is
// given, which must leave all but the gradients as it is.
func gradients(t *testing.T, c *testCase, row *nn.Row, change func(*nn.Grad)) []*nn.Tensor {
	t.Helper()
	g := prepare(t, c)
	if change != nil {
		change(g)
	}
	all := slices.Concat(g.In, g.Out, g.DOut)
	var before [][]byte
	for _, x := range all {
		before = append(before, bytes.Clone(x.Bytes()))
	}
	row.Backward(c.op, g)
	for i, x := range all {
		if !bytes.Equal(before[i], x.Bytes()) {
			t.Fatalf("the backward function has changed what it was given (tensor %d of %d)", i, len(all))
		}
	}
	return g.DIn
}

// checkDifferences compares with central differences. Where the function has a
// corner, so that the differences to the two sides are far apart, the gradient
// must lie between those. It returns how many elements were no corners.
func checkDifferences(t *testing.T, c *testCase, operand int, grad []float64) (smooth int) {
	t.Helper()
	const h = 1e-5
	x := c.in[operand].F64()
	mid := results(t, c)
	for i := range x {
		if !isFinite(x[i]) || !isFinite(grad[i]) && !allFinite(mid) {
			continue
		}
		keep := x[i]
		x[i] = keep + h
		up := results(t, c)
		x[i] = keep - h
		down := results(t, c)
		x[i] = keep
		want := lossBetween(down, up) / (2 * h)
		if math.Abs(grad[i]-want) <= 1e-6*max(1, math.Abs(want)) {
			smooth++
			continue
		}
		left, right := lossBetween(down, mid)/h, lossBetween(mid, up)/h
		corner := math.Abs(left-right) > 0.01*max(1, math.Abs(want))
		if !corner || !(grad[i] >= min(left, right)-1e-6 && grad[i] <= max(left, right)+1e-6) {
			t.Fatalf("operand %d element %d: gradient %v, central difference %v (%v and %v to the sides)", operand, i, grad[i], want, left, right)
		}
	}
	return smooth
}

// results runs Forward and returns the results that count.
func results(t *testing.T, c *testCase) (outs [][]float64) {
	r := c.run(t)
	if err := c.op.Forward(r); err != nil {
		t.Fatal(err)
	}
	for _, out := range r.Out {
		if out.DType == nn.Float64 {
			outs = append(outs, out.F64())
		}
	}
	return outs
}

// lossBetween is the difference of the loss between two sets of results.
// Results that are no numbers on either side do not count.
func lossBetween(from, to [][]float64) (sum float64) {
	for k, out := range from {
		for i, v := range out {
			if d := to[k][i] - v; isFinite(d) {
				sum += d * weight(i)
			}
		}
	}
	return sum
}

func allFinite(outs [][]float64) bool {
	for _, out := range outs {
		if slices.ContainsFunc(out, func(v float64) bool { return !isFinite(v) }) {
			return false
		}
	}
	return true
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// TestGradientsAdd asks for the gradient by one operand at a time, and gives
// tensors to add to that are not zero.
func TestGradientsAdd(t *testing.T) {
	for _, c := range gradientCases() {
		t.Run(c.title(), func(t *testing.T) {
			twin, row := c.twin(), nn.RowOf(c.op)
			all := gradients(t, twin, row, nil)
			for k := range all {
				if !all[k].Present() {
					continue
				}
				one := gradients(t, twin, row, func(g *nn.Grad) {
					for i := range g.DIn {
						if i != k {
							g.DIn[i] = &nn.Tensor{}
						}
					}
					for i := range g.DIn[k].F64() {
						g.DIn[k].F64()[i] = float64(i%7) - 3
					}
				})
				for i, v := range one[k].F64() {
					want := all[k].F64()[i] + float64(i%7) - 3
					if isFinite(want) && !(math.Abs(v-want) <= 1e-9*max(1, math.Abs(want))) {
						t.Fatalf("operand %d element %d: added to %d gives %v, want %v", k, i, i%7-3, v, want)
					}
				}
			}
		})
	}
}

// TestGradientsPermuted holds the gradients of permuted operations against
// those in logical order.
func TestGradientsPermuted(t *testing.T) {
	for _, c := range gradientCases() {
		p, isPermuter := c.op.(nn.Permuter)
		if !isPermuter || c.in[0] == nil || broadcasts(&c) {
			continue
		}
		for _, perm := range orders(c.in[0].Shape.Rank) {
			op, ok := p.Permute(perm, c.args())
			if !ok {
				continue
			}
			t.Run(fmt.Sprint(c.title(), perm), func(t *testing.T) {
				twin, row := c.twin(), nn.RowOf(c.op)
				want := gradients(t, twin, row, nil)
				stored := *twin
				stored.op, stored.in = op, nil
				for _, in := range twin.in {
					stored.in = append(stored.in, permuted(in, perm))
				}
				plain := prepare(t, twin)
				got := gradients(t, &stored, row, func(g *nn.Grad) {
					for i, d := range plain.DOut {
						g.DOut[i] = permuted(d, perm)
					}
				})
				for i := range want {
					if !want[i].Present() {
						continue
					}
					if err := compare(got[i], permuted(want[i], perm), 1e-9); err != nil {
						t.Errorf("operand %d: %v", i, err)
					}
				}
			})
		}
	}
}

func TestBackwardAllocatesNothing(t *testing.T) {
	for _, c := range gradientCases() {
		t.Run(c.title(), func(t *testing.T) {
			g, row := prepare(t, &c), nn.RowOf(c.op)
			if n := testing.AllocsPerRun(5, func() { row.Backward(c.op, g) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
