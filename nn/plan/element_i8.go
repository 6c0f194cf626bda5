package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// elementI8Step computes an element-wise kernel over bytes.
type elementI8Step struct {
	fn      func(*kernels.ElementI8Args)
	a, b    int // values; b may be none
	out     int
	n       int
	realIn  bool // operand A is float32: quantisation
	realOut bool // the result is: dequantisation
	args    kernels.ElementI8Args
}

// integer returns the step for an integer node.
func (l *lowering) integer(i int, n *node) (step, StepInfo) {
	switch n.q.kind {
	case qConv:
		return l.convI8(i, n)
	case qDense:
		return l.denseI8(n)
	case qMaxPool:
		return l.maxPoolI8(n)
	case qAvgPool:
		return l.averageI8(n)
	case qSoftmax:
		return l.softmaxI8(i, n)
	case qSlopes:
		return l.channelTables(i, n)
	case qResize:
		return l.resizeI8(n)
	case qDynamic:
		return l.quantiseDynamic(i, n)
	case qConvSums:
		return l.convSums(i, n)
	case qDenseSums:
		return l.denseSums(n)
	case qCentre:
		return l.centre(n)
	case qScale:
		return l.scaleSums(i, n)
	}
	return l.elementI8(i, n)
}

func (l *lowering) elementI8(i int, n *node) (step, StepInfo) {
	q := n.q
	s := &elementI8Step{a: n.in[0], b: n.operand(1), out: n.out[0], n: l.vals[n.out[0]].typ.Shape.Elems()}
	s.args = kernels.ElementI8Args{ZeroA: q.in[0].zero, ZeroB: q.in[1].zero, ScaleA: q.in[0].scale, Zero: q.out.zero, Lo: q.lo, Hi: q.hi, Table: q.table}
	op := kernels.TableI8
	switch q.kind {
	case qAdd:
		op = kernels.AddI8
		s.args.ScaleA = float32(float64(q.in[0].scale) / float64(q.out.scale))
		s.args.ScaleB = float32(float64(q.in[1].scale) / float64(q.out.scale))
	case qMul:
		op = kernels.MulI8
		s.args.ScaleA = float32(float64(q.in[0].scale) * float64(q.in[1].scale) / float64(q.out.scale))
	case qQuantise:
		op, s.b, s.realIn = kernels.QuantiseF32, none, true
		s.args.ScaleA = q.out.scale
	case qDequantise:
		op, s.b, s.realOut = kernels.DequantiseI8, none, true
	}
	s.fn = l.rows.elementI8.Funcs[op]
	if !s.realIn && !s.realOut && !l.inPlace(i, s.out, s.a) && s.b != none {
		l.inPlace(i, s.out, s.b)
	}
	info := StepInfo{Kernel: l.rows.elementI8.Name}
	if s.b != none {
		return l.broadcast(s), info
	}
	return s, info
}

type elementI8Exec struct {
	infallible
	*elementI8Step
	pa, pb, pout unsafe.Pointer
}

func (s *elementI8Step) bind(m *binder) exec {
	return &elementI8Exec{elementI8Step: s, pa: m.pointer(s.a), pb: m.pointer(s.b), pout: m.pointer(s.out)}
}

// elementI8Piece is the number of bytes that one piece computes.
const elementI8Piece = 1 << 15

func (e *elementI8Exec) parts() int { return (e.n + elementI8Piece - 1) / elementI8Piece }

func (e *elementI8Exec) run(args *kernelArgs, i int) {
	k := &args.elementI8
	*k = e.args
	at := i * elementI8Piece
	k.N = min(elementI8Piece, e.n-at)
	if e.realIn {
		k.F32 = (*float32)(unsafe.Add(e.pa, 4*at))
	} else {
		k.A = (*uint8)(unsafe.Add(e.pa, at))
	}
	if e.realOut {
		k.F32 = (*float32)(unsafe.Add(e.pout, 4*at))
	} else {
		k.Dst = (*uint8)(unsafe.Add(e.pout, at))
	}
	if e.pb != nil {
		k.B = (*uint8)(unsafe.Add(e.pb, at))
	}
	e.fn(k)
}

func (s *elementI8Step) operands() []int { return []int{s.a, s.b} }
