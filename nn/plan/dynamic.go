package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// dynamics finds what quantises its activations at run time, as ONNX Runtime's
// quantize_dynamic writes it: DynamicQuantizeLinear makes bytes, a scale and a
// zero point; ConvInteger and MatMulInteger sum products of bytes less their
// zero points; Cast, Mul by the scales and Add of a bias make floats of the sums.
//
// The sums become one product of bytes, exact as ever, which ends in those three
// operations, each rounded by itself. A depthwise convolution has so few
// products a sum that float32 holds it: it becomes one of floats, on bytes less
// their zero point.
type dynamics struct {
	*program
	use     *usage
	nodes   []*node        // the new list
	centred map[[2]int]int // bytes and their zero point → their difference, in floats
}

// integeriseDynamic rewrites the program, if anything in it is so.
func (p *program) integeriseDynamic() {
	d := &dynamics{program: p, use: p.usage(), centred: map[[2]int]int{}}
	for _, n := range p.nodes {
		if n.out == nil { // absorbed
			continue
		}
		switch op := n.op.(type) {
		case *nn.DynamicQuantizeLinear:
			if p.konst(n.in[0]) == nil && p.vals[n.in[0]].typ.Shape.Elems() > 0 {
				n.q = &quantised{kind: qDynamic}
			}
		case *nn.ConvInteger:
			d.convolution(n, op)
			continue
		case *nn.MatMulInteger:
			d.product(n)
		}
		d.nodes = append(d.nodes, n)
	}
	p.nodes = d.nodes
	p.sweep()
	p.order()
	p.prune()
}

// summable returns the constant operand of n, which has so many products a
// sum; not where kernels do not read the operands, or an int32 might not hold a
// sum.
func (d *dynamics) summable(n *node, products int) (*qweights, bool) {
	x, w, zero := n.in[0], d.konst(n.in[1]), n.operand(2)
	wz := n.operand(3)
	if d.konst(x) != nil || d.vals[x].typ.DType != nn.Uint8 || w == nil || wz != none && d.konst(wz) == nil {
		return nil, false
	}
	if zero != none && d.vals[zero].typ.Shape.Elems() != 1 || d.vals[n.out[0]].typ.Shape.Elems() == 0 {
		return nil, false
	}
	return &qweights{w: w, zero: d.konst(wz)}, products <= math.MaxInt32/(255*255)
}

// convolution appends what takes the place of a ConvInteger.
func (d *dynamics) convolution(n *node, op *nn.ConvInteger) {
	d.nodes = append(d.nodes, n)
	x, w := d.vals[n.in[0]].typ.Shape, d.vals[n.in[1]].typ.Shape
	if x.Rank != 4 {
		return
	}
	products := w.Elems() / max(w.Dims[0], 1)
	weights, ok := d.summable(n, products)
	if !ok {
		return
	}
	if window, err := op.Window(x, w); err != nil || !(&geometry{pictures: x.Dims[0], channels: x.Dims[1], y: window.Axis[0], x: window.Axis[1]}).fitsTable() {
		return
	}
	zero := n.operand(2)
	if depthwise := op.Group > 1 && op.Group == x.Dims[1] && op.Group == w.Dims[0]; depthwise && products <= 1<<24/(255*255) && d.cast(n) {
		d.depthwise(n, op, weights, zero)
		return
	}
	n.q = &quantised{kind: qConvSums, weights: weights}
	n.in = []int{n.in[0], zero, none}
	d.scale(n, n.in[0])
}

// product makes an integer product of a MatMulInteger.
func (d *dynamics) product(n *node) {
	x, w := d.vals[n.in[0]].typ.Shape, d.vals[n.in[1]].typ.Shape
	if x.Rank < 2 || w.Rank != 2 {
		return
	}
	weights, ok := d.summable(n, w.Dims[0])
	if !ok {
		return
	}
	n.q = &quantised{kind: qDenseSums, weights: weights}
	n.in = []int{n.in[0], n.operand(2), none}
	d.scale(n, n.in[0])
}

// depthwise appends a convolution of floats for n, whose sums are cast, and
// turns n into what scales its result.
func (d *dynamics) depthwise(n *node, op *nn.ConvInteger, weights *qweights, zero int) {
	x, w := n.in[0], nn.NewTensor(nn.Float32, weights.w.Shape)
	for i, v := range weights.centred(w.Elems()/w.Shape.Dims[0], w.Shape.Dims[0]) {
		w.F32()[i] = float32(v)
	}
	key := [2]int{x, zero}
	if _, ok := d.centred[key]; !ok {
		d.centred[key] = d.floatLike(d.vals[x].name+"/centred", x)
		c := newNode(n.name, &nn.DequantizeLinear{}, []int{x, zero}, []int{d.centred[key]})
		c.q = &quantised{kind: qCentre}
		d.nodes = append(d.nodes, c)
	}
	sums := d.floatLike(d.vals[n.out[0]].name+"/sums", n.out[0])
	conv := &nn.Conv{AutoPad: op.AutoPad, Dilations: op.Dilations, Group: op.Group, KernelShape: op.KernelShape, Pads: op.Pads, Strides: op.Strides}
	c := newNode(n.name, conv, []int{d.centred[key], d.addConst(n.name+"/weights", w)}, []int{sums})
	c.sums = true
	d.nodes = append(d.nodes, c)
	n.op, n.q, n.in = nn.CastTo(nn.Float32), &quantised{kind: qScale, real: true}, []int{sums, none}
	d.scale(n, x)
}

