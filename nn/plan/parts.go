package plan

import "github.com/ocellus-vision/ocellus/nn"

// part says that a picture lies among the channels of another, the whole: that
// is what becomes of most operands of Concat and results of Split, which then
// take no step. Convolutions and poolings write and read pixels of a part as far
// apart as those of the whole; what knows no such distance keeps its operands and
// results by themselves.
type part struct {
	whole int // whose home is the part's
	at    int // bytes from a pixel of the whole to the part's
}

// findParts decides which values are parts.
func (l *lowering) findParts() {
	l.parts = map[int]part{}
	use := l.usage()
	readers := make([][]*node, len(l.vals))
	for _, n := range l.nodes {
		for _, id := range n.operands() {
			readers[id] = append(readers[id], n)
		}
	}
	mayLie := func(id int) bool {
		_, taken := l.parts[id]
		if taken || use.reads[id] != len(readers[id]) || l.konst(id) != nil { // an output of the graph lies by itself
			return false
		}
		for _, r := range readers[id] {
			if !l.readsParts(r, id) {
				return false
			}
		}
		return true
	}
	for _, n := range l.nodes { // operands that have a place of their own, before what is split off them
		whole, pieces, _ := l.joined(n)
		if _, ok := n.op.(*nn.Concat); !ok || !l.alongChannels(n) {
			continue
		}
		for _, p := range pieces {
			if m := use.maker[p.id]; m != nil && l.writesParts(m) && mayLie(p.id) {
				l.parts[p.id] = part{whole, p.at}
			}
		}
	}
	for _, n := range l.nodes {
		whole, pieces, _ := l.joined(n)
		if _, ok := n.op.(*nn.Split); !ok || !l.alongChannels(n) {
			continue
		}
		for _, p := range pieces {
			if mayLie(p.id) {
				l.parts[p.id] = l.place(p, whole)
			}
		}
	}
}

// place is where part p of a value lies, which may itself be a part.
func (l *lowering) place(p joinPart, whole int) part {
	if of, ok := l.parts[whole]; ok {
		return part{of.whole, of.at + p.at}
	}
	return part{whole, p.at}
}

// lies reports whether part p of a value is where it belongs.
func (l *lowering) lies(p joinPart, whole int) bool {
	at, ok := l.parts[p.id]
	return ok && at == l.place(p, whole)
}

// hasNoStep reports whether n joins or splits parts that all lie where they
// belong.
func (l *lowering) hasNoStep(n *node) bool {
	whole, pieces, _ := l.joined(n)
	for _, p := range pieces {
		if !l.lies(p, whole) {
			return false
		}
	}
	return whole != none
}

// alongChannels reports whether n joins or splits the channels of pictures.
func (l *lowering) alongChannels(n *node) bool {
	whole, _, axis := l.joined(n)
	return whole != none && axis == 3 && l.vals[whole].nhwc && l.vals[whole].typ.Shape.Elems() <= 1<<29
}

// writesParts reports whether the result of n may be a part. A residual is read
// as the result is written, and is none.
func (l *lowering) writesParts(n *node) bool {
	if n.q != nil {
		return n.q.kind == qConv || l.poolsBytes(n)
	}
	return l.isConv2D(n) && n.res == none || l.isPool2D(n)
}

// readsParts reports whether n may read value id where it is a part.
func (l *lowering) readsParts(n *node, id int) bool {
	if n.res == id {
		return false
	}
	if l.alongChannels(n) {
		return true
	}
	if _, ok := n.op.(*nn.Conv); ok {
		return (n.q != nil || l.isConv2D(n)) && !l.takesRows(n)
	}
	return n.q != nil && l.poolsBytes(n) || l.isPool2D(n)
}

// pitch is how many bytes lie from pixel to pixel of a picture stored as NHWC.
func (l *lowering) pitch(id int) int {
	if p, ok := l.parts[id]; ok {
		id = p.whole
	}
	t := l.vals[id].typ
	return t.Shape.Dims[t.Shape.Rank-1] * t.DType.Size()
}

// zerosBefore makes the taps of g that fall on padding read a row that lies
// before x, or before what x is a part of. It returns the bytes of the row.
func (l *lowering) zerosBefore(g *geometry, x int) int {
	n := aligned(g.channels * g.size)
	g.zeros = n + l.parts[x].at
	l.needPrefix(x, n)
	return n
}
