package nn_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestWindowAxis holds the arithmetic of windows against walking along every
// tap of every output, for all small geometries.
func TestWindowAxis(t *testing.T) {
	for n := range 6 * 3 * 3 * 3 * 3 * 2 {
		pool := nn.AveragePool{KernelShape: []int{n/6%3 + 1}, Strides: []int{n/18%3 + 1}, Dilations: []int{n/54%3 + 1}, CeilMode: n/486%2 == 1}
		pool.Pads = []int{n / 162 % 3, n / 162 % 3 / 2}
		w, err := pool.Window(nn.S(1, 1, n%6+1))
		if err != nil {
			continue
		}
		a := w.Axis[0]
		checkOutputs(t, a, pool.CeilMode)
		for o := range a.Out {
			for _, pads := range []bool{false, true} {
				if got, want := a.Counted(o, pads), counted(a, o, pads); got != want {
					t.Errorf("%+v: output %d counts %d taps (pads %v), want %d", a, o, got, pads, want)
				}
			}
			for k := range a.Kernel {
				lo, hi := a.Inside(k)
				p := o*a.Stride - a.Begin + k*a.Dilation
				if got, want := o >= lo && o < hi, p >= 0 && p < a.In; got != want {
					t.Errorf("%+v: output %d tap %d inside is %v, want %v", a, o, k, got, want)
				}
			}
		}
	}
}

// checkOutputs checks that the last window fits, or with ceil starts before
// the end's padding, and that one more would not.
func checkOutputs(t *testing.T, a nn.WindowAxis, ceil bool) {
	t.Helper()
	fits := func(o int) bool {
		start := o*a.Stride - a.Begin
		if o > 0 && ceil && start < a.In && start-a.Stride+a.Extent() < a.In+a.End {
			return true // the window before leaves some of the operand or its padding over
		}
		return start+a.Extent() <= a.In+a.End
	}
	if !fits(a.Out-1) || fits(a.Out) {
		t.Errorf("%+v (ceil %v): the last output is wrong", a, ceil)
	}
}

func counted(a nn.WindowAxis, o int, pads bool) int {
	n := 0
	for k := range a.Kernel {
		p := o*a.Stride - a.Begin + k*a.Dilation
		if p >= 0 && p < a.In || pads && p >= -a.Begin && p < a.In+a.End {
			n++
		}
	}
	return n
}

func TestWindowAutoPad(t *testing.T) {
	x, w := nn.S(1, 1, 5, 6), nn.S(1, 1, 3, 3)
	for _, c := range []struct {
		mode             string
		begin, end, outs [2]int
	}{
		{"SAME_UPPER", [2]int{1, 0}, [2]int{1, 1}, [2]int{3, 3}},
		{"SAME_LOWER", [2]int{1, 1}, [2]int{1, 0}, [2]int{3, 3}},
		{"VALID", [2]int{}, [2]int{}, [2]int{2, 2}},
		{"NOTSET", [2]int{2, 0}, [2]int{0, 1}, [2]int{3, 3}},
	} {
		conv := nn.Conv{AutoPad: c.mode, Group: 1, Strides: []int{2, 2}, Pads: []int{2, 0, 0, 1}}
		g, err := conv.Window(x, w)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range g.Axis[:2] {
			if a.Begin != c.begin[i] || a.End != c.end[i] || a.Out != c.outs[i] {
				t.Errorf("%s axis %d: %+v, want pads %d and %d, %d outputs", c.mode, i, a, c.begin[i], c.end[i], c.outs[i])
			}
		}
	}
}

// TestConvSectionFloat64 runs the float32 cases of the section in float64.
func TestConvSectionFloat64(t *testing.T) {
	for _, c := range convCases() {
		if c.in[0].DType != nn.Float32 {
			continue
		}
		t.Run(c.title(), func(t *testing.T) {
			twin := c
			twin.in = nil
			for _, in := range c.in {
				twin.in = append(twin.in, widen(in))
			}
			plain, wide := c.run(t), twin.run(t)
			if err := c.op.Forward(plain); err != nil {
				t.Fatal(err)
			}
			if err := twin.op.Forward(wide); err != nil {
				t.Fatal(err)
			}
			for i := range plain.Out {
				if err := compare(wide.Out[i], widen(plain.Out[i]), 1e-5); err != nil {
					t.Errorf("result %d: %v", i, err)
				}
			}
		})
	}
}
