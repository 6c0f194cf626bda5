package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// softmaxStep computes the softmax of rows that lie one after the other.
type softmaxStep struct {
	row     *kernels.SoftmaxF32
	x, out  int
	rows, n int
}

// softmax returns the step for a softmax along the last dimension, or nil.
func (l *lowering) softmax(i int, n *node) (step, StepInfo) {
	op, ok := n.op.(*nn.Softmax)
	if !ok || n.q != nil || l.konst(n.in[0]) != nil {
		return nil, StepInfo{}
	}
	t := l.vals[n.in[0]].typ
	axis, ok := nn.Axis(op.Axis, t.Shape.Rank)
	if !ok || axis != t.Shape.Rank-1 || t.DType != nn.Float32 || t.Shape.Elems() == 0 {
		return nil, StepInfo{}
	}
	s := &softmaxStep{row: l.rows.softmax, x: n.in[0], out: n.out[0], n: t.Shape.Dims[axis]}
	s.rows = t.Shape.Elems() / s.n
	l.inPlace(i, s.out, s.x)
	return s, StepInfo{Kernel: s.row.Name}
}

type softmaxExec struct {
	infallible
	*softmaxStep
	px, pout unsafe.Pointer
}

func (s *softmaxStep) bind(m *binder) exec {
	return &softmaxExec{softmaxStep: s, px: m.pointer(s.x), pout: m.pointer(s.out)}
}

func (s *softmaxStep) perPart() int { return max(1, elementPiece/s.n) }

func (e *softmaxExec) parts() int { return (e.rows + e.perPart() - 1) / e.perPart() }

func (e *softmaxExec) run(args *kernelArgs, i int) {
	a := &args.softmax
	a.N = e.n
	for r := i * e.perPart(); r < min((i+1)*e.perPart(), e.rows); r++ {
		a.A = (*float32)(unsafe.Add(e.px, 4*r*e.n))
		a.Dst = (*float32)(unsafe.Add(e.pout, 4*r*e.n))
		e.row.Func(a)
	}
}
