package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// integers turns a graph with quantise–dequantise pairs into one that
// computes on bytes. What an operation reads are dequantised bytes, and what
// it gives is quantised again: between the two lie only integers and one
// rounding. Operations without an integer form keep the pairs about them.
//
// The pass writes the nodes anew, in order. A node that an integer one takes
// the place of is kept until nothing reads it, for others may want its float.
type integers struct {
	*program
	use     *usage
	readers [][]*node
	nodes   []*node           // the new list
	owned   map[int]bool      // bytes: stored as uint8 whatever the graph says
	done    map[*node]bool    // taken over by one before it
	alias   map[int]int       // bytes that are the same as others
	bytes   map[int]qvalue    // float value → the bytes that it is the meaning of
	funcs   map[int]*function // float value → the function of one byte that it is
	roots   map[int]*function // bytes made by a table → that table
	rescale map[qvalue]int    // bytes and another meaning → bytes with that meaning
}

// qvalue is a value stored as bytes, and what they mean.
type qvalue struct {
	id int
	q  qparam
}

// function is a value as a function of the bytes of another: of real numbers,
// or of bytes.
type function struct {
	of    int
	real  *[256]float64
	table *[256]uint8
}

// integerise rewrites the program, if anything in it is quantised.
func (p *program) integerise() {
	p.unfoldIntegerForms()
	quantised := false
	for _, n := range p.nodes {
		_, ok := n.op.(*nn.QuantizeLinear)
		quantised = quantised || ok
	}
	if !quantised {
		return
	}
	w := &integers{program: p, use: p.usage(), readers: make([][]*node, len(p.vals)), owned: map[int]bool{}, done: map[*node]bool{},
		alias: map[int]int{}, bytes: map[int]qvalue{}, funcs: map[int]*function{}, roots: map[int]*function{}, rescale: map[qvalue]int{}}
	for _, n := range p.nodes {
		for _, id := range n.operands() {
			w.readers[id] = append(w.readers[id], n)
		}
	}
	for _, in := range p.inputs {
		w.owned[in.val] = p.vals[in.val].typ.DType == nn.Uint8
	}
	for _, n := range p.nodes {
		w.node(n)
	}
	for i, o := range p.outputs {
		p.outputs[i].val = w.resolve(o.val)
	}
	p.nodes = w.nodes
	p.order()
	p.prune()
}

func (w *integers) resolve(id int) int {
	if to, ok := w.alias[id]; ok {
		return to
	}
	return id
}

// node appends n or what takes its place.
func (w *integers) node(n *node) {
	if w.done[n] {
		return
	}
	switch n.op.(type) {
	case *nn.QuantizeLinear:
		w.quantise(n)
		return
	case *nn.DequantizeLinear:
		w.dequantise(n)
		return
	}
	if len(n.in) > 0 && n.in[0] != none && len(n.out) > 0 && n.out[0] != none && w.vals[n.out[0]].typ.DType == nn.Float32 {
		if !w.function(n) && (w.weighted(n) || w.move(n) || w.interpolate(n) || w.join(n) || w.average(n) || w.pair(n) || w.softmax(n) || w.slopes(n)) {
			return
		}
	}
	w.nodes = append(w.nodes, n)
}

// emit appends an integer node that makes the bytes out.
func (w *integers) emit(n *node, op nn.Op, q *quantised, out int, in ...int) {
	e := newNode(n.name, op, in, []int{out})
	e.q = q
	w.nodes = append(w.nodes, e)
	if q == nil || !q.real && q.kind != qDequantise {
		w.own(out)
	}
}

func (w *integers) own(id int) {
	w.owned[id] = true
	w.vals[id].typ.DType = nn.Uint8
}

// newBytes adds a value for the bytes of a float value.
func (w *integers) newBytes(of int) int {
	v := w.vals[of]
	return w.add(value{name: v.name + "/bytes", typ: nn.Type{DType: nn.Uint8, Shape: v.typ.Shape}, logical: v.logical})
}

// quantise makes the bytes of a Q node by the cheapest of three ways: an
// integer operation has made them already, they are a table of other bytes,
// or they are divided out.
func (w *integers) quantise(n *node) {
	out := n.out[0]
	if w.owned[out] {
		return
	}
	q, ok := w.quantises(n)
	if !ok {
		w.nodes = append(w.nodes, n)
		return
	}
	if f := w.funcs[n.in[0]]; f != nil {
		w.tabulate(n, w.before(n), f, q, out)
		return
	}
	w.emit(n, n.op, &quantised{kind: qQuantise, out: q, lo: -float32(q.zero), hi: float32(255 - q.zero)}, out, n.in[0])
}

// quantises returns the parameters of a Q node whose bytes may be stored as
// uint8: everything that reads them takes them for the same real numbers.
func (w *integers) quantises(n *node) (qparam, bool) {
	q, signed, ok := w.qparamOf(n)
	if !ok || w.vals[n.in[0]].typ.DType != nn.Float32 {
		return q, false
	}
	out := n.out[0]
	reads := len(w.readers[out])
	for _, r := range w.readers[out] {
		_, isDQ := r.op.(*nn.DequantizeLinear)
		rq, rs, fits := w.qparamOf(r)
		if !isDQ || !fits || rq != q || rs != signed || r.in[0] != out {
			return q, false
		}
	}
	// What is left is to be an output of the graph, which only uint8 may.
	return q, reads == w.use.reads[out] || !signed
}

