package onnx

import (
	"github.com/ocellus-vision/ocellus/nn"
)

// Fields of ModelProto, GraphProto, NodeProto, AttributeProto, ValueInfoProto
// and what they hold.
const (
	modelIR        = 1
	modelProducer  = 2
	modelVersion   = 3
	modelDoc       = 6
	modelGraph     = 7
	modelOpset     = 8
	modelMetaProps = 14

	graphNode       = 1
	graphName       = 2
	graphInit       = 5
	graphDoc        = 10
	graphInput      = 11
	graphOutput     = 12
	graphSparseInit = 15
	opsetDomain     = 1
	opsetVersion    = 2
	metaKey         = 1
	metaValue       = 2
	nodeInput       = 1
	nodeOutput      = 2
	nodeName        = 3
	nodeOp          = 4
	nodeAttr        = 5
	nodeDomain      = 7
	attrName        = 1
	attrF           = 2
	attrI           = 3
	attrS           = 4
	attrT           = 5
	attrG           = 6
	attrFloats      = 7
	attrInts        = 8
	attrStrings     = 9
	attrTensors     = 10
	attrGraphs      = 11
	attrTypeProto   = 14
	attrTypeProtos  = 15
	attrType        = 20
	attrRef         = 21
	attrSparse      = 22
	attrSparses     = 23
	infoName        = 1
	infoType        = 2
	typeTensor      = 1
	tensorElem      = 1
	tensorShape     = 2
	shapeDim        = 1
	dimValue        = 1
	dimParam        = 2
	attrTypeF       = 1
	attrTypeI       = 2
	attrTypeS       = 3
	attrTypeT       = 4
	attrTypeFs      = 6
	attrTypeIs      = 7
	attrTypeSs      = 8
)

type rawModel struct {
	ir      int64
	opset   int64 // of the default domain; 0 when none is imported
	hasGr   bool
	doc     string
	meta    map[string]string
	graph   rawGraph
	domains int
}

type rawGraph struct {
	name, doc string
	nodes     []rawNode
	inits     []*rawTensor
	inputs    []rawInfo
	outputs   []rawInfo
	attrs     int // of all nodes
	sparse    bool
}

type rawNode struct {
	name, op, domain string
	in, out          []string
	attrs            []rawAttr
	off              int
}

// rawAttr is an attribute; refused says why it cannot be used, for the op
// that has it to report.
type rawAttr struct {
	nn.Attr
	tensor  *rawTensor
	refused string
}

// rawInfo is the declaration of a graph input or output.
type rawInfo struct {
	name   string
	elem   int64
	dims   []nn.Dim
	ranked bool
	tensor bool // it is a tensor, and not a sequence, map or optional
	typed  bool
	off    int
}

func readModel(c cursor) (*rawModel, error) {
	m := &rawModel{}
	err := c.each(func(f *field) (err error) {
		switch f.num {
		case modelIR:
			m.ir, err = f.int(&c)
		case modelDoc:
			m.doc, err = f.text(&c)
		case modelGraph:
			var sub cursor
			if sub, err = f.message(&c); err != nil {
				return err
			}
			if m.hasGr {
				return c.corrupt(f.off, "a second graph")
			}
			m.hasGr = true
			err = readGraph(sub, &m.graph)
		case modelOpset:
			err = readOpset(&c, f, m)
		case modelMetaProps:
			m.meta, err = readMeta(&c, f, m.meta)
		}
		return err
	})
	if err == nil && !m.hasGr {
		err = c.corrupt(c.end, "the file has no graph: it is empty, or not ONNX")
	}
	return m, err
}

func readOpset(c *cursor, f *field, m *rawModel) error {
	sub, err := f.message(c)
	if err != nil {
		return err
	}
	if m.domains++; m.domains > maxOpsets {
		return c.corrupt(f.off, "more than %d operator sets", maxOpsets)
	}
	var domain string
	var version int64
	err = sub.each(func(f *field) (err error) {
		switch f.num {
		case opsetDomain:
			domain, err = f.name(&sub)
		case opsetVersion:
			version, err = f.int(&sub)
		}
		return err
	})
	if err == nil && isDefaultDomain(domain) {
		m.opset = version
	}
	return err
}

func isDefaultDomain(d string) bool { return d == "" || d == "ai.onnx" }

func readMeta(c *cursor, f *field, to map[string]string) (map[string]string, error) {
	sub, err := f.message(c)
	if err != nil {
		return nil, err
	}
	var k, v string
	err = sub.each(func(f *field) (err error) {
		switch f.num {
		case metaKey:
			k, err = f.name(&sub)
		case metaValue:
			v, err = f.text(&sub)
		}
		return err
	})
	if to == nil {
		to = map[string]string{}
	}
	if len(to) >= maxMeta {
		return nil, c.corrupt(f.off, "more than %d metadata properties", maxMeta)
	}
	to[k] = v
	return to, err
}

func readGraph(c cursor, g *rawGraph) error {
	return c.each(func(f *field) (err error) {
		switch f.num {
		case graphName:
			g.name, err = f.name(&c)
			return err
		case graphDoc:
			g.doc, err = f.text(&c)
			return err
		case graphSparseInit:
			g.sparse = true
			return nil
		case graphNode, graphInit, graphInput, graphOutput:
		default:
			return nil
		}
		sub, err := f.message(&c)
		if err != nil {
			return err
		}
		switch f.num {
		case graphNode:
			if len(g.nodes) >= maxNodes {
				return c.corrupt(f.off, "more than %d nodes", maxNodes)
			}
			g.nodes = append(g.nodes, rawNode{off: f.off})
			err = g.readNode(sub, &g.nodes[len(g.nodes)-1])
		case graphInit:
			if len(g.inits) >= maxTensors {
				return c.corrupt(f.off, "more than %d initializers", maxTensors)
			}
			var t *rawTensor
			t, err = readTensor(sub)
			g.inits = append(g.inits, t)
		case graphInput:
			g.inputs, err = appendInfo(sub, f.off, g.inputs)
		case graphOutput:
			g.outputs, err = appendInfo(sub, f.off, g.outputs)
		}
		return err
	})
}

func (g *rawGraph) readNode(c cursor, n *rawNode) error {
	return c.each(func(f *field) (err error) {
		switch f.num {
		case nodeInput:
			n.in, err = appendName(&c, f, n.in)
		case nodeOutput:
			n.out, err = appendName(&c, f, n.out)
		case nodeName:
			n.name, err = f.name(&c)
		case nodeOp:
			n.op, err = f.name(&c)
		case nodeDomain:
			n.domain, err = f.name(&c)
		case nodeAttr:
			var sub cursor
			if sub, err = f.message(&c); err != nil {
				return err
			}
			if g.attrs++; len(n.attrs) >= maxAttrs || g.attrs > maxAllAttrs {
				return c.corrupt(f.off, "more than %d attributes of a node, or %d in all", maxAttrs, maxAllAttrs)
			}
			var a rawAttr
			a, err = readAttr(sub)
			n.attrs = append(n.attrs, a)
		}
		return err
	})
}

func appendName(c *cursor, f *field, to []string) ([]string, error) {
	if len(to) >= maxOperands {
		return nil, c.corrupt(f.off, "more than %d operands or results", maxOperands)
	}
	s, err := f.name(c)
	return append(to, s), err
}
