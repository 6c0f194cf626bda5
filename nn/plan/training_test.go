package plan_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// trained is a small network and the shape of its input.
type trained struct {
	name  string
	input nn.Shape
	build func(b *nn.Builder, x nn.ValueID) nn.ValueID
}

func drawn(seed uint64, dims ...int) *nn.Tensor {
	r := rand.New(rand.NewPCG(seed, 7))
	t := nn.NewTensor(nn.Float32, nn.S(dims...))
	for i := range t.F32() {
		t.F32()[i] = float32(r.NormFloat64()) * 0.4
	}
	return t
}

func positive(seed uint64, n int) *nn.Tensor {
	t := drawn(seed, n)
	for i, v := range t.F32() {
		t.F32()[i] = 0.5 + v*v
	}
	return t
}

func convOf(b *nn.Builder, name string, x nn.ValueID, op *nn.Conv, bias bool, dims ...int) nn.ValueID {
	in := []nn.ValueID{x, b.Param(name+".w", drawn(uint64(len(name))+uint64(dims[0]), dims...))}
	if bias {
		in = append(in, b.Param(name+".b", drawn(3, dims[0])))
	}
	if op.Group == 0 {
		op.Group = 1
	}
	if op.AutoPad == "" {
		op.AutoPad = "NOTSET"
	}
	return b.Node(name, op, in...)
}

func normOf(b *nn.Builder, name string, x nn.ValueID, c int) nn.ValueID {
	return b.Node(name, &nn.BatchNormalization{Epsilon: 1e-5, Momentum: 0.9}, x,
		b.Param(name+".g", positive(5, c)), b.Param(name+".b", drawn(6, c)), b.Const(name+".m", drawn(8, c)), b.Const(name+".v", positive(9, c)))
}

func same(n int) *nn.Conv { return &nn.Conv{Pads: []int{n, n, n, n}} }

// trainedNets are those whose operations have kernels for training, and those
// that need package nn's.
var trainedNets = slices.Concat(kernelNets, mixedNets)

