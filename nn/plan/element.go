package plan

import (
	"math"
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// elementStep computes an element-wise kernel over rows of n elements each.
type elementStep struct {
	fn      func(*kernels.ElementF32Args)
	a, b    int // values; b may be none
	out     int
	konst   []float32 // operand B when it is constant; one row of it
	rows, n int
	perPart int // rows of one piece, where there are several
	lo, hi  float32
}

// elementPiece is the number of elements that one piece computes.
const elementPiece = 1 << 14

// element returns the step for an element-wise node that has a kernel.
func (l *lowering) element(i int, n *node) (step, StepInfo) {
	if len(n.in) == 0 || n.in[0] == none || len(n.out) != 1 || l.vals[n.out[0]].typ.DType != nn.Float32 {
		return nil, StepInfo{}
	}
	s := &elementStep{a: n.in[0], b: none, out: n.out[0], rows: 1, n: l.vals[n.out[0]].typ.Shape.Elems()}
	op, ok := l.unary(n, s)
	if !ok {
		op, ok = l.binary(n, s)
	}
	if !ok || s.n == 0 || l.vals[s.a].typ != l.vals[s.out].typ || l.konst(s.a) != nil {
		return nil, StepInfo{}
	}
	s.fn = l.rows.element.Funcs[op]
	s.perPart = max(1, elementPiece/s.n)
	if !l.inPlace(i, s.out, s.a) && s.b != none && s.rows == 1 {
		l.inPlace(i, s.out, s.b)
	}
	l.plan.stats.WeightBytes += 4 * len(s.konst)
	return s, StepInfo{Kernel: l.rows.element.Name}
}

// unary fills in s for a function of one operand.
func (l *lowering) unary(n *node, s *elementStep) (kernels.ElementOp, bool) {
	if lo, hi, ok := l.clampOf(n); ok {
		s.lo, s.hi = lo, hi
		return kernels.ClampF32, true
	}
	return unaryFunction(n.op, s)
}

// unaryFunction returns the kernel for a function of one operand, and leaves
// its parameters in s.
func unaryFunction(op nn.Op, s *elementStep) (kernels.ElementOp, bool) {
	switch op := op.(type) {
	case *nn.LeakyRelu:
		s.lo = op.Alpha
		return kernels.LeakyReluF32, true
	case *nn.Sigmoid:
		return kernels.SigmoidF32, true
	case *nn.Tanh:
		return kernels.TanhF32, true
	case *nn.Exp:
		return kernels.ExpF32, true
	case *nn.Swish:
		return kernels.SiLUF32, op.Alpha == 1
	case *nn.HardSwish:
		return kernels.HardSwishF32, true
	case *nn.HardSigmoid:
		s.lo, s.hi = op.Alpha, op.Beta
		return kernels.HardSigmoidF32, true
	}
	return 0, false
}

// binary fills in s for a function of two operands.
func (l *lowering) binary(n *node, s *elementStep) (kernels.ElementOp, bool) {
	if len(n.in) != 2 || n.in[1] == none {
		return 0, false
	}
	op, commutes, ok := binaryOp(n.op)
	if !ok {
		return 0, false
	}
	a, b := n.in[0], n.in[1]
	if commutes && (l.konst(a) != nil || l.vals[a].typ != l.vals[s.out].typ) {
		a, b = b, a
	}
	s.a, s.b = a, b
	t := l.konst(b)
	switch {
	case t != nil && t.Elems() == 1:
		return l.scalar(op, t.F32()[0], s)
	case l.vals[b].typ == l.vals[s.out].typ && t == nil:
		return op, true
	case t != nil && l.alongLast(t.Shape, s):
		s.konst, s.b = slices.Clone(t.F32()), none
		s.n = len(s.konst)
		s.rows = l.vals[s.out].typ.Shape.Elems() / s.n
		return op, s.n >= 8
	}
	return 0, false
}

// alongLast reports whether a constant repeats along every dimension but the
// last.
func (l *lowering) alongLast(s nn.Shape, e *elementStep) bool {
	out := l.vals[e.out].typ.Shape
	return s.Rank > 0 && rowVector(s) && out.Rank > 0 && s.Dims[s.Rank-1] == out.Dims[out.Rank-1]
}

func binaryOp(op nn.Op) (k kernels.ElementOp, commutes, ok bool) {
	switch op.(type) {
	case *nn.Add, *nn.Sum:
		return kernels.AddF32, true, true
	case *nn.Sub:
		return kernels.SubF32, false, true
	case *nn.Mul:
		return kernels.MulF32, true, true
	case *nn.Div:
		return kernels.DivF32, false, true
	case *nn.Max:
		return kernels.MaxF32, true, true
	case *nn.Min:
		return kernels.MinF32, true, true
	case *nn.PRelu:
		return kernels.PReluF32, false, true
	}
	return 0, false, false
}

// scalar turns an operation with a constant number into its scalar kernel.
func (l *lowering) scalar(op kernels.ElementOp, v float32, s *elementStep) (kernels.ElementOp, bool) {
	s.b = none
	switch op {
	case kernels.AddF32:
		s.konst = []float32{v}
		return kernels.AddScalarF32, true
	case kernels.SubF32:
		s.konst = []float32{-v}
		return kernels.AddScalarF32, true
	case kernels.MulF32:
		s.konst = []float32{v}
		return kernels.MulScalarF32, true
	case kernels.DivF32: // exact only by a power of two
		s.konst = []float32{1 / v}
		frac, _ := math.Frexp(float64(v))
		return kernels.MulScalarF32, math.Abs(frac) == 0.5 && !math.IsInf(float64(1/v), 0)
	case kernels.PReluF32:
		s.lo = v
		return kernels.LeakyReluF32, true
	}
	return 0, false
}

type elementExec struct {
	infallible
	*elementStep
	pa, pb, pout unsafe.Pointer
	pieces       int
}

func (s *elementStep) bind(m *binder) exec {
	e := &elementExec{elementStep: s, pa: m.pointer(s.a), pb: m.pointer(s.b), pout: m.pointer(s.out)}
	if s.konst != nil {
		e.pb = unsafe.Pointer(unsafe.SliceData(s.konst))
	}
	if s.rows > 1 {
		e.pieces = (s.rows + s.perPart - 1) / s.perPart
	} else {
		e.pieces = (s.n + elementPiece - 1) / elementPiece
	}
	return e
}

func (e *elementExec) parts() int { return e.pieces }

func (e *elementExec) run(args *kernelArgs, i int) {
	k := &args.element
	k.Lo, k.Hi, k.B = e.lo, e.hi, (*float32)(e.pb)
	if e.rows > 1 {
		k.N = e.n
		for r := i * e.perPart; r < min((i+1)*e.perPart, e.rows); r++ {
			k.A = (*float32)(unsafe.Add(e.pa, 4*r*e.n))
			k.Dst = (*float32)(unsafe.Add(e.pout, 4*r*e.n))
			e.fn(k)
		}
		return
	}
	at := i * elementPiece
	k.N = min(elementPiece, e.n-at)
	k.A = (*float32)(unsafe.Add(e.pa, 4*at))
	k.Dst = (*float32)(unsafe.Add(e.pout, 4*at))
	if e.pb != nil && (e.konst == nil || len(e.konst) > 1) {
		k.B = (*float32)(unsafe.Add(e.pb, 4*at))
	}
	e.fn(k)
}
