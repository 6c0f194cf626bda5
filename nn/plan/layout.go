package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// nhwc is the order of storage that the kernels over pictures work on:
// stored dimension i is logical dimension nhwc[i]. nchw is its inverse.
var (
	nhwc = []int{0, 2, 3, 1}
	nchw = []int{0, 3, 1, 2}
)

// layouts decides, for every node, whether it works on values stored as NHWC.
// Kernels demand it, operations that can be permuted follow their neighbours,
// all else works in logical order.
type layouts struct {
	*program
	fixed    map[*node]bool  // decided once and for all
	decided  map[*node]bool  // has taken a side, so that its neighbours may follow
	permuted map[*node]nn.Op // what a flexible node becomes in NHWC
	maker    []*node
	readers  [][]*node
}

// assignLayouts decides the layouts, and brings values into the layout that
// their readers need.
func (p *program) assignLayouts() error {
	l := &layouts{program: p, fixed: map[*node]bool{}, decided: map[*node]bool{}, permuted: map[*node]nn.Op{}}
	for _, n := range p.nodes {
		n.nhwc = p.wantsNHWC(n)
		if n.nhwc || !l.flexible(n) {
			l.fixed[n], l.decided[n] = true, true
		}
	}
	l.follow()
	return l.apply()
}

// wantsNHWC reports whether n has kernels over NHWC.
func (p *program) wantsNHWC(n *node) bool {
	if n.q != nil {
		return n.q.overPictures()
	}
	return p.isConv2D(n) || p.isPool2D(n) || p.isTrainedNorm(n)
}

// flexible reports whether n can work on NHWC, and keeps what it becomes.
func (l *layouts) flexible(n *node) bool {
	if len(n.out) == 0 || l.vals[n.out[0]].typ.Shape.Rank != 4 {
		return false
	}
	if _, ok := n.op.(*nn.Transpose); ok {
		return true
	}
	if n.q != nil && n.q.elementwise() {
		l.permuted[n] = n.op
		return true
	}
	for _, id := range n.out {
		if id != none && l.vals[id].typ.Shape.Rank != 4 {
			return false
		}
	}
	op, ok := n.op.(nn.Permuter)
	if !ok {
		return false
	}
	l.raiseConstants(n)
	q, ok := op.Permute(nhwc, l.args(n.in))
	if ok {
		l.permuted[n] = q
	}
	return ok
}

// raiseConstants gives constants that broadcast as many dimensions as the
// result has.
func (l *layouts) raiseConstants(n *node) {
	if !broadcasts(n.op) {
		return
	}
	for i, id := range n.in {
		t := l.konst(id)
		if t == nil || t.Shape.Rank == 4 || t.Elems() == 1 && t.Shape.Rank == 0 {
			continue
		}
		s := nn.Shape{Rank: 4, Dims: [nn.MaxRank]int{1, 1, 1, 1}}
		copy(s.Dims[4-t.Shape.Rank:], t.Shape.Slice())
		n.in[i] = l.addConst(l.vals[id].name, t.Reshaped(s))
	}
}

// broadcasts reports whether all operands of an operation broadcast together.
func broadcasts(op nn.Op) bool {
	switch op.(type) {
	case *nn.Add, *nn.Sub, *nn.Mul, *nn.Div, *nn.Pow, *nn.Max, *nn.Min, *nn.Sum, *nn.Mean, *nn.PRelu, *nn.Where:
		return true
	}
	return false
}

// neutral reports whether both layouts of a shape are the same in memory.
func neutral(logical nn.Shape) bool {
	return logical.Rank != 4 || logical.Dims[1] == 1 || logical.Dims[2]*logical.Dims[3] == 1
}

// maxRounds bounds how often flexible nodes reconsider.
const maxRounds = 8

// follow lets flexible nodes take the layout that saves the most conversions.
// At first a node heeds only neighbours that have taken a side, so that the
// demands of the kernels spread through whole groups of flexible nodes; what
// is left undecided stays in logical order, and then all reconsider.
func (l *layouts) follow() {
	l.maker = l.usage().maker
	l.readers = make([][]*node, len(l.vals))
	for _, n := range l.nodes {
		for _, id := range n.operands() {
			l.readers[id] = append(l.readers[id], n)
		}
	}
	for range maxRounds {
		if !l.round() {
			break
		}
	}
	for _, n := range l.nodes {
		l.decided[n] = true
	}
	for range maxRounds {
		if !l.round() {
			break
		}
	}
}

// round visits all nodes there and back, and reports whether any changed.
func (l *layouts) round() (changed bool) {
	for _, n := range l.nodes {
		changed = l.reconsider(n) || changed
	}
	for _, n := range slices.Backward(l.nodes) {
		changed = l.reconsider(n) || changed
	}
	return changed
}

func (l *layouts) reconsider(n *node) (changed bool) {
	if l.fixed[n] {
		return false
	}
	votes := l.votes(n)
	if votes == 0 {
		return false
	}
	changed = !l.decided[n] || n.nhwc != (votes > 0)
	n.nhwc, l.decided[n] = votes > 0, true
	return changed
}

