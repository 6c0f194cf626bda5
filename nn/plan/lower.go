package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// step is one thing that a Run does: immutable, shared by all Runners.
type step interface {
	// bind resolves the values of the step to a Runner's memory.
	bind(m *binder) exec
}

// exec is a step bound to the memory of one Runner.
type exec interface {
	// prepare runs once before the pieces.
	prepare()
	// parts is the number of pieces, which may run at the same time.
	parts() int
	// run computes piece i.
	run(args *kernelArgs, i int)
	// failed returns what went wrong in the pieces.
	failed() error
}

// constantReader is a step that reads operands where they lie, constants too,
// rather than packing them for itself.
type constantReader interface{ operands() []int }

// infallible is embedded by the execs that cannot fail and prepare nothing.
type infallible struct{}

func (infallible) prepare()      {}
func (infallible) failed() error { return nil }

// lowering turns nodes into steps and gathers what they need of the arena.
type lowering struct {
	*program
	plan     *Plan
	rows     rows
	root     []int    // a value in whose memory each value lies; see home
	blocks   []*block // by root
	pinned   []bool   // by root: holds a graph input, whose data outlives its readers
	lastRead []int    // by root: the last node to read it
	scratch  []*block
	tables   map[any][]int32
	parts    map[int]part
}

// rows are the kernels chosen for the CPU.
type rows struct {
	gemm          *kernels.GemmF32
	depthwise     *kernels.TapsF32
	maxPool       *kernels.TapsF32
	avgPool       *kernels.TapsF32
	element       *kernels.ElementF32
	lrn           *kernels.LRNF32
	interleave    *kernels.InterleaveF32
	depthwiseRows []*kernels.DepthwiseRowF32
	winograd      *kernels.WinogradF32
	everyOther    *kernels.EveryOtherF32
	softmax       *kernels.SoftmaxF32
	span          *kernels.RangeF32

	gemmI8      *kernels.GemmI8
	winogradI8  *kernels.WinogradI8
	moveI8      *kernels.MoveI8
	softmaxI8   *kernels.SoftmaxI8
	resizeI8    *kernels.ResizeI8
	depthwiseI8 *kernels.TapsI8
	maxPoolI8   *kernels.TapsI8
	avgPoolI8   *kernels.TapsI8
	elementI8   *kernels.ElementI8
}

func chooseRows(f kernels.Features) rows {
	return rows{
		gemm:          kernels.GemmF32Rows(f)[0],
		depthwise:     kernels.DepthwiseF32Rows(f)[0],
		maxPool:       kernels.MaxPoolF32Rows(f)[0],
		avgPool:       kernels.AvgPoolF32Rows(f)[0],
		element:       kernels.ElementF32Rows(f)[0],
		winograd:      kernels.WinogradF32Rows(f)[0],
		everyOther:    kernels.EveryOtherF32Rows(f)[0],
		lrn:           kernels.LRNF32Rows(f)[0],
		interleave:    kernels.InterleaveF32Rows(f)[0],
		depthwiseRows: kernels.DepthwiseRowF32Rows(f),
		softmax:       kernels.SoftmaxF32Rows(f)[0],
		span:          kernels.RangeF32Rows(f)[0],

		gemmI8:      kernels.TrustedGemmI8(f),
		softmaxI8:   kernels.SoftmaxI8Rows(f)[0],
		moveI8:      kernels.MoveI8Rows(f)[0],
		resizeI8:    kernels.ResizeI8Rows(f)[0],
		winogradI8:  kernels.WinogradI8Rows(f)[0],
		depthwiseI8: kernels.DepthwiseI8Rows(f)[0],
		maxPoolI8:   kernels.MaxPoolI8Rows(f)[0],
		avgPoolI8:   kernels.AvgPoolI8Rows(f)[0],
		elementI8:   kernels.ElementI8Rows(f)[0],
	}
}

// lower makes the plan of a program whose layouts are decided.
func (p *program) lower(params int, o *options) (*Plan, error) {
	l := &lowering{program: p, rows: chooseRows(o.features), tables: map[any][]int32{},
		plan: &Plan{name: p.name, vals: p.vals, stats: Stats{Params: params}}}
	l.traceStorage()
	p.dropUnread()
	for i, n := range p.nodes {
		if l.isView(n) || l.hasNoStep(n) {
			continue
		}
		if err := l.lowerNode(i, n); err != nil {
			return nil, nn.Located(err, n.name, nn.Name(n.op), p.shapes(n.in))
		}
		l.dropPacked(i, n)
	}
	l.taken.collect()
	l.ports()
	return l.plan, l.layOut(o.maxBytes)
}

