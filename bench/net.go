package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// net is one ONNX file in both engines, with the same inputs, each on the
// calling thread.
type net struct {
	file   string
	graph  *nn.Graph
	plan   *plan.Plan
	inputs map[string]*nn.Tensor // of both
	ours   *plan.Runner
	peer   *onnxruntime.Session

	peerFile  string // what the peer runs: file, unless
	rewritten string // for this reason it is what Ocellus made of it,
	scratch   string // in this folder
}

// openNet opens a model in both engines. Where the peer refuses it, or rewrite
// is set, the peer gets the graph as Ocellus writes it.
func openNet(lib *onnxruntime.Library, model string, dims map[string]int, rewrite bool) (*net, error) {
	file, err := resolve(model)
	if err != nil {
		return nil, err
	}
	g, err := onnx.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b, err := bindings(g, dims)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	p, err := plan.Compile(g, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, out := range p.Outputs() {
		if out.Shape.Rank == 0 {
			return nil, fmt.Errorf("%s: output %q is a scalar, which the binding of ONNX Runtime cannot return", file, out.Name)
		}
	}
	n := &net{file: file, peerFile: file, graph: g, plan: p, ours: p.NewRunner(nil), inputs: map[string]*nn.Tensor{}}
	for _, in := range p.Inputs() {
		n.inputs[in.Name] = nn.NewTensor(in.DType, in.Shape)
	}
	if rewrite {
		return n, n.rewrite(lib, "as Ocellus writes it")
	}
	if n.peer, err = loadAndRun(lib, file, n.inputs); err != nil {
		return n, n.rewrite(lib, fmt.Sprintf("as Ocellus writes it, for ONNX Runtime refuses the file: %v", err))
	}
	return n, nil
}

// loadAndRun runs the model once, for some models are refused no earlier.
func loadAndRun(lib *onnxruntime.Library, file string, inputs map[string]*nn.Tensor) (*onnxruntime.Session, error) {
	s, err := lib.Load(file, inputs)
	if err != nil {
		return nil, err
	}
	if err := s.Run(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// rewrite gives the peer the graph as Ocellus writes it.
func (n *net) rewrite(lib *onnxruntime.Library, why string) error {
	dir, err := os.MkdirTemp("", "ocellus-peers-")
	if err != nil {
		return err
	}
	n.scratch, n.rewritten, n.peerFile = dir, why, filepath.Join(dir, filepath.Base(n.file))
	if err = onnx.WriteFile(n.peerFile, withoutNeedlessBlocks(n.graph)); err == nil {
		n.peer, err = loadAndRun(lib, n.peerFile, n.inputs)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %s: %w", n.file, why, err), n.Close())
	}
	return nil
}

// withoutNeedlessBlocks says that a tensor of rank 1 with one scale is
// quantised as a whole, not in one block, which ONNX Runtime refuses.
func withoutNeedlessBlocks(g *nn.Graph) *nn.Graph {
	c := *g
	c.Nodes = slices.Clone(g.Nodes)
	for i := range c.Nodes {
		node := &c.Nodes[i]
		if q, ok := node.Op.(*nn.DequantizeLinear); ok && q.BlockSize > 0 {
			if scale := g.Values[node.In[1]].Const; scale != nil && scale.Elems() == 1 && scale.Shape.Rank < 2 {
				whole := *q
				whole.BlockSize = 0
				node.Op = &whole
			}
		}
	}
	return &c
}

func (n *net) Close() error {
	var err error
	if n.peer != nil {
		err = n.peer.Close()
	}
	if n.scratch != "" {
		err = errors.Join(err, os.RemoveAll(n.scratch))
	}
	return err
}

// fill gives both engines inputs. It calls set once for each input, in the
// graph's order.
func (n *net) fill(set func(t *nn.Tensor) error) error {
	for i, in := range n.plan.Inputs() {
		t := n.inputs[in.Name]
		if err := set(t); err != nil {
			return fmt.Errorf("%s: input %q: %w", n.file, in.Name, err)
		}
		copy(n.ours.Input(i).Bytes(), t.Bytes())
	}
	return nil
}

// run runs both engines and compares their outputs, in the graph's order.
func (n *net) run() ([]difference, error) {
	if err := errors.Join(n.peer.Run(), n.ours.Run()); err != nil {
		return nil, fmt.Errorf("%s: %w", n.file, err)
	}
	var all []difference
	for i, out := range n.plan.Outputs() {
		want, err := n.peer.Output(out.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.file, err)
		}
		d := compare(n.ours.Output(i), want)
		d.Output = out.Name
		all = append(all, d)
	}
	return all, nil
}

// The kinds of arithmetic a file asks for.
const (
	fp32        = "fp32"
	fp16        = "fp16"
	weightsInt8 = "fp32, int8 weights" // dequantised once, before anything runs
	int8Static  = "int8"
	int8Dynamic = "int8, dynamic" // activations are quantised by their own range
)

// precision returns the kind of arithmetic that the file asks for.
func (n *net) precision() string {
	kind := fp32
	for i := range n.graph.Nodes {
		switch nn.Name(n.graph.Nodes[i].Op) {
		case "DynamicQuantizeLinear":
			return int8Dynamic
		case "QuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger":
			kind = int8Static
		case "DequantizeLinear":
			if kind == fp32 {
				kind = weightsInt8
			}
		}
	}
	half := func(v nn.Value) bool { return v.Const != nil && v.Const.DType == nn.Float16 && v.Const.Shape.Rank > 1 }
	if kind == fp32 && slices.ContainsFunc(n.graph.Values, half) {
		return fp16
	}
	return kind
}

// mainKernel returns the row that does most of the multiplications.
func (n *net) mainKernel() string {
	macs, best := map[string]int64{}, ""
	for _, s := range n.plan.Steps() {
		macs[s.Kernel] += s.MACs
		if best == "" || macs[s.Kernel] > macs[best] {
			best = s.Kernel
		}
	}
	return best
}
