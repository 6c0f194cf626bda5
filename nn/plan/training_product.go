package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// product is a convolution or a fully connected layer as training sees it: a
// window over pictures, of one pixel for fully connected layers, and weights
// that are read where the graph has them.
type product struct {
	geometry
	x, weights, bias, result int // values; bias may be none
	groups                   int
	in, out                  int // channels of a group
	w                        weightStrides
}

// weightStrides say where a weight lies, in floats: output channel, input
// channel of its group, tap.
type weightStrides struct{ out, in, tap int }

// productOf returns the product that n is, which isConv2D or isTrainedDense.
func (l *trainLowering) productOf(n *node) product {
	p := product{x: n.in[0], weights: n.in[1], bias: n.operand(2), result: n.out[0], groups: 1}
	w := l.vals[n.in[1]].logical.Dims
	if op, ok := n.op.(*nn.Conv); ok {
		p.geometry, _ = l.convGeometry(n)
		p.groups, p.in, p.out = op.Group, w[1], w[0]/op.Group
		p.w = weightStrides{w[1] * p.taps(), p.taps(), 1}
		return p
	}
	one := nn.WindowAxis{In: 1, Out: 1, Kernel: 1, Stride: 1, Dilation: 1}
	p.in, p.out, p.w = w[0], w[1], weightStrides{out: 1, in: w[1]}
	if op, ok := n.op.(*nn.Gemm); ok && op.TransB {
		p.in, p.out, p.w = w[1], w[0], weightStrides{out: w[1], in: 1}
	}
	p.geometry = geometry{pictures: l.vals[p.x].typ.Shape.Elems() / p.in, channels: p.in, size: 4, pitch: 4 * p.in, y: one, x: one}
	return p
}

// isTrainedDense reports whether the matrix kernels can compute n and its
// gradients: a product of float32 rows with a matrix, plus at most a row.
func (l *trainLowering) isTrainedDense(n *node) bool {
	if len(n.in) < 2 || n.in[0] == none || l.konst(n.in[0]) != nil || !l.weightFloat(n.in[1]) {
		return false
	}
	x, w := l.vals[n.in[0]].typ.Shape, l.vals[n.in[1]].typ.Shape
	if _, param := l.params[n.in[0]]; param || w.Rank != 2 || w.Elems() == 0 || x.Elems() == 0 || x.Rank < 2 {
		return false
	}
	switch op := n.op.(type) {
	case *nn.MatMul:
		return true
	case *nn.Gemm:
		c := n.operand(2)
		return !op.TransA && op.Alpha == 1 && (c == none ||
			op.Beta == 1 && l.weightFloat(c) && l.vals[c].typ.Shape.Elems() == l.vals[n.out[0]].typ.Shape.Dims[1])
	}
	return false
}

// productStep is a gemmStep whose weights are packed anew each time, since
// they change.
type productStep struct {
	gemmStep
	weights, bias int   // values; bias may be none
	cols          int   // stride, in floats, from column to column of the packed product
	depth         int   // from one k to the next
	tapAt         []int // where each tap lies
	group         int   // from group to group
	to            *block
}

func (s *productStep) bind(m *binder) exec {
	e := &productExec{productStep: s, gemmExec: s.gemmStep.bind(m).(*gemmExec), w: m.tensor(s.weights).F32()}
	if s.bias != none {
		e.b = m.tensor(s.bias).F32()
	}
	if s.to != nil {
		e.pc = unsafe.Pointer(unsafe.SliceData(m.bytes(s.to)))
		e.pr = nil
	}
	return e
}

// open makes room for the packed weights.
func (s *productStep) open() {
	s.panels = alignedFloats(s.groups * s.panelCount * s.panelLen())
	s.gemmStep.bias = alignedFloats(s.groups * s.panelCount * s.row.NR)
}

func (s *productStep) panelLen() int { return len(s.tapAt) * s.k * s.row.NR }

type productExec struct {
	*productStep
	*gemmExec
	w, b []float32
}

func (e *productExec) parts() int                  { return e.gemmExec.parts() }
func (e *productExec) run(args *kernelArgs, i int) { e.gemmExec.run(args, i) }
func (e *productExec) failed() error               { return nil }
func (e *productExec) prepare()                    { e.gemmExec.prepare() }

// packStep packs the weights of the product that comes next.
type packStep struct{ *productStep }