// dropPacked forgets constants that node i, the last to read them, has packed:
// weights that were folded are then held but once.
func (l *lowering) dropPacked(i int, n *node) {
	switch l.plan.steps[len(l.plan.steps)-1].(type) {
	case *gemmStep, *winogradStep, *depthwiseStep, *tapsStep, *gemmI8Step, *gemmSumsStep, *tapsI8Step:
	default:
		return
	}
	dropped := 0 // bytes
	for _, id := range n.in {
		if id != none && l.vals[id].konst != nil && l.lastRead[l.home(id)] <= i {
			dropped += len(l.vals[id].konst.Bytes())
			l.vals[id].konst = nil
		}
	}
	if n.q != nil && n.q.weights != nil {
		dropped += len(n.q.weights.w.Bytes())
		n.q.weights = nil
	}
	l.taken.drop(dropped)
}

// dropUnread forgets constants that no node reads any more: those that were
// folded into others.
func (p *program) dropUnread() {
	u := p.usage()
	for id := range p.vals {
		if u.reads[id] == 0 {
			p.vals[id].konst = nil
		}
	}
}

// traceStorage finds which values share storage because one is a view of the
// other, and how long each is needed.
func (l *lowering) traceStorage() {
	l.root = make([]int, len(l.vals))
	for id := range l.root {
		l.root[id] = id
	}
	l.blocks = make([]*block, len(l.vals))
	l.pinned = make([]bool, len(l.vals))
	l.lastRead = make([]int, len(l.vals))
	l.findParts()
	for id, p := range l.parts {
		l.root[id] = p.whole
	}
	for _, in := range l.inputs {
		l.block(in.val, 0)
		l.pinned[in.val] = true
	}
	for i, n := range l.nodes {
		for _, id := range n.operands() {
			l.lastRead[l.home(id)] = i
		}
		if l.isView(n) {
			l.root[n.out[0]] = l.root[n.in[0]]
		}
	}
	for _, o := range l.outputs {
		l.lastRead[l.home(o.val)] = len(l.nodes)
	}
}

// isView reports whether the result of n is its operand, looked at otherwise.
func (l *lowering) isView(n *node) bool {
	if n.q != nil || len(n.out) != 1 || len(n.in) == 0 || l.konst(n.in[0]) != nil || n.hasEpilogue() {
		return false
	}
	v, ok := n.op.(nn.Viewer)
	return ok && v.View(l.args(n.in))
}

// block makes room for a value from node i on.
func (l *lowering) block(id, i int) *block {
	t := &l.vals[id].typ
	b := &block{bytes: t.Shape.Elems() * t.DType.Size(), first: i}
	l.blocks[id] = b
	return b
}

// home returns the value in whose block a value lies.
func (l *lowering) home(id int) int {
	for l.root[id] != id {
		id = l.root[id]
	}
	return id
}

// inPlace lets the result of node i lie where one of its operands does, if
// nothing needs that operand any more. others are operands that must stay.
func (l *lowering) inPlace(i, out, operand int, others ...int) bool {
	r := l.home(operand)
	if l.root[out] != out || l.blocks[r] == nil || l.pinned[r] || l.lastRead[r] > i || l.vals[operand].typ != l.vals[out].typ {
		return false
	}
	for _, id := range others {
		if id != none && l.home(id) == r {
			return false
		}
	}
	l.root[out] = r
	l.lastRead[r] = max(l.lastRead[r], l.lastRead[out])
	return true
}

// needPrefix asks for a row of zeros before a value.
func (l *lowering) needPrefix(id, bytes int) {
	if b := l.blocks[l.home(id)]; b != nil {
		b.prefix = max(b.prefix, aligned(bytes))
	}
}

// needScratch asks for working memory during node i.
func (l *lowering) needScratch(i, bytes int) *block {
	b := &block{bytes: bytes, first: i, last: i}
	l.scratch = append(l.scratch, b)
	return b
}

