package plan

import (
	"github.com/ocellus-vision/ocellus/internal/splitmix"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// poolBackward hands the gradients of a pooling over NHWC back, picture by
// picture: those of a maximum to the first tap that had it, those of a mean to
// all taps on the picture alike.
type poolBackward struct {
	geometry
	fn            *kernels.ChannelsF32
	x, out, d, dx int
	most          bool // a maximum
	pads          bool // padding counts in a mean
	add           bool
}

func (l *trainLowering) maxPoolBackward(i int, n *node) {
	l.keep(i, n.in[0], n.out[0])
	l.poolGradient(n, true, false)
}

func (l *trainLowering) averagePoolBackward(n *node, pads bool) { l.poolGradient(n, false, pads) }

func (l *trainLowering) poolGradient(n *node, most, pads bool) {
	g, _ := l.poolGeometry(n)
	dx := l.gradOf(n.in[0])
	s := &poolBackward{geometry: g, fn: l.learn.channels, x: n.in[0], out: n.out[0], d: l.gradOf(n.out[0]), dx: dx, most: most, pads: pads, add: l.adds(dx)}
	l.goBackward(s)
}

func (s *poolBackward) bind(m *binder) exec {
	e := &poolBackwardExec{poolBackward: s, dOut: m.tensor(s.d).F32(), dIn: m.tensor(s.dx).F32()}
	if s.most {
		m.needThreadScratch(4 * s.geometry.x.Out * s.channels)
		e.in, e.result = m.tensor(s.x).F32(), m.tensor(s.out).F32()
	}
	return e
}

type poolBackwardExec struct {
	infallible
	*poolBackward
	in, result, dOut, dIn []float32
}

func (e *poolBackwardExec) parts() int { return e.pictures }

func (e *poolBackwardExec) run(k *kernelArgs, b int) {
	size := e.y.In * e.geometry.x.In * e.channels
	if !e.add {
		clear(e.dIn[b*size:][:size])
	}
	for oy := range e.y.Out {
		if e.most {
			e.toMost(k, b, oy)
			continue
		}
		for ox := range e.geometry.x.Out {
			e.toAll(b, oy, ox, ((b*e.y.Out+oy)*e.geometry.x.Out+ox)*e.channels)
		}
	}
}

// at returns where a tap's channels begin, and false on padding.
func (e *poolBackwardExec) tap(b, oy, ox, t int) (int, bool) {
	o, ok := e.offset(b, oy, ox, t/e.geometry.x.Kernel, t%e.geometry.x.Kernel)
	return int(o) / 4, ok
}

// toMost goes through a row of the result, tap by tap: what a tap takes is no
// longer there for those after it.
func (e *poolBackwardExec) toMost(k *kernelArgs, b, oy int) {
	row := e.geometry.x.Out * e.channels
	at := (b*e.y.Out + oy) * row
	left := floats(k.scratch)[:row]
	copy(left, e.dOut[at:])
	a := &k.perChannel
	*a = kernels.ChannelsF32Args{C: e.channels, StepX: 4 * e.channels * e.geometry.x.Stride}
	for t := range e.taps() {
		x0, x1 := e.geometry.x.Inside(t % e.geometry.x.Kernel)
		if x0 >= x1 {
			continue
		}
		i, ok := e.tap(b, oy, x0, t)
		if !ok {
			continue
		}
		a.Rows, a.X, a.Dst = x1-x0, &e.in[i], &e.dIn[i]
		a.Y, a.D = &e.result[at+x0*e.channels], &left[x0*e.channels]
		e.fn.Funcs[kernels.ChannelTake](a)
	}
}

func (e *poolBackwardExec) toAll(b, oy, ox, at int) {
	share := 1 / float32(e.y.Counted(oy, e.pads)*e.geometry.x.Counted(ox, e.pads))
	for t := range e.taps() {
		i, ok := e.tap(b, oy, ox, t)
		if !ok {
			continue
		}
		dst := e.dIn[i:][:e.channels]
		for c, v := range e.dOut[at:][:e.channels] {
			dst[c] += v * share
		}
	}
}

// chance is what random operations draw from: the same for the same seed,
// step, node and element, whatever the order of computation.
type chance struct{ seed, step uint64 }

// dropStep drops elements with some probability and makes up for it in those
// that are left; backward it does the same to the gradients.
type dropStep struct {
	chance *chance
	node   uint64
	from   int // values
	to     int
	n      int
	ratio  float64
	add    bool
}

// dropout appends the step; N. Srivastava et al., "Dropout" (2014).
func (l *trainLowering) dropout(i int, n *node) error {
	if len(n.out) > 1 && n.out[1] != none {
		return nn.Unsupportedf("mask", "the second result of a dropout is not made in training")
	}
	ratio := 0.5
	if id := n.operand(1); id != none {
		t := l.konst(id)
		if t == nil || t.Elems() != 1 || !t.DType.IsFloat() || !(t.Float(0) >= 0 && t.Float(0) < 1) {
			return nn.Unsupportedf("ratio", "training wants a constant of at least 0 and below 1")
		}
		ratio = t.Float(0)
	}
	if l.vals[n.in[0]].typ.DType != nn.Float32 {
		return nn.Unsupportedf("data", "training is in float32")
	}
	s := &dropStep{chance: l.trainer.chance, node: uint64(i), from: n.in[0], to: n.out[0], n: l.vals[n.in[0]].typ.Shape.Elems(), ratio: ratio}
	l.drops[n] = s
	l.goForward(s)
	return nil
}

func (l *trainLowering) dropoutBackward(n *node) {
	s := *l.drops[n]
	s.from, s.to = l.gradOf(n.out[0]), l.gradOf(n.in[0])
	s.add = l.adds(s.to)
	l.goBackward(&s)
}

func (s *dropStep) bind(m *binder) exec {
	return &dropExec{dropStep: s, src: m.tensor(s.from).F32(), dst: m.tensor(s.to).F32()}
}

type dropExec struct {
	infallible
	*dropStep
	src, dst []float32
}

func (e *dropExec) parts() int { return (e.n + elementPiece - 1) / elementPiece }

func (e *dropExec) run(_ *kernelArgs, i int) {
	keep := float32(1 / (1 - e.ratio))
	limit := uint64(e.ratio * (1 << 32))
	key := splitmix.Mix(e.chance.seed) ^ splitmix.Mix(e.chance.step+1) ^ splitmix.Mix(e.node+1<<40)
	for j := i * elementPiece; j < min((i+1)*elementPiece, e.n); j++ {
		v := float32(0)
		if splitmix.Mix(key+uint64(j))>>32 >= limit {
			v = e.src[j] * keep
		}
		if e.add {
			v += e.dst[j]
		}
		e.dst[j] = v
	}
}
