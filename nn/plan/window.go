package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// tapsStep combines, for each output pixel, the rows of channels under its
// window: depthwise convolution and pooling.
type tapsStep struct {
	row             *kernels.TapsF32
	x, out          int
	off             []int32   // [pixel][tap] bytes from x
	weights, bias   []float32 // depthwise: [tap][C], [C]
	scale           []float32 // average pooling: [pixel]
	taps, c, pixels int
	zeros           int // bytes of zeros that must lie before x
	ldo             int // bytes from pixel to pixel of out
	perPart         int // pixels
	lo, hi          float32
	act             *activation
	element         *kernels.ElementF32 // computes act
}

// A piece computes about this many products or comparisons.
const tapsPiece = 1 << 18

// activationPiece is the number of elements that stay in the nearest cache
// until an activation reads them again.
const activationPiece = 4 << 10

func (l *lowering) taps(n *node, g geometry, row *kernels.TapsF32, zeros bool) *tapsStep {
	g.pitch = l.pitch(n.in[0])
	s := &tapsStep{row: row, ldo: l.pitch(n.out[0]), x: n.in[0], out: n.out[0], taps: g.taps(), c: g.channels, pixels: g.pixels(), lo: n.lo, hi: n.hi, act: n.act, element: l.rows.element}
	if zeros && g.padded() {
		s.zeros = l.zerosBefore(&g, n.in[0])
	}
	s.perPart = max(1, tapsPiece/(s.taps*s.c))
	if s.act != nil { // which reads the piece again
		s.perPart = max(1, min(s.perPart, activationPiece/s.c))
	}
	if zeros {
		s.off = l.table(g, g.perPixel)
	} else {
		s.off = l.table(insideGeometry(g), g.perPixelInside)
	}
	return s
}

// perPixel returns offsets as [pixel][tap], padding taps on the zeros.
func (g *geometry) perPixel() []int32 {
	off := make([]int32, 0, g.pixels()*g.taps())
	for p := range g.pixels() {
		b, oy, ox := g.pixel(p)
		for t := range g.taps() {
			o, _ := g.offset(b, oy, ox, t/g.x.Kernel, t%g.x.Kernel)
			off = append(off, o)
		}
	}
	return off
}

// insideGeometry is the key of perPixelInside's tables.
type insideGeometry geometry

// perPixelInside is perPixel with padding taps on a tap of the same window
// that lies inside, which changes no maximum.
func (g *geometry) perPixelInside() []int32 {
	taps := g.taps()
	off := make([]int32, g.pixels()*taps)
	for p := range g.pixels() {
		b, oy, ox := g.pixel(p)
		row := off[p*taps:][:taps]
		inside, outside := int32(0), []int(nil)
		for t := range row {
			o, ok := g.offset(b, oy, ox, t/g.x.Kernel, t%g.x.Kernel)
			if ok {
				row[t], inside = o, o
			} else {
				outside = append(outside, t)
			}
		}
		for _, t := range outside {
			row[t] = inside
		}
	}
	return off
}

// depthwise returns the step for a convolution of each channel by itself.
func (l *lowering) depthwise(n *node, g geometry) (step, StepInfo) {
	w := l.konst(n.in[1]).F32() // [C 1 H W]
	taps, channels := g.taps(), g.channels
	weights, bias := alignedFloats(taps*channels), alignedFloats(channels)
	for t := range taps {
		for c := range channels {
			weights[t*channels+c] = w[c*taps+t]
		}
	}
	copy(bias, l.biasOf(n, channels))
	l.plan.stats.WeightBytes += 4 * (len(weights) + len(bias))
	macs := int64(g.pixels()) * int64(taps*channels)
	if s := l.byRows(n, g, weights, bias); s != nil {
		return s, StepInfo{Kernel: s.row.Name, MACs: macs}
	}
	s := l.taps(n, g, l.rows.depthwise, true)
	s.weights, s.bias = weights, bias
	return s, StepInfo{Kernel: s.row.Name, MACs: macs}
}

