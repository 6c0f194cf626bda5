package plan

import (
	"math"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// softmaxI8Step is softmax on bytes: see kernels.SoftmaxI8.
type softmaxI8Step struct {
	row                *kernels.SoftmaxI8
	x, out             int
	outer, axis, inner int // extents before, along and after the axis
	rowsPerPart        int // where inner is 1
	table              [256]int32
	scale              float32
	zero               int32
}

// softmaxI8Piece is about how many bytes one piece computes.
const softmaxI8Piece = 1 << 14

func (l *lowering) softmaxI8(i int, n *node) (step, StepInfo) {
	s := &softmaxI8Step{row: l.rows.softmaxI8, x: n.in[0], out: n.out[0], scale: n.q.out.scale, zero: n.q.out.zero, outer: 1, axis: 1, inner: 1}
	shape := l.vals[n.in[0]].typ.Shape
	axis, _ := nn.Axis(n.op.(*nn.Softmax).Axis, shape.Rank)
	for d, extent := range shape.Slice() {
		switch {
		case d < axis:
			s.outer *= extent
		case d == axis:
			s.axis = extent
		default:
			s.inner *= extent
		}
	}
	s.rowsPerPart = max(1, softmaxI8Piece/s.axis)
	unit := float64(kernels.SoftmaxI8Unit(s.axis))
	for d := range s.table {
		s.table[d] = int32(math.RoundToEven(unit * exp(-float64(d)*float64(n.q.in[0].scale))))
	}
	l.inPlace(i, s.out, s.x)
	return s, StepInfo{Kernel: s.row.Name}
}

// softmax takes softmax of bytes whose result is quantised.
func (w *integers) softmax(n *node) bool {
	if _, ok := n.op.(*nn.Softmax); !ok {
		return false
	}
	x, ok := w.bytes[n.in[0]]
	t, ends := w.after(n.out[0])
	if !ok || !ends || w.vals[n.in[0]].typ.Shape.Elems() == 0 {
		return false
	}
	w.emit(n, n.op, &quantised{kind: qSoftmax, in: [2]qparam{x.q}, out: t.q, lo: t.lo, hi: t.hi}, t.out, x.id)
	return true
}

type softmaxI8Exec struct {
	infallible
	*softmaxI8Step
	from, to unsafe.Pointer
}

func (s *softmaxI8Step) bind(m *binder) exec {
	m.needThreadScratch(4 * s.axis)
	return &softmaxI8Exec{softmaxI8Step: s, from: m.pointer(s.x), to: m.pointer(s.out)}
}

func (e *softmaxI8Exec) parts() int {
	if e.inner > 1 {
		return e.outer
	}
	return (e.outer + e.rowsPerPart - 1) / e.rowsPerPart
}

func (e *softmaxI8Exec) run(args *kernelArgs, i int) {
	a := &args.softmaxI8
	*a = kernels.SoftmaxI8Args{N: e.axis, Stride: e.inner, Rows: 1, Table: &e.table, Scale: e.scale, Zero: e.zero,
		Tmp: (*int32)(unsafe.Pointer(unsafe.SliceData(args.scratch)))}
	first := i * e.axis * e.inner
	if e.inner == 1 {
		first = i * e.rowsPerPart * e.axis
		a.Rows = min(e.rowsPerPart, e.outer-i*e.rowsPerPart)
	}
	for j := range e.inner {
		a.A, a.Dst = (*uint8)(unsafe.Add(e.from, first+j)), (*uint8)(unsafe.Add(e.to, first+j))
		e.row.Func(a)
	}
}
