package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// tapsI8Step is tapsStep on bytes.
type tapsI8Step struct {
	row             *kernels.TapsI8
	x, out          int
	off             []int32
	weights         []int8    // depthwise, as the row packs them
	bias            []int32   // depthwise: [ChannelPad(C)]
	scale           []float32 // depthwise: [ChannelPad(C)]; average pooling: [pixel]
	neg             []float32 // depthwise: of negative sums, if another
	taps, c, pixels int
	offset          int32
	ldo             int   // bytes from pixel to pixel of out
	prefix          int   // bytes of the zero point that must lie before x
	zeroIn          uint8 // zero point of x
	zero            int32
	lo, hi          float32
	perPart         int
	after           *byteTable
	element         *kernels.ElementI8 // computes after
}

func (l *lowering) tapsI8(n *node, g geometry, row *kernels.TapsI8, zeros bool) *tapsI8Step {
	q := n.q
	g.pitch = l.pitch(n.in[0])
	s := &tapsI8Step{row: row, x: n.in[0], out: n.out[0], taps: g.taps(), c: g.channels, ldo: l.pitch(n.out[0]), pixels: g.pixels(),
		zeroIn: uint8(q.in[0].zero), zero: q.out.zero, lo: q.lo, hi: q.hi,
		after: q.after, element: l.rows.elementI8}
	s.perPart = max(1, 2*tapsPiece/(s.taps*s.c))
	if !zeros {
		s.off = l.table(insideGeometry(g), g.perPixelInside)
		return s
	}
	if g.padded() {
		s.prefix = l.zerosBefore(&g, n.in[0])
	}
	s.off = l.table(g, g.perPixel)
	return s
}

// depthwiseI8 returns the step for a convolution of each channel of bytes by
// itself.
func (l *lowering) depthwiseI8(n *node, g geometry) (step, StepInfo) {
	w := n.q.weights
	s := l.tapsI8(n, g, l.rows.depthwiseI8, true)
	s.weights = signed(alignedBytes(s.row.PackedLen(s.taps, s.c)))
	s.row.Pack(s.weights, w.w.I8(), s.taps, s.c, 1, s.taps) // from [C 1 H W]
	s.bias, s.scale = make([]int32, kernels.ChannelPad(s.c)), make([]float32, kernels.ChannelPad(s.c))
	if n.q.slopes != nil {
		s.neg = make([]float32, len(s.scale))
	}
	for c := range s.c {
		sum := int32(0)
		for _, v := range w.w.I8()[c*s.taps:][:s.taps] {
			sum += int32(v)
		}
		s.bias[c] = int32(w.integerBias(n.q.in[0], c)) - n.q.in[0].zero*sum
		s.scale[c] = n.q.rescale(c, 1)
		if n.q.slopes != nil {
			s.neg[c] = n.q.rescale(c, n.q.slopes[c])
		}
	}
	l.plan.stats.WeightBytes += len(s.weights) + 4*(len(s.bias)+len(s.scale)+len(s.neg))
	return s, StepInfo{Kernel: s.row.Name, MACs: int64(s.pixels) * int64(s.taps*s.c)}
}

// poolsBytes reports whether there is a table for the windows of a pooling.
func (l *lowering) poolsBytes(n *node) bool {
	if n.q.kind != qMaxPool && n.q.kind != qAvgPool {
		return false
	}
	g, ok := l.poolGeometry(n)
	return ok && g.fitsTable() && g.everyWindowMeets()
}

// maxPoolI8 returns the step for the largest of each window of bytes, if its
// windows fit a table.
func (l *lowering) maxPoolI8(n *node) (step, StepInfo) {
	if !l.poolsBytes(n) {
		return nil, StepInfo{}
	}
	g, _ := l.poolGeometry(n)
	s := l.tapsI8(n, g, l.rows.maxPoolI8, false)
	return s, StepInfo{Kernel: s.row.Name}
}

// averageI8 returns the step for the mean of each window of bytes. The
// padding is the zero point, which the offset takes away again.
func (l *lowering) averageI8(n *node) (step, StepInfo) {
	g, _ := l.poolGeometry(n)
	op, _ := n.op.(*nn.AveragePool)
	pads := op != nil && op.CountIncludePad
	s := l.tapsI8(n, g, l.rows.avgPoolI8, true)
	s.offset = -int32(s.taps) * n.q.in[0].zero
	s.scale = make([]float32, s.pixels)
	for p := range s.scale {
		_, oy, ox := g.pixel(p)
		count := float64(g.y.Counted(oy, pads) * g.x.Counted(ox, pads))
		s.scale[p] = float32(float64(n.q.in[0].scale) / float64(n.q.out.scale) / count)
	}
	l.plan.stats.TableBytes += 4 * len(s.scale)
	return s, StepInfo{Kernel: s.row.Name}
}

type tapsI8Exec struct {
	*tapsI8Step
	px, pout unsafe.Pointer
	before   []byte
}

func (s *tapsI8Step) bind(m *binder) exec {
	e := &tapsI8Exec{tapsI8Step: s, px: m.pointer(s.x), pout: m.pointer(s.out)}
	if s.prefix > 0 {
		e.before = m.before(s.x, s.prefix)
	}
	return e
}

func (e *tapsI8Exec) prepare()      { fillBytes(e.before, e.zeroIn) }
func (e *tapsI8Exec) parts() int    { return (e.pixels + e.perPart - 1) / e.perPart }
func (e *tapsI8Exec) failed() error { return nil }

func (e *tapsI8Exec) run(args *kernelArgs, i int) {
	a := &args.tapsI8
	first := i * e.perPart
	*a = kernels.TapsI8Args{A: e.px, Off: &e.off[first*e.taps], W: unsafe.SliceData(e.weights), Bias: unsafe.SliceData(e.bias),
		Scale: unsafe.SliceData(e.scale), ScaleNeg: unsafe.SliceData(e.neg), Out: (*uint8)(unsafe.Add(e.pout, first*e.ldo)), LDO: e.ldo,
		Pixels: min(e.perPart, e.pixels-first), Taps: e.taps, C: e.c, Offset: e.offset, Zero: e.zero, Lo: e.lo, Hi: e.hi}
	if e.weights == nil && e.scale != nil {
		a.Scale = &e.scale[first]
	}
	e.row.Func(a)
	e.after.apply(e.element.Funcs[kernels.TableI8], &args.elementI8, unsafe.Pointer(a.Out), a.Pixels, e.c, e.ldo)
}
