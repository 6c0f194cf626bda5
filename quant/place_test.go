package quant

import (
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// scaleOf returns the names of the scale by which a value is made integers,
// empty where it is not.
func scaleOf(g *nn.Graph, name string) string {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*nn.QuantizeLinear); ok && strings.TrimSuffix(g.ValueName(n.In[0]), "_QuantizeLinear_Input") == name {
			return g.ValueName(n.In[1])
		}
	}
	return ""
}

// TestRules holds where a scale comes from against what ONNX Runtime does.
func TestRules(t *testing.T) {
	pool := &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}}
	mean := &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{2, 2}}
	scales := func(b *nn.Builder) nn.ValueID { return b.Const("scales", nn.T([]float32{1, 1, 2, 2}, 4)) }
	resize := func(mode string) *nn.Resize {
		return &nn.Resize{Coordinates: "half_pixel", CubicCoeffA: -0.75, Mode: mode, NearestMode: "floor", AspectPolicy: "stretch"}
	}
	type add func(b *nn.Builder, c nn.ValueID) nn.ValueID
	for _, c := range []struct {
		name string
		add  add
		want string // scale of y, which is made of the convolution's result c
	}{
		{"MaxPool", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", pool, c) }, "c_scale"},
		{"AveragePool", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", mean, c) }, "c_scale"},
		{"Transpose", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", &nn.Transpose{Perm: []int{0, 2, 3, 1}}, c)
		}, "c_scale"},
		{"Flatten", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Flatten{Axis: 1}, c) }, "c_scale"},
		{"Resize nearest", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", resize("nearest"), c, nn.None, scales(b))
		}, "c_scale"},
		{"Resize cubic", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", resize("cubic"), c, nn.None, scales(b))
		}, "y_scale"},
		{"two that follow", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", &nn.Flatten{Axis: 1}, b.Node("p", pool, c))
		}, "c_scale"},
		{"GlobalAveragePool", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.GlobalAveragePool{}, c) }, "y_scale"},
		{"Sigmoid", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Sigmoid{}, c) }, "y_scale"},
		{"HardSwish", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.HardSwish{}, c) }, "y_scale"},
		{"Softmax", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Softmax{Axis: 1}, c) }, "y_scale"},
		{"Add", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Add{}, c, c) }, "y_scale"},
		{"Mul by a constant", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", &nn.Mul{}, b.Node("s", &nn.Sigmoid{}, c), b.Const("k", nn.Scalar(float32(3))))
		}, "y_scale"},
		{"Concat", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Concat{Axis: 1}, c, c) }, "y_scale"},
		{"Relu", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Relu{}, c) }, "y_scale"},
		{"PRelu", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			return b.Node("y", &nn.PRelu{}, c, b.Param("slope", nn.T([]float32{0.1}, 1, 1, 1)))
		}, "y_scale"},
		{"Exp", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Exp{}, c) }, ""},
		{"Sub", func(b *nn.Builder, c nn.ValueID) nn.ValueID { return b.Node("y", &nn.Sub{}, c, c) }, ""},
		{"Concat of unlike", func(b *nn.Builder, c nn.ValueID) nn.ValueID {
			large := b.Node("m", &nn.Mul{}, c, b.Const("k", nn.Scalar(float32(17))))
			return b.Node("y", &nn.Concat{Axis: 1}, c, large)
		}, ""},
	} {
		b := nn.NewBuilder(c.name)
		x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(4), nn.D(4))
		g := built(t, b, c.add(b, conv1(b, "c", x, 1, 2)))
		q, _ := quantize(t, g, noisy(1), Options{})
		if got := scaleOf(q, "y"); got != c.want {
			t.Errorf("%s: scale of y is %q, want %q\n%s", c.name, got, c.want, text(q))
		}
		if got := scaleOf(q, "x"); got != "x_scale" {
			t.Errorf("%s: scale of x is %q", c.name, got)
		}
		if q.ValueName(q.Outputs[0]) != "y" {
			t.Errorf("%s: the output is now %q", c.name, q.ValueName(q.Outputs[0]))
		}
		roundTrip(t, q)
	}
}

