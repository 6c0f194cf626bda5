package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// pairs are what interpolation along a dimension makes each output of: two
// inputs, and the weight of the second in units of kernels.ResizeI8Unit.
type pairs struct {
	index []int32 // [output][2]
	right []int32
}

// interpolate takes linear resizes of pictures whose result is quantised. The
// weights have 11 bits and there is one rounding, to bytes of the same meaning
// as before: what comes after is a table.
func (w *integers) interpolate(n *node) bool {
	op, ok := n.op.(*nn.Resize)
	if !ok {
		return false
	}
	x, ok := w.bytes[n.in[0]]
	_, ends := w.after(n.out[0])
	from, to := w.vals[n.in[0]].typ.Shape, w.vals[n.out[0]].typ.Shape
	if !ok || !ends || to.Rank != 4 || from.Elems() == 0 || from.Elems() > math.MaxInt32 {
		return false
	}
	axes, ok := op.Linear(w.args(n.in))
	if !ok {
		return false
	}
	resize := [2]pairs{still(from.Dims[2]), still(from.Dims[3])}
	for _, a := range axes {
		if a.Dim < 2 {
			return false
		}
		p := pairs{a.Index, make([]int32, len(a.Right))}
		for i, v := range a.Right {
			p.right[i] = int32(math.RoundToEven(v * kernels.ResizeI8Unit))
		}
		resize[a.Dim-2] = p
	}
	out := w.newBytes(n.out[0])
	w.emit(n, op, &quantised{kind: qResize, resize: &resize}, out, x.id)
	w.means(n, n.out[0], out, x.q)
	return true
}

// still are the pairs of a dimension along which nothing changes.
func still(extent int) pairs {
	p := pairs{make([]int32, 2*extent), make([]int32, extent)}
	for i := range p.index {
		p.index[i] = int32(i / 2)
	}
	return p
}

// resizeI8Step is linear interpolation over pictures of bytes.
type resizeI8Step struct {
	row        *kernels.ResizeI8
	x, out     int
	c          int
	lines      int // of the result, all pictures together
	from, line int // bytes of a row of the operand and of the result
	rows, high int // rows of a picture of the operand and of the result
	y          pairs
	off        []int32 // bytes to the two pixels of each
	right      []int32
	perPart    int // lines
}

// resizeI8Piece is about how many bytes one piece computes.
const resizeI8Piece = 1 << 15

func (l *lowering) resizeI8(n *node) (step, StepInfo) {
	from, to := l.vals[n.in[0]].logical, l.vals[n.out[0]].logical
	c, y, x := from.Dims[1], n.q.resize[0], n.q.resize[1]
	s := &resizeI8Step{row: l.rows.resizeI8, x: n.in[0], out: n.out[0], c: c, lines: to.Dims[0] * to.Dims[2],
		from: from.Dims[3] * c, line: to.Dims[3] * c, rows: from.Dims[2], high: to.Dims[2], y: y, right: x.right}
	s.off = make([]int32, len(x.index))
	for i, at := range x.index {
		s.off[i] = at * int32(c)
	}
	s.perPart = max(1, resizeI8Piece/s.line)
	l.plan.stats.TableBytes += 4 * (len(s.off) + len(s.right) + len(y.index) + len(y.right))
	return s, StepInfo{Kernel: s.row.Name}
}

type resizeI8Exec struct {
	infallible
	*resizeI8Step
	src, dst []byte
}

func (s *resizeI8Step) bind(m *binder) exec {
	return &resizeI8Exec{resizeI8Step: s, src: m.tensor(s.x).Bytes(), dst: m.tensor(s.out).Bytes()}
}

func (e *resizeI8Exec) parts() int { return (e.lines + e.perPart - 1) / e.perPart }

func (e *resizeI8Exec) run(args *kernelArgs, i int) {
	a := &args.resizeI8
	*a = kernels.ResizeI8Args{Off: &e.off[0], Right: &e.right[0], Pixels: len(e.right), C: e.c}
	for line := i * e.perPart; line < min((i+1)*e.perPart, e.lines); line++ {
		y, first := line%e.high, line/e.high*e.rows
		a.Dst, a.Below = &e.dst[line*e.line], e.y.right[y]
		a.Upper = &e.src[(first+int(e.y.index[2*y]))*e.from]
		a.Lower = &e.src[(first+int(e.y.index[2*y+1]))*e.from]
		e.row.Func(a)
	}
}
