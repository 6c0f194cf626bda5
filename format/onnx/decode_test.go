package onnx

import (
	"errors"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

func TestDecodeGraph(t *testing.T) {
	g := decode(t, tm{opset: 21,
		nodes: [][]byte{
			tnode("Relu", names("b"), names("y")), // before what makes its operand
			tnode("Identity", names("x"), names("b")),
			tnode("Constant", nil, names("k"), nn.Attr{Name: "value_floats", Kind: nn.AttrFloats, Floats: []float32{1, 2}}),
			tnode("Identity", names("k"), names("shared")),
			tnode("Relu", names("shared"), names("z")),
		},
		inits:   [][]byte{EncodeTensor("w", nn.T([]int64{3}, 1))},
		inputs:  [][]byte{encodeInfo("x", nn.Float32, []nn.Dim{nn.Sym("batch"), {Size: -1}, nn.D(3)}, true), tinput("w", 1)},
		outputs: names("y", "z"),
		meta:    map[string]string{"ocellus.schema": "1"},
	})
	if len(g.Inputs) != 1 || g.Inputs[0].Dims[0] != nn.Sym("batch") || g.Inputs[0].Dims[1] != (nn.Dim{Size: -1}) || g.Inputs[0].Dims[2] != nn.D(3) {
		t.Errorf("inputs are %+v: an initializer is a constant, and names of dimensions survive", g.Inputs)
	}
	var order []string
	for _, n := range g.Nodes {
		order = append(order, n.Name)
	}
	if got := strings.Join(order, " "); got != "Identity_1 Relu_0 Relu_4" {
		t.Errorf("nodes are %q", got)
	}
	if g.Meta["ocellus.schema"] != "1" {
		t.Errorf("metadata is %v", g.Meta)
	}
	out := evaluate(t, g, map[string]*nn.Tensor{"x": nn.T([]float32{-1, 2, 3}, 1, 1, 3)})
	if got := out[0].F32(); got[0] != 0 || got[2] != 3 {
		t.Errorf("y is %v", got)
	}
	if got := out[1].F32(); got[1] != 2 {
		t.Errorf("z is %v", got)
	}
}

func TestRefusals(t *testing.T) {
	x := [][]byte{tinput("x", 2)}
	relu := tnode("Relu", names("x"), names("y"))
	one := func(n ...[]byte) tm {
		return tm{opset: 21, nodes: n, inputs: x, outputs: names("y")}
	}
	withBytes := func(num int, msg []byte) []byte { return appendMessage(tnode("Relu", names("x"), names("y")), 5, msg) }
	cases := []struct {
		name string
		m    tm
		want any    // a pointer to the type of error
		has  string // a part of its text
	}{
		{"cycle", one(tnode("Relu", names("b"), names("y")), tnode("Relu", names("y"), names("b"))), new(*nn.ErrGraph), "cycle"},
		{"undefined operand", one(tnode("Relu", names("nothing"), names("y"))), new(*nn.ErrGraph), `"nothing"`},
		{"made twice", one(relu, relu), new(*nn.ErrGraph), "twice"},
		{"overwrites an input", one(tnode("Relu", names("x"), names("x")), relu), new(*nn.ErrGraph), "input"},
		{"missing output", one(tnode("Relu", names("x"), names("z"))), new(*nn.ErrGraph), `"y"`},
		{"too many operands", one(tnode("Relu", names("x", "x"), names("y"))), new(*nn.ErrGraph), "operands"},
		{"no outputs", tm{opset: 21, nodes: [][]byte{relu}, inputs: x}, new(*nn.ErrGraph), "no outputs"},
		{"no opset", tm{nodes: [][]byte{relu}, inputs: x, outputs: names("y")}, new(*nn.ErrGraph), "operator set"},
		{"initializer twice", tm{opset: 21, inits: [][]byte{EncodeTensor("w", nn.Scalar(int64(1))), EncodeTensor("w", nn.Scalar(int64(1)))},
			outputs: names("w")}, new(*nn.ErrGraph), "twice"},
		{"opset of the future", tm{opset: 99, nodes: [][]byte{relu}, inputs: x, outputs: names("y")}, new(*nn.ErrUnsupported), "99"},
		{"old IR", tm{ir: 2, opset: 6, nodes: [][]byte{relu}, inputs: x, outputs: names("y")}, new(*nn.ErrUnsupported), "ir_version"},
		{"unknown operator", one(tnode("Frobnicate", names("x"), names("y"))), new(*nn.ErrUnsupported), "Frobnicate_0"},
		{"other domain", one(appendString(tnode("Relu", names("x"), names("y")), nodeDomain, "com.example")), new(*nn.ErrUnsupported), "com.example"},
		{"unknown attribute", one(tnode("Relu", names("x"), names("y"), intAttr("slope", 1))), new(*nn.ErrUnsupported), "slope"},
		{"subgraph", one(withBytes(5, appendMessage(appendString(nil, attrName, "body"), attrG, nil))), new(*nn.ErrUnsupported), "body"},
		{"attribute without value", one(withBytes(5, appendString(nil, attrName, "alpha"))), new(*format.ErrCorrupt), "alpha"},
		{"attribute declared otherwise", one(withBytes(5, appendInt(appendInt(appendString(nil, attrName, "a"), attrI, 1), attrType, attrTypeF))), new(*format.ErrCorrupt), "declared"},
		{"sequence input", tm{opset: 21, nodes: [][]byte{relu}, outputs: names("y"),
			inputs: [][]byte{appendMessage(appendString(nil, infoName, "x"), infoType, appendMessage(nil, 4, nil))}}, new(*nn.ErrUnsupported), "sequence"},
		{"int16 input", tm{opset: 21, nodes: [][]byte{relu}, outputs: names("y"),
			inputs: [][]byte{appendMessage(appendString(nil, infoName, "x"), infoType, appendMessage(nil, typeTensor, appendInt(nil, tensorElem, 5)))}},
			new(*nn.ErrUnsupported), "int16"},
		{"bfloat16 initializer", tm{opset: 21, outputs: names("w"),
			inits: [][]byte{appendString(appendInt(nil, tensorType, 16), tensorName, "w")}}, new(*nn.ErrUnsupported), "bfloat16"},
		{"cast to a type we lack", one(tnode("Cast", names("x"), names("y"), intAttr("to", 16))), new(*nn.ErrUnsupported), "bfloat16"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, err := Decode("some.onnx", c.m.bytes())
			if err == nil {
				t.Fatalf("accepted: %+v", g)
			}
			if !errors.As(err, c.want) || !strings.Contains(err.Error(), c.has) || !strings.Contains(err.Error(), "some.onnx") {
				t.Errorf("error is %T %v, want a %T with %q and the file's name", err, err, c.want, c.has)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	cases := map[string][]byte{
		"empty":                       {},
		"no protobuf":                 []byte("<html>not found</html>"),
		"length over the end":         {modelGraph<<3 | 2, 200, 1, 0},
		"length over 32 bits":         {modelGraph<<3 | 2, 255, 255, 255, 255, 255, 255, 255, 255, 127},
		"endless varint":              {modelIR << 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
		"group":                       {modelGraph<<3 | 3},
		"graph as a number":           {modelGraph << 3, 1},
		"two graphs":                  {modelGraph<<3 | 2, 0, modelGraph<<3 | 2, 0},
		"name over the limit":         appendMessage(nil, modelGraph, appendString(nil, graphName, strings.Repeat("a", maxNameLen+1))),
		"dimension past 32 bits":      appendMessage(nil, modelGraph, appendMessage(nil, graphInit, appendInt(appendInt(nil, tensorType, 1), tensorDims, 1<<40))),
		"metadata that is no message": {modelMetaProps<<3 | 2, 1, 0xff},
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Decode("some.onnx", data)
			var ec *format.ErrCorrupt
			// The model without a version is told before its tensors are made.
			var eu *nn.ErrUnsupported
			if !errors.As(err, &ec) && !errors.As(err, &eu) || !strings.Contains(err.Error(), "some.onnx") {
				t.Errorf("error is %v", err)
			}
		})
	}
}
