package quant

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// Summary says what Place has done.
type Summary struct {
	Activations int            // tensors that are quantised while the network runs
	Weights     int            // constants in int8
	Vanished    int            // activations that quantisation does by itself
	Float       map[string]int // operations left in float32, by operator
}

// Place returns g, which is not quantised yet, with QuantizeLinear and
// DequantizeLinear around its operations, as rules has it. ranges are those
// that Calibrate returns for g.
func Place(g *nn.Graph, ranges Ranges, o Options) (*nn.Graph, *Summary, error) {
	if err := check(g, &o); err != nil {
		return nil, nil, err
	}
	p := &placement{edit: newEdit(g), o: o, ranges: Ranges{}, quantised: map[nn.ValueID]*tensor{}, products: map[int]bool{},
		summary: Summary{Float: map[string]int{}}}
	for id, r := range ranges {
		p.ranges[id] = r
	}
	p.uses = p.edit.uses()
	for i := range p.Nodes {
		p.mark(i)
	}
	if len(p.products) == 0 {
		return nil, nil, &ErrQuantize{Graph: g.Name, Why: "it has no convolution and no product with constant weights"}
	}
	p.emit()
	return p.done(), &p.summary, nil
}

// placement decides which values are quantised, then rewrites the graph.
type placement struct {
	*edit
	o         Options
	ranges    Ranges
	uses      uses
	quantised map[nn.ValueID]*tensor
	products  map[int]bool // nodes whose weights are in int8
	summary   Summary
}

// tensor is a value that is quantised. Those that share a scale share params.
type tensor struct{ *params }

// params are the scale of one or more values.
type params struct {
	name       string // of the value that it was made for
	scale      scale
	step, zero nn.ValueID // once they are in the graph
}

// own quantises a value by its own range, if it has one and is not quantised
// already.
func (p *placement) own(id nn.ValueID) {
	if id == nn.None || p.quantised[id] != nil {
		return
	}
	r, ok := p.ranges[id]
	if !ok {
		if t := p.constant(id); t != nil {
			r, ok = rangeOf(t.F32())
		}
	}
	if ok {
		p.quantised[id] = &tensor{&params{p.Values[id].Name, r.asymmetric(p.o.Activations), nn.None, nn.None}}
	}
}

// share gives results the scale of a quantised value.
func (p *placement) share(results []nn.ValueID, from nn.ValueID) {
	t := p.quantised[from]
	for _, id := range results {
		if _, float := p.ranges[id]; float && t != nil && p.quantised[id] == nil {
			p.quantised[id] = &tensor{t.params}
		}
	}
}

// mark applies the rule of node i.
func (p *placement) mark(i int) {
	n := &p.Nodes[i]
	if _, float := p.ranges[n.Out[0]]; !float {
		return // it computes with shapes, or with other types
	}
	switch ruleOf(n.Op) {
	case product:
		p.markProduct(i)
	case clamp:
		p.markClamp(n)
	case follow:
		p.share(n.Out, n.In[0])
	case carry:
		p.own(n.In[0])
		p.share(n.Out, n.In[0])
	case apart:
		p.markApart(n)
	case first:
		if _, softmax := n.Op.(*nn.Softmax); softmax {
			p.ranges[n.Out[0]] = Range{0, 1}
		}
		p.own(n.In[0])
		p.own(n.Out[0])
	default:
		p.summary.Float[nn.Name(n.Op)]++
	}
}

func (p *placement) markProduct(i int) {
	n := &p.Nodes[i]
	p.own(n.In[0])
	if w := p.constant(n.In[1]); w != nil && finite(w.F32()) && p.quantised[n.In[0]] != nil && w.Elems() > 0 {
		p.products[i] = true
	} else {
		p.own(n.In[1])
	}
	p.own(n.Out[0])
}

// markApart leaves a Concat of unlike operands alone.
func (p *placement) markApart(n *nn.Node) {
	if _, concat := n.Op.(*nn.Concat); concat && p.areUnlike(n.In) {
		p.summary.Float[nn.Name(n.Op)]++
		return
	}
	for i, id := range n.In {
		if _, where := n.Op.(*nn.Where); !where || i > 0 {
			p.own(id)
		}
	}
	p.own(n.Out[0])
}

func (p *placement) areUnlike(ids []nn.ValueID) bool {
	narrow, wide := math.Inf(1), 0.0
	for _, id := range ids {
		r, ok := p.ranges[id]
		if !ok {
			continue
		}
		if width := float64(max(r.High, 0)) - float64(min(r.Low, 0)); width > 0 {
			narrow, wide = min(narrow, width), max(wide, width)
		}
	}
	return wide > unlike*narrow
}

// markClamp lets a clamp vanish into the rounding of the node before it, where
// that is quantised by a range of its own and nothing else reads what it was
// before the clamp.
func (p *placement) markClamp(n *nn.Node) {
	in, out := n.In[0], n.Out[0]
	before := p.quantised[in]
	if before == nil {
		return
	}
	maker := p.makerOf(in)
	if maker != nil && p.only(&p.uses, in) == n && before.name == p.Values[in].Name && p.aroundZero(n) {
		delete(p.quantised, in)
		for k, id := range maker.Out {
			if id == in {
				maker.Out[k] = out
			}
		}
		n.Out = []nn.ValueID{nn.None}
		p.summary.Vanished++
	}
	p.own(out)
}

// aroundZero reports whether a clamp leaves 0 as it is, which every range of
// integers includes.
func (p *placement) aroundZero(n *nn.Node) bool {
	if _, relu := n.Op.(*nn.Relu); relu {
		return true
	}
	low, high := operand(n, 1), operand(n, 2)
	for _, id := range []nn.ValueID{low, high} {
		if id != nn.None && p.constant(id) == nil {
			return false
		}
	}
	return (low == nn.None || p.constant(low).F32()[0] <= 0) && (high == nn.None || p.constant(high).F32()[0] >= 0)
}

// makerOf returns the node that makes a value, nil for inputs and constants.
func (p *placement) makerOf(id nn.ValueID) *nn.Node {
	for i := range p.Nodes {
		for _, out := range p.Nodes[i].Out {
			if out == id {
				return &p.Nodes[i]
			}
		}
	}
	return nil
}
