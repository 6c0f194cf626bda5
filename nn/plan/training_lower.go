package plan

import (
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// trainLowering turns nodes into the steps of Forward and those of Backward.
// Time is counted in nodes: node i goes forward at i, and backward at
// backTime(i); between the two the loss is computed.
type trainLowering struct {
	*lowering
	trainer   *Trainer
	learn     learnRows
	grads     map[int]int  // value → its gradient, where that is wanted
	written   map[int]bool // gradients that some step writes already
	forwards  []step
	backwards []step

	norms      map[*node]*normStep
	drops      map[*node]*dropStep
	statistics map[int]int // constants that are running statistics: indices into Trainer.statistics
}

// learnRows are the kernels that training needs.
type learnRows struct {
	gemm     []*kernels.GemmF32
	outer    []*kernels.OuterF32
	channels *kernels.ChannelsF32
}

func chooseLearnRows(f kernels.Features) learnRows {
	return learnRows{kernels.GemmF32Rows(f), kernels.OuterF32Rows(f), kernels.ChannelsF32Rows(f)[0]}
}

// gemmFor returns the kernel that wastes the fewest columns on a product of n,
// the best of those that are alike; generic Go only where it is the best.
func (r *learnRows) gemmFor(n int) *kernels.GemmF32 {
	best := r.gemm[0]
	for _, row := range r.gemm {
		if row.Needs != 0 && roundedUp(n, row.NR) < roundedUp(n, best.NR) {
			best = row
		}
	}
	return best
}

// outerFor returns the kernel that wastes the least of tiles over m rows and n
// columns, as gemmFor does.
func (r *learnRows) outerFor(m, n int) *kernels.OuterF32 {
	waste := func(row *kernels.OuterF32) int { return roundedUp(m, row.MR) * roundedUp(n, row.NR) }
	best := r.outer[0]
	for _, row := range r.outer {
		if row.Needs != 0 && waste(row) < waste(best) {
			best = row
		}
	}
	return best
}

func roundedUp(n, to int) int { return (n + to - 1) / to * to }

func newTrainLowering(p *program, t *Trainer, o *options) *trainLowering {
	l := &trainLowering{
		lowering: &lowering{program: p, rows: chooseRows(o.features), tables: map[any][]int32{}, plan: &Plan{name: p.name}},
		trainer:  t, grads: map[int]int{}, written: map[int]bool{},
		learn: chooseLearnRows(o.features),
		norms: map[*node]*normStep{}, drops: map[*node]*dropStep{}, statistics: map[int]int{},
	}
	return l
}

func (l *trainLowering) backTime(i int) int { return 2*len(l.nodes) - i }

// lower makes the steps and places everything in the arena.
func (l *trainLowering) lower() error {
	if err := l.openGradients(); err != nil {
		return err
	}
	l.openBlocks()
	for i, n := range l.nodes {
		if err := l.lowerForward(i, n); err != nil {
			return nn.Located(err, n.name, nn.Name(n.op), l.shapes(n.in))
		}
	}
	for i, n := range slices.Backward(l.nodes) {
		if !l.learns(n) {
			continue
		}
		if err := l.lowerBackward(i, n); err != nil {
			return nn.Located(err, n.name, nn.Name(n.op), l.shapes(n.in))
		}
	}
	l.ports()
	l.placeAll()
	return nil
}

// openGradients finds the values whose gradients are wanted: those on a way
// from a parameter to an output. Where such a way goes through floats of
// another type, what lies before would silently stay as it is: that is an
// *nn.ErrUnsupported.
func (l *trainLowering) openGradients() error {
	depends := make([]bool, len(l.vals))
	for id := range l.params {
		depends[id] = true
	}
	for _, n := range l.nodes {
		for _, id := range n.operands() {
			if !depends[id] {
				continue
			}
			for _, out := range n.out {
				if out != none && l.vals[out].typ.DType == nn.Float32 {
					depends[out] = true
				}
			}
		}
	}
	matters := make([]bool, len(l.vals))
	for _, o := range l.outputs {
		matters[o.val] = true
	}
	for _, n := range slices.Backward(l.nodes) {
		if !slices.ContainsFunc(n.out, func(id int) bool { return id != none && matters[id] }) {
			continue
		}
		for _, id := range n.operands() {
			matters[id] = true
		}
	}
	if err := l.checkWays(depends, matters); err != nil {
		return err
	}
	for id := range depends {
		if _, param := l.params[id]; param || depends[id] && matters[id] {
			v := l.vals[id]
			l.grads[id] = l.add(value{name: v.name + "/gradient", typ: v.typ, logical: v.logical, nhwc: v.nhwc})
		}
	}
	for _, o := range l.outputs {
		if g := l.gradOf(o.val); g != none {
			l.written[g] = true
		}
	}
	return nil
}

// checkWays looks for floats of another type between parameters and outputs.
func (l *trainLowering) checkWays(depends, matters []bool) error {
	for _, n := range l.nodes {
		if !slices.ContainsFunc(n.operands(), func(id int) bool { return depends[id] }) {
			continue
		}
		for _, out := range n.out {
			if out == none || !matters[out] || !l.vals[out].typ.DType.IsFloat() || l.vals[out].typ.DType == nn.Float32 {
				continue
			}
			return nn.Located(&nn.ErrUnsupported{Attr: "gradient", Cure: inFloat32,
				Why: fmt.Sprintf("its result is of %v, and gradients are of float32", l.vals[out].typ.DType)}, n.name, nn.Name(n.op), l.shapes(n.in))
		}
	}
	return nil
}

// gradOf returns the gradient of a value, or none.
func (l *trainLowering) gradOf(id int) int {
	if g, ok := l.grads[id]; ok {
		return g
	}
	return none
}

// learns reports whether a gradient flows through n.
func (l *trainLowering) learns(n *node) bool {
	flows := func(id int) bool { return l.gradOf(id) != none }
	return slices.ContainsFunc(n.out, flows) && slices.ContainsFunc(n.operands(), flows)
}

// openBlocks makes room for all values. A value stays until its last reader
// has gone forward; those that are read again going backward are kept longer
// by keep.
func (l *trainLowering) openBlocks() {
	end := 2*len(l.nodes) + 1
	l.blocks = make([]*block, len(l.vals))
	l.root = make([]int, len(l.vals))
	l.pinned = make([]bool, len(l.vals)) // by root: nothing is computed in place
	for id := range l.root {
		l.root[id], l.pinned[id] = id, true
	}
	for _, in := range l.inputs {
		l.block(in.val, 0).last = end
	}
	for i, n := range l.nodes {
		for _, id := range n.out {
			if id != none {
				l.block(id, i).last = i
				l.openGradient(id, i)
			}
		}
		for _, id := range n.operands() {
			l.stays(id, i)
			if g := l.gradOf(id); g != none && l.blocks[g] != nil {
				l.blocks[g].first = l.backTime(i)
			}
		}
	}
	for _, o := range l.outputs {
		l.stays(o.val, end)
		if g := l.gradOf(o.val); g != none && l.blocks[g] != nil {
			l.blocks[g].first = len(l.nodes)
		}
	}
}

// openGradient makes room for the gradient of what node i makes, from when its
// last reader goes backward.
func (l *trainLowering) openGradient(id, i int) {
	if g := l.gradOf(id); g != none {
		l.block(g, l.backTime(i)).last = l.backTime(i)
	}
}

// stays keeps a value until some time.
func (l *trainLowering) stays(id, until int) {
	if b := l.blocks[id]; b != nil {
		b.last = max(b.last, until)
	}
}

// keep keeps values until node i has gone backward.
func (l *trainLowering) keep(i int, ids ...int) {
	for _, id := range ids {
		if id != none {
			l.stays(id, l.backTime(i))
		}
	}
}

// backScratch asks for working memory while node i goes backward.
func (l *trainLowering) backScratch(i, bytes int) *block {
	b := l.needScratch(i, bytes)
	b.first, b.last = l.backTime(i), l.backTime(i)
	return b
}

// adds reports whether a step that is appended now must add to a gradient,
// because another has written it, and notes that it is written.
func (l *trainLowering) adds(g int) bool {
	was := l.written[g]
	l.written[g] = true
	return was || l.blocks[g] == nil // gradients of parameters gather
}

func (l *trainLowering) goForward(s ...step)  { l.forwards = append(l.forwards, s...) }
func (l *trainLowering) goBackward(s ...step) { l.backwards = append(l.backwards, s...) }

func (l *trainLowering) lowerForward(i int, n *node) error {
	switch op := n.op.(type) {
	case *nn.BatchNormalization:
		return l.norm(i, n, op)
	case *nn.Dropout:
		return l.dropout(i, n)
	}
	switch {
	case l.isConv2D(n) && l.isDepthwise(n):
		l.depthwiseForward(i, n)
	case l.isConv2D(n):
		l.convForward(i, n)
	case l.isTrainedDense(n):
		l.denseForward(i, n)
	case l.isPool2D(n):
		s, _ := l.pool(i, n)
		l.goForward(s)
	default:
		if s, _ := l.element(i, n); s != nil {
			l.goForward(s)
		} else {
			l.goForward(l.forward(i, n))
		}
	}
	return nil
}

func (l *trainLowering) lowerBackward(i int, n *node) error {
	for _, id := range n.out {
		if g := l.gradOf(id); g != none && !l.adds(g) {
			l.goBackward(&clearStep{g}) // nothing reads this result
		}
	}
	if r, ok := l.rectifierOf(n); ok {
		l.rectifierBackward(i, n, r)
		return nil
	}
	switch op := n.op.(type) {
	case *nn.BatchNormalization:
		return l.normBackward(i, n)
	case *nn.Dropout:
		l.dropoutBackward(n)
		return nil
	case *nn.Add:
		if l.plainAdd(n) {
			l.addBackward(n)
			return nil
		}
	case *nn.MaxPool:
		if l.isPool2D(n) {
			l.maxPoolBackward(i, n)
			return nil
		}
	case *nn.AveragePool:
		if l.isPool2D(n) {
			l.averagePoolBackward(n, op.CountIncludePad)
			return nil
		}
	case *nn.GlobalAveragePool:
		if l.isPool2D(n) {
			l.averagePoolBackward(n, false)
			return nil
		}
	}
	switch {
	case l.isConv2D(n) && l.isDepthwise(n):
		l.depthwiseBackward(i, n)
	case l.isConv2D(n):
		l.convBackward(i, n)
	case l.isTrainedDense(n):
		l.denseBackward(i, n)
	default:
		return l.plainBackward(i, n)
	}
	return nil
}

// placeAll lays the arena out.
func (l *trainLowering) placeAll() {
	var all []*block
	for _, b := range l.blocks {
		if b != nil {
			all = append(all, b)
		}
	}
	m := &l.plan.memory
	m.bytes = place(append(all, l.scratch...)) + aligned(readPast)
	m.offset = make([]int, len(l.vals))
	for id := range m.offset {
		m.offset[id] = -1
		if id < len(l.blocks) && l.blocks[id] != nil {
			m.offset[id] = l.blocks[id].offset
		}
	}
	m.start = m.offset // there are no parts
}

// readPast is how many bytes after a value the kernels may read: a tile of
// kernels.OuterF32, of which no row is wider.
const readPast = 4 * 64
