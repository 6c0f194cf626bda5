package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// A testCase is one operation with operands; every row of the op table needs
// at least one. The checks below derive everything else from it.
type testCase struct {
	name   string // what is special about it
	op     nn.Op
	in     []*nn.Tensor // nil: absent
	consts []int        // operands given as constants: those that decide shapes
	outs   int          // number of results; 0 means 1
	want   []*nn.Tensor // hand-made answers; nil: judged by the other checks alone
	jumps  []int        // operands by which results jump or count as constant: their gradient is not checked
	tol    float64      // for want, relative to the largest magnitude; 0 means 1e-6
}

// cases has the cases of every row, in the sections of the op table.
func cases() []testCase {
	return slices.Concat(mathCases(), reduceCases(), convCases(), shapeCases(), quantCases())
}

func (c *testCase) title() string { return nn.Name(c.op) + "/" + c.name }

// args returns what Infer is told of the operands.
func (c *testCase) args() []nn.Arg {
	as := make([]nn.Arg, len(c.in))
	for i, t := range c.in {
		if t == nil {
			continue
		}
		as[i].Type = nn.Type{DType: t.DType, Shape: t.Shape}
		if slices.Contains(c.consts, i) {
			as[i].Const = t
		}
	}
	return as
}

// run infers and allocates results, and returns what Forward is to be called
// with.
func (c *testCase) run(t testing.TB) *nn.Run {
	t.Helper()
	args := c.args()
	types, err := c.op.Infer(args, max(c.outs, 1))
	if err != nil {
		t.Fatalf("Infer: %v", err)
	}
	r := &nn.Run{}
	for _, in := range c.in {
		if in == nil {
			in = &nn.Tensor{}
		}
		r.In = append(r.In, in)
	}
	for _, ty := range types {
		r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
	}
	if s, ok := c.op.(nn.Scratcher); ok {
		r.Scratch = make([]byte, s.Scratch(args, types))
	}
	return r
}

func TestEveryRowHasACase(t *testing.T) {
	have := map[string]bool{}
	for _, c := range cases() {
		have[nn.Name(c.op)] = true
	}
	for _, r := range nn.Rows {
		if !have[r.Name] {
			t.Errorf("%s: no case in cases_*_test.go", r.Name)
		}
	}
}

func TestForward(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.title(), func(t *testing.T) {
			row := nn.RowOf(c.op)
			if len(c.in) > 0 && c.in[0] != nil && !row.Types.Has(c.in[0].DType) {
				t.Fatalf("row does not take %v", c.in[0].DType)
			}
			r := c.run(t)
			if err := c.op.Forward(r); err != nil {
				t.Fatalf("Forward: %v", err)
			}
			for i, want := range c.want {
				if err := compare(r.Out[i], want, c.tol); err != nil {
					t.Errorf("result %d: %v", i, err)
				}
			}
		})
	}
}

func TestForwardAllocatesNothing(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.title(), func(t *testing.T) {
			r := c.run(t)
			outs := make([]nn.Tensor, len(r.Out))
			for i := range r.Out {
				outs[i] = *r.Out[i]
			}
			n := testing.AllocsPerRun(5, func() {
				for i := range outs {
					*r.Out[i] = outs[i] // undo Truncate
				}
				if err := c.op.Forward(r); err != nil {
					t.Fatal(err)
				}
			})
			if n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// compare returns an error where got differs from want: exactly for integers,
// within tol of the largest magnitude for floats.
func compare(got, want *nn.Tensor, tol float64) error {
	if got.DType != want.DType || got.Shape != want.Shape {
		return fmt.Errorf("is %v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	if tol == 0 {
		tol = 1e-6
	}
	if !want.DType.IsFloat() {
		tol = 0
	}
	big := 0.0
	for i := range want.Elems() {
		if a := math.Abs(want.Float(i)); !math.IsInf(a, 0) && !math.IsNaN(a) {
			big = max(big, a)
		}
	}
	for i := range want.Elems() {
		g, w := got.Float(i), want.Float(i)
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		if d := math.Abs(g - w); !(d <= tol*max(big, 1)) {
			return fmt.Errorf("element %d is %v, want %v (largest magnitude %v)", i, g, w, big)
		}
	}
	return nil
}

// ramp returns a float32 tensor of distinct values of both signs, in an order
// that is neither rising nor symmetric. No two are closer than the step of a
// central difference, and none is near zero.
func ramp(dims ...int) *nn.Tensor {
	s := nn.S(dims...)
	v := make([]float32, s.Elems())
	for i := range v {
		v[i] = (float32((i*7919)%len(v)) + 0.5 - float32(len(v))/2) * 4 / float32(len(v)+1)
	}
	return nn.T(v, dims...)
}

// positive is ramp with magnitudes, for logarithms and roots: distinct ones,
// because those of positive elements are half a step larger.
func positive(dims ...int) *nn.Tensor {
	t := ramp(dims...)
	for i, v := range t.F32() {
		t.F32()[i] = float32(math.Abs(float64(v))) + 0.25
		if v > 0 {
			t.F32()[i] += 2 / float32(t.Elems()+1)
		}
	}
	return t
}
