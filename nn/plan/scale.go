package plan

import (
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// functions are what an operation does to its result at last.
type functions struct {
	row *kernels.ElementF32
	all []*activation
}

func (l *lowering) functionsOf(n *node) functions {
	f := functions{row: l.rows.element}
	if n.clamps() {
		f.all = append(f.all, &activation{op: kernels.ClampF32, lo: n.lo, hi: n.hi})
	}
	if n.act != nil {
		f.all = append(f.all, n.act)
	}
	return f
}

// apply computes them as activation.activate does.
func (f *functions) apply(k *kernels.ElementF32Args, at unsafe.Pointer, rows, n, stride, c int) {
	for _, a := range f.all {
		a.activate(f.row, k, at, rows, n, stride, c)
	}
}

// scaleStep makes of sums, stored as NHWC, what its functions make of
// sum·scale, with one rounding for each operation.
type scaleStep struct {
	x, scale, out int // values; scale may be none
	c, pixels     int
	perPart       int // pixels
	functions     functions
}

func (l *lowering) scaleSums(i int, n *node) (step, StepInfo) {
	s := &scaleStep{x: n.in[0], scale: n.in[1], out: n.out[0], functions: l.functionsOf(n)}
	shape := l.vals[s.out].typ.Shape
	s.c = shape.Dims[3]
	s.pixels = shape.Elems() / s.c
	s.perPart = max(1, activationPiece/s.c)
	if n.q.shift != nil {
		s.functions.all = slices.Insert(s.functions.all, 0, channelwise(kernels.AddF32, n.q.shift))
	}
	l.inPlace(i, s.out, s.x)
	for _, f := range s.functions.all {
		l.plan.stats.WeightBytes += 4 * len(f.b)
	}
	return s, StepInfo{Kernel: s.functions.row.Name}
}

func (s *scaleStep) operands() []int { return []int{s.scale} }

type scaleExec struct {
	infallible
	*scaleStep
	px, pout unsafe.Pointer
	given    []float32 // scales: one, or one a channel
}

func (s *scaleStep) bind(m *binder) exec {
	return &scaleExec{scaleStep: s, px: m.pointer(s.x), pout: m.pointer(s.out), given: m.scales(s.scale)}
}

// scales returns the scales that a value holds: 1 for none.
func (m *binder) scales(id int) []float32 {
	if id == none {
		return []float32{1}
	}
	return floats(m.tensor(id).Bytes())
}

func (e *scaleExec) parts() int { return (e.pixels + e.perPart - 1) / e.perPart }

func (e *scaleExec) run(args *kernelArgs, i int) {
	first := i * e.perPart
	pixels, at := min(e.perPart, e.pixels-first), 4*first*e.c
	e.multiply(&args.element, at, pixels)
	e.functions.apply(&args.element, unsafe.Add(e.pout, at), pixels, e.c, 4*e.c, 0)
}

// multiply scales so many pixels, which lie so many bytes into the operand.
func (e *scaleExec) multiply(k *kernels.ElementF32Args, at, pixels int) {
	op, n := kernels.MulScalarF32, pixels*e.c
	k.B = &e.given[0]
	if len(e.given) > 1 {
		op, n = kernels.MulF32, e.c
	}
	for end := at + 4*pixels*e.c; at < end; at += 4 * n {
		k.A, k.Dst, k.N = (*float32)(unsafe.Add(e.px, at)), (*float32)(unsafe.Add(e.pout, at)), n
		e.functions.row.Funcs[op](k)
	}
}
