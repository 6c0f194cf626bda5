package onnx

import "github.com/ocellus-vision/ocellus/nn"

// Sizes that stand for unknown dimensions while the types of the outputs are
// worked out: a batch of one, and a picture that strides of up to 64 divide.
const (
	guessBatch = 1
	guessSize  = 320
)

// maxFold is the largest constant, in elements, that outputTypes computes:
// enough for shapes.
const maxFold = 1024

// outputTypes returns what can be declared of the outputs of g: their element
// types, and their dimensions where every input has fixed ones. What cannot
// be known without data stays open.
func outputTypes(g *nn.Graph) []nn.Input {
	args := make([]nn.Arg, len(g.Values))
	fixed := true
	for i := range g.Values {
		if c := g.Values[i].Const; c != nil {
			args[i] = nn.Arg{Type: nn.Type{DType: c.DType, Shape: c.Shape}, Const: c}
		}
	}
	for _, in := range g.Inputs {
		s, known := guess(in)
		fixed = fixed && known
		if in.Ranked {
			args[in.Value] = nn.Arg{Type: nn.Type{DType: in.DType, Shape: s}}
		}
	}
	for i := range g.Nodes {
		inferNode(&g.Nodes[i], args)
	}
	outs := make([]nn.Input, len(g.Outputs))
	for i, id := range g.Outputs {
		a := args[id]
		outs[i] = nn.Input{Value: id, DType: a.DType}
		if fixed && a.Present() && !a.Bound {
			outs[i].Ranked = true
			for _, d := range a.Shape.Slice() {
				outs[i].Dims = append(outs[i].Dims, nn.D(d))
			}
		}
	}
	return outs
}

// guess returns a shape for an input; known is false when part of it is made
// up.
func guess(in nn.Input) (s nn.Shape, known bool) {
	dims, known := make([]int, len(in.Dims)), in.Ranked
	for i, d := range in.Dims {
		switch {
		case d.Size >= 0:
			dims[i] = d.Size
		case i == 0:
			dims[i], known = guessBatch, false
		default:
			dims[i], known = guessSize, false
		}
	}
	s, err := nn.NewShape(dims...)
	return s, known && err == nil
}

// inferNode sets what is known of the results of n; where that is nothing,
// they stay absent.
func inferNode(n *nn.Node, args []nn.Arg) {
	in := make([]nn.Arg, len(n.In))
	half := false
	for i, id := range n.In {
		if id == nn.None {
			continue
		}
		if in[i] = args[id]; !in[i].Present() {
			return
		}
	}
	row := nn.RowOf(n.Op)
	if len(in) > 0 && in[0].Present() && !row.Types.Has(in[0].DType) {
		if half = in[0].DType == nn.Float16 && row.Types.Has(nn.Float32); !half {
			return
		}
		for i := range in { // as the compiler does: computed in float32
			if in[i].DType == nn.Float16 {
				in[i] = nn.Arg{Type: nn.Type{DType: nn.Float32, Shape: in[i].Shape}}
			}
		}
	}
	types, err := n.Op.Infer(in, len(n.Out))
	if err != nil || len(types) != len(n.Out) {
		return
	}
	consts := fold(n, in, types)
	for i, id := range n.Out {
		if id == nn.None {
			continue
		}
		if half && types[i].DType == nn.Float32 {
			types[i].DType = nn.Float16
		}
		args[id] = nn.Arg{Type: types[i]}
		if consts != nil && !half {
			args[id].Const = consts[i]
		}
	}
}

// fold returns the results of n where they are small and do not depend on
// data, else nil.
func fold(n *nn.Node, in []nn.Arg, types []nn.Type) []*nn.Tensor {
	if f, ok := n.Op.(nn.Folder); ok {
		if ts, ok := f.Fold(in); ok && len(ts) == len(n.Out) {
			return ts
		}
	}
	r := &nn.Run{}
	for i := range in {
		t := in[i].Const
		if t == nil && in[i].Present() || t != nil && t.Elems() > maxFold {
			return nil
		}
		if t == nil {
			t = &nn.Tensor{}
		}
		r.In = append(r.In, t)
	}
	for _, ty := range types {
		if ty.Bound || ty.Shape.Elems() > maxFold {
			return nil
		}
		r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
	}
	if s, ok := n.Op.(nn.Scratcher); ok {
		r.Scratch = nn.NewTensor(nn.Uint8, nn.S(s.Scratch(in, types))).Bytes()
	}
	if n.Op.Forward(r) != nil {
		return nil
	}
	return r.Out
}
