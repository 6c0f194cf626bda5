package plan

import (
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// fuse folds into convolutions and products what follows them: normalisation
// and scaling by constants into the weights, a bias, a residual and a clamp
// into the epilogue; and the padding before them into theirs.
func (p *program) fuse() {
	p.joinSwish()
	p.foldPads()
	p.foldAffine()
	p.fuseEpilogues()
	p.order()
	p.prune()
}

// isConv reports whether n is a float32 convolution with constant weights and
// bias, of any number of dimensions.
func (p *program) isConv(n *node) bool {
	_, ok := n.op.(*nn.Conv)
	return ok && n.q == nil && p.constFloat(n.in[1]) && (n.operand(2) == none || p.constFloat(n.in[2])) && !n.hasEpilogue()
}

// isConv2D reports whether the kernels over NHWC can compute n: isConv over
// pictures.
func (p *program) isConv2D(n *node) bool {
	_, ok := n.op.(*nn.Conv)
	if !ok || n.q != nil || p.konst(n.in[0]) != nil || p.vals[n.in[0]].logical.Rank != 4 || !p.weightFloat(n.in[1]) ||
		n.operand(2) != none && !p.weightFloat(n.in[2]) || p.vals[n.out[0]].logical.Elems() == 0 {
		return false
	}
	_, ok = p.convGeometry(n)
	return ok
}

// isDepthwise reports whether n, which isConv2D, convolves each channel by
// itself.
func (p *program) isDepthwise(n *node) bool {
	group := n.op.(*nn.Conv).Group
	return group > 1 && group == p.vals[n.in[0]].logical.Dims[1] && group == p.vals[n.in[1]].logical.Dims[0]
}

// isDense reports whether the matrix kernels can compute n: a product of
// float32 rows with a constant matrix, plus at most a constant row.
func (p *program) isDense(n *node) bool {
	if n.q != nil || len(n.in) < 2 || n.in[0] == none || p.konst(n.in[0]) != nil || !p.constFloat(n.in[1]) || p.vals[n.out[0]].typ.Shape.Elems() == 0 {
		return false
	}
	b := p.vals[n.in[1]].typ.Shape
	if b.Rank != 2 || b.Elems() == 0 || p.vals[n.in[0]].typ.Shape.Elems() > 1<<29 {
		return false
	}
	switch op := n.op.(type) {
	case *nn.MatMul:
		return p.vals[n.in[0]].typ.Shape.Rank >= 2 && (n.operand(2) == none || p.constFloat(n.in[2]))
	case *nn.Gemm:
		c := n.operand(2)
		return !op.TransA && (c == none || p.constFloat(c) && rowVector(p.vals[c].typ.Shape))
	}
	return false
}

// rowVector reports whether s broadcasts along rows alone: no extent but the
// last is above 1.
func rowVector(s nn.Shape) bool {
	return s.Rank == 0 || s.Elems() == s.Dims[s.Rank-1]
}

func (p *program) constFloat(id int) bool {
	t := p.konst(id)
	return t != nil && t.DType == nn.Float32
}

// weightFloat reports whether a value is a constant of floats, or a parameter
// in training.
func (p *program) weightFloat(id int) bool {
	_, param := p.params[id]
	return param || p.constFloat(id)
}

func (n *node) hasEpilogue() bool {
	return n.res != none || n.act != nil || n.clamps()
}

func (n *node) clamps() bool {
	return !math.IsInf(float64(n.lo), -1) || !math.IsInf(float64(n.hi), 1)
}

// absorb makes n compute what after computed from its result, and drops after.
func (p *program) absorb(n, after *node) {
	n.fused = append(append(n.fused, n.name), after.fused...)
	n.name = after.name
	n.out = after.out
	after.out = nil
}

// sweep drops absorbed nodes.
func (p *program) sweep() {
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return n.out == nil })
}

// foldPads moves zero padding of pictures into the convolution that follows.
func (p *program) foldPads() {
	u := p.usage()
	for _, n := range p.nodes {
		conv, ok := n.op.(*nn.Conv)
		if !ok || !p.isConv2D(n) {
			continue
		}
		pad := u.only(n.in[0])
		if pad == nil {
			continue
		}
		add, ok := p.spatialPads(pad)
		if !ok {
			continue
		}
		w, err := conv.Window(p.vals[n.in[0]].typ.Shape, p.vals[n.in[1]].typ.Shape)
		if err != nil {
			continue
		}
		c := *conv
		c.AutoPad, c.Pads = "NOTSET", make([]int, 4)
		for i := range 2 {
			c.Pads[i] = w.Axis[i].Begin + add[i]
			c.Pads[2+i] = w.Axis[i].End + add[2+i]
		}
		n.op = &c
		n.in[0] = pad.in[0]
		n.fused = append(n.fused, pad.name)
		pad.out = nil
	}
	p.sweep()
}