// lowerNode appends the step for a node.
func (l *lowering) lowerNode(i int, n *node) error {
	weights := l.plan.stats.WeightBytes
	s, info := l.choose(i, n)
	if s == nil {
		s, info = l.forward(i, n), StepInfo{Kernel: "nn"}
	}
	for _, id := range n.out {
		if id == none {
			continue
		}
		if home := l.home(id); l.blocks[home] == nil { // of a whole, when its first part is made
			l.block(home, i)
		}
	}
	info.Node, info.Fused, info.Op = n.name, n.fused, nn.Name(n.op)
	info.Integer = n.q != nil
	info.In, info.Out = l.shapes(n.operands()), l.shapes(n.out)
	info.Bytes = l.plan.stats.WeightBytes - weights + l.traffic(n, s)
	if n.nhwc {
		info.Layout = "NHWC"
	}
	l.plan.steps = append(l.plan.steps, s)
	l.plan.infos = append(l.plan.infos, info)
	l.plan.stats.MACs += info.MACs
	return nil
}

// traffic returns the bytes of n's operands and results; of constants only
// where the step reads them as they are.
func (l *lowering) traffic(n *node, s step) (bytes int) {
	_, plain := s.(*forwardStep)
	for _, id := range slices.Concat(n.operands(), n.out) {
		if id != none && (plain || l.konst(id) == nil) {
			bytes += l.vals[id].typ.Shape.Elems() * l.vals[id].typ.DType.Size()
		}
	}
	return bytes
}

// choose returns the step with a kernel for node i, or nil if none fits.
func (l *lowering) choose(i int, n *node) (step, StepInfo) {
	switch {
	case n.q != nil:
		return l.integer(i, n)
	case l.isConv2D(n):
		return l.conv(i, n)
	case l.isDense(n):
		return l.dense(i, n)
	case l.isPool2D(n):
		return l.pool(i, n)
	}
	if s, info := l.lrn(i, n); s != nil {
		return s, info
	}
	if s, info := l.channels(n); s != nil {
		return s, info
	}
	if s, info := l.channelsI8(n); s != nil {
		return s, info
	}
	if s, info := l.join(n); s != nil {
		return s, info
	}
	if s, info := l.interleave(n); s != nil {
		return s, info
	}
	if s, info := l.softmax(i, n); s != nil {
		return s, info
	}
	return l.element(i, n)
}

// ports records the inputs and outputs.
func (l *lowering) ports() {
	p := l.plan
	for _, in := range l.inputs {
		p.inputs = append(p.inputs, Port{in.name, l.vals[in.val].typ, in.nhwc, in.quant})
		p.inVal = append(p.inVal, in.val)
	}
	for _, o := range l.outputs {
		p.outputs = append(p.outputs, Port{Name: o.name, Type: l.vals[o.val].typ})
		p.outVal = append(p.outVal, o.val)
	}
	p.vals = l.vals
}

// memory is where everything lies in an arena.
type memory struct {
	bytes  int
	offset []int // of each value; -1 for constants and what is not stored
	start  []int // of what the value is a part or a view of
}

// layOut places all blocks.
func (l *lowering) layOut(limit int) error {
	var all []*block
	for r, b := range l.blocks {
		if b == nil {
			continue
		}
		b.last = max(b.first, l.lastRead[r])
		if l.pinned[r] {
			b.last = len(l.nodes)
		}
		all = append(all, b)
	}
	m := &l.plan.memory
	m.bytes = place(append(all, l.scratch...)) + aligned(kernels.ReadPast)
	if m.bytes > limit {
		return &ErrMemory{l.name, m.bytes, limit}
	}
	m.offset, m.start = make([]int, len(l.vals)), make([]int, len(l.vals))
	for id := range m.offset {
		m.offset[id] = -1
		if b := l.blocks[l.home(id)]; b != nil {
			m.offset[id] = b.offset + l.parts[id].at
			m.start[id] = b.offset
		}
	}
	l.plan.stats.Steps = len(l.plan.steps)
	l.plan.stats.ArenaBytes = m.bytes
	for _, t := range l.tables {
		l.plan.stats.TableBytes += 4 * len(t)
	}
	l.releaseConstants()
	return nil
}

// releaseConstants forgets the constants that steps have packed.
func (l *lowering) releaseConstants() {
	used := make([]bool, len(l.vals))
	for _, s := range l.plan.steps {
		if r, ok := s.(constantReader); ok {
			for _, id := range r.operands() {
				if id != none {
					used[id] = true
				}
			}
		}
	}
	for _, id := range l.plan.outVal {
		used[id] = true
	}
	for id := range l.plan.vals {
		v := &l.plan.vals[id]
		if v.konst != nil && !used[id] {
			v.konst = nil
		} else if v.konst != nil {
			l.plan.stats.WeightBytes += len(v.konst.Bytes())
		}
	}
}
