package onnx

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// tm is a model to be written by hand, field by field, so that tests can say
// what no writer of ours would.
type tm struct {
	ir, opset int64
	nodes     [][]byte
	inits     [][]byte
	inputs    [][]byte
	outputs   []string
	meta      map[string]string
}

func (m tm) bytes() []byte {
	var g []byte
	for _, n := range m.nodes {
		g = appendMessage(g, graphNode, n)
	}
	g = appendString(g, graphName, "g")
	for _, t := range m.inits {
		g = appendMessage(g, graphInit, t)
	}
	for _, in := range m.inputs {
		g = appendMessage(g, graphInput, in)
	}
	for _, o := range m.outputs {
		g = appendMessage(g, graphOutput, encodeInfo(o, nn.Float32, nil, false))
	}
	if m.ir == 0 {
		m.ir = 8
	}
	b := appendInt(nil, modelIR, m.ir)
	b = appendMessage(b, modelGraph, g)
	if m.opset != 0 {
		b = appendMessage(b, modelOpset, appendInt(nil, opsetVersion, m.opset))
	}
	return appendMeta(b, modelMetaProps, m.meta)
}

// tnode writes a node without a name; "" is an absent operand or result.
func tnode(op string, in, out []string, attrs ...nn.Attr) []byte {
	var b []byte
	for _, s := range in {
		b = appendString(b, nodeInput, s)
	}
	for _, s := range out {
		b = appendString(b, nodeOutput, s)
	}
	b = appendString(b, nodeOp, op)
	for _, a := range attrs {
		b = appendMessage(b, nodeAttr, encodeAttr(&a))
	}
	return b
}

func tinput(name string, dims ...int) []byte {
	var ds []nn.Dim
	for _, d := range dims {
		ds = append(ds, nn.D(d))
	}
	return encodeInfo(name, nn.Float32, ds, true)
}

func names(s ...string) []string { return s }

func intsAttr(name string, v ...int64) nn.Attr {
	return nn.Attr{Name: name, Kind: nn.AttrInts, Ints: v}
}

func floatsAttr(name string, v ...float32) nn.Attr {
	return nn.Attr{Name: name, Kind: nn.AttrFloats, Floats: v}
}

func decode(t testing.TB, m tm) *nn.Graph {
	t.Helper()
	g, err := Decode("test.onnx", m.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// evaluate runs g node by node with the specifications themselves, which is
// all a test of the reader needs.
func evaluate(t testing.TB, g *nn.Graph, in map[string]*nn.Tensor) []*nn.Tensor {
	t.Helper()
	vals := make([]*nn.Tensor, len(g.Values))
	for i := range g.Values {
		vals[i] = g.Values[i].Const
	}
	for _, x := range g.Inputs {
		vals[x.Value] = in[g.ValueName(x.Value)]
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
			t.Fatal(nn.Located(err, n.Name, nn.Name(n.Op), nil))
		}
		for _, ty := range types {
			r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
		}
		if s, ok := n.Op.(nn.Scratcher); ok {
			r.Scratch = nn.NewTensor(nn.Uint8, nn.S(s.Scratch(args, types))).Bytes()
		}
		if err := n.Op.Forward(r); err != nil {
			t.Fatal(err)
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
