package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// rectifier is an activation from whose result it can be told what of a
// gradient it passes on: a Relu, a LeakyRelu, or a Clip from zero as in a
// ReLU6. At its upper limit, which it has reached or passed, it passes nothing.
type rectifier struct {
	slope float32 // of what is below zero; 1: it is left as it is
	hi    float32 // what is above becomes this; +Inf: none
}

// rectifies reports whether r changes anything.
func (r rectifier) rectifies() bool { return r.slope != 1 || r.hi != -noLimit }

// rectifierOf returns the rectifier that n is.
func (p *program) rectifierOf(n *node) (rectifier, bool) {
	if op, ok := n.op.(*nn.LeakyRelu); ok {
		return rectifier{op.Alpha, -noLimit}, op.Alpha >= 0 && op.Alpha < 1
	}
	lo, hi, ok := p.clampOf(n)
	return rectifier{0, hi}, ok && lo == 0 && hi > 0
}

// joinRectifiers lets a batch normalisation that trains, and that nothing but
// a rectifier reads, rectify what it writes.
func (p *program) joinRectifiers() {
	u := p.usage()
	for _, n := range p.nodes {
		r, ok := p.rectifierOf(n)
		if !ok || n.in[0] == none {
			continue
		}
		norm := u.only(n.in[0])
		if norm == nil {
			continue
		}
		if p.normTrains(norm) && !norm.hasEpilogue() {
			norm.lo, norm.hi, norm.slope = 0, r.hi, r.slope
			p.absorb(norm, n)
		}
	}
	p.sweep()
	p.order()
}

// rectifier returns what is joined to a batch normalisation that trains.
func (n *node) rectifier() rectifier {
	if n.lo != 0 {
		return rectifier{1, -noLimit}
	}
	return rectifier{n.slope, n.hi}
}

func (l *trainLowering) rectifierBackward(i int, n *node, r rectifier) {
	l.keep(i, n.out[0])
	l.pass(n, n.in[0], n.out[0], r)
}

// noLimit is what limits no result from below, and its negative none from
// above.
var noLimit = float32(math.Inf(-1))