func (s packStep) bind(m *binder) exec {
	e := &packExec{productStep: s.productStep, w: m.tensor(s.weights).F32()}
	if s.productStep.bias != none {
		e.b = m.tensor(s.productStep.bias).F32()
	}
	return e
}

type packExec struct {
	infallible
	*productStep
	w, b []float32
}

func (e *packExec) parts() int { return e.groups * e.panelCount }

// run packs one panel: [tap][k][NR].
func (e *packExec) run(_ *kernelArgs, i int) {
	g, p, nr := i/e.panelCount, i%e.panelCount, e.row.NR
	cols := min(nr, e.n-p*nr)
	dst := e.panels[i*e.panelLen():][:e.panelLen()]
	from := e.w[g*e.group+p*nr*e.cols:]
	// Taps lie side by side in the graph's weights, and are read while they are
	// near.
	for k := range e.k {
		for t, tap := range e.tapAt {
			row := dst[(t*e.k+k)*nr:][:cols]
			at := tap + k*e.depth
			for c := range row {
				row[c] = from[at+c*e.cols]
			}
		}
	}
	if e.b != nil {
		copy(e.gemmStep.bias[i*nr:], e.b[g*e.n+p*nr:][:cols])
	}
}

// forwardProduct appends the steps that compute a product.
func (l *trainLowering) forwardProduct(i int, p product) {
	if l.gradOf(p.weights) != none {
		l.keep(i, p.x)
	}
	if steps := l.winogradForward(&p); steps != nil {
		l.goForward(steps...)
		return
	}
	s := &productStep{weights: p.weights, bias: p.bias, cols: p.w.out, depth: p.w.in, group: p.out * p.w.out}
	s.gemmStep = gemmStep{row: l.learn.gemmFor(p.out), x: p.x, out: p.result, res: none, m: p.pixels(), n: p.out, groups: p.groups,
		ldc: 4 * p.out * p.groups, groupIn: 4 * p.in, taps: p.taps(), k: p.in, lo: noLimit, hi: -noLimit}
	g := p.geometry
	if g.padded() {
		g.zeros = aligned(4 * g.channels)
		s.zeros = g.zeros
		l.needPrefix(p.x, g.zeros)
	}
	g.tile = s.row.MR
	s.off = l.table(g, g.tiled)
	s.gemmStep.tile()
	for t := range s.taps {
		s.tapAt = append(s.tapAt, t*p.w.tap)
	}
	s.open()
	l.goForward(packStep{s}, s)
}

// backwardProduct appends the steps for the gradients by bias, weights and
// operand.
func (l *trainLowering) backwardProduct(i int, p product) {
	d := l.gradOf(p.result)
	if p.bias != none {
		if g := l.gradOf(p.bias); g != none {
			l.goBackward(l.biasGradient(d, g, p.out*p.groups))
		}
	}
	if g := l.gradOf(p.weights); g != none {
		l.weightGradient(i, p, d, g)
	}
	if g := l.gradOf(p.x); g != none {
		l.operandGradient(i, p, d, g)
	}
}

func (l *trainLowering) convForward(i int, n *node)   { l.forwardProduct(i, l.productOf(n)) }
func (l *trainLowering) denseForward(i int, n *node)  { l.forwardProduct(i, l.productOf(n)) }
func (l *trainLowering) convBackward(i int, n *node)  { l.backwardProduct(i, l.productOf(n)) }
func (l *trainLowering) denseBackward(i int, n *node) { l.backwardProduct(i, l.productOf(n)) }

// phase is the part of an operand's pixels that is reached by the same taps: a
// convolution of stride s has s·s of them. Pixel (y, x) of the phase is pixel
// (y·Stride + oy, x·Stride + ox) of the operand.
type phase struct {
	geometry     // of the convolution
	oy, ox, h, w int
	taps         []phaseTap
}

// phaseTap is a tap that reaches a phase: pixel (y, x) of the phase takes part
// in pixel (y + dy, x + dx) of the result by it.
type phaseTap struct{ at, dy, dx int }