var kernelNets = []trained{
	{"dense", nn.S(5, 7), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = b.Node("fc1", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, b.Param("w1", drawn(1, 37, 7)), b.Param("b1", drawn(2, 37)))
		x = b.Node("relu", &nn.Relu{}, x)
		x = b.Node("fc2", &nn.Gemm{Alpha: 1, Beta: 1}, x, b.Param("w2", drawn(3, 37, 11)), b.Param("b2", drawn(4, 11)))
		x = b.Node("tanh", &nn.Tanh{}, x)
		return b.Node("mm", &nn.MatMul{}, x, b.Param("w3", drawn(5, 11, 3)))
	}},
	{"conv", nn.S(3, 3, 9, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), true, 10, 3, 3, 3)
		x = b.Node("relu", &nn.Relu{}, x)
		return convOf(b, "c2", x, &nn.Conv{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, true, 35, 10, 3, 3)
	}},
	{"strides", nn.S(2, 4, 11, 10), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, &nn.Conv{Strides: []int{1, 1}}, false, 6, 4, 1, 1)
		x = convOf(b, "c2", x, &nn.Conv{Strides: []int{3, 2}, Pads: []int{2, 1, 0, 2}}, false, 5, 6, 5, 3)
		return convOf(b, "c3", x, &nn.Conv{Strides: []int{2, 2}}, false, 7, 5, 1, 1)
	}},
	{"dilated", nn.S(2, 4, 9, 9), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, &nn.Conv{Dilations: []int{2, 2}, Pads: []int{2, 2, 2, 2}}, false, 6, 4, 3, 3)
		return convOf(b, "c2", x, &nn.Conv{Dilations: []int{2, 3}, Strides: []int{2, 1}}, false, 5, 6, 3, 2)
	}},
	{"groups", nn.S(2, 6, 7, 7), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(0), false, 6, 6, 1, 1)
		x = convOf(b, "c2", x, &nn.Conv{Group: 2, Pads: []int{1, 1, 1, 1}}, true, 8, 3, 3, 3)
		return convOf(b, "c3", x, &nn.Conv{Group: 8, Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, true, 8, 1, 3, 3)
	}},
	{"depthwise", nn.S(3, 5, 9, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(0), false, 24, 5, 1, 1)
		x = convOf(b, "c2", x, &nn.Conv{Group: 24, Pads: []int{1, 1, 1, 1}}, true, 24, 1, 3, 3)
		y := convOf(b, "c3", x, &nn.Conv{Group: 24, Strides: []int{2, 2}, Pads: []int{2, 1, 2, 2}}, false, 24, 1, 5, 5)
		x = convOf(b, "c4", x, &nn.Conv{Group: 24, Dilations: []int{2, 1}, Pads: []int{2, 0, 2, 1}}, false, 24, 1, 3, 2)
		x = convOf(b, "c5", x, &nn.Conv{Group: 24, Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, false, 24, 1, 3, 3)
		return b.Node("add", &nn.Add{}, x, y)
	}},
	{"residual", nn.S(4, 3, 8, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), false, 8, 3, 3, 3)
		x = b.Node("r1", &nn.Relu{}, normOf(b, "n1", x, 8))
		y := b.Node("r2", &nn.Relu{}, normOf(b, "n2", convOf(b, "c2", x, same(1), false, 8, 8, 3, 3), 8))
		y = normOf(b, "n3", convOf(b, "c3", y, same(1), false, 8, 8, 3, 3), 8)
		x = b.Node("r3", &nn.Relu{}, b.Node("add", &nn.Add{}, y, x))
		x = b.Node("flat", &nn.Flatten{Axis: 1}, b.Node("gap", &nn.GlobalAveragePool{}, x))
		return b.Node("fc", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, b.Param("w", drawn(1, 10, 8)), b.Param("b", drawn(2, 10)))
	}},
	{"leaks", nn.S(4, 3, 7, 9), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), false, 12, 3, 3, 3)
		x = b.Node("l1", &nn.LeakyRelu{Alpha: 0.1}, normOf(b, "n1", x, 12))
		x = b.Node("mp", &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}, Strides: []int{1, 2}, Pads: []int{0, 1, 1, 0}}, x)
		return b.Node("l2", &nn.LeakyRelu{Alpha: 0.3}, convOf(b, "c2", x, same(1), true, 5, 12, 3, 3))
	}},
	{"limits", nn.S(4, 3, 7, 9), func(b *nn.Builder, x nn.ValueID) nn.ValueID { // low enough to be reached
		lo, hi := b.Const("lo", nn.Scalar[float32](0)), b.Const("hi", nn.Scalar[float32](0.75))
		x = b.Node("r1", &nn.Clip{}, normOf(b, "n1", convOf(b, "c1", x, same(1), false, 12, 3, 3, 3), 12), lo, hi)
		return b.Node("r2", &nn.Clip{}, convOf(b, "c2", x, same(1), true, 5, 12, 3, 3), lo, hi)
	}},
	{"tiles", nn.S(2, 2, 31, 33), func(b *nn.Builder, x nn.ValueID) nn.ValueID { // Winograd's, both ways
		x = convOf(b, "c1", x, same(0), false, 16, 2, 1, 1)
		y := convOf(b, "c2", x, same(1), true, 16, 16, 3, 3)
		x = b.Node("flat", &nn.Flatten{Axis: 1}, b.Node("gap", &nn.GlobalAveragePool{}, b.Node("add", &nn.Add{}, x, y)))
		return b.Node("fc", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, b.Param("w", drawn(1, 3, 16)), b.Param("b", drawn(2, 3)))
	}},
	{"pools", nn.S(2, 3, 12, 12), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), true, 6, 3, 3, 3)
		x = b.Node("mp", &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, x)
		x = convOf(b, "c2", x, same(1), true, 5, 6, 3, 3)
		x = b.Node("ap", &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{2, 2}, Strides: []int{2, 2}, Pads: []int{1, 0, 0, 1}}, x)
		x = b.Node("flat", &nn.Flatten{Axis: 1}, x)
		return b.Node("fc", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, b.Param("w", drawn(1, 4, 45)))
	}},
}

// TestTrainerGradients holds the gradients of the kernels against central
// differences of package nn's operations in float64.
func TestTrainerGradients(t *testing.T) {
	for _, c := range trainedNets {
		t.Run(c.name, func(t *testing.T) { checkTrainer(t, &c) })
	}
}

func (c *trained) graph(t *testing.T) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder(c.name)
	dims := make([]nn.Dim, c.input.Rank)
	for i, d := range c.input.Slice() {
		dims[i] = nn.D(d)
	}
	b.Output(c.build(b, b.Input("input", nn.Float32, dims...)))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// lossWeight is the gradient of the tests' loss by element i of the output.
func lossWeight(i int) float64 { return math.Sin(float64(i)*1.7 + 0.3) }

