package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// depthwiseStep is a depthwise convolution by rows of pixels: see
// kernels.DepthwiseRowF32.
type depthwiseStep struct {
	row           *kernels.DepthwiseRowF32
	x, out        int
	off           []int32   // [row of pixels][group][row of the filter][column] bytes from x
	weights, bias []float32 // [tap][C], [C]
	taps          int       // rows of the filter
	c, w          int       // channels, pixels in a row of the result
	lines         int       // rows of pixels of the result
	perPart       int       // of them
	zeros         int       // bytes of zeros that must lie before x
	ldo           int       // bytes from pixel to pixel of out
	lo, hi        float32
	act           *activation
	element       *kernels.ElementF32 // computes act
}

// depthwiseRow returns the kernel for rows of that geometry, or nil.
func (l *lowering) depthwiseRow(g *geometry) *kernels.DepthwiseRowF32 {
	for _, r := range l.rows.depthwiseRows {
		if r.Width == g.x.Kernel && r.Stride == g.x.Stride && g.channels%r.Channels == 0 && g.x.Dilation == 1 &&
			(r.Needs != 0 || l.rows.depthwise.Needs == 0) {
			return r
		}
	}
	return nil
}

// byRows returns the step for a depthwise convolution by rows, whose weights
// are [tap][C], or nil where there is no kernel for it.
func (l *lowering) byRows(n *node, g geometry, weights, bias []float32) *depthwiseStep {
	row := l.depthwiseRow(&g)
	if row == nil || g.x.Out < 2 {
		return nil
	}
	zeros := l.zerosBefore(&g, n.in[0])
	s := &depthwiseStep{row: row, x: n.in[0], out: n.out[0], weights: weights, bias: bias, taps: g.y.Kernel, c: g.channels,
		w: g.x.Out, lines: g.pictures * g.y.Out, zeros: zeros, ldo: l.pitch(n.out[0]), lo: n.lo, hi: n.hi, act: n.act, element: l.rows.element}
	s.perPart = max(1, tapsPiece/(g.taps()*s.c*s.w))
	s.off = l.table(rowGeometry{g, row.Columns()}, func() []int32 { return g.columns(row.Columns()) })
	return s
}

// rowGeometry is the key of the tables of columns.
type rowGeometry struct {
	geometry
	columns int
}

// columns returns offsets as [row of pixels][group][row of the filter][column];
// what lies outside the picture is on the zeros.
func (g *geometry) columns(columns int) []int32 {
	const group = kernels.DepthwisePixels
	var off []int32
	for b := range g.pictures {
		for oy := range g.y.Out {
			for ox := 0; ox < g.x.Out; ox += group {
				for i := range g.y.Kernel * columns {
					y := oy*g.y.Stride - g.y.Begin + i/columns*g.y.Dilation
					x := ox*g.x.Stride - g.x.Begin + i%columns
					o := -g.zeros
					if y >= 0 && y < g.y.In && x >= 0 && x < g.x.In {
						o = ((b*g.y.In+y)*g.x.In + x) * g.pitch
					}
					off = append(off, int32(o))
				}
			}
		}
	}
	return off
}

type depthwiseExec struct {
	*depthwiseStep
	px, pout unsafe.Pointer
	before   []byte
}

func (s *depthwiseStep) bind(m *binder) exec {
	return &depthwiseExec{s, m.pointer(s.x), m.pointer(s.out), m.before(s.x, s.zeros)}
}

func (e *depthwiseExec) prepare()      { clear(e.before) }
func (e *depthwiseExec) parts() int    { return (e.lines + e.perPart - 1) / e.perPart }
func (e *depthwiseExec) failed() error { return nil }

func (e *depthwiseExec) run(args *kernelArgs, i int) {
	a := &args.depthwise
	a.A, a.W, a.Bias = e.px, unsafe.SliceData(e.weights), unsafe.SliceData(e.bias)
	a.LDO, a.Pixels, a.Rows, a.C = e.ldo, e.w, e.taps, e.c
	a.Lo, a.Hi = e.lo, e.hi
	perLine := len(e.off) / e.lines
	for line := i * e.perPart; line < min((i+1)*e.perPart, e.lines); line++ {
		a.Off = &e.off[line*perLine]
		out := unsafe.Add(e.pout, line*e.w*a.LDO)
		a.Out = (*float32)(out)
		e.row.Func(a)
		e.act.activate(e.element, &args.element, out, e.w, e.c, a.LDO, 0)
	}
}
