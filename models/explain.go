package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// Layer says what a node of a network does, for one picture.
type Layer struct {
	Name    string   `json:"name"`
	Op      string   `json:"op"`
	In      []int    `json:"in"`  // shape of the first operand, without the batch: [channels height width] or [features]
	Out     []int    `json:"out"` // of the first result
	Params  int64    `json:"parameters"`
	MACs    int64    `json:"macs"` // multiply-accumulates
	Field   int      `json:"receptive_field"`
	Stride  float64  `json:"stride"` // pixels of the picture from one place of the result to the next; 0 where it has no places
	Against *Savings `json:"against_dense,omitempty"`
}

// Savings hold the weights of a convolution, biases left out, against those of
// layers between values of the same shapes.
type Savings struct {
	Kernel [2]int `json:"kernel"`
	Groups int    `json:"groups"`
	// Dense is of a fully connected layer, which has a weight for each pair of an
	// element of the operand and one of the result.
	Dense int64 `json:"dense_weights"`
	// Local is of sparse connections alone: each element of the result sees the
	// kernel's window, by weights of its own. These are the multiplications of the
	// convolution too, padding counted.
	Local int64 `json:"local_weights"`
	// Shared is of the convolution: all places have the same weights.
	Shared int64 `json:"shared_weights"`
}

// Sparse is by how much sparse connections make a dense layer smaller: weights
// and multiplications.
func (s *Savings) Sparse() float64 { return float64(s.Dense) / float64(s.Local) }

// Sharing is by how much sharing makes it smaller again: weights alone.
func (s *Savings) Sharing() float64 { return float64(s.Local) / float64(s.Shared) }

// view is what is known of a value: its type, and what of the picture one of
// its elements sees.
type view struct {
	typ    nn.Type
	field  float64 // side of the square, in pixels
	stride float64
}

// Explain goes through a network, node by node, for a batch of one. The error is
// an *nn.ErrShape or *nn.ErrUnsupported, of a node.
func Explain(g *nn.Graph) ([]Layer, error) {
	views := make([]view, len(g.Values))
	for id := range g.Values {
		if c := g.Values[id].Const; c != nil {
			views[id].typ = nn.Type{DType: c.DType, Shape: c.Shape}
		}
	}
	for i := range g.Inputs {
		in := &g.Inputs[i]
		dims := make([]int, len(in.Dims))
		for axis, d := range in.Dims {
			dims[axis] = max(d.Size, 1) // what is open is the batch
		}
		s, err := nn.NewShape(dims...)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", g.ValueName(in.Value), err)
		}
		views[in.Value] = view{nn.Type{DType: in.DType, Shape: s}, 1, 1}
	}
	counted := map[nn.ValueID]bool{}
	var layers []Layer
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if err := look(g, n, views); err != nil {
			return nil, err
		}
		layers = append(layers, explain(g, n, views, counted))
	}
	return layers, nil
}

// look finds the views of what a node gives.
func look(g *nn.Graph, n *nn.Node, views []view) error {
	args := make([]nn.Arg, len(n.In))
	var seen view // the widest of what its operands see
	for i, id := range n.In {
		if id == nn.None {
			continue
		}
		args[i] = nn.Arg{Type: views[id].typ, Const: g.Values[id].Const}
		seen.field, seen.stride = max(seen.field, views[id].field), max(seen.stride, views[id].stride)
	}
	types, err := n.Op.Infer(args, len(n.Out))
	if err != nil {
		return nn.Located(err, n.Name, nn.Name(n.Op), nil)
	}
	seen.through(n.Op, args, types[0].Shape)
	for i, id := range n.Out {
		if id != nn.None {
			views[id] = view{types[i], seen.field, seen.stride}
		}
	}
	return nil
}

// through widens the view by what an operation looks at.
func (v *view) through(op nn.Op, args []nn.Arg, out nn.Shape) {
	in := args[0].Type.Shape
	switch op := op.(type) {
	case *nn.Conv:
		w := args[1].Type.Shape
		v.window(w.Dims[2], at(op.Strides), at(op.Dilations))
	case *nn.MaxPool:
		v.window(op.KernelShape[0], at(op.Strides), at(op.Dilations))
	case *nn.AveragePool:
		v.window(op.KernelShape[0], at(op.Strides), at(op.Dilations))
	case *nn.Resize:
		v.stride *= float64(in.Dims[2]) / float64(out.Dims[2])
	case *nn.Softmax, *nn.LRN:
	default:
		if in.Rank == 4 && (out.Rank < 4 || out.Dims[2] == 1 && in.Dims[2] > 1) {
			v.field += float64(in.Dims[2]-1) * v.stride // all places together
			v.stride = 0
		}
	}
}

// window is what a square window does to a view.
func (v *view) window(kernel, stride, dilation int) {
	v.field += float64((kernel-1)*dilation) * v.stride
	v.stride *= float64(stride)
}

// at returns the first of values that are 1 by default.
func at(values []int) int {
	if len(values) == 0 {
		return 1
	}
	return values[0]
}

// explain describes a node. A parameter that several nodes share is the first
// one's.
func explain(g *nn.Graph, n *nn.Node, views []view, counted map[nn.ValueID]bool) Layer {
	in, out := views[n.In[0]].typ.Shape, views[n.Out[0]]
	l := Layer{Name: n.Name, Op: nn.Name(n.Op), In: perPicture(in), Out: perPicture(out.typ.Shape), Field: int(out.field), Stride: out.stride}
	for _, id := range n.In {
		if id != nn.None && g.Values[id].Trainable && !counted[id] {
			counted[id] = true
			l.Params += int64(g.Values[id].Const.Elems())
		}
	}
	switch op := n.Op.(type) {
	case *nn.Conv:
		w := views[n.In[1]].typ.Shape
		window := int64(w.Elems() / w.Dims[0])
		elems := int64(out.typ.Shape.Elems())
		l.MACs = window * elems
		l.Against = &Savings{Kernel: [2]int{w.Dims[2], w.Dims[3]}, Groups: op.Group,
			Dense: int64(in.Elems()) * elems, Local: window * elems, Shared: int64(w.Elems())}
	case *nn.Gemm, *nn.MatMul:
		depth := in.Dims[in.Rank-1]
		l.MACs = int64(depth) * int64(out.typ.Shape.Elems())
	}
	return l
}

func perPicture(s nn.Shape) []int {
	if s.Rank == 0 {
		return []int{}
	}
	return append([]int{}, s.Slice()[1:]...)
}
