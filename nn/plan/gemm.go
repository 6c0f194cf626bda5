package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// gemmStep is an indirect matrix product: convolutions over NHWC and products
// with a constant matrix. Rows are pixels, columns are output channels; each
// group of a convolution is a product of its own over the same offsets.
type gemmStep struct {
	row         *kernels.GemmF32
	x, out, res int
	pad         *padding  // copies x with its padding first; nil for none
	off         []int32   // [tile][tap][MR] bytes from x, or from the padded copy
	panels      []float32 // [group][panel][tap][K][NR]
	bias        []float32 // [group][panel][NR]

	taps, k, m, n, groups int // n columns a group
	groupIn               int // bytes from group to group of x
	ldc                   int // bytes from row to row of out and res
	zeros                 int // bytes of zeros that must lie before x
	lo, hi                float32
	act                   *activation
	element               *kernels.ElementF32 // computes act

	cut
}

// tile fixes how the product is cut up, once its extents are known.
func (s *gemmStep) tile() {
	mr, nr, depth := s.row.MR, s.row.NR, s.taps*s.k
	s.cut = newCut(s.m, s.n, mr, nr, depth, 4*depth*nr, pieceMACs)
}

// pack lays out weights given as [groups·n][taps][k] by their strides, and the
// bias.
func (s *gemmStep) pack(w, bias []float32, strideN, strideT, strideK int) {
	nr := s.row.NR
	size := kernels.PackedGemmF32Len(s.n, s.taps, s.k, nr)
	s.panels = alignedFloats(size * s.groups)
	s.bias = alignedFloats(s.groups * s.panelCount * nr)
	for g := range s.groups {
		kernels.PackGemmF32(s.panels[g*size:][:size], w[g*s.n*strideN:], s.n, s.taps, s.k, nr, strideN, strideT, strideK)
		if bias != nil {
			copy(s.bias[g*s.panelCount*nr:], bias[g*s.n:][:s.n])
		}
	}
}

func alignedFloats(n int) []float32 { return floats(alignedBytes(4 * n)) }

// floats looks at aligned bytes as float32.
func floats(b []byte) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

// finish places the result, in the residual's memory if it can be, and
// describes the step.
func (l *lowering) finish(i int, n *node, s *gemmStep) StepInfo {
	s.res, s.lo, s.hi, s.act, s.element = n.res, n.lo, n.hi, n.act, l.rows.element
	if s.res != none {
		l.inPlace(i, s.out, s.res, s.x)
	}
	l.plan.stats.WeightBytes += 4 * (len(s.panels) + len(s.bias))
	return StepInfo{Kernel: s.row.Name, MACs: int64(s.m) * int64(s.n*s.groups) * int64(s.taps*s.k)}
}

type gemmExec struct {
	*gemmStep
	pa, pc, pr unsafe.Pointer
	before     []byte // where the zeros go
	copy       *padCopy
}

func (s *gemmStep) bind(m *binder) exec {
	e := &gemmExec{gemmStep: s, pa: m.pointer(s.x), pc: m.pointer(s.out), pr: m.pointer(s.res)}
	if s.zeros > 0 {
		e.before = m.before(s.x, s.zeros)
	}
	if s.pad != nil {
		e.copy = s.pad.bind(m, s.x)
		e.pa = unsafe.Pointer(unsafe.SliceData(e.copy.to))
	}
	return e
}

func (e *gemmExec) prepare() {
	clear(e.before)
	if e.copy != nil {
		e.copy.run()
	}
}

func (e *gemmExec) parts() int    { return e.groups * e.panelBlocks() * e.tileBlocks() }
func (e *gemmExec) failed() error { return nil }