// tabulate makes bytes of other bytes by a table. One that changes nothing
// is no node: its readers read the original. op is what the table is reported as.
func (w *integers) tabulate(n *node, op nn.Op, f *function, q qparam, out int) {
	var t [256]uint8
	same := true
	for i, x := range f.real {
		t[i] = q.quantise(x)
		same = same && t[i] == uint8(i)
	}
	if same {
		w.own(out)
		w.alias[out] = f.of
		return
	}
	w.roots[out] = &function{of: f.of, table: &t}
	w.emit(n, op, &quantised{kind: qTable, out: q, table: &t}, out, f.of)
}

// before returns the operation before a Q node, which a table for it does.
func (w *integers) before(n *node) nn.Op {
	if m := w.use.maker[n.in[0]]; m != nil {
		return m.op
	}
	return n.op
}

// dequantise notes what the result of a DQ node means. The node stays for who
// needs the float.
func (w *integers) dequantise(n *node) {
	in, out := w.resolve(n.in[0]), n.out[0]
	q, _, ok := w.qparamOf(n)
	if t := w.konst(in); t != nil && t.DType == nn.Uint8 {
		w.owned[n.in[0]] = true // a constant operand of an addition, say
	}
	if !ok || !w.owned[n.in[0]] || w.vals[out].typ.DType != nn.Float32 {
		w.nodes = append(w.nodes, n)
		return
	}
	w.means(n, out, in, q)
}

// means records that a float value, a result of n, is the meaning of bytes,
// and appends the node that makes it for who needs the float.
func (w *integers) means(n *node, v, bytes int, q qparam) {
	w.emit(n, &nn.DequantizeLinear{}, &quantised{kind: qDequantise, in: [2]qparam{q}}, v, bytes)
	w.bytes[v] = qvalue{bytes, q}
	f := &function{of: bytes, real: q.real()}
	if r := w.roots[bytes]; r != nil { // through the table, to what that is made of
		var real [256]float64
		for i, b := range r.table {
			real[i] = f.real[b]
		}
		f = &function{of: r.of, real: &real}
	}
	w.funcs[v] = f
}

// function finds out whether the result of n is a function of one byte, and
// which. Then a table serves, made where it is quantised.
func (w *integers) function(n *node) bool {
	if len(n.out) != 1 || !pointwise(n.op) {
		return false
	}
	of := none
	var args []nn.Arg
	for _, id := range n.in {
		a, f := nn.Arg{}, (*function)(nil)
		if id != none {
			f = w.funcs[id]
		}
		switch {
		case id == none:
		case f != nil && w.vals[id].typ.Shape == w.vals[n.out[0]].typ.Shape && (of == none || of == f.of):
			of = f.of
			a.Const = nn.T(f.real[:], 256)
		default:
			v, ok := w.realConst(w.use.maker, id)
			if !ok || len(v) != 1 {
				return false
			}
			a.Const = nn.Scalar(v[0])
		}
		if a.Const != nil {
			a.Type = nn.Type{DType: nn.Float64, Shape: a.Const.Shape}
		}
		args = append(args, a)
	}
	if of == none {
		return false
	}
	types, err := n.op.Infer(args, 1)
	if err != nil || types[0] != (nn.Type{DType: nn.Float64, Shape: nn.S(256)}) {
		return false
	}
	out, err := forward(n, args, types)
	if err != nil {
		return false
	}
	w.funcs[n.out[0]] = &function{of: of, real: (*[256]float64)(out[0].F64())}
	return true
}

// pointwise reports whether an operation treats each element by itself, alike.
func pointwise(op nn.Op) bool {
	switch op.(type) {
	case *nn.Relu, *nn.LeakyRelu, *nn.PRelu, *nn.Clip, *nn.Sigmoid, *nn.HardSigmoid, *nn.HardSwish, *nn.Tanh, *nn.Elu, *nn.Selu,
		*nn.Celu, *nn.ThresholdedRelu, *nn.Swish, *nn.Mish, *nn.Gelu, *nn.Softplus, *nn.Softsign, *nn.Shrink, *nn.Exp, *nn.Log,
		*nn.Sqrt, *nn.Reciprocal, *nn.Erf, *nn.Abs, *nn.Neg, *nn.Add, *nn.Sub, *nn.Mul, *nn.Div, *nn.Max, *nn.Min, *nn.Pow:
		return true
	}
	return false
}

// target is where the result of a node goes when it is quantised next: the
// bytes and their meaning, and the limits of activations on the way.
type target struct {
	out    int
	q      qparam
	lo, hi float32
}

// after returns the target of a float value that nothing else reads.
func (w *integers) after(id int) (t target, ok bool) {
	t.lo, t.hi = float32(math.Inf(-1)), float32(math.Inf(1))
	for {
		if w.use.reads[id] != 1 || len(w.readers[id]) != 1 {
			return t, false
		}
		r := w.readers[id][0]
		if _, isQ := r.op.(*nn.QuantizeLinear); isQ && r.in[0] == id {
			t.out = r.out[0]
			t.q, ok = w.quantises(r)
			t.lo, t.hi = t.q.limits(t.lo, t.hi)
			return t, ok
		}
		lo, hi, isClamp := w.clampOf(r)
		if !isClamp || r.in[0] != id || w.vals[r.out[0]].typ.DType != nn.Float32 {
			return t, false
		}
		t.lo, t.hi = min(max(t.lo, lo), hi), min(max(t.hi, lo), hi)
		id = r.out[0]
	}
}
