package plan

import (
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// gemmSumsStep is gemmI8Step where the zero point of x and the scales are
// known in a Run alone. Its result is int32, or float32: what its functions
// make of sum·scale + shift.
//
// Weights less their zero points reach from −255 to 255, those of the kernels
// from −127 to 127: a panel of larger ones goes over its taps once more for what
// exceeds that, and once more for what is left then.
type gemmSumsStep struct {
	gemmI8Step           // whose taps are those of the panel that takes most
	once       int       // taps of the convolution
	panelTaps  []int     // [group][panel], as is
	panelAt    []int     // where each panel begins
	sums       []int32   // [group][panel][NR] of the weights
	shift      []float32 // likewise; nil for none
	zero       int       // a value, or none: the zero point of x
	scales     int       // likewise: one for all columns, or one each
	functions  functions
}

// largestWeight is the largest magnitude of the kernels' weights.
const largestWeight = 127

func (l *lowering) newGemmSums(n *node, rows, columns, groups int) *gemmSumsStep {
	return &gemmSumsStep{gemmI8Step: *l.newGemmI8(n, rows, columns, groups), zero: n.in[1], scales: n.in[2], functions: l.functionsOf(n)}
}

// convSums returns the step for a convolution of bytes less their zero point.
func (l *lowering) convSums(i int, n *node) (step, StepInfo) {
	g, _ := l.convGeometry(n)
	w, group := n.q.weights, n.op.(*nn.ConvInteger).Group
	out := w.w.Shape.Dims[0]
	s := l.newGemmSums(n, g.pixels(), out/group, group)
	g = l.windowsI8(i, n, &s.gemmI8Step, g)
	s.pack(n.q, lastChannel(w.centred(w.w.Elems()/out, out), w.w.Shape))
	s.off = l.repeated(g, s.once*g.tile, s.taps/s.once, g.tiled)
	return s, l.describeSums(s)
}

// denseSums returns the step for the product of bytes less their zero point
// with a constant matrix.
func (l *lowering) denseSums(n *node) (step, StepInfo) {
	w := n.q.weights
	k := w.w.Shape.Dims[0]
	s := l.newGemmSums(n, l.vals[n.in[0]].typ.Shape.Elems()/k, w.w.Shape.Dims[1], 1)
	s.taps, s.k = 1, k
	columns := make([]int16, s.n*s.k)
	for i, v := range w.centred(1, s.n) {
		columns[i%s.n*s.k+i/s.n] = v
	}
	s.pack(n.q, columns)
	r := lines{s.m, s.k, s.row.MR}
	s.off = l.repeated(r, r.mr, s.taps, r.offsets)
	return s, l.describeSums(s)
}

func (l *lowering) describeSums(s *gemmSumsStep) StepInfo {
	info := l.describeI8(&s.gemmI8Step)
	l.plan.stats.WeightBytes += 4 * (len(s.sums) + len(s.shift))
	info.MACs = int64(s.m) * int64(s.n*s.groups) * int64(s.once*s.k)
	return info
}

// repeated returns the offsets that once makes, each block of them so many
// times.
func (l *lowering) repeated(key any, block, times int, once func() []int32) []int32 {
	if times == 1 {
		return l.table(key, once)
	}
	type repeatedKey struct {
		key   any
		times int
	}
	return l.table(repeatedKey{key, times}, func() (off []int32) {
		for b := range slices.Chunk(once(), block) {
			off = append(off, slices.Repeat(b, times)...)
		}
		return off
	})
}

// pack lays out the weights w, which are [column][tap][K], and what goes with
// them, and cuts the product up.
func (s *gemmSumsStep) pack(q *quantised, w []int16) {
	nr, depth := s.row.NR, s.taps*s.k
	s.once = s.taps
	s.tile()
	size := 0
	for at := range s.groups * s.panelCount {
		_, part := s.panel(w, at)
		taps := s.once * passes(part)
		s.taps = max(s.taps, taps)
		s.panelTaps, s.panelAt = append(s.panelTaps, taps), append(s.panelAt, size)
		size += s.row.PanelLen(taps, s.k)
	}
	s.panels = signed(alignedBytes(size))
	s.sums = make([]int32, len(s.panelTaps)*nr)
	if q.shift != nil {
		s.shift = make([]float32, len(s.sums))
	}
	for at, taps := range s.panelTaps {
		first, part := s.panel(w, at)
		columns := len(part) / depth
		s.row.Pack(s.panels[s.panelAt[at]:], split(part, depth, taps*s.k), columns, taps, s.k, taps*s.k, s.k, 1)
		for i, v := range part {
			s.sums[at*nr+i/depth] += int32(v)
		}
		if q.shift != nil {
			copy(s.shift[at*nr:], q.shift[first:][:columns])
		}
	}
}

// panel returns the first column of a panel of the weights w, and its part of
// them.
func (s *gemmSumsStep) panel(w []int16, at int) (first int, part []int16) {
	g, p := at/s.panelCount, at%s.panelCount
	first, columns := g*s.n+p*s.row.NR, min(s.row.NR, s.n-p*s.row.NR)
	depth := s.once * s.k
	return first, w[first*depth:][:columns*depth]
}

// passes is how many terms within the kernels' range each of the weights
// takes.
func passes(w []int16) int {
	largest := int16(1)
	for _, v := range w {
		largest = max(largest, v, -v)
	}
	return (int(largest) + largestWeight - 1) / largestWeight
}

// split writes each column of so many weights as the terms that it is the sum
// of: one term of the whole column after the other, of room weights in all.
func split(w []int16, depth, room int) []int8 {
	terms := make([]int8, len(w)/depth*room)
	for i, v := range w {
		for at := i/depth*room + i%depth; v != 0; at += depth {
			term := min(max(v, -largestWeight), largestWeight)
			terms[at] = int8(term)
			v -= term
		}
	}
	return terms
}

type gemmSumsExec struct {
	*gemmSumsStep
	on     *gemmI8Exec
	zeroAt *uint8 // nil: 0
	given  []float32
	bias   []int32   // [group][panel][NR], as are
	scale  []float32 // the scales
}

func (s *gemmSumsStep) bind(m *binder) exec {
	return &gemmSumsExec{gemmSumsStep: s, on: s.gemmI8Step.bind(m).(*gemmI8Exec), zeroAt: (*uint8)(m.pointer(s.zero)),
		given: m.scales(s.scales), bias: make([]int32, len(s.sums)), scale: make([]float32, len(s.sums))}
}

func (s *gemmSumsStep) operands() []int { return []int{s.zero, s.scales} }

// prepare takes over what the Run has found out: Σ(a−z)·w = Σ a·w − z·Σ w.
func (e *gemmSumsExec) prepare() {
	e.on.zero = 0
	if e.zeroAt != nil {
		e.on.zero = *e.zeroAt
	}
	z := int32(e.on.zero)
	for i, sum := range e.sums {
		e.bias[i] = -z * sum
	}
	for at := range e.panelTaps {
		scale := e.scale[at*e.row.NR:][:e.row.NR]
		for i := range scale {
			c := at/e.panelCount*e.n + min(at%e.panelCount*e.row.NR+i, e.n-1)
			scale[i] = e.given[c%len(e.given)]
		}
	}
	e.on.prepare()
}

func (e *gemmSumsExec) parts() int    { return e.on.parts() }
func (e *gemmSumsExec) failed() error { return nil }

// run computes one block of tiles against one block of panels, in the order
// of gemmExec.
func (e *gemmSumsExec) run(args *kernelArgs, i int) {
	b := e.piece(i)
	g, mr, nr := b.group, e.row.MR, e.row.NR
	a := &args.gemmI8
	*a = kernels.GemmI8Args{A: unsafe.Add(e.on.pa, g*e.groupIn), LDC: e.ldc, K: e.k}
	for t := b.firstTile; t < b.lastTile; t++ {
		a.Off = &e.off[t*e.taps*mr]
		a.M = min(mr, e.m-t*mr)
		for p := b.firstPanel; p < b.lastPanel; p++ {
			at := g*e.panelCount + p
			to := unsafe.Add(e.on.pc, t*mr*e.ldc+4*(g*e.n+p*nr))
			if e.real {
				a.F32 = (*float32)(to)
			} else {
				a.I32 = (*int32)(to)
			}
			a.N = min(nr, e.n-p*nr)
			a.Taps = e.panelTaps[at]
			a.B, a.Bias, a.Scale = &e.panels[e.panelAt[at]], &e.bias[at*nr], &e.scale[at*nr]
			if e.shift != nil {
				a.BiasF = &e.shift[at*nr]
			}
			e.row.Func(a)
		}
		first, last := g*e.n+b.firstPanel*nr, g*e.n+min(b.lastPanel*nr, e.n)
		e.functions.apply(&args.element, unsafe.Add(e.on.pc, t*mr*e.ldc+4*first), a.M, last-first, e.ldc, first)
	}
}