// TestClamps lists which clamps vanish.
func TestClamps(t *testing.T) {
	scalar := func(b *nn.Builder, name string, v float32) nn.ValueID { return b.Const(name, nn.Scalar(v)) }
	for _, c := range []struct {
		name   string
		add    func(b *nn.Builder, c nn.ValueID) []nn.ValueID
		clamps int // that are left
	}{
		{"Relu", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Relu{}, c)}
		}, 0},
		{"Clip 0 6", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Clip{}, c, scalar(b, "lo", 0), scalar(b, "hi", 6))}
		}, 0},
		{"Clip without bounds", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Clip{}, c)}
		}, 0},
		{"Relu and Clip", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Clip{}, b.Node("r", &nn.Relu{}, c), nn.None, scalar(b, "hi", 1))}
		}, 0},
		{"Clip that leaves 0 out", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Clip{}, c, scalar(b, "lo", 0.5), scalar(b, "hi", 6))}
		}, 1},
		{"read twice", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Relu{}, c), b.Node("z", &nn.Sigmoid{}, c)}
		}, 1},
		{"an output", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("y", &nn.Relu{}, c), c}
		}, 1},
		{"after what follows", func(b *nn.Builder, c nn.ValueID) []nn.ValueID {
			pool := b.Node("p", &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}}, c)
			return []nn.ValueID{b.Node("y", &nn.Relu{}, pool)}
		}, 1},
	} {
		b := nn.NewBuilder(c.name)
		x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(4), nn.D(4))
		g := built(t, b, c.add(b, conv1(b, "c", x, 1, 2, -1))...)
		q, sum := quantize(t, g, noisy(1), Options{})
		left := 0
		for _, n := range q.Nodes {
			if ruleOf(n.Op) == clamp {
				left++
			}
		}
		if left != c.clamps {
			t.Errorf("%s: %d clamps are left, want %d\n%s", c.name, left, c.clamps, text(q))
		}
		if all := len(g.Nodes) - left; sum.Vanished > all {
			t.Errorf("%s: %d vanished", c.name, sum.Vanished)
		}
		want, got := run(t, g, noise), run(t, q, noise)
		for i := range want {
			for k, v := range want[i] {
				if d := v - got[i][k]; d > 0.03 || d < -0.03 {
					t.Fatalf("%s: output %d is %v, was %v", c.name, i, got[i], want[i])
				}
			}
		}
	}
}

// TestSharedWeights has two convolutions read the same weights.
func TestSharedWeights(t *testing.T) {
	b := nn.NewBuilder("net")
	x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(2), nn.D(2))
	w, bias := b.Param("w", nn.T([]float32{2, -1}, 2, 1, 1, 1)), b.Param("b", nn.T([]float32{0.5, -0.25}, 2))
	op := &nn.Conv{AutoPad: "NOTSET", Group: 1}
	y := b.Node("y", op, x, w, bias)
	z := b.Node("z", op, b.Node("s", &nn.Sigmoid{}, x), w, bias)
	q, _ := quantize(t, built(t, b, y, z), noisy(2), Options{})
	var names []string
	for _, v := range q.Values {
		if v.Const != nil && v.Const.Shape.Rank > 0 {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	// The bias hangs on the scale of the input, of which there are two.
	want := []string{"b_quantized", "b_quantized_1", "b_quantized_scale", "b_quantized_scale_1", "b_quantized_zero_point", "b_quantized_zero_point_1",
		"w_quantized", "w_scale", "w_zero_point"}
	if !slices.Equal(names, want) {
		t.Errorf("constants %q, want %q", names, want)
	}
	distinctNames(t, q)
}

// TestOtherTypes leaves alone what computes shapes.
func TestOtherTypes(t *testing.T) {
	b := nn.NewBuilder("net")
	x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(2), nn.D(2))
	shape := b.Node("shape", &nn.ShapeOp{}, x)
	twice := b.Node("twice", &nn.Add{}, shape, b.Const("zero", nn.T([]int64{0, 0, 0, 0}, 4)))
	y := b.Node("y", &nn.Reshape{}, conv1(b, "c", x, 1, 2), twice)
	q, _ := quantize(t, built(t, b, y), noisy(1), Options{})
	if got := scaleOf(q, "twice") + scaleOf(q, "shape"); got != "" {
		t.Errorf("integers are quantised by %q", got)
	}
	if got := scaleOf(q, "y"); got != "c_scale" {
		t.Errorf("scale of y is %q", got)
	}
}

func TestProducts(t *testing.T) {
	for _, c := range []struct {
		name string
		op   nn.Op
		b    *nn.Tensor
		axis int
		step []float32
	}{
		{"Gemm", &nn.Gemm{Alpha: 1, Beta: 1}, nn.T([]float32{127, 1.27, 12.7, 0}, 2, 2), 1, []float32{1, 0.01}},
		{"Gemm transposed", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, nn.T([]float32{127, 1.27, 12.7, 0}, 2, 2), 0, []float32{1, 0.1}},
		{"MatMul", &nn.MatMul{}, nn.T([]float32{127, 1.27, 12.7, 0}, 2, 2), 1, []float32{1, 0.01}},
		{"MatMul by a vector", &nn.MatMul{}, nn.T([]float32{127, 1.27}, 2), 0, []float32{1}},
	} {
		b := nn.NewBuilder(c.name)
		x := b.Input("x", nn.Float32, nn.D(1), nn.D(2))
		q, _ := quantize(t, built(t, b, b.Node("y", c.op, x, b.Param("w", c.b))), noisy(1), Options{})
		step := constOf(t, q, "w_scale").F32()
		for i := range c.step {
			if len(step) != len(c.step) || step[i]/c.step[i] > 1.0001 || step[i]/c.step[i] < 0.9999 {
				t.Errorf("%s: steps %v, want %v", c.name, step, c.step)
				break
			}
		}
		for _, n := range q.Nodes {
			if d, ok := n.Op.(*nn.DequantizeLinear); ok && q.ValueName(n.In[0]) == "w_quantized" && d.Axis != c.axis {
				t.Errorf("%s: axis %d, want %d", c.name, d.Axis, c.axis)
			}
		}
		roundTrip(t, q)
	}
}
