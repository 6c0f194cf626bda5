package nn_test

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestGradients holds every backward function against central differences:
// float64 first, whose differences are exact enough to judge by, then float32
// against float64.
func TestGradients(t *testing.T) {
	for _, c := range cases() {
		row := nn.RowOf(c.op)
		if row.Backward == nil || c.in[0] == nil || c.in[0].DType != nn.Float32 {
			continue
		}
		t.Run(c.title(), func(t *testing.T) {
			twin := c
			twin.in = nil
			for _, in := range c.in {
				twin.in = append(twin.in, widen(in))
			}
			g64 := gradients(t, &twin, row)
			for i, in := range twin.in {
				if in != nil && in.DType == nn.Float64 && g64[i].Present() {
					checkDifferences(t, &twin, i, g64[i].F64())
				}
			}
			for i, g := range gradients(t, &c, row) {
				if !g.Present() {
					continue
				}
				for j, v := range g.F32() {
					if w := g64[i].F64()[j]; math.Abs(float64(v)-w) > 1e-3*max(1, math.Abs(w)) {
						t.Fatalf("operand %d element %d: float32 %v, float64 %v", i, j, v, w)
					}
				}
			}
		})
	}
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
// Σ weight(i)·out[i] over all results.
func weight(i int) float64 { return math.Sin(float64(i)*1.7 + 0.3) }

func gradients(t *testing.T, c *testCase, row *nn.Row) []*nn.Tensor {
	t.Helper()
	r := c.run(t)
	if err := c.op.Forward(r); err != nil {
		t.Fatal(err)
	}
	g := &nn.Grad{In: r.In, Out: r.Out}
	for _, o := range r.Out {
		d := nn.NewTensor(o.DType, o.Shape)
		for i := range d.Elems() {
			if d.DType == nn.Float64 {
				d.F64()[i] = weight(i)
			} else if d.DType == nn.Float32 {
				d.F32()[i] = float32(weight(i))
			}
		}
		g.DOut = append(g.DOut, d)
	}
	for _, in := range r.In {
		d := &nn.Tensor{}
		if in.DType == nn.Float32 || in.DType == nn.Float64 {
			d = nn.NewTensor(in.DType, in.Shape)
		}
		g.DIn = append(g.DIn, d)
	}
	row.Backward(c.op, g)
	return g.DIn
}

func checkDifferences(t *testing.T, c *testCase, operand int, grad []float64) {
	t.Helper()
	const h = 1e-5
	x := c.in[operand].F64()
	for i := range x {
		keep := x[i]
		x[i] = keep + h
		up := loss(t, c)
		x[i] = keep - h
		down := loss(t, c)
		x[i] = keep
		want := (up - down) / (2 * h)
		if math.Abs(grad[i]-want) > 1e-6*max(1, math.Abs(want)) {
			t.Fatalf("operand %d element %d: gradient %v, central difference %v", operand, i, grad[i], want)
		}
	}
}

func loss(t *testing.T, c *testCase) float64 {
	r := c.run(t)
	if err := c.op.Forward(r); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, out := range r.Out {
		if out.DType != nn.Float64 {
			continue
		}
		for i, v := range out.F64() {
			sum += v * weight(i)
		}
	}
	return sum
}
