package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// lrnStep is local response normalisation over the channels of pixels.
type lrnStep struct {
	row         *kernels.LRNF32
	square      func(*kernels.ElementF32Args) // A·B
	x, out      int
	pixels, c   int
	size        int
	alpha, bias float32
}

// lrn returns the step for a normalisation with the exponent ¾ of pictures
// stored as NHWC, or nil.
func (l *lowering) lrn(i int, n *node) (step, StepInfo) {
	op, ok := n.op.(*nn.LRN)
	if !ok || n.q != nil || !n.nhwc || op.Beta != 0.75 || l.konst(n.in[0]) != nil {
		return nil, StepInfo{}
	}
	t := l.vals[n.in[0]].typ
	c := t.Shape.Dims[3]
	if t.DType != nn.Float32 || t.Shape.Elems() == 0 || op.Size > maxWindow {
		return nil, StepInfo{}
	}
	s := &lrnStep{row: l.rows.lrn, square: l.rows.element.Funcs[kernels.MulF32], x: n.in[0], out: n.out[0],
		pixels: t.Shape.Elems() / c, c: c, size: op.Size, alpha: op.Alpha / float32(op.Size), bias: op.Bias}
	l.inPlace(i, s.out, s.x)
	return s, StepInfo{Kernel: s.row.Name}
}

// maxWindow bounds the channels that a kernel sums up; package nn computes
// windows that are wider.
const maxWindow = 64

type lrnExec struct {
	infallible
	*lrnStep
	px, pout unsafe.Pointer
}

// scratch is the floats of a row of squares with the zeros about it.
func (s *lrnStep) scratch() int { return s.c + s.size - 1 + kernels.LRNSlack }

func (s *lrnStep) bind(m *binder) exec {
	m.needThreadScratch(4 * s.scratch())
	return &lrnExec{lrnStep: s, px: m.pointer(s.x), pout: m.pointer(s.out)}
}

func (s *lrnStep) perPart() int { return max(1, elementPiece/s.c) }

func (e *lrnExec) parts() int { return (e.pixels + e.perPart() - 1) / e.perPart() }

func (e *lrnExec) run(args *kernelArgs, i int) {
	squares := floats(args.scratch)[:e.scratch()]
	clear(squares)
	k, a := &args.element, &args.lrn
	k.Dst, k.N = &squares[(e.size-1)/2], e.c
	a.S, a.N, a.Size, a.Alpha, a.Bias = &squares[0], e.c, e.size, e.alpha, e.bias
	for p := i * e.perPart(); p < min((i+1)*e.perPart(), e.pixels); p++ {
		a.A = (*float32)(unsafe.Add(e.px, 4*p*e.c))
		a.Dst = (*float32)(unsafe.Add(e.pout, 4*p*e.c))
		k.A, k.B = a.A, a.A
		e.square(k)
		e.row.Func(a)
	}
}
