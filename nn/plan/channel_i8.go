package plan

import "github.com/ocellus-vision/ocellus/nn"

// channelTableStep looks bytes up in a table for each channel: what is linear
// on either side of zero with a slope a channel (PRelu).
type channelTableStep struct {
	x, out int
	tables []uint8 // [channel][256]
	c      int
	rows   int // pixels, each a row of c channels
}

// slopes takes PRelu with a slope for each channel of pictures.
func (w *integers) slopes(n *node) bool {
	if _, ok := n.op.(*nn.PRelu); !ok {
		return false
	}
	x, ok := w.bytes[n.in[0]]
	t, ends := w.after(n.out[0])
	s := w.vals[n.in[0]].typ.Shape
	if !ok || !ends || s.Rank != 4 || w.vals[n.out[0]].typ.Shape != s || s.Elems() == 0 {
		return false
	}
	slope, ok := w.realConst(w.use.maker, n.in[1])
	by := w.vals[n.in[1]].typ.Shape
	if !ok || len(slope) != s.Dims[1] || by.Rank < 3 || by.Dims[by.Rank-3] != s.Dims[1] {
		return false
	}
	q := &quantised{kind: qSlopes, in: [2]qparam{x.q}, out: t.q, lo: t.lo, hi: t.hi, slopes: slope}
	w.emit(n, n.op, q, t.out, x.id)
	return true
}

// channelTables returns the step for a qSlopes node.
func (l *lowering) channelTables(i int, n *node) (step, StepInfo) {
	q := n.q
	s := &channelTableStep{x: n.in[0], out: n.out[0], c: len(q.slopes)}
	for _, slope := range q.slopes {
		t := slopeTable(q.in[0], q.out, slope, q.lo, q.hi)
		s.tables = append(s.tables, t[:]...)
	}
	s.rows = l.vals[n.out[0]].typ.Shape.Elems() / s.c
	l.inPlace(i, s.out, s.x)
	l.plan.stats.WeightBytes += len(s.tables)
	return s, StepInfo{Kernel: "integer"}
}

type channelTableExec struct {
	infallible
	*channelTableStep
	from, to []byte
	perPart  int
}

func (s *channelTableStep) bind(m *binder) exec {
	return &channelTableExec{channelTableStep: s, from: m.tensor(s.x).Bytes(), to: m.tensor(s.out).Bytes(), perPart: max(1, elementI8Piece/s.c)}
}

func (e *channelTableExec) parts() int { return (e.rows + e.perPart - 1) / e.perPart }

func (e *channelTableExec) run(_ *kernelArgs, i int) {
	for r := i * e.perPart; r < min((i+1)*e.perPart, e.rows); r++ {
		from := e.from[r*e.c:][:e.c]
		for c, b := range from {
			e.to[r*e.c+c] = e.tables[c<<8|int(b)]
		}
	}
}