// cast takes over a Cast of n's sums to float32.
func (d *dynamics) cast(n *node) bool {
	after := d.soleReader(d.use, n)
	if after == nil || d.vals[after.out[0]].typ.DType != nn.Float32 {
		return false
	}
	if _, ok := after.op.(*nn.Cast); !ok {
		return false
	}
	d.takeOver(n, after)
	return true
}

func (d *dynamics) takeOver(n, after *node) {
	d.absorb(n, after)
	d.use.maker[n.out[0]] = n
}

// scale takes over what makes floats of the sums of bytes x: the Cast, the
// product with one scale, or one a channel, and the addition of constants.
func (d *dynamics) scale(n *node, x int) {
	if n.q.real = n.q.real || d.cast(n); !n.q.real {
		return
	}
	s, axis, last := d.vals[n.out[0]].typ.Shape, d.channelAxis(n), len(n.in)-1
	if after, other := d.binary(n); after != nil && d.channelwise(other, s, axis) && d.apart(other, n, x) {
		if _, ok := after.op.(*nn.Mul); ok {
			n.in[last] = other
			d.takeOver(n, after)
		}
	}
	after, other := d.binary(n)
	if after == nil {
		return
	}
	if _, ok := after.op.(*nn.Add); !ok {
		return
	}
	if shift, ok := d.perChannel(other, s, axis); ok {
		n.q.shift = make([]float32, len(shift))
		for i, v := range shift {
			n.q.shift[i] = float32(v)
		}
		d.takeOver(n, after)
	}
}

// binary returns what alone reads n's result, if it has two operands and a
// result of the same type, and its other operand.
func (d *dynamics) binary(n *node) (after *node, other int) {
	after = d.soleReader(d.use, n)
	if after == nil || len(after.in) != 2 || len(after.out) != 1 || d.vals[after.out[0]].typ != d.vals[n.out[0]].typ {
		return nil, none
	}
	other = after.in[0]
	if other == n.out[0] {
		other = after.in[1]
	}
	return after, other
}

// channelwise reports whether a value holds one float for all of shape s, or
// one for each index of axis.
func (d *dynamics) channelwise(id int, s nn.Shape, axis int) bool {
	t := d.vals[id].typ
	if t.DType != nn.Float32 || t.Shape.Elems() == 1 {
		return t.DType == nn.Float32
	}
	own := axis - (s.Rank - t.Shape.Rank)
	return own >= 0 && t.Shape.Dims[own] == t.Shape.Elems() && t.Shape.Elems() == s.Dims[axis]
}

// apart reports whether a value does not depend on the result of n, which sums
// bytes x. A scale is made of what made x, which is soon seen.
func (d *dynamics) apart(id int, n *node, x int) bool {
	before := func(id int) bool {
		m := d.use.maker[id]
		return m == nil || m == d.use.maker[x]
	}
	if before(id) {
		return true
	}
	m := d.use.maker[id]
	if _, ok := m.op.(*nn.Mul); ok && before(m.in[0]) && before(m.in[1]) {
		return true
	}
	return !d.dependsOn(d.use, id, n)
}

// scalesSums reports whether n makes floats of sums, and so may limit them and
// compute a function of them.
func (n *node) scalesSums() bool {
	return n.q != nil && n.q.real && (n.q.kind == qConvSums || n.q.kind == qDenseSums || n.q.kind == qScale)
}

// centred returns the weights less their zero points. The channel of weight i
// is i/per mod channels.
func (q *qweights) centred(per, channels int) []int16 {
	zeros := make([]int16, channels)
	for c := range zeros {
		if q.zero != nil {
			zeros[c] = int16(q.zero.Int(c % q.zero.Elems()))
		}
	}
	if q.w.DType == nn.Int8 {
		return less(q.w.I8(), zeros, per)
	}
	return less(q.w.U8(), zeros, per)
}

func less[T int8 | uint8](w []T, zeros []int16, per int) []int16 {
	v := make([]int16, len(w))
	for at := 0; at < len(w); at += per {
		zero := zeros[at/per%len(zeros)]
		for i, x := range w[at:][:per] {
			v[at+i] = int16(x) - zero
		}
	}
	return v
}
