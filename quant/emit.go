package quant

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// emitter writes the nodes of the quantised graph in their order.
type emitter struct {
	*placement
	nodes   []nn.Node
	real    map[nn.ValueID]nn.ValueID // what is read in place of a value
	weights map[nn.ValueID][]stored   // constants that are in int8 already
	named   map[string]bool           // names of nodes
}

// stored is a constant in int8 and the value that it becomes again.
type stored struct {
	weights
	real nn.ValueID
}

// emit rewrites the graph.
func (p *placement) emit() {
	e := &emitter{placement: p, real: map[nn.ValueID]nn.ValueID{}, weights: map[nn.ValueID][]stored{}, named: map[string]bool{}}
	for i := range p.Nodes {
		e.named[p.Nodes[i].Name] = true
	}
	for _, in := range p.Inputs {
		e.pair(in.Value)
	}
	for i := range p.Nodes {
		e.node(i)
	}
	p.Nodes = e.nodes
}

// node writes a node, which reads real numbers made of integers, after what
// makes those and before what makes integers of its results.
func (e *emitter) node(i int) {
	n := e.Nodes[i]
	if !slices.ContainsFunc(n.Out, func(id nn.ValueID) bool { return id != nn.None }) {
		return // it has vanished
	}
	in := slices.Clone(n.In)
	for k, id := range in {
		if id == nn.None {
			continue
		}
		if e.products[i] && k == 1 {
			e.product(&n, in)
			continue
		}
		if e.constant(id) != nil && e.quantised[id] != nil && e.readsData(&n, k) {
			e.constantPair(id)
		}
		if r, ok := e.real[id]; ok && (e.constant(id) == nil || e.readsData(&n, k)) {
			in[k] = r
		}
	}
	n.In = in
	e.nodes = append(e.nodes, n)
	at := len(e.nodes) - 1
	for k, id := range n.Out {
		if id != nn.None && e.quantised[id] != nil {
			e.nodes[at].Out[k] = e.result(id)
		}
	}
}

// readsData reports whether operand k of a node is one that its rule
// quantises: a constant may be data to one node and a setting to another.
func (e *emitter) readsData(n *nn.Node, k int) bool {
	switch ruleOf(n.Op) {
	case apart:
		_, where := n.Op.(*nn.Where)
		return !where || k > 0
	case product:
		return k < 2
	case first, carry, follow, clamp:
		return k == 0
	}
	return false
}

// result writes the pair after a result. A graph's output keeps its name, so
// what the node makes gets another.
func (e *emitter) result(id nn.ValueID) nn.ValueID {
	if !slices.Contains(e.Outputs, id) {
		e.pair(id)
		return id
	}
	made := e.value(e.Values[id].Name+"_QuantizeLinear_Input", nil)
	e.linear(id, made, id)
	e.real[id] = id
	return made
}

// pair writes QuantizeLinear and DequantizeLinear after a value.
func (e *emitter) pair(id nn.ValueID) {
	if e.quantised[id] == nil || slices.Contains(e.Outputs, id) {
		return
	}
	real := e.value(e.Values[id].Name+"_DequantizeLinear_Output", nil)
	e.linear(id, id, real)
	e.real[id] = real
}

// linear writes the pair by the scale of id, from one value to another.
func (e *emitter) linear(id, from, to nn.ValueID) {
	t, name := e.quantised[id], e.Values[id].Name
	e.store(t.params)
	q := e.value(name+"_QuantizeLinear_Output", nil)
	e.add(name+"_QuantizeLinear", &nn.QuantizeLinear{Axis: 1, Saturate: true}, []nn.ValueID{from, t.step, t.zero}, q)
	e.add(name+"_DequantizeLinear", &nn.DequantizeLinear{Axis: 1}, []nn.ValueID{q, t.step, t.zero}, to)
	e.summary.Activations++
}

// store puts a scale into the graph, once.
func (e *emitter) store(s *params) {
	if s.step == nn.None {
		step, zero := s.scale.tensors(e.o.Activations)
		s.step, s.zero = e.value(s.name+"_scale", step), e.value(s.name+"_zero_point", zero)
	}
}