func checkTrainer(t *testing.T, c *trained) {
	g := c.graph(t)
	tr, err := plan.NewTrainer(g, plan.Bindings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := drawn(11, c.input.Slice()...)
	copy(tr.Input(0).F32(), x.F32())
	for range 2 { // the second step must not depend on the first
		tr.ZeroGrads()
		if err := tr.Forward(); err != nil {
			t.Fatal(err)
		}
		for i := range tr.OutputGrad(0).F32() {
			tr.OutputGrad(0).F32()[i] = float32(lossWeight(i))
		}
		if err := tr.Backward(); err != nil {
			t.Fatal(err)
		}
	}
	twin := newTwin(g, x)
	out := twin.output(t)
	for i, v := range tr.Output(0).F32() {
		if math.Abs(float64(v)-out[i]) > 1e-4*max(1, math.Abs(out[i])) {
			t.Fatalf("output %d is %v, want %v", i, v, out[i])
		}
	}
	for _, p := range tr.Parameters() {
		scale := 0.0
		for _, v := range p.Grad.F32() {
			scale = max(scale, math.Abs(float64(v)))
		}
		for i := 0; i < p.Grad.Elems(); i += 1 + p.Grad.Elems()/101 {
			got, want := float64(p.Grad.F32()[i]), twin.difference(t, p.Name, i)
			if math.Abs(got-want) > 1e-3*max(scale, 1e-2) {
				t.Fatalf("%s[%d]: gradient %v, central difference %v (largest %v)", p.Name, i, got, want, scale)
			}
		}
	}
}

// twin evaluates a graph by package nn's operations in float64, with batch
// normalisation that trains in training mode.
type twin struct {
	g      *nn.Graph
	values []*nn.Tensor
	byName map[string]*nn.Tensor
}

func newTwin(g *nn.Graph, x *nn.Tensor) *twin {
	w := &twin{g, make([]*nn.Tensor, len(g.Values)), map[string]*nn.Tensor{}}
	for i, v := range g.Values {
		if v.Const != nil {
			w.values[i] = widened(v.Const)
			w.byName[v.Name] = w.values[i]
		}
	}
	w.values[g.Inputs[0].Value] = widened(x)
	return w
}

func widened(t *nn.Tensor) *nn.Tensor {
	if t.DType != nn.Float32 {
		return t
	}
	out := nn.NewTensor(nn.Float64, t.Shape)
	for i, v := range t.F32() {
		out.F64()[i] = float64(v)
	}
	return out
}

func (w *twin) output(t *testing.T) []float64 {
	for _, n := range w.g.Nodes {
		op := n.Op
		if bn, ok := op.(*nn.BatchNormalization); ok && w.g.Values[n.In[1]].Trainable {
			c := *bn
			c.TrainingMode = true
			op = &c
		}
		r := &nn.Run{}
		var args []nn.Arg
		for _, id := range n.In {
			if id == nn.None {
				r.In, args = append(r.In, &nn.Tensor{}), append(args, nn.Arg{})
				continue
			}
			v := w.values[id]
			r.In = append(r.In, v)
			args = append(args, nn.Arg{Type: nn.Type{DType: v.DType, Shape: v.Shape}, Const: v})
		}
		types, err := op.Infer(args, len(n.Out))
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range n.Out {
			w.values[id] = nn.NewTensor(types[i].DType, types[i].Shape)
			r.Out = append(r.Out, w.values[id])
		}
		if s, ok := op.(nn.Scratcher); ok {
			r.Scratch = make([]byte, s.Scratch(args, types))
		}
		if err := op.Forward(r); err != nil {
			t.Fatal(err)
		}
	}
	return w.values[w.g.Outputs[0]].F64()
}

func (w *twin) loss(t *testing.T) (sum float64) {
	for i, v := range w.output(t) {
		sum += v * lossWeight(i)
	}
	return sum
}

// difference is the central difference of the loss by element i of a parameter.
func (w *twin) difference(t *testing.T, name string, i int) float64 {
	const h = 1e-6
	p := w.byName[name].F64()
	keep := p[i]
	p[i] = keep + h
	up := w.loss(t)
	p[i] = keep - h
	down := w.loss(t)
	p[i] = keep
	return (up - down) / (2 * h)
}

// TestTrainerThreads: the same bits on any number of threads.
func TestTrainerThreads(t *testing.T) {
	for _, c := range trainedNets {
		var want string
		for _, threads := range [...]int{1, 2, 3} {
			pool := plan.NewPool(threads)
			tr, err := plan.NewTrainer(c.graph(t), plan.Bindings{}, pool)
			if err != nil {
				t.Fatal(err)
			}
			copy(tr.Input(0).F32(), drawn(11, c.input.Slice()...).F32())
			step(t, tr)
			got := ""
			for _, p := range tr.Parameters() {
				got += fmt.Sprintf("%s %x\n", p.Name, p.Grad.F32())
			}
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s: gradients on %d threads differ from those on one", c.name, threads)
			}
			pool.Close()
		}
	}
}

func step(t *testing.T, tr *plan.Trainer) {
	t.Helper()
	if err := tr.Forward(); err != nil {
		t.Fatal(err)
	}
	for i := range tr.OutputGrad(0).F32() {
		tr.OutputGrad(0).F32()[i] = float32(lossWeight(i))
	}
	if err := tr.Backward(); err != nil {
		t.Fatal(err)
	}
}

func TestTrainerAllocatesNothing(t *testing.T) {
	for _, c := range trainedNets {
		tr, err := plan.NewTrainer(c.graph(t), plan.Bindings{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(5, func() { step(t, tr) }); n != 0 {
			t.Errorf("%s: %v allocations a step", c.name, n)
		}
	}
}
