package onnx

import (
	"fmt"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/nn"
)

// What the writer claims: operator set 21, which every engine in use reads,
// unless the graph has an operator that came later.
const (
	writeOpset = 21
	writeIR    = 10
	producer   = "ocellus"
)

// newer are the operators that came after writeOpset, and attributes that did,
// with the operator set that brought them and the IR version that goes with it.
var newer = [...]struct {
	op, attr string
	opset    int
	ir       int64
}{
	{"RMSNormalization", "", 23, 11},
	{"Swish", "", 24, 12},
	{"QuantizeLinear", "precision", 23, 11},
	{"DequantizeLinear", "output_dtype", 23, 11},
}

// versions returns the operator set and IR version that g needs.
func versions(g *nn.Graph) (opset int, ir int64) {
	opset, ir = writeOpset, writeIR
	for i := range g.Nodes {
		op := g.Nodes[i].Op
		for _, n := range newer {
			if n.op != nn.Name(op) {
				continue
			}
			has := func(a nn.Attr) bool { return a.Name == n.attr }
			if n.attr == "" || slices.ContainsFunc(nn.Attrs(op), has) {
				opset, ir = max(opset, n.opset), max(ir, n.ir)
			}
		}
	}
	return opset, ir
}

// WriteFile writes g as an ONNX file, which appears whole or not at all.
func WriteFile(path string, g *nn.Graph) error {
	data, err := Encode(g)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Encode writes g as an ONNX model. Equal graphs give equal bytes. Operators
// are written in their newest form, tensors as raw data.
func Encode(g *nn.Graph) ([]byte, error) {
	opset, ir := versions(g)
	var body []byte
	for i := range g.Nodes {
		body = appendMessage(body, graphNode, encodeNode(g, &g.Nodes[i]))
	}
	body = appendString(body, graphName, nonEmpty(g.Name, "graph"))
	for i := range g.Values {
		if v := &g.Values[i]; v.Const != nil {
			body = appendInit(body, v)
		}
	}
	for _, in := range g.Inputs {
		body = appendMessage(body, graphInput, encodeInfo(g.ValueName(in.Value), in.DType, in.Dims, in.Ranked))
	}
	types := outputTypes(g)
	for i, id := range g.Outputs {
		body = appendMessage(body, graphOutput, encodeInfo(g.ValueName(id), types[i].DType, types[i].Dims, types[i].Ranked))
	}

	b := appendInt(nil, modelIR, ir)
	b = appendString(b, modelProducer, producer)
	if g.Doc != "" {
		b = appendString(b, modelDoc, g.Doc)
	}
	b = appendMessage(b, modelGraph, body)
	b = appendMessage(b, modelOpset, appendInt(appendString(nil, opsetDomain, ""), opsetVersion, int64(opset)))
	b = appendMeta(b, modelMetaProps, g.Meta)
	if len(b) > maxFileSize {
		return nil, &format.ErrCorrupt{File: g.Name, Offset: maxFileSize, Why: "the model would be over the size limit of an ONNX file, 2 GiB"}
	}
	return b, nil
}

// nonEmpty is for names that ONNX demands.
func nonEmpty(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func appendInit(b []byte, v *nn.Value) []byte {
	var meta map[string]string
	if v.Trainable {
		meta = map[string]string{trainableKey: "1"}
	}
	return appendMessage(b, graphInit, appendTensor(nil, v.Name, v.Const, meta))
}

func encodeNode(g *nn.Graph, n *nn.Node) []byte {
	var b []byte
	for _, id := range n.In {
		b = appendString(b, nodeInput, g.ValueName(id))
	}
	for _, id := range n.Out {
		b = appendString(b, nodeOutput, g.ValueName(id))
	}
	b = appendString(b, nodeName, n.Name)
	b = appendString(b, nodeOp, nn.Name(n.Op))
	for _, a := range nn.Attrs(n.Op) {
		b = appendMessage(b, nodeAttr, encodeAttr(&a))
	}
	return b
}

func encodeAttr(a *nn.Attr) []byte {
	b := appendString(nil, attrName, a.Name)
	var typ int64
	switch a.Kind {
	case nn.AttrInt:
		b, typ = appendInt(b, attrI, a.Int), attrTypeI
	case nn.AttrFloat:
		b, typ = appendFloat(b, attrF, a.Float), attrTypeF
	case nn.AttrString:
		b, typ = appendString(b, attrS, a.String), attrTypeS
	case nn.AttrTensor:
		b, typ = appendMessage(b, attrT, appendTensor(nil, "", a.Tensor, nil)), attrTypeT
	case nn.AttrInts:
		b, typ = appendPacked(b, attrInts, a.Ints), attrTypeIs
	case nn.AttrFloats:
		b, typ = appendPackedFloats(b, attrFloats, a.Floats), attrTypeFs
	case nn.AttrStrings:
		for _, s := range a.Strings {
			b = appendString(b, attrStrings, s)
		}
		typ = attrTypeSs
	default:
		panic(fmt.Sprintf("onnx: attribute %s of kind %d", a.Name, a.Kind)) // nn.Attrs makes no other
	}
	return appendInt(b, attrType, typ)
}

// encodeInfo writes the declaration of a graph input or output; one of
// unknown type has a name alone.
func encodeInfo(name string, d nn.DType, dims []nn.Dim, ranked bool) []byte {
	b := appendString(nil, infoName, name)
	if d == nn.Invalid {
		return b
	}
	t := appendInt(nil, tensorElem, int64(d.ONNX()))
	if ranked {
		var shape []byte
		for _, d := range dims {
			var dim []byte
			switch {
			case d.Size >= 0:
				dim = appendInt(nil, dimValue, int64(d.Size))
			case d.Name != "":
				dim = appendString(nil, dimParam, d.Name)
			}
			shape = appendMessage(shape, shapeDim, dim)
		}
		t = appendMessage(t, tensorShape, shape)
	}
	return appendMessage(b, infoType, protowire.AppendBytes(protowire.AppendTag(nil, typeTensor, protowire.BytesType), t))
}
