package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// gemmI8Step is gemmStep on bytes: an indirect product in integers, with
// requantisation or a float32 result at its end.
type gemmI8Step struct {
	row    *kernels.GemmI8
	x, out int
	pad    *padding
	off    []int32   // [tile][tap][MR] bytes from x, or from the padded copy
	panels []int8    // [group][panel], as the row packs them
	bias   []int32   // [group][panel][NR], the zero point of x folded in
	scale  []float32 // likewise
	neg    []float32 // likewise: of negative sums, if another

	taps, k, m, n, groups int // n columns a group
	groupIn               int // bytes from group to group of x
	ldc                   int // bytes from row to row of out
	prefix                int // bytes of the zero point that must lie before x
	real                  bool
	in, result            qparam
	lo, hi                float32
	after                 *byteTable
	element               *kernels.ElementI8 // computes after

	cut
	panelLen int
}

// tile fixes how the product is cut up, as for floats; a multiply-accumulate
// of bytes takes less than half as long.
func (s *gemmI8Step) tile() {
	s.panelLen = s.row.PanelLen(s.taps, s.k)
	s.cut = newCut(s.m, s.n, s.row.MR, s.row.NR, s.taps*s.k, s.panelLen, 3*pieceMACs)
}

// pack lays out the weights w, given by their strides, with the bias and the
// scales. Σ(a−z)·w = Σ a·w − z·Σ w, and the second sum is constant.
func (s *gemmI8Step) pack(q *quantised, w []int8, strideN, strideT, strideK int) {
	nr := s.row.NR
	size := s.panelCount * s.panelLen
	s.panels = signed(alignedBytes(size * s.groups))
	s.bias = make([]int32, s.groups*s.panelCount*nr)
	s.scale = make([]float32, len(s.bias))
	if q.slopes != nil {
		s.neg = make([]float32, len(s.bias))
	}
	for g := range s.groups {
		s.row.Pack(s.panels[g*size:][:size], w[g*s.n*strideN:], s.n, s.taps, s.k, strideN, strideT, strideK)
		for n := range s.n {
			c, at := g*s.n+n, g*s.panelCount*nr+n
			sum := int32(0)
			for t := range s.taps {
				for k := range s.k {
					sum += int32(w[c*strideN+t*strideT+k*strideK])
				}
			}
			s.bias[at] = int32(q.weights.integerBias(s.in, c)) - s.in.zero*sum
			s.scale[at] = q.rescale(c, 1)
			if q.slopes != nil {
				s.neg[at] = q.rescale(c, q.slopes[c])
			}
		}
	}
}

// signed looks at bytes as int8.
func signed(b []byte) []int8 {
	return unsafe.Slice((*int8)(unsafe.Pointer(unsafe.SliceData(b))), len(b))
}

type gemmI8Exec struct {
	*gemmI8Step
	pa, pc unsafe.Pointer
	before []byte
	copy   *padCopy
	zero   uint8 // zero point of x
}

func (s *gemmI8Step) bind(m *binder) exec {
	e := &gemmI8Exec{gemmI8Step: s, pa: m.pointer(s.x), pc: m.pointer(s.out), zero: uint8(s.in.zero)}
	if s.prefix > 0 {
		e.before = m.before(s.x, s.prefix)
	}
	if s.pad != nil {
		e.copy = s.pad.bind(m, s.x)
		e.pa = unsafe.Pointer(unsafe.SliceData(e.copy.to))
	}
	return e
}

func (e *gemmI8Exec) prepare() {
	fillBytes(e.before, e.zero)
	if e.copy != nil {
		e.copy.fill = e.zero
		e.copy.run()
	}
}

func (e *gemmI8Exec) parts() int    { return e.groups * e.panelBlocks() * e.tileBlocks() }
func (e *gemmI8Exec) failed() error { return nil }

