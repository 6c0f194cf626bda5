package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// The ways in which operations become integer ones. Each returns true when it
// has put something in the place of n.

// weighted takes convolutions of pictures, and products with a constant
// matrix. Where the result is not quantised next, it is float32.
func (w *integers) weighted(n *node) bool {
	x, ok := w.bytes[n.in[0]]
	if !ok || len(n.in) < 2 || n.in[1] == none || w.use.maker[n.in[1]] == nil {
		return false
	}
	axis, kind := 0, qDense
	switch op := n.op.(type) {
	case *nn.Conv:
		kind = qConv
		if w.vals[n.in[0]].typ.Shape.Rank != 4 {
			return false
		}
		if _, fits := w.convGeometry(n); !fits || w.vals[n.out[0]].typ.Shape.Elems() == 0 {
			return false
		}
	case *nn.Gemm:
		if op.TransA || op.Alpha != 1 || op.Beta != 1 {
			return false
		}
		if !op.TransB {
			axis = 1
		}
	case *nn.MatMul:
		axis = 1
		if w.vals[n.in[0]].typ.Shape.Rank < 2 || w.vals[n.in[1]].typ.Shape.Rank != 2 {
			return false
		}
	default:
		return false
	}
	weights, ok := w.constWeights(w.use.maker[n.in[1]], axis)
	if !ok || w.vals[n.out[0]].typ.Shape.Elems() == 0 {
		return false
	}
	if id := n.operand(2); id != none && !w.addBias(weights, id) {
		return false
	}
	out := w.matmulBias(n, weights)
	return w.emitWeighted(n, &quantised{kind: kind, in: [2]qparam{x.q}, weights: weights}, out, x.id)
}

// addBias adds a constant to the bias, one for each channel or one for all.
func (w *integers) addBias(q *qweights, id int) bool {
	b, ok := w.realConst(w.use.maker, id)
	s := w.vals[id].typ.Shape
	if !ok || len(b) != len(q.bias) && len(b) != 1 || !rowVector(s) {
		return false
	}
	for c := range q.bias {
		q.bias[c] += b[c%len(b)]
	}
	return true
}

// matmulBias takes over the addition of a row after a MatMul, and returns the
// float value that the node then computes.
func (w *integers) matmulBias(n *node, q *qweights) int {
	out := n.out[0]
	if _, ok := n.op.(*nn.MatMul); !ok || w.use.reads[out] != 1 || len(w.readers[out]) != 1 {
		return out
	}
	add := w.readers[out][0]
	if _, ok := add.op.(*nn.Add); !ok || w.vals[add.out[0]].typ != w.vals[out].typ {
		return out
	}
	other := add.in[0]
	if other == out {
		other = add.in[1]
	}
	if !w.addBias(q, other) {
		return out
	}
	return add.out[0]
}

// emitWeighted appends the node, unless its sums might leave int32.
func (w *integers) emitWeighted(n *node, q *quantised, out, x int) bool {
	depth := q.weights.w.Elems() / len(q.weights.scale)
	if !(float64(depth)*255*127+q.weights.largestBias(q.in[0]) < math.MaxInt32) {
		return false
	}
	if t, ok := w.after(out); ok {
		q.out, q.lo, q.hi = t.q, t.lo, t.hi
		w.emit(n, n.op, q, t.out, x)
		return true
	}
	q.real = true
	w.emit(n, n.op, q, out, x)
	if out != n.out[0] {
		w.done[w.use.maker[out]] = true // the addition that was taken over
	}
	return true
}

// largestBias returns the largest magnitude of the bias in units of the sums.
func (q *qweights) largestBias(x qparam) float64 {
	largest := 0.0
	for c := range q.scale {
		largest = max(largest, math.Abs(q.integerBias(x, c)))
	}
	return largest
}

// integerBias is the bias of a channel in units of its sums. The unit is the
// float32 product, as quantisers have it, so that their integers come back.
func (q *qweights) integerBias(x qparam, c int) float64 {
	return math.RoundToEven(q.bias[c] / float64(x.scale*q.scale[c]))
}

// mover reports whether an operation only moves elements, or chooses among
// them by size: what it does to bytes it does to what bytes stand for.
func mover(op nn.Op) bool {
	switch op := op.(type) {
	case *nn.Reshape, *nn.Transpose, *nn.Flatten, *nn.Squeeze, *nn.Unsqueeze, *nn.Slice, *nn.Split, *nn.Gather, *nn.Identity,
		*nn.DepthToSpace, *nn.SpaceToDepth, *nn.Expand, *nn.Tile, *nn.MaxPool, *nn.GlobalMaxPool, *nn.Pad:
		return true
	case *nn.Resize:
		return op.Mode == "nearest"
	}
	return false
}

// move lets a mover work on bytes.
func (w *integers) move(n *node) bool {
	x, ok := w.bytes[n.in[0]]
	if !ok || !mover(n.op) {
		return false
	}
	in := append([]int{x.id}, n.in[1:]...)
	switch op := n.op.(type) {
	case *nn.MaxPool:
		if len(n.out) != 1 {
			return false
		}
	case *nn.GlobalMaxPool:
		return false
	case *nn.Pad:
		if in, ok = w.padBytes(op, n, x); !ok {
			return false
		}
	}
	outs := make([]int, len(n.out))
	for i, id := range n.out {
		outs[i] = none
		if id != none {
			outs[i] = w.newBytes(id)
			w.own(outs[i])
		}
	}
	e := newNode(n.name, n.op, in, outs)
	if _, ok := n.op.(*nn.MaxPool); ok && w.vals[n.in[0]].typ.Shape.Rank == 4 {
		e.q = &quantised{kind: qMaxPool}
	}
	w.nodes = append(w.nodes, e)
	for i, id := range n.out {
		if id != none {
			w.means(n, id, outs[i], x.q)
		}
	}
	return true
}

