package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// simplify removes what does nothing: views that keep the shape, transposes
// that cancel, results that nobody reads.
func (p *program) simplify() {
	p.dropIdentities()
	p.mergeTransposes()
	p.dropIdentities()
	p.prune()
}

// dropIdentities lets readers of an unchanged value read the original.
func (p *program) dropIdentities() {
	alias := map[int]int{}
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool {
		for i, id := range n.in {
			if to, ok := alias[id]; ok {
				n.in[i] = to
			}
		}
		if p.unchanged(n) {
			alias[n.out[0]] = n.in[0]
			return true
		}
		return false
	})
	for i, o := range p.outputs {
		if to, ok := alias[o.val]; ok {
			p.outputs[i].val = to
		}
	}
}

func (p *program) unchanged(n *node) bool {
	if n.q != nil || len(n.in) == 0 || n.in[0] == none || len(n.out) != 1 {
		return false
	}
	if p.vals[n.in[0]].typ != p.vals[n.out[0]].typ {
		return false
	}
	v, ok := n.op.(nn.Viewer)
	return ok && v.View(p.args(n.in))
}

// moves reports whether a transpose of that shape moves any element: the
// order of the dimensions larger than 1 changes.
func moves(s nn.Shape, perm []int) bool {
	last := -1
	for _, d := range fullPerm(perm, s.Rank) {
		if s.Dims[d] == 1 {
			continue
		}
		if d < last {
			return true
		}
		last = d
	}
	return false
}

// fullPerm spells out the default, which reverses the dimensions.
func fullPerm(perm []int, rank int) []int {
	if perm != nil {
		return perm
	}
	full := make([]int, rank)
	for i := range full {
		full[i] = rank - 1 - i
	}
	return full
}

// mergeTransposes makes one transpose of two in a row.
func (p *program) mergeTransposes() {
	maker := p.usage().maker
	for _, n := range p.nodes {
		t, ok := n.op.(*nn.Transpose)
		if !ok || n.in[0] == none {
			continue
		}
		before := maker[n.in[0]]
		if before == nil {
			continue
		}
		b, ok := before.op.(*nn.Transpose)
		if !ok {
			continue
		}
		rank := p.vals[n.in[0]].typ.Shape.Rank
		outer, inner := fullPerm(t.Perm, rank), fullPerm(b.Perm, rank)
		perm := make([]int, rank)
		for i := range perm {
			perm[i] = inner[outer[i]]
		}
		n.op = &nn.Transpose{Perm: perm}
		n.in = []int{before.in[0]}
		n.fused = append(n.fused, before.name)
	}
}