// constantPair writes the DequantizeLinear of a constant that stands for an
// activation.
func (e *emitter) constantPair(id nn.ValueID) {
	if _, ok := e.real[id]; ok {
		return
	}
	t, name := e.quantised[id], e.Values[id].Name
	e.store(t.params)
	q := e.value(name+"_quantized", t.scale.quantised(e.constant(id), e.o.Activations))
	e.real[id] = e.dequantised(name, q, t.step, t.zero, 1)
	e.summary.Weights++
}

func (e *emitter) dequantised(name string, q, step, zero nn.ValueID, axis int) nn.ValueID {
	real := e.value(name+"_DequantizeLinear_Output", nil)
	e.add(name+"_DequantizeLinear", &nn.DequantizeLinear{Axis: axis}, []nn.ValueID{q, step, zero}, real)
	return real
}

// add writes a node under that name, or that name and a number: ONNX Runtime
// wants the names of nodes to differ.
func (e *emitter) add(name string, op nn.Op, in []nn.ValueID, out nn.ValueID) {
	free := name
	for i := 1; e.named[free]; i++ {
		free = fmt.Sprintf("%s_%d", name, i)
	}
	e.named[free] = true
	e.nodes = append(e.nodes, nn.Node{Name: free, Op: op, In: in, Out: []nn.ValueID{out}})
}

// product writes the weights and the bias of a node and has in read them.
func (e *emitter) product(n *nn.Node, in []nn.ValueID) {
	x := e.quantised[n.In[0]].scale.step
	var bias *nn.Tensor
	if id := operand(n, 2); id != nn.None && e.biasFits(n, id) {
		bias = e.constant(id)
	}
	s := e.storedWeights(n, bias, x)
	in[1] = s.real
	if bias == nil {
		return
	}
	data, step := quantiseBias(bias, &s.weights, x)
	name := e.Values[n.In[2]].Name
	q, st := e.value(name+"_quantized", data), e.value(name+"_quantized_scale", step)
	zero := e.value(name+"_quantized_zero_point", nn.NewTensor(nn.Int32, step.Shape))
	in[2] = e.dequantised(name, q, st, zero, 0)
	e.summary.Weights++
}

// storedWeights quantises the weights of n, or finds them where another node
// has had them quantised in the same way.
func (e *emitter) storedWeights(n *nn.Node, bias *nn.Tensor, x float32) *stored {
	id := n.In[1]
	w := e.constant(id)
	axis, ok := weightAxis(n.Op, w.Shape)
	if !ok {
		axis = 0
	}
	var b []float32
	if bias != nil {
		b = bias.F32()
	}
	q := quantiseWeights(w, axis, e.o.PerTensor || !ok, b, x)
	for i, s := range e.weights[id] {
		if s.axis == q.axis && s.step.Shape == q.step.Shape && bytes.Equal(s.step.Bytes(), q.step.Bytes()) {
			return &e.weights[id][i]
		}
	}
	name := e.Values[id].Name
	data, step := e.value(name+"_quantized", q.data), e.value(name+"_scale", q.step)
	zero := e.value(name+"_zero_point", nn.NewTensor(nn.Int8, q.step.Shape))
	e.summary.Weights++
	e.weights[id] = append(e.weights[id], stored{q, e.dequantised(name, data, step, zero, q.axis)})
	return &e.weights[id][len(e.weights[id])-1]
}

// biasFits reports whether a bias is one number for each channel, added as it
// is.
func (e *emitter) biasFits(n *nn.Node, id nn.ValueID) bool {
	b, w := e.constant(id), e.constant(n.In[1])
	axis, ok := weightAxis(n.Op, w.Shape)
	if gemm, is := n.Op.(*nn.Gemm); is && (gemm.Alpha != 1 || gemm.Beta != 1) {
		return false
	}
	return ok && b != nil && finite(b.F32()) && b.Shape == nn.S(w.Shape.Dims[axis])
}