// isPool2D reports whether the kernels over NHWC can compute n: a pooling of
// float32 pictures without indices.
func (p *program) isPool2D(n *node) bool {
	if len(n.in) != 1 || len(n.out) != 1 || n.out[0] == none {
		return false
	}
	t := p.vals[n.in[0]].typ
	if t.DType != nn.Float32 || p.vals[n.in[0]].logical.Rank != 4 || p.vals[n.out[0]].logical.Elems() == 0 {
		return false
	}
	g, ok := p.poolGeometry(n)
	return ok && g.fitsTable() && g.everyWindowMeets()
}

func (p *program) poolGeometry(n *node) (geometry, bool) {
	x := p.vals[n.in[0]].logical
	g := geometry{pictures: x.Dims[0], channels: x.Dims[1], size: p.vals[n.in[0]].typ.DType.Size()}
	g.pitch = g.channels * g.size
	var w nn.Window
	var err error
	switch op := n.op.(type) {
	case *nn.MaxPool:
		w, err = op.Window(x)
	case *nn.AveragePool:
		w, err = op.Window(x)
	case *nn.GlobalAveragePool, *nn.GlobalMaxPool:
		w.Rank = 2
		for i := range 2 {
			w.Axis[i] = nn.WindowAxis{In: x.Dims[2+i], Out: 1, Kernel: x.Dims[2+i], Stride: 1, Dilation: 1}
		}
	default:
		return g, false
	}
	g.y, g.x = w.Axis[0], w.Axis[1]
	return g, err == nil
}

// everyWindowMeets reports whether no window lies on padding alone.
func (g *geometry) everyWindowMeets() bool {
	for _, a := range [...]nn.WindowAxis{g.y, g.x} {
		for o := range a.Out {
			if a.Counted(o, false) == 0 {
				return false
			}
		}
	}
	return true
}

// pool returns the step for a pooling of pictures.
func (l *lowering) pool(_ int, n *node) (step, StepInfo) {
	g, _ := l.poolGeometry(n)
	pads := false
	switch op := n.op.(type) {
	case *nn.MaxPool, *nn.GlobalMaxPool:
		s := l.taps(n, g, l.rows.maxPool, false)
		return s, StepInfo{Kernel: s.row.Name}
	case *nn.AveragePool:
		pads = op.CountIncludePad
	}
	s := l.taps(n, g, l.rows.avgPool, true)
	s.scale = make([]float32, s.pixels)
	for p := range s.scale {
		_, oy, ox := g.pixel(p)
		s.scale[p] = 1 / float32(g.y.Counted(oy, pads)*g.x.Counted(ox, pads))
	}
	l.plan.stats.TableBytes += 4 * len(s.scale)
	return s, StepInfo{Kernel: s.row.Name}
}

type tapsExec struct {
	*tapsStep
	px, pout unsafe.Pointer
	before   []byte
}

func (s *tapsStep) bind(m *binder) exec {
	e := &tapsExec{tapsStep: s, px: m.pointer(s.x), pout: m.pointer(s.out)}
	if s.zeros > 0 {
		e.before = m.before(s.x, s.zeros)
	}
	return e
}

func (e *tapsExec) prepare()      { clear(e.before) }
func (e *tapsExec) parts() int    { return (e.pixels + e.perPart - 1) / e.perPart }
func (e *tapsExec) failed() error { return nil }

func (e *tapsExec) run(args *kernelArgs, i int) {
	a := &args.taps
	first := i * e.perPart
	a.A, a.Off = e.px, &e.off[first*e.taps]
	a.W, a.Bias, a.Scale = unsafe.SliceData(e.weights), unsafe.SliceData(e.bias), nil
	if e.scale != nil {
		a.Scale = &e.scale[first]
	}
	a.LDO = e.ldo
	a.Out = (*float32)(unsafe.Add(e.pout, first*a.LDO))
	a.Pixels = min(e.perPart, e.pixels-first)
	a.Taps, a.C = e.taps, e.c
	a.Lo, a.Hi = e.lo, e.hi
	e.row.Func(a)
	e.act.activate(e.element, &args.element, unsafe.Pointer(a.Out), a.Pixels, e.c, a.LDO, 0)
}