// padBytes returns the operands of a Pad on bytes: zero is the zero point.
func (w *integers) padBytes(op *nn.Pad, n *node, x qvalue) ([]int, bool) {
	in := append([]int{x.id}, n.in[1:]...)
	for len(in) < 3 {
		in = append(in, none)
	}
	if op.Mode != "constant" {
		return in[:len(n.in)], true
	}
	v := 0.0
	if in[2] != none {
		c, ok := w.realConst(w.use.maker, in[2])
		if !ok || len(c) != 1 {
			return nil, false
		}
		v = c[0]
	}
	b := x.q.quantise(v)
	if x.q.real()[b] != v {
		return nil, false
	}
	in[2] = w.addConst(n.name+"/padding", nn.Scalar(b))
	return in, true
}

// join concatenates bytes, brought to the meaning of the result first.
func (w *integers) join(n *node) bool {
	if _, ok := n.op.(*nn.Concat); !ok {
		return false
	}
	var parts []qvalue
	same := true
	for _, id := range n.in {
		b, ok := w.bytes[id]
		if !ok {
			return false
		}
		parts = append(parts, b)
		same = same && b.q == parts[0].q
	}
	t, ends := w.after(n.out[0])
	lo, hi := t.q.limits(float32(math.Inf(-1)), float32(math.Inf(1)))
	ends = ends && t.lo == lo && t.hi == hi
	if !same && !ends {
		return false
	}
	q, out := parts[0].q, none
	if ends {
		q, out = t.q, t.out
	}
	in := make([]int, len(parts))
	for i, b := range parts {
		in[i] = w.rescaled(n, b, q, n.in[i])
	}
	if out == none {
		out = w.newBytes(n.out[0])
		w.emit(n, n.op, nil, out, in...)
		w.means(n, n.out[0], out, q)
		return true
	}
	w.emit(n, n.op, nil, out, in...)
	return true
}

// rescaled returns bytes with the meaning q of those of float value v.
func (w *integers) rescaled(n *node, b qvalue, q qparam, v int) int {
	if b.q == q {
		return b.id
	}
	key := qvalue{b.id, q}
	if _, done := w.rescale[key]; !done {
		out := w.newBytes(v)
		w.tabulate(n, n.op, w.funcs[v], q, out)
		w.rescale[key] = w.resolve(out)
	}
	return w.rescale[key]
}

// average takes averages over windows of pictures.
func (w *integers) average(n *node) bool {
	op := n.op
	switch o := n.op.(type) {
	case *nn.AveragePool, *nn.GlobalAveragePool:
	case *nn.ReduceMean:
		if !w.overPicture(n, o) {
			return false
		}
		op = &nn.GlobalAveragePool{}
	default:
		return false
	}
	x, ok := w.bytes[n.in[0]]
	t, ends := w.after(n.out[0])
	if !ok || !ends || w.vals[n.in[0]].typ.Shape.Rank != 4 || w.vals[n.out[0]].typ.Shape.Elems() == 0 {
		return false
	}
	g, ok := w.poolGeometry(newNode(n.name, op, n.in[:1], n.out))
	if !ok || !g.fitsTable() || !g.everyWindowMeets() || g.taps() > 1<<22 {
		return false
	}
	w.emit(n, op, &quantised{kind: qAvgPool, in: [2]qparam{x.q}, out: t.q, lo: t.lo, hi: t.hi}, t.out, x.id)
	return true
}

// overPicture reports whether a mean is over rows and columns, which stay.
func (w *integers) overPicture(n *node, o *nn.ReduceMean) bool {
	axes := w.konst(n.operand(1))
	if !o.KeepDims || axes == nil || axes.Elems() != 2 || w.vals[n.in[0]].typ.Shape.Rank != 4 {
		return false
	}
	a, b := axes.Int(0)&3, axes.Int(1)&3 // of rank 4, negative ones too
	return min(a, b) == 2 && max(a, b) == 3
}

// pair adds, subtracts and multiplies bytes. Operands may repeat along
// dimensions of the result, as the gates of a squeeze-and-excitation do.
func (w *integers) pair(n *node) bool {
	if len(n.in) != 2 || n.in[1] == none {
		return false
	}
	q := &quantised{kind: qAdd}
	switch n.op.(type) {
	case *nn.Add, *nn.Sum, *nn.Sub:
	case *nn.Mul:
		q.kind = qMul
	default:
		return false
	}
	a, okA := w.operandBytes(n.in[0])
	b, okB := w.operandBytes(n.in[1])
	t, ends := w.after(n.out[0])
	shape := w.vals[n.out[0]].typ.Shape
	if !okA || !okB || !ends || shape.Elems() == 0 {
		return false
	}
	q.in, q.out, q.lo, q.hi = [2]qparam{a.q, b.q}, t.q, t.lo, t.hi
	if _, ok := n.op.(*nn.Sub); ok {
		q.in[1].scale = -q.in[1].scale
	}
	w.emit(n, n.op, q, t.out, w.raised(n, a.id, shape.Rank), w.raised(n, b.id, shape.Rank))
	return true
}
