package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// passStep hands a gradient on: d to dx, or what a rectifier that gave y passes
// of it, if there is a y.
type passStep struct {
	fn       *kernels.ChannelsF32
	d, y, dx int // values; y may be none
	n        int // elements
	rectifier
	add bool
}

func (s *passStep) bind(m *binder) exec {
	return &passExec{passStep: s, pd: m.pointer(s.d), py: m.pointer(s.y), pdx: m.pointer(s.dx)}
}

type passExec struct {
	infallible
	*passStep
	pd, py, pdx unsafe.Pointer
}

func (e *passExec) parts() int { return (e.n + elementPiece - 1) / elementPiece }

func (e *passExec) run(k *kernelArgs, i int) {
	at := i * elementPiece
	a := &k.perChannel
	*a = kernels.ChannelsF32Args{Rows: 1, C: min(elementPiece, e.n-at), D: elementAt(e.pd, at), Dst: elementAt(e.pdx, at), Slope: e.slope, Hi: e.hi, Add: e.add}
	if e.py != nil {
		a.Y = elementAt(e.py, at)
	}
	e.fn.Funcs[kernels.ChannelPass](a)
}

// pass appends a passStep from the gradient of n's result to that of id.
func (l *trainLowering) pass(n *node, id, y int, r rectifier) {
	if g := l.gradOf(id); g != none {
		elems := l.vals[n.out[0]].typ.Shape.Elems()
		l.goBackward(&passStep{l.learn.channels, l.gradOf(n.out[0]), y, g, elems, r, l.adds(g)})
	}
}

// plainAdd reports whether an addition broadcasts nothing.
func (l *trainLowering) plainAdd(n *node) bool {
	t := l.vals[n.out[0]].typ
	return l.vals[n.in[0]].typ == t && l.vals[n.in[1]].typ == t && t.DType == nn.Float32
}

func (l *trainLowering) addBackward(n *node) {
	l.pass(n, n.in[0], none, rectifier{})
	l.pass(n, n.in[1], none, rectifier{})
}

// biasStep sums the rows of a gradient into that of a bias.
type biasStep struct {
	fn         *kernels.ChannelsF32
	d, g, c, n int // values; channels; rows
}

func (l *trainLowering) biasGradient(d, g, c int) *biasStep {
	return &biasStep{l.learn.channels, d, g, c, l.vals[d].typ.Shape.Elems() / c}
}

func (s *biasStep) bind(m *binder) exec {
	return &biasExec{biasStep: s, pd: m.pointer(s.d), dst: m.tensor(s.g).F32(), sum: make([]float32, s.c), total: make([]float64, s.c)}
}

type biasExec struct {
	infallible
	*biasStep
	pd    unsafe.Pointer
	dst   []float32
	sum   []float32
	total []float64
}

func (e *biasExec) parts() int { return 1 }

func (e *biasExec) run(k *kernelArgs, _ int) {
	clear(e.total)
	for at := 0; at < e.n; at += kernels.ChannelSumRows {
		clear(e.sum)
		a := &k.perChannel
		*a = kernels.ChannelsF32Args{Rows: min(kernels.ChannelSumRows, e.n-at), C: e.c, D: elementAt(e.pd, at*e.c), V: &e.sum[0]}
		e.fn.Funcs[kernels.ChannelSum](a)
		for c, v := range e.sum {
			e.total[c] += float64(v)
		}
	}
	for c, v := range e.total {
		e.dst[c] += float32(v)
	}
}