// phases splits the pixels of the operand.
func (g *geometry) phases() []phase {
	var all []phase
	for oy := range min(g.y.Stride, g.y.In) {
		for ox := range min(g.x.Stride, g.x.In) {
			p := phase{geometry: *g, oy: oy, ox: ox, h: (g.y.In - oy + g.y.Stride - 1) / g.y.Stride, w: (g.x.In - ox + g.x.Stride - 1) / g.x.Stride}
			for ky := range g.y.Kernel {
				for kx := range g.x.Kernel {
					y, x := oy+g.y.Begin-ky*g.y.Dilation, ox+g.x.Begin-kx*g.x.Dilation
					if y%g.y.Stride == 0 && x%g.x.Stride == 0 {
						p.taps = append(p.taps, phaseTap{ky*g.x.Kernel + kx, y / g.y.Stride, x / g.x.Stride})
					}
				}
			}
			all = append(all, p)
		}
	}
	return all
}

// table returns, for tiles of mr pixels of the phase, where the gradients lie
// that each tap brings: [tile][tap][mr] bytes; zeros bytes before the first
// where it brings none.
func (p *phase) table(channels, mr, zeros int) []int32 {
	pixels := p.pictures * p.h * p.w
	tiles := (pixels + mr - 1) / mr
	off := make([]int32, 0, tiles*mr*len(p.taps))
	for t := range tiles {
		for _, tap := range p.taps {
			for m := range mr {
				i := min(t*mr+m, pixels-1)
				b, y, x := i/(p.h*p.w), i/p.w%p.h+tap.dy, i%p.w+tap.dx
				o := -zeros
				if y >= 0 && y < p.y.Out && x >= 0 && x < p.x.Out {
					o = ((b*p.y.Out+y)*p.x.Out + x) * channels * 4
				}
				off = append(off, int32(o))
			}
		}
	}
	return off
}

// operandGradient appends, for each phase, the product of the gradients d with
// the weights, and has it added to g.
func (l *trainLowering) operandGradient(i int, p product, d, g int) {
	channels := p.out * p.groups
	zeros := aligned(4 * channels)
	l.needPrefix(d, zeros)
	phases := p.phases()
	add := l.adds(g)
	if steps := l.winogradBackward(&p, d, g, add); steps != nil {
		l.goBackward(steps...)
		return
	}
	if !add && len(phases) > 1 {
		l.goBackward(&clearStep{g})
	}
	for _, ph := range phases {
		if len(ph.taps) == 0 {
			continue
		}
		s := &productStep{weights: p.weights, bias: none, cols: p.w.in, depth: p.w.out, group: p.out * p.w.out}
		s.gemmStep = gemmStep{row: l.learn.gemmFor(p.in), x: d, out: g, res: none, m: ph.pictures * ph.h * ph.w, n: p.in, groups: p.groups,
			ldc: 4 * p.in * p.groups, groupIn: 4 * p.out, taps: len(ph.taps), k: p.out, zeros: zeros, lo: noLimit, hi: -noLimit}
		s.off = l.table(phaseKey{p.geometry, ph.oy, ph.ox, channels, s.row.MR}, func() []int32 { return ph.table(channels, s.row.MR, zeros) })
		s.gemmStep.tile()
		for _, t := range ph.taps {
			s.tapAt = append(s.tapAt, t.at*p.w.tap)
		}
		s.open()
		if len(phases) == 1 {
			if add {
				s.res = g
			}
			l.goBackward(packStep{s}, s)
			continue
		}
		s.to = l.backScratch(i, s.m*s.ldc+kernels.ReadPast)
		l.goBackward(packStep{s}, s, &spreadStep{ph, s.to, g, p.in * p.groups})
	}
}

// phaseKey is the key of a phase's table.
type phaseKey struct {
	geometry
	oy, ox, channels, tile int
}

// spreadStep adds the pixels of a phase to those of the operand's gradient.
type spreadStep struct {
	phase
	from     *block
	to       int
	channels int
}

func (s *spreadStep) bind(m *binder) exec {
	return &spreadExec{spreadStep: s, src: floats(m.bytes(s.from)), dst: m.tensor(s.to).F32()}
}

type spreadExec struct {
	infallible
	*spreadStep
	src, dst []float32
}

func (e *spreadExec) parts() int { return e.pictures }

func (e *spreadExec) run(_ *kernelArgs, b int) {
	for y := range e.h {
		for x := range e.w {
			src := e.src[((b*e.h+y)*e.w+x)*e.channels:][:e.channels]
			at := (b*e.y.In+y*e.y.Stride+e.oy)*e.geometry.x.In + x*e.geometry.x.Stride + e.ox
			dst := e.dst[at*e.channels:][:e.channels]
			for c, v := range src {
				dst[c] += v
			}
		}
	}
}
