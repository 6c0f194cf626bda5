package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// softmaxI8Step is softmax on bytes. Exponentials come from a table over the
// distance to the row's largest byte, in units of 2⁻²⁴, and are summed as
// integers. What is left are products in float64, none of them fused with a
// sum, so every machine gives the same bits.
type softmaxI8Step struct {
	x, out             int
	outer, axis, inner int // extents before, along and after the axis
	weight             [256]uint32
	q                  qparam
}

// softmaxUnit is what the largest byte of a row weighs.
const softmaxUnit = 1 << 24

func (l *lowering) softmaxI8(i int, n *node) (step, StepInfo) {
	s := &softmaxI8Step{x: n.in[0], out: n.out[0], q: n.q.out, outer: 1, axis: 1, inner: 1}
	shape := l.vals[n.in[0]].typ.Shape
	axis, _ := nn.Axis(n.op.(*nn.Softmax).Axis, shape.Rank)
	for d, extent := range shape.Slice() {
		switch {
		case d < axis:
			s.outer *= extent
		case d == axis:
			s.axis = extent
		default:
			s.inner *= extent
		}
	}
	for d := range s.weight {
		s.weight[d] = uint32(math.RoundToEven(softmaxUnit * math.Exp(-float64(d)*float64(n.q.in[0].scale))))
	}
	l.inPlace(i, s.out, s.x)
	return s, StepInfo{Kernel: "integer"}
}

// softmax takes softmax of bytes whose result is quantised.
func (w *integers) softmax(n *node) bool {
	if _, ok := n.op.(*nn.Softmax); !ok {
		return false
	}
	x, ok := w.bytes[n.in[0]]
	t, ends := w.after(n.out[0])
	if !ok || !ends || w.vals[n.in[0]].typ.Shape.Elems() == 0 {
		return false
	}
	w.emit(n, n.op, &quantised{kind: qSoftmax, in: [2]qparam{x.q}, out: t.q, lo: t.lo, hi: t.hi}, t.out, x.id)
	return true
}

type softmaxI8Exec struct {
	infallible
	*softmaxI8Step
	from, to []byte
}

func (s *softmaxI8Step) bind(m *binder) exec {
	return &softmaxI8Exec{softmaxI8Step: s, from: m.tensor(s.x).Bytes(), to: m.tensor(s.out).Bytes()}
}

func (e *softmaxI8Exec) parts() int { return e.outer }

func (e *softmaxI8Exec) run(_ *kernelArgs, i int) {
	block := e.axis * e.inner
	from, to := e.from[i*block:][:block], e.to[i*block:][:block]
	for j := range e.inner {
		e.row(from[j:], to[j:])
	}
}

// row computes the elements inner apart. A share is weight/sum, in steps of
// the result's scale; the factor of the row is rounded once, and each product.
func (e *softmaxI8Exec) row(from, to []byte) {
	largest := from[0]
	for k := 0; k < e.axis*e.inner; k += e.inner {
		largest = max(largest, from[k])
	}
	sum := uint64(0)
	for k := 0; k < e.axis*e.inner; k += e.inner {
		sum += uint64(e.weight[largest-from[k]])
	}
	factor := 1 / (float64(sum) * float64(e.q.scale))
	for k := 0; k < e.axis*e.inner; k += e.inner {
		v := math.RoundToEven(float64(e.weight[largest-from[k]])*factor) + float64(e.q.zero)
		to[k] = uint8(min(max(v, 0), 255))
	}
}