// run computes one block of tiles against one block of panels. The panels of
// a block stay in cache from piece to piece; the rows of a tile stay in the
// nearest cache from panel to panel.
func (e *gemmExec) run(args *kernelArgs, i int) {
	b := e.piece(i)
	g, mr, nr := b.group, e.row.MR, e.row.NR
	a := &args.gemm
	a.A = unsafe.Add(e.pa, g*e.groupIn)
	a.LDC, a.LDR = e.ldc, e.ldc
	a.Taps, a.K = e.taps, e.k
	a.Lo, a.Hi = e.lo, e.hi
	panelLen := e.taps * e.k * nr
	if b.lastPanel == b.firstPanel+1 {
		e.column(args, g, b.firstPanel, b.firstTile, b.lastTile)
		return
	}
	for t := b.firstTile; t < b.lastTile; t++ {
		a.Off = &e.off[t*e.taps*mr]
		a.M = min(mr, e.m-t*mr)
		for p := b.firstPanel; p < b.lastPanel; p++ {
			at := t*mr*e.ldc + 4*(g*e.n+p*nr)
			a.C = (*float32)(unsafe.Add(e.pc, at))
			a.Res = nil
			if e.pr != nil {
				a.Res = (*float32)(unsafe.Add(e.pr, at))
			}
			a.N = min(nr, e.n-p*nr)
			a.B = &e.panels[(g*e.panelCount+p)*panelLen]
			a.Bias = &e.bias[(g*e.panelCount+p)*nr]
			e.row.Func(a)
		}
		first, last := b.firstPanel*nr, min(b.lastPanel*nr, e.n)
		e.act.activate(e.element, &args.element, unsafe.Add(e.pc, t*mr*e.ldc+4*(g*e.n+first)), a.M, last-first, e.ldc, g*e.n+first)
	}
}

// column is run for one panel, where tiles are often so small that what is set
// up between them counts.
func (e *gemmExec) column(args *kernelArgs, g, p, first, end int) {
	mr, nr := e.row.MR, e.row.NR
	a := &args.gemm
	a.N = min(nr, e.n-p*nr)
	a.B = &e.panels[(g*e.panelCount+p)*e.taps*e.k*nr]
	a.Bias = &e.bias[(g*e.panelCount+p)*nr]
	channel := g*e.n + p*nr
	at := first*mr*e.ldc + 4*channel
	off := e.off[first*e.taps*mr : end*e.taps*mr]
	a.M, a.Res = mr, nil
	for t := first; t < end; t++ {
		a.Off = &off[0]
		off = off[e.taps*mr:]
		a.C = (*float32)(unsafe.Add(e.pc, at))
		if e.pr != nil {
			a.Res = (*float32)(unsafe.Add(e.pr, at))
		}
		if t == e.tiles-1 {
			a.M = e.m - t*mr
		}
		e.row.Func(a)
		if e.act != nil {
			e.act.activate(e.element, &args.element, unsafe.Pointer(a.C), a.M, a.N, e.ldc, channel)
		}
		at += mr * e.ldc
	}
}

// dense returns the step for a product of rows with a constant matrix.
func (l *lowering) dense(i int, n *node) (step, StepInfo) {
	x := l.vals[n.in[0]].typ.Shape
	w := l.konst(n.in[1])
	k := x.Dims[x.Rank-1]
	s := &gemmStep{row: l.rows.gemm, x: n.in[0], out: n.out[0], taps: 1, k: k, m: x.Elems() / k, groups: 1}
	cols, strideN, strideK := w.Shape.Dims[1], 1, w.Shape.Dims[1]
	alpha := float32(1)
	if g, ok := n.op.(*nn.Gemm); ok {
		alpha = g.Alpha
		if g.TransB {
			cols, strideN, strideK = w.Shape.Dims[0], k, 1
		}
	}
	s.n, s.ldc = cols, 4*cols
	s.tile()
	s.off = l.linear(s.m, 4*k, s.row.MR)
	data := w.F32()
	if alpha != 1 {
		data = w.Clone().F32()
		for i := range data {
			data[i] *= alpha
		}
	}
	s.pack(data, l.biasOf(n, cols), strideN, 0, strideK)
	return s, l.finish(i, n, s)
}

// linear returns the offsets of m rows that follow one another.
func (l *lowering) linear(m, stride, mr int) []int32 {
	r := lines{m, stride, mr}
	return l.table(r, r.offsets)
}

// lines are m rows that follow one another, in tiles of mr. They are the key of
// their table of offsets.
type lines struct{ m, stride, mr int }

func (r lines) offsets() []int32 {
	off := make([]int32, (r.m+r.mr-1)/r.mr*r.mr)
	for i := range off {
		off[i] = int32(min(i, r.m-1) * r.stride)
	}
	return off
}

// table returns the offsets of that key, made at most once in a plan.
func (l *lowering) table(key any, make func() []int32) []int32 {
	if t, ok := l.tables[key]; ok {
		return t
	}
	t := make()
	l.tables[key] = t
	return t
}
