package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// joinStep copies rows between a whole and its parts: Concat and Split.
type joinStep struct {
	row    *kernels.MoveI8
	whole  int
	pieces []joinPart
	rows   int // of the whole, and of each part
	size   int // bytes of a row of the whole
	split  bool
}

// joinPart is a part that lies at byte at of each row of the whole.
type joinPart struct{ id, at, size int }

// join returns the step for a Concat or Split, or nil.
func (l *lowering) join(n *node) (step, StepInfo) {
	if n.q != nil || len(n.in) == 0 || len(n.out) == 0 {
		return nil, StepInfo{}
	}
	s := &joinStep{row: l.rows.moveI8}
	axis, ids := 0, n.in
	switch op := n.op.(type) {
	case *nn.Concat:
		s.whole, axis = n.out[0], op.Axis
	case *nn.Split:
		s.whole, s.split, axis, ids = n.in[0], true, op.Axis, n.out
	default:
		return nil, StepInfo{}
	}
	t := l.vals[s.whole].typ
	axis, ok := nn.Axis(axis, t.Shape.Rank)
	if !ok || t.Bound || t.Shape.Elems() == 0 || l.konst(s.whole) != nil {
		return nil, StepInfo{}
	}
	s.rows = 1
	for _, extent := range t.Shape.Slice()[:axis] {
		s.rows *= extent
	}
	s.size = t.Shape.Elems() / s.rows * t.DType.Size()
	at := 0
	for _, id := range ids {
		if id == none || l.vals[id].typ.Bound {
			return nil, StepInfo{}
		}
		part := l.vals[id].typ
		size := part.Shape.Elems() / s.rows * part.DType.Size()
		s.pieces = append(s.pieces, joinPart{id, at, size})
		at += size
	}
	return s, StepInfo{Kernel: "move"}
}

type joinExec struct {
	infallible
	*joinStep
	pwhole unsafe.Pointer
	pparts []unsafe.Pointer
}

func (s *joinStep) bind(m *binder) exec {
	e := &joinExec{joinStep: s, pwhole: m.pointer(s.whole)}
	for _, p := range s.pieces {
		e.pparts = append(e.pparts, m.pointer(p.id))
	}
	return e
}

func (e *joinExec) parts() int { return len(e.pieces) }

func (e *joinExec) run(args *kernelArgs, i int) {
	part := e.pieces[i]
	if part.size == 0 {
		return
	}
	whole := unsafe.Add(e.pwhole, part.at)
	a := &args.copyRows
	*a = kernels.CopyRowsArgs{Dst: whole, LDD: e.size, A: e.pparts[i], LDA: part.size, Rows: e.rows, N: part.size}
	if e.split {
		a.Dst, a.LDD, a.A, a.LDA = e.pparts[i], part.size, whole, e.size
	}
	if e.rows == 1 {
		copy(unsafe.Slice((*byte)(a.Dst), a.N), unsafe.Slice((*byte)(a.A), a.N))
		return
	}
	e.row.CopyRows(a)
}

// operands are read where they lie, constants too.
func (s *joinStep) operands() (ids []int) {
	if s.split {
		return []int{s.whole}
	}
	for _, p := range s.pieces {
		ids = append(ids, p.id)
	}
	return ids
}
