package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// Depthwise convolutions go through the kernels of inference, over weights
// that are laid out anew each time. Going backward they are depthwise
// convolutions too: of the gradients, by the weights turned about.

// depthPack lays weights [C 1 H W] out as [tap][C], and the bias.
type depthPack struct {
	weights, bias int // values; bias may be none
	tapAt         []int
	taps, c       int // of the weights; channels
	to, toBias    []float32
}

func (s *depthPack) bind(m *binder) exec {
	e := &depthPackExec{depthPack: s, w: m.tensor(s.weights).F32()}
	if s.bias != none {
		e.b = m.tensor(s.bias).F32()
	}
	return e
}

type depthPackExec struct {
	infallible
	*depthPack
	w, b []float32
}

func (e *depthPackExec) parts() int { return 1 }

func (e *depthPackExec) run(*kernelArgs, int) {
	for t, tap := range e.tapAt {
		row := e.to[t*e.c:][:e.c]
		for c := range row {
			row[c] = e.w[c*e.taps+tap]
		}
	}
	copy(e.toBias, e.b)
}

func (l *trainLowering) newDepthPack(p *product, bias int, tapAt []int) *depthPack {
	return &depthPack{weights: p.weights, bias: bias, tapAt: tapAt, taps: p.taps(), c: p.channels,
		to: alignedFloats(len(tapAt) * p.channels), toBias: alignedFloats(p.channels)}
}

func (l *trainLowering) depthwiseForward(i int, n *node) {
	p := l.productOf(n)
	all := make([]int, p.taps())
	for t := range all {
		all[t] = t
	}
	pack := l.newDepthPack(&p, p.bias, all)
	l.goForward(pack, l.depthwiseOver(n, p.geometry, pack))
	if l.gradOf(p.weights) != none {
		l.keep(i, p.x)
	}
}

// depthwiseOver returns the step that convolves n's operand with what pack
// lays out.
func (l *trainLowering) depthwiseOver(n *node, g geometry, pack *depthPack) step {
	if s := l.byRows(n, g, pack.to, pack.toBias); s != nil {
		return s
	}
	s := l.taps(n, g, l.rows.depthwise, true)
	s.weights, s.bias = pack.to, pack.toBias
	return s
}

func (l *trainLowering) depthwiseBackward(i int, n *node) {
	p := l.productOf(n)
	d := l.gradOf(p.result)
	if p.bias != none {
		if g := l.gradOf(p.bias); g != none {
			l.goBackward(l.biasGradient(d, g, p.channels))
		}
	}
	if g := l.gradOf(p.weights); g != none {
		s := &depthWeights{product: p, d: d, g: g, fn: l.learn.channels, chunks: min(p.pictures, maxChunks)}
		s.part = l.backScratch(i, 4*s.chunks*p.taps()*p.channels)
		l.keep(i, p.x)
		l.goBackward(s, &depthGather{s})
	}
	if g := l.gradOf(p.x); g != none {
		l.depthwiseGradient(i, p, d, g)
	}
}

// depthwiseGradient appends, for each phase of the operand, a depthwise
// convolution of the gradients d.
func (l *trainLowering) depthwiseGradient(i int, p product, d, g int) {
	phases := p.phases()
	direct := len(phases) == 1 && !l.written[g]
	if !l.adds(g) && !direct {
		l.goBackward(&clearStep{g})
	}
	zeros := aligned(4 * p.channels)
	l.needPrefix(d, zeros)
	for _, ph := range phases {
		if len(ph.taps) == 0 {
			continue
		}
		tapAt := make([]int, len(ph.taps))
		for t := range tapAt {
			tapAt[t] = ph.taps[t].at
		}
		pack := l.newDepthPack(&p, none, tapAt)
		s := &tapsStep{row: l.rows.depthwise, x: d, out: g, taps: len(tapAt), c: p.channels, ldo: 4 * p.channels, pixels: ph.pictures * ph.h * ph.w,
			weights: pack.to, bias: pack.toBias, zeros: zeros, lo: noLimit, hi: -noLimit}
		s.perPart = max(1, tapsPiece/(s.taps*s.c))
		s.off = l.table(phaseKey{p.geometry, ph.oy, ph.ox, p.channels, 1}, func() []int32 { return ph.table(p.channels, 1, zeros) })
		if direct {
			l.goBackward(pack, s)
			continue
		}
		to := l.backScratch(i, 4*s.pixels*s.c+kernels.ReadPast)
		l.goBackward(pack, &tapsTo{s, to}, &spreadStep{ph, to, g, p.channels})
	}
}

// tapsTo is a tapsStep that writes to working memory.
type tapsTo struct {
	*tapsStep
	to *block
}

func (s *tapsTo) bind(m *binder) exec {
	e := s.tapsStep.bind(m).(*tapsExec)
	e.pout = unsafe.Pointer(unsafe.SliceData(m.bytes(s.to)))
	return e
}

// depthWeights sums, for each tap and channel, the products of the pixels that
// the tap sees with the gradients; each chunk of pictures by itself.
type depthWeights struct {
	product product
	d, g    int // values: the gradients of the result and of the weights
	fn      *kernels.ChannelsF32
	chunks  int
	part    *block // [chunk][tap][C]
}

func (s *depthWeights) bind(m *binder) exec {
	return &depthWeightsExec{depthWeights: s, px: m.pointer(s.product.x), pd: m.pointer(s.d), part: floats(m.bytes(s.part))}
}

type depthWeightsExec struct {
	infallible
	*depthWeights
	px, pd unsafe.Pointer
	part   []float32
}

func (e *depthWeightsExec) parts() int { return e.chunks * e.product.taps() }

func (e *depthWeightsExec) run(k *kernelArgs, i int) {
	p := &e.product
	chunk, t := i/p.taps(), i%p.taps()
	ky, kx := t/p.geometry.x.Kernel, t%p.geometry.x.Kernel
	sum := e.part[i*p.channels:][:p.channels]
	clear(sum)
	y0, y1 := p.y.Inside(ky)
	x0, x1 := p.geometry.x.Inside(kx)
	if x0 >= x1 {
		return
	}
	a := &k.perChannel
	*a = kernels.ChannelsF32Args{Rows: x1 - x0, C: p.channels, V: &sum[0], StepX: 4 * p.channels * p.geometry.x.Stride}
	for b := chunk * p.pictures / e.chunks; b < (chunk+1)*p.pictures/e.chunks; b++ {
		for oy := y0; oy < y1; oy++ {
			off, _ := p.offset(b, oy, x0, ky, kx)
			a.X = (*float32)(unsafe.Add(e.px, int(off)))
			a.D = elementAt(e.pd, ((b*p.y.Out+oy)*p.geometry.x.Out+x0)*p.channels)
			e.fn.Funcs[kernels.ChannelDots](a)
		}
	}
}

// depthGather adds the sums of the chunks to the gradient of the weights.
type depthGather struct{ *depthWeights }

func (s *depthGather) bind(m *binder) exec {
	return &depthGatherExec{depthWeights: s.depthWeights, part: floats(m.bytes(s.part)), dst: m.tensor(s.g).F32()}
}

type depthGatherExec struct {
	infallible
	*depthWeights
	part, dst []float32
}

func (e *depthGatherExec) parts() int { return 1 }

func (e *depthGatherExec) run(*kernelArgs, int) {
	taps, channels := e.product.taps(), e.product.channels
	for t := range taps {
		for c := range channels {
			sum := float32(0)
			for chunk := range e.chunks {
				sum += e.part[(chunk*taps+t)*channels+c]
			}
			e.dst[c*taps+t] += sum
		}
	}
}