// run computes one block of tiles against one block of panels, in the order
// of gemmExec.
func (e *gemmI8Exec) run(args *kernelArgs, i int) {
	b := e.piece(i)
	g, mr, nr := b.group, e.row.MR, e.row.NR
	a := &args.gemmI8
	*a = kernels.GemmI8Args{A: unsafe.Add(e.pa, g*e.groupIn), LDC: e.ldc, Taps: e.taps, K: e.k, Zero: e.result.zero, Lo: e.lo, Hi: e.hi}
	size := 1
	if e.real {
		size = 4
	}
	for t := b.firstTile; t < b.lastTile; t++ {
		a.Off = &e.off[t*e.taps*mr]
		a.M = min(mr, e.m-t*mr)
		for p := b.firstPanel; p < b.lastPanel; p++ {
			to := unsafe.Add(e.pc, t*mr*e.ldc+size*(g*e.n+p*nr))
			if e.real {
				a.F32 = (*float32)(to)
			} else {
				a.C = (*uint8)(to)
			}
			a.N = min(nr, e.n-p*nr)
			at := g*e.panelCount + p
			a.B, a.Bias, a.Scale = &e.panels[at*e.panelLen], &e.bias[at*nr], &e.scale[at*nr]
			if e.neg != nil {
				a.ScaleNeg = &e.neg[at*nr]
			}
			e.row.Func(a)
		}
		first, last := g*e.n+b.firstPanel*nr, g*e.n+min(b.lastPanel*nr, e.n)
		e.after.apply(e.element.Funcs[kernels.TableI8], &args.elementI8, unsafe.Add(e.pc, t*mr*e.ldc+first), a.M, last-first, e.ldc)
	}
}

// newGemmI8 returns the step for a product of m rows and, in each of so many
// groups, columns columns.
func (l *lowering) newGemmI8(node *node, m, columns, groups int) *gemmI8Step {
	q := node.q
	return &gemmI8Step{row: l.rows.gemmI8.For(m, columns), x: node.in[0], out: node.out[0], m: m, n: columns, groups: groups,
		ldc:  columns * groups * l.vals[node.out[0]].typ.DType.Size(),
		real: q.real, in: q.in[0], result: q.out, lo: q.lo, hi: q.hi, after: q.after, element: l.rows.elementI8}
}

func (l *lowering) describeI8(s *gemmI8Step) StepInfo {
	l.plan.stats.WeightBytes += len(s.panels) + 4*(len(s.bias)+len(s.scale)+len(s.neg))
	return StepInfo{Kernel: s.row.Name, MACs: int64(s.m) * int64(s.n*s.groups) * int64(s.taps*s.k)}
}

// denseI8 returns the step for a product of rows of bytes with a constant
// matrix.
func (l *lowering) denseI8(n *node) (step, StepInfo) {
	x, w := l.vals[n.in[0]].typ.Shape, n.q.weights
	k := x.Dims[x.Rank-1]
	s := l.newGemmI8(n, x.Elems()/k, len(w.scale), 1)
	s.taps, s.k = 1, k
	strideN, strideK := 1, s.n
	if g, ok := n.op.(*nn.Gemm); ok && g.TransB {
		strideN, strideK = s.k, 1
	}
	s.tile()
	s.off = l.linear(s.m, s.k, s.row.MR)
	s.pack(n.q, w.w.I8(), strideN, 0, strideK)
	return s, l.describeI8(s)
}

// convI8 returns the step for a convolution over pictures of bytes.
func (l *lowering) convI8(i int, n *node) (step, StepInfo) {
	g, _ := l.convGeometry(n)
	g.pitch = l.pitch(n.in[0])
	w := n.q.weights
	group, out := n.op.(*nn.Conv).Group, len(w.scale)
	if !n.q.real && group > 1 && group == g.channels && group == out {
		return l.depthwiseI8(n, g)
	}
	if s := l.winogradI8(n, g); s != nil {
		return s, StepInfo{Kernel: "winograd-" + s.row.Name, MACs: int64(g.pixels()) * int64(w.w.Elems())}
	}
	s := l.newGemmI8(n, g.pixels(), out/group, group)
	s.ldc = l.pitch(n.out[0])
	g = l.windowsI8(i, n, s, g)
	s.off = l.table(g, g.tiled)
	s.tile()
	s.pack(n.q, lastChannel(w.w.I8(), w.w.Shape), s.taps*s.k, s.k, 1)
	return s, l.describeI8(s)
}

// windowsI8 gives s the depth of a convolution of that geometry, and returns
// the geometry that its offsets follow.
func (l *lowering) windowsI8(i int, n *node, s *gemmI8Step, g geometry) geometry {
	s.groupIn = n.q.weights.w.Shape.Dims[1]
	if s.groups == 1 && g.x.Kernel > 1 && g.channels <= rowTapChannels && g.x.Dilation == 1 {
		s.taps, s.k = g.y.Kernel, g.x.Kernel*g.channels
		s.pad, g = l.rowTapGeometry(i, g, uint8(s.in.zero), n.planes)
	} else {
		s.taps, s.k = g.taps(), s.groupIn
		if g.padded() {
			s.prefix = l.zerosBefore(&g, n.in[0])
		}
	}
	g.tile = s.row.MR
	return g
}
