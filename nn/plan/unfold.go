package plan

import "github.com/ocellus-vision/ocellus/nn"

// unfoldIntegerForms writes QLinearConv and QLinearMatMul as the
// dequantisations, the operation and the quantisation that they stand for, so
// that integerise knows one form alone. Those with operands that are not
// constant stay as they are.
func (p *program) unfoldIntegerForms() {
	nodes := p.nodes
	p.nodes = nil
	for _, n := range nodes {
		if !p.unfold(n) {
			p.nodes = append(p.nodes, n)
		}
	}
}

func (p *program) unfold(n *node) bool {
	var op nn.Op
	switch o := n.op.(type) {
	case *nn.QLinearConv:
		op = &nn.Conv{AutoPad: o.AutoPad, Dilations: o.Dilations, Group: o.Group, KernelShape: o.KernelShape, Pads: o.Pads, Strides: o.Strides}
	case *nn.QLinearMatMul:
		op = &nn.MatMul{}
	default:
		return false
	}
	// x, its scale and zero; w, its scale and zero; those of the result; bias.
	if p.konst(n.in[0]) != nil || p.konst(n.in[3]) == nil || p.vals[n.in[3]].typ.DType != nn.Int8 {
		return false
	}
	for _, id := range []int{n.in[1], n.in[2], n.in[4], n.in[5], n.in[6], n.in[7]} {
		if p.konst(id) == nil {
			return false
		}
	}
	if p.konst(n.in[1]).Elems() != 1 || p.konst(n.in[6]).Elems() != 1 || p.konst(n.in[1]).DType != nn.Float32 {
		return false
	}
	axis := 0
	if _, ok := op.(*nn.MatMul); ok {
		axis = p.vals[n.in[3]].typ.Shape.Rank - 1
	}
	b := n.operand(8)
	if b != none && p.konst(b) == nil {
		return false
	}
	in := []int{p.dequantised(n, n.in[:3], 0), p.dequantised(n, n.in[3:6], axis)}
	if b != none {
		in = append(in, p.dequantised(n, []int{b, p.addConst(n.name+"/bias scale", p.biasScale(n))}, 0))
	}
	real := p.floatLike(n.name+"/real", n.out[0])
	e := newNode(n.name, op, in, []int{real})
	q := newNode(n.name, &nn.QuantizeLinear{Saturate: true}, []int{real, n.in[6], n.in[7]}, n.out)
	p.nodes = append(p.nodes, e, q)
	return true
}

// biasScale is the unit of a QLinearConv's bias: the product of the scales.
func (p *program) biasScale(n *node) *nn.Tensor {
	x, w := p.konst(n.in[1]).F32()[0], p.konst(n.in[4])
	s := nn.NewTensor(nn.Float32, nn.S(w.Elems()))
	for c, v := range w.F32() {
		s.F32()[c] = x * v
	}
	if w.Elems() == 1 {
		return nn.Scalar(s.F32()[0])
	}
	return s
}

// dequantised appends the node that makes real numbers of operands q, scale
// and zero, and returns its result.
func (p *program) dequantised(n *node, operands []int, axis int) int {
	out := p.floatLike(p.vals[operands[0]].name+"/real", operands[0])
	p.nodes = append(p.nodes, newNode(n.name, &nn.DequantizeLinear{Axis: axis}, operands, []int{out}))
	return out
}

func (p *program) floatLike(name string, id int) int {
	v := p.vals[id]
	return p.add(value{name: name, typ: nn.Type{DType: nn.Float32, Shape: v.typ.Shape}, logical: v.logical})
}
