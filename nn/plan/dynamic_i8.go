package plan

import (
	"math"
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// rangeStep finds the range of each piece of a value, widened to hold 0.
type rangeStep struct {
	row    *kernels.RangeF32
	x, n   int
	ranges *block // [piece][2]float32
}

type rangeExec struct {
	infallible
	*rangeStep
	px unsafe.Pointer
	to []float32
}

func (s *rangeStep) bind(m *binder) exec {
	return &rangeExec{rangeStep: s, px: m.pointer(s.x), to: floats(m.bytes(s.ranges))}
}

func (e *rangeExec) parts() int { return elementI8Pieces(e.n) }

func (e *rangeExec) run(args *kernelArgs, i int) {
	a := &args.span
	*a = kernels.RangeF32Args{A: (*float32)(unsafe.Add(e.px, 4*i*elementI8Piece)), N: min(elementI8Piece, e.n-i*elementI8Piece)}
	e.row.Func(a)
	e.to[2*i], e.to[2*i+1] = a.Lo, a.Hi
}

func elementI8Pieces(n int) int { return (n + elementI8Piece - 1) / elementI8Piece }

// dynamicStep quantises a value by its range, which a rangeStep has found.
type dynamicStep struct {
	fn               func(*kernels.ElementI8Args)
	x, n             int
	out, scale, zero int
	ranges           *block
}

// quantiseDynamic appends the step that finds the range, and returns the one
// that quantises.
func (l *lowering) quantiseDynamic(i int, n *node) (step, StepInfo) {
	x := l.vals[n.in[0]].typ.Shape
	r := &rangeStep{row: l.rows.span, x: n.in[0], n: x.Elems()}
	r.ranges = l.needScratch(i, 8*elementI8Pieces(r.n))
	l.plan.steps = append(l.plan.steps, r)
	l.plan.infos = append(l.plan.infos, StepInfo{Node: n.name, Op: nn.Name(n.op), Kernel: r.row.Name, Integer: true,
		In: []nn.Shape{x}, Bytes: 4 * r.n})
	out := append(slices.Clone(n.out), none, none)
	s := &dynamicStep{fn: l.rows.elementI8.Funcs[kernels.QuantiseF32], x: r.x, n: r.n, out: out[0], scale: out[1], zero: out[2], ranges: r.ranges}
	return s, StepInfo{Kernel: l.rows.elementI8.Name}
}

type dynamicExec struct {
	*dynamicStep
	px     unsafe.Pointer
	to     []byte
	ranges []float32
	args   kernels.ElementI8Args
	scale  []float32 // of one or, where nothing reads it, none
	zero   []byte
}

func (s *dynamicStep) bind(m *binder) exec {
	e := &dynamicExec{dynamicStep: s, px: m.pointer(s.x), to: m.tensor(s.out).Bytes(), ranges: floats(m.bytes(s.ranges))}
	e.scale, e.zero = floats(m.tensor(s.scale).Bytes()), m.tensor(s.zero).Bytes()
	return e
}

func (e *dynamicExec) prepare() {
	lo, hi := float32(0), float32(0)
	for i := 0; i < len(e.ranges); i += 2 {
		lo, hi = min(lo, e.ranges[i]), max(hi, e.ranges[i+1])
	}
	scale, zero := nn.DynamicParameters(lo, hi)
	for i := range e.scale {
		e.scale[i] = scale
	}
	fillBytes(e.zero, zero)
	e.args = kernels.ElementI8Args{ScaleA: scale, Zero: int32(zero), Lo: -float32(zero), Hi: float32(255 - int32(zero))}
}

func (e *dynamicExec) parts() int    { return elementI8Pieces(e.n) }
func (e *dynamicExec) failed() error { return nil }

func (e *dynamicExec) run(args *kernelArgs, i int) {
	at := i * elementI8Piece
	to := e.to[at:min(at+elementI8Piece, e.n)]
	if !(e.args.ScaleA <= math.MaxFloat32) { // of infinities and NaN all is 0
		clear(to)
		return
	}
	k := &args.elementI8
	*k = e.args
	k.Dst, k.F32, k.N = &to[0], (*float32)(unsafe.Add(e.px, 4*at)), len(to)
	e.fn(k)
}

// centreStep makes floats of bytes less their zero point.
type centreStep struct {
	fn        func(*kernels.ElementI8Args)
	x, zero   int
	out, size int
}

func (l *lowering) centre(n *node) (step, StepInfo) {
	s := &centreStep{fn: l.rows.elementI8.Funcs[kernels.DequantiseI8], x: n.in[0], zero: n.in[1], out: n.out[0], size: l.vals[n.out[0]].typ.Shape.Elems()}
	return s, StepInfo{Kernel: l.rows.elementI8.Name}
}

func (s *centreStep) operands() []int { return []int{s.zero} }

type centreExec struct {
	infallible
	*centreStep
	px, zero, pout unsafe.Pointer
}

func (s *centreStep) bind(m *binder) exec {
	return &centreExec{centreStep: s, px: m.pointer(s.x), zero: m.pointer(s.zero), pout: m.pointer(s.out)}
}

func (e *centreExec) parts() int { return elementI8Pieces(e.size) }

func (e *centreExec) run(args *kernelArgs, i int) {
	at := i * elementI8Piece
	k := &args.elementI8
	*k = kernels.ElementI8Args{A: (*uint8)(unsafe.Add(e.px, at)), F32: (*float32)(unsafe.Add(e.pout, 4*at)), ScaleA: 1, N: min(elementI8Piece, e.size-at)}
	if e.zero != nil {
		k.ZeroA = int32(*(*uint8)(e.zero))
	}
	e.fn(k)
}