// spatialPads returns the rows and columns that n pads a picture with, where
// that is all it does: zeros, none of them negative.
func (p *program) spatialPads(n *node) (pads [4]int, ok bool) {
	op, isPad := n.op.(*nn.Pad)
	if !isPad || op.Mode != "constant" || p.vals[n.in[0]].typ.Shape.Rank != 4 || n.operand(3) != none {
		return pads, false
	}
	if v := n.operand(2); v != none && (p.konst(v) == nil || p.konst(v).Elems() != 1 || p.konst(v).Float(0) != 0) {
		return pads, false
	}
	t := p.konst(n.operand(1))
	if t == nil || t.Elems() != 8 {
		return pads, false
	}
	all := t.Ints()
	if slices.Min(all) < 0 || all[0]|all[1]|all[4]|all[5] != 0 {
		return pads, false
	}
	return [4]int{all[2], all[3], all[6], all[7]}, true
}

// fuseEpilogues gives convolutions and products a residual and a clamp.
func (p *program) fuseEpilogues() {
	u := p.usage()
	for _, n := range p.nodes {
		if len(n.out) == 0 || !(p.isConv2D(n) || p.isDense(n) || n.scalesSums()) {
			continue
		}
		for {
			after := p.soleReader(u, n)
			if after == nil || !(p.fuseResidual(u, n, after) || p.fuseClamp(n, after) || p.fuseActivation(n, after)) {
				break
			}
			for _, id := range n.out {
				u.maker[id] = n
			}
		}
	}
	p.sweep()
}

// soleReader returns the node that alone reads n's result.
func (p *program) soleReader(u *usage, n *node) *node {
	id := n.out[0]
	if u.reads[id] != 1 || u.reader[id] == nil {
		return nil
	}
	return u.reader[id]
}

// fuseResidual takes over an addition of a value of the same shape.
func (p *program) fuseResidual(u *usage, n, after *node) bool {
	if k, _, ok := binaryOp(after.op); !ok || k != kernels.AddF32 || len(after.in) != 2 || n.hasEpilogue() || n.q != nil {
		return false
	}
	other := after.in[0]
	if other == n.out[0] {
		other = after.in[1]
	}
	if _, ok := n.op.(*nn.Conv); ok && p.isDepthwise(n) {
		return false // whose kernels have no residual
	}
	if other == n.out[0] || p.konst(other) != nil || p.vals[other].typ != p.vals[n.out[0]].typ {
		return false
	}
	if p.dependsOn(u, other, n) {
		return false
	}
	n.res = other
	p.absorb(n, after)
	u.reader[other] = n
	return true
}

// dependsOn reports whether a value is computed from n's result, which would
// make a cycle of the fusion. It gives up, and says so, after many nodes.
func (p *program) dependsOn(u *usage, id int, n *node) bool {
	seen := map[int]bool{}
	stack := []int{id}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[id] {
			continue
		}
		if seen[id] = true; len(seen) > 1<<12 {
			return true
		}
		m := u.maker[id]
		if m == n {
			return true
		}
		if m != nil {
			stack = append(stack, m.operands()...)
		}
	}
	return false
}

// fuseClamp takes over an activation that limits to a range.
func (p *program) fuseClamp(n, after *node) bool {
	lo, hi, ok := p.clampOf(after)
	if !ok || n.act != nil || after.in[0] != n.out[0] {
		return false
	}
	// A second clamp applies to the first's result.
	n.lo = min(max(n.lo, lo), hi)
	n.hi = min(max(n.hi, lo), hi)
	p.absorb(n, after)
	return true
}

// clampOf returns the range that n limits float32 values to, if that is what
// it does.
func (p *program) clampOf(n *node) (lo, hi float32, ok bool) {
	lo, hi = float32(math.Inf(-1)), float32(math.Inf(1))
	if n.q != nil {
		return 0, 0, false
	}
	switch n.op.(type) {
	case *nn.Relu:
		return 0, hi, true
	case *nn.Clip:
		for i, limit := range [...]*float32{&lo, &hi} {
			id := n.operand(1 + i)
			if id == none {
				continue
			}
			if !p.constFloat(id) {
				return 0, 0, false
			}
			*limit = p.konst(id).F32()[0]
		}
		return min(lo, hi), hi, lo == lo && hi == hi
	}
	return 0, 0, false
}
