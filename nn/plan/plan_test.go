package plan

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// interpret runs g node by node as package nn has it: what a plan is held
// against. Shapes come from the inputs.
func interpret(t testing.TB, g *nn.Graph, inputs map[string]*nn.Tensor) []*nn.Tensor {
	t.Helper()
	vals := make([]*nn.Tensor, len(g.Values))
	for i := range g.Values {
		vals[i] = g.Values[i].Const
	}
	for _, in := range g.Inputs {
		if x := inputs[g.ValueName(in.Value)]; x != nil {
			vals[in.Value] = x
		}
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		var args []nn.Arg
		r := &nn.Run{}
		for _, id := range n.In {
			if id == nn.None {
				args, r.In = append(args, nn.Arg{}), append(r.In, &nn.Tensor{})
				continue
			}
			v := vals[id]
			args = append(args, nn.Arg{Type: nn.Type{DType: v.DType, Shape: v.Shape}, Const: v})
			r.In = append(r.In, v)
		}
		types, err := n.Op.Infer(args, len(n.Out))
		if err != nil {
			t.Fatalf("node %q: %v", n.Name, err)
		}
		for _, ty := range types {
			r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
		}
		if s, ok := n.Op.(nn.Scratcher); ok {
			r.Scratch = make([]byte, s.Scratch(args, types))
		}
		if err := n.Op.Forward(r); err != nil {
			t.Fatalf("node %q: %v", n.Name, err)
		}
		for j, id := range n.Out {
			if id != nn.None {
				vals[id] = r.Out[j]
			}
		}
	}
	var out []*nn.Tensor
	for _, id := range g.Outputs {
		out = append(out, vals[id])
	}
	return out
}

// rng is a small deterministic generator of test data.
type rng uint64

func (r *rng) next() float32 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return float32(int32(*r>>33)-1<<30) / (1 << 30)
}

func (r *rng) tensor(dims ...int) *nn.Tensor {
	t := nn.NewTensor(nn.Float32, nn.S(dims...))
	for i := range t.F32() {
		t.F32()[i] = r.next()
	}
	return t
}

// positive returns values in 0.5..1.5.
func (r *rng) positive(dims ...int) *nn.Tensor {
	t := r.tensor(dims...)
	for i, v := range t.F32() {
		t.F32()[i] = 1 + v/2
	}
	return t
}

// net is a graph under construction with random weights.
type net struct {
	*nn.Builder
	*rng
	count int
}

func newNet(name string) *net {
	seed := rng(len(name) + 1)
	return &net{Builder: nn.NewBuilder(name), rng: &seed}
}

func (n *net) name(kind string) string {
	n.count++
	return fmt.Sprintf("%s%d", kind, n.count)
}

func (n *net) weight(dims ...int) nn.ValueID { return n.Param(n.name("w"), n.tensor(dims...)) }

func (n *net) op(o nn.Op, in ...nn.ValueID) nn.ValueID { return n.Node(n.name(nn.Name(o)), o, in...) }

// conv adds a convolution with weights [out, in/group, k, k].
func (n *net) conv(x nn.ValueID, out, in, k int, c nn.Conv) nn.ValueID {
	if c.Group == 0 {
		c.Group = 1
	}
	if c.AutoPad == "" {
		c.AutoPad = "NOTSET"
	}
	return n.op(&c, x, n.weight(out, in/c.Group, k, k), n.weight(out))
}

func (n *net) batchNorm(x nn.ValueID, c int) nn.ValueID {
	gamma, beta := n.weight(c), n.weight(c)
	mean, variance := n.weight(c), n.Param(n.name("var"), n.positive(c))
	bn := defaultOp("BatchNormalization")
	return n.op(bn, x, gamma, beta, mean, variance)
}

func (n *net) relu(x nn.ValueID) nn.ValueID { return n.op(&nn.Relu{}, x) }

func (n *net) build(t testing.TB, out ...nn.ValueID) *nn.Graph {
	t.Helper()
	n.Output(out...)
	g, err := n.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// randomInputs makes data for every input of a plan.
func randomInputs(p *Plan) map[string]*nn.Tensor {
	seed := rng(42)
	in := map[string]*nn.Tensor{}
	for _, port := range p.Inputs() {
		in[port.Name] = seed.tensor(port.Shape.Dims[:port.Shape.Rank]...)
	}
	return in
}

// agree holds a plan of g, for every set of rows and for one thread and
// three, against interpret.
func agree(t *testing.T, g *nn.Graph, b Bindings) *Plan {
	t.Helper()
	var plan *Plan
	for _, f := range testedFeatures() {
		p, err := Compile(g, b, WithFeatures(f))
		if err != nil {
			t.Fatal(err)
		}
		plan = p
		in := randomInputs(p)
		want := interpret(t, g, in)
		for _, threads := range []int{1, 3} {
			pool := NewPool(threads)
			r := p.NewRunner(pool)
			for try := range 2 { // the second finds the arena used
				fill(r, in)
				if err := r.Run(); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if err := near(r.Output(i), want[i]); err != nil {
						t.Errorf("%v, %d threads, run %d, output %q: %v", f, threads, try, p.Outputs()[i].Name, err)
					}
				}
			}
			if n := testing.AllocsPerRun(3, func() { r.Run() }); n != 0 {
				t.Errorf("%v, %d threads: %v allocations a run", f, threads, n)
			}
			pool.Close()
		}
	}
	return plan
}

// testedFeatures are sets of features that choose different rows: none, AVX2
// alone, all that this CPU has.
func testedFeatures() []kernels.Features {
	all := kernels.Detect()
	fs := []kernels.Features{0, all}
	if all.Has(kernels.AVX512) {
		fs = append(fs, kernels.AVX2)
	}
	return fs
}

func fill(r *Runner, in map[string]*nn.Tensor) {
	for i, port := range r.Plan().Inputs() {
		copy(r.Input(i).Bytes(), in[port.Name].Bytes())
	}
}

// near compares floats to 1e-4 of the largest magnitude.
func near(got, want *nn.Tensor) error {
	if got.DType != want.DType || got.Shape != want.Shape {
		return fmt.Errorf("is %v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	big := 1e-3
	for i := range want.Elems() {
		big = max(big, math.Abs(want.Float(i)))
	}
	for i := range want.Elems() {
		if d := math.Abs(got.Float(i) - want.Float(i)); !(d <= 1e-4*big) {
			return fmt.Errorf("element %d is %v, want %v (largest magnitude %v)", i, got.Float(i), want.Float(i), big)
		}
	}
	return nil
}

func kernelsOf(p *Plan) (names []string) {
	for _, s := range p.Steps() {
		names = append(names, s.Op+":"+s.Kernel)
	}
	return names
}

// defaultOp returns an operation with its default attributes.
func defaultOp(name string) nn.Op {
	row, _ := nn.Lookup(name)
	return row.New()
}

func pointerOf(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }
