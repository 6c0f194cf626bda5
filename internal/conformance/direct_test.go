package conformance

import (
	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/nn"
)

// direct runs the specifications of the operations themselves, node by node.
// What fails here is an operation's fault and not the compiler's.
func direct(g *nn.Graph, in map[string]*nn.Tensor) ([]*nn.Tensor, error) {
	vals := make([]*nn.Tensor, len(g.Values))
	for i := range g.Values {
		vals[i] = g.Values[i].Const
	}
	for _, x := range g.Inputs {
		vals[x.Value] = in[g.ValueName(x.Value)]
	}
	for i := range g.Nodes {
		if err := step(&g.Nodes[i], vals); err != nil {
			return nil, err
		}
	}
	var out []*nn.Tensor
	for _, id := range g.Outputs {
		out = append(out, vals[id])
	}
	return out, nil
}

func step(n *nn.Node, vals []*nn.Tensor) error {
	row := nn.RowOf(n.Op)
	r, args := &nn.Run{}, make([]nn.Arg, len(n.In))
	half := len(n.In) > 0 && n.In[0] != nn.None && vals[n.In[0]].DType == nn.Float16 && !row.Types.Has(nn.Float16)
	var shapes []nn.Shape
	for i, id := range n.In {
		t := &nn.Tensor{}
		if id != nn.None {
			t = vals[id]
			if half && t.DType == nn.Float16 {
				t = widen(t)
			}
			args[i] = nn.Arg{Type: nn.Type{DType: t.DType, Shape: t.Shape}, Const: t}
		}
		r.In = append(r.In, t)
		shapes = append(shapes, t.Shape)
	}
	if len(r.In) > 0 && r.In[0].Present() && !row.Types.Has(r.In[0].DType) {
		return nn.Located(nn.Unsupportedf("", "operands of type %v", r.In[0].DType), n.Name, row.Name, shapes)
	}
	types, err := n.Op.Infer(args, len(n.Out))
	if err != nil {
		return nn.Located(err, n.Name, row.Name, shapes)
	}
	for _, ty := range types {
		r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
	}
	if s, ok := n.Op.(nn.Scratcher); ok {
		r.Scratch = nn.NewTensor(nn.Uint8, nn.S(s.Scratch(args, types))).Bytes()
	}
	if err := n.Op.Forward(r); err != nil {
		return nn.Located(err, n.Name, row.Name, shapes)
	}
	for i, id := range n.Out {
		if id == nn.None {
			continue
		}
		if vals[id] = r.Out[i]; half && r.Out[i].DType == nn.Float32 {
			vals[id] = narrow(r.Out[i])
		}
	}
	return nil
}

func widen(t *nn.Tensor) *nn.Tensor {
	w := nn.NewTensor(nn.Float32, t.Shape)
	for i, v := range t.F16() {
		w.F32()[i] = v.Float32()
	}
	return w
}

func narrow(t *nn.Tensor) *nn.Tensor {
	h := nn.NewTensor(nn.Float16, t.Shape)
	for i, v := range t.F32() {
		h.F16()[i] = float16.Fromfloat32(v)
	}
	return h
}
