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
	pitch  int // bytes from row to row of the whole
	split  bool
}

// joinPart is a part that lies at byte at of each row of the whole.
type joinPart struct {
	id, at, size int
	pitch        int // bytes from row to row of the part
}

// joined returns what a Concat or Split joins along which axis, where each part
// lies in a row of the whole; a whole of none for other nodes, and for those that
// the step cannot do.
func (l *lowering) joined(n *node) (whole int, pieces []joinPart, axis int) {
	if n.q != nil || len(n.in) == 0 || len(n.out) == 0 {
		return none, nil, 0
	}
	ids := n.in
	switch op := n.op.(type) {
	case *nn.Concat:
		whole, axis = n.out[0], op.Axis
	case *nn.Split:
		whole, axis, ids = n.in[0], op.Axis, n.out
	default:
		return none, nil, 0
	}
	t := l.vals[whole].typ
	axis, ok := nn.Axis(axis, t.Shape.Rank)
	if !ok || t.Bound || t.Shape.Elems() == 0 || l.konst(whole) != nil {
		return none, nil, 0
	}
	rows := 1
	for _, extent := range t.Shape.Slice()[:axis] {
		rows *= extent
	}
	at := 0
	for _, id := range ids {
		if id == none || l.vals[id].typ.Bound {
			return none, nil, 0
		}
		part := l.vals[id].typ
		size := part.Shape.Elems() / rows * part.DType.Size()
		pieces = append(pieces, joinPart{id, at, size, size})
		at += size
	}
	return whole, pieces, axis
}

// join returns the step for a Concat or Split, or nil. Parts that lie where they
// belong are not copied.
func (l *lowering) join(n *node) (step, StepInfo) {
	whole, pieces, _ := l.joined(n)
	if whole == none {
		return nil, StepInfo{}
	}
	s := &joinStep{row: l.rows.moveI8, whole: whole}
	_, s.split = n.op.(*nn.Split)
	t := l.vals[whole].typ
	for _, p := range pieces {
		s.pitch += p.size
		if l.lies(p, whole) {
			continue
		}
		if _, ok := l.parts[p.id]; ok {
			p.pitch = l.pitch(p.id)
		}
		s.pieces = append(s.pieces, p)
	}
	s.rows = t.Shape.Elems() * t.DType.Size() / s.pitch
	if _, ok := l.parts[whole]; ok {
		s.pitch = l.pitch(whole)
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
	*a = kernels.CopyRowsArgs{Dst: whole, LDD: e.pitch, A: e.pparts[i], LDA: part.pitch, Rows: e.rows, N: part.size}
	if e.split {
		a.Dst, a.LDD, a.A, a.LDA = e.pparts[i], part.pitch, whole, e.pitch
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
