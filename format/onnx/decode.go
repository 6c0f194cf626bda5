package onnx

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

// Decode reads an ONNX model. The file's name is for messages. A damaged file
// gives a *format.ErrCorrupt, a malformed graph an *nn.ErrGraph, and whatever
// Ocellus does not do an *nn.ErrUnsupported that names the node; each is
// wrapped with the name of the file.
//
// Unnamed nodes are named after their operator and their place in the file.
// The result does not alias data.
func Decode(file string, data []byte) (*nn.Graph, error) {
	return decodeModel(file, data, nil)
}

// decodeModel calls done, unless it is nil, with the bytes of every tensor that has
// been copied.
func decodeModel(file string, data []byte, done func([]byte)) (*nn.Graph, error) {
	if len(data) > maxFileSize {
		return nil, &format.ErrCorrupt{File: file, Offset: maxFileSize, Why: tooLarge}
	}
	m, err := readModel(newCursor(file, data))
	if err != nil {
		return nil, err
	}
	g, err := build(m, done)
	if _, ok := err.(*format.ErrCorrupt); err == nil || ok {
		return g, err
	}
	return nil, fmt.Errorf("%s: %w", file, err)
}

const tooLarge = "over the size limit of an ONNX file, 2 GiB"

// importer turns a rawModel into a graph.
type importer struct {
	m     *rawModel
	done  func([]byte) // see decodeModel
	b     *nn.Builder
	opset int
	ids   map[string]nn.ValueID // values by the file's names
	taken map[string]bool       // every name of the file, which helpers must avoid
	outs  map[string]bool       // names of graph outputs
	read  map[string]bool       // names that a node or the caller reads
	ranks map[nn.ValueID]int    // of graph inputs that state it
	mixed bool                  // there are floats of other types than float32
}

func build(m *rawModel, done func([]byte)) (*nn.Graph, error) {
	im := &importer{m: m, done: done, b: nn.NewBuilder(m.graph.name), ids: map[string]nn.ValueID{},
		taken: map[string]bool{}, outs: map[string]bool{}, read: map[string]bool{}, ranks: map[nn.ValueID]int{}}
	for _, step := range []func() error{im.versions, im.names, im.constants, im.inputs, im.nodes, im.outputs} {
		if err := step(); err != nil {
			return nil, err
		}
		if err := im.b.Err(); err != nil {
			return nil, err
		}
	}
	im.b.Doc(m.doc)
	if m.doc == "" {
		im.b.Doc(m.graph.doc)
	}
	for k, v := range m.meta {
		im.b.Meta(k, v)
	}
	return im.b.Build()
}

func (im *importer) versions() error {
	m := im.m
	switch {
	case m.ir < MinIR || m.ir > MaxIR:
		return &nn.ErrUnsupported{Node: m.graph.name, Op: "model", Attr: "ir_version",
			Why: fmt.Sprintf("is %d, want %d to %d", m.ir, MinIR, MaxIR)}
	case m.opset < 0 || m.opset > MaxOpset:
		return &nn.ErrUnsupported{Node: m.graph.name, Op: "model", Attr: "opset_import",
			Why: fmt.Sprintf("version %d of the default domain, want 1 to %d", m.opset, MaxOpset)}
	case m.graph.sparse:
		return &nn.ErrUnsupported{Node: m.graph.name, Op: "model", Attr: "sparse_initializer", Why: "sparse tensors"}
	}
	im.opset = int(m.opset)
	return nil
}

// names collects what names the file uses, and whether it has floats of other
// types than float32.
func (im *importer) names() error {
	g := &im.m.graph
	other := func(t int64) { im.mixed = im.mixed || t == typeDouble || t == typeFloat16 }
	for _, v := range g.inputs {
		im.taken[v.name] = true
		other(v.elem)
	}
	for _, v := range g.outputs {
		im.outs[v.name], im.read[v.name] = true, true
		other(v.elem)
	}
	for _, t := range g.inits {
		im.taken[t.name] = true
		other(t.typ)
	}
	for i := range g.nodes {
		for _, s := range g.nodes[i].out {
			im.taken[s] = true
		}
		for _, s := range g.nodes[i].in {
			im.read[s] = true
		}
		for _, a := range g.nodes[i].attrs {
			if a.tensor != nil {
				other(a.tensor.typ)
			}
			if a.Name == "to" || a.Name == "dtype" {
				other(a.Int)
			}
		}
	}
	return nil
}

// unique returns a name that neither the file nor the graph so far has.
func (im *importer) unique(name string) string {
	for try, i := name, 1; ; i++ {
		if !im.taken[try] {
			im.taken[try] = true
			return try
		}
		try = fmt.Sprintf("%s_%d", name, i)
	}
}

// trainableKey marks, in a tensor's metadata, a parameter that training may
// change.
const trainableKey = "ocellus.trainable"

func (im *importer) constants() error {
	for _, rt := range im.m.graph.inits {
		t, err := rt.tensor()
		if err != nil {
			return located(err, rt.name)
		}
		if im.done != nil && rt.hasRaw {
			im.done(rt.raw)
		}
		if rt.name == "" {
			return rt.at.corrupt(rt.at.top, "an initializer has no name")
		}
		add := im.b.Const
		if rt.meta[trainableKey] == "1" {
			add = im.b.Param
		}
		im.ids[rt.name] = add(rt.name, t)
	}
	return nil
}

// located names the tensor where an error of a tensor stands for a node.
func located(err error, node string) error {
	if e, ok := err.(*nn.ErrUnsupported); ok && e.Node == "" {
		e.Node, e.Attr = node, ""
	}
	return err
}

func (im *importer) inputs() error {
	for _, v := range im.m.graph.inputs {
		if id, ok := im.ids[v.name]; ok && im.b.ConstOf(id) != nil {
			continue // an initializer gives its value: to us it is a constant
		}
		refuse := func(why string) error {
			return &nn.ErrUnsupported{Node: v.name, Op: "graph input", Attr: "type", Why: why}
		}
		if !v.tensor {
			return refuse("is no tensor but a sequence, map, optional or sparse tensor, or has no type")
		}
		d, ok := dtypeOf(v.elem)
		if !ok {
			return refuse("elements of type " + typeName(v.elem))
		}
		if len(v.dims) > nn.MaxRank {
			return refuse(fmt.Sprintf("rank is over the limit of %d", nn.MaxRank))
		}
		if v.ranked {
			im.ids[v.name] = im.b.Input(v.name, d, v.dims...)
			im.ranks[im.ids[v.name]] = len(v.dims)
		} else {
			im.ids[v.name] = im.b.UnrankedInput(v.name, d)
		}
	}
	return nil
}

func (im *importer) outputs() error {
	for _, v := range im.m.graph.outputs {
		id, ok := im.ids[v.name]
		if !ok {
			return &nn.ErrGraph{Node: v.name, Op: "graph output", Why: "no node makes it"}
		}
		im.b.Output(id)
	}
	return nil
}