// votes counts the elements that would be converted if n worked in logical
// order, less those if it worked on NHWC. Transposes read any layout.
func (l *layouts) votes(n *node) (votes int) {
	count := func(id int, other *node) {
		v := &l.vals[id]
		switch {
		case neutral(v.logical) || other != nil && !l.decided[other]:
		case other != nil && other.nhwc:
			votes += v.logical.Elems()
		default:
			votes -= v.logical.Elems()
		}
	}
	if _, ok := n.op.(*nn.Transpose); !ok {
		for _, id := range n.in {
			if id != none && l.vals[id].konst == nil {
				count(id, l.maker[id])
			}
		}
	}
	for _, id := range n.out {
		if id == none {
			continue
		}
		for _, r := range l.readers[id] {
			if _, ok := r.op.(*nn.Transpose); !ok {
				count(id, r)
			}
		}
		if len(l.readers[id]) == 0 {
			count(id, nil)
		}
	}
	return votes
}

// apply rewrites nodes and values to the layouts decided.
func (l *layouts) apply() error {
	nodes := l.nodes
	l.nodes = nil
	other := map[int]int{} // value → the same in the other layout
	for _, n := range nodes {
		if t, ok := n.op.(*nn.Transpose); ok && l.vals[n.out[0]].typ.Shape.Rank == 4 {
			l.transpose(n, t)
			l.nodes = append(l.nodes, n)
			continue
		}
		for i, id := range n.in {
			if id != none {
				n.in[i] = l.inLayout(n, id, l.layoutOf(n, i), other)
			}
		}
		if n.res != none {
			n.res = l.inLayout(n, n.res, n.nhwc, other)
		}
		if n.nhwc {
			if op, ok := l.permuted[n]; ok {
				n.op = op
			}
			for _, id := range n.out {
				if id != none {
					l.store(id)
				}
			}
		}
		l.nodes = append(l.nodes, n)
	}
	for i, o := range l.outputs {
		l.outputs[i].val = l.inLayout(nil, o.val, false, other)
	}
	return nil
}

// layoutOf says whether n reads operand i as NHWC. The weights of
// convolutions are packed from their logical order.
func (l *layouts) layoutOf(n *node, i int) bool {
	return n.nhwc && (i == 0 || l.permuted[n] != nil) && l.vals[n.in[i]].logical.Rank == 4
}

// store marks a value, if it is a picture, as stored in NHWC.
func (l *layouts) store(id int) {
	v := &l.vals[id]
	if v.logical.Rank != 4 {
		return
	}
	v.nhwc = true
	v.typ.Shape = permute(v.logical, nhwc)
}

func permute(s nn.Shape, perm []int) nn.Shape {
	out := nn.Shape{Rank: s.Rank}
	for i, d := range perm {
		out.Dims[i] = s.Dims[d]
	}
	return out
}

// inLayout returns the value stored as asked, made by a conversion before n
// where need be.
func (l *layouts) inLayout(n *node, id int, asNHWC bool, other map[int]int) int {
	v := l.vals[id]
	if v.nhwc == asNHWC || v.logical.Rank != 4 {
		return id
	}
	if c, ok := other[id]; ok {
		return c
	}
	perm, name := nchw, v.name+"/nchw"
	if asNHWC {
		perm, name = nhwc, v.name+"/nhwc"
	}
	t := &nn.Transpose{Perm: perm}
	shape := permute(v.typ.Shape, perm)
	c := l.add(value{name: name, typ: nn.Type{DType: v.typ.DType, Shape: shape, Bound: v.typ.Bound}, logical: v.logical, nhwc: asNHWC})
	other[id] = c
	if v.konst != nil {
		r := &nn.Run{In: []*nn.Tensor{v.konst}, Out: []*nn.Tensor{nn.NewTensor(v.typ.DType, shape)}}
		if err := t.Forward(r); err == nil { // a transpose of any data works
			l.vals[c].konst = r.Out[0]
			return c
		}
	}
	conv := newNode(name, t, []int{id}, []int{c})
	conv.nhwc = asNHWC
	l.nodes = append(l.nodes, conv)
	return c
}

// transpose reads its operand as it is stored and writes its result as its
// readers like it, unless the other way moves nothing at all.
func (l *layouts) transpose(n *node, t *nn.Transpose) {
	in := &l.vals[n.in[0]]
	perm := fullPerm(t.Perm, 4)
	compose := func(asNHWC bool) []int {
		p := make([]int, 4)
		for j := range p {
			d := j
			if asNHWC {
				d = nhwc[j]
			}
			d = perm[d]
			if in.nhwc {
				d = slices.Index(nhwc, d)
			}
			p[j] = d
		}
		return p
	}
	for _, asNHWC := range [...]bool{n.nhwc, !n.nhwc} {
		if !moves(in.typ.Shape, compose(asNHWC)) {
			n.nhwc = asNHWC
			break
		}
	}
	n.op = &nn.Transpose{Perm: compose(n.nhwc)}
	if n.nhwc {
		l.store(n.out[0])
	}
}
