package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// clearStep sets a value to zero.
type clearStep struct{ val int }

func (s *clearStep) bind(m *binder) exec { return &clearExec{data: m.tensor(s.val).Bytes()} }

type clearExec struct {
	infallible
	data []byte
}

const clearPiece = 1 << 16

func (e *clearExec) parts() int { return (len(e.data) + clearPiece - 1) / clearPiece }
func (e *clearExec) run(_ *kernelArgs, i int) {
	clear(e.data[i*clearPiece : min((i+1)*clearPiece, len(e.data))])
}

// plainBackward appends the backward function of package nn.
func (l *trainLowering) plainBackward(i int, n *node) error {
	row := nn.RowOf(n.op)
	if row.Backward == nil {
		return nn.Unsupportedf("gradient", "this operation has none, and parameters lie before it")
	}
	s := &plainBackwardStep{node: n, row: row}
	for _, id := range n.in {
		g := none
		if id != none {
			g = l.gradOf(id)
		}
		if g != none && !slices.Contains(s.dIn, g) && !l.adds(g) {
			l.goBackward(&clearStep{g})
		}
		s.dIn = append(s.dIn, g)
	}
	for _, id := range n.out {
		g := none
		if id != none {
			g = l.gradOf(id)
		}
		s.dOut = append(s.dOut, g)
	}
	l.keep(i, n.in...)
	l.keep(i, n.out...)
	if sc, ok := n.op.(nn.GradScratcher); ok {
		s.scratch = l.backScratch(i, sc.GradScratch(l.args(n.in), l.types(n.out)))
	}
	l.goBackward(s)
	return nil
}

type plainBackwardStep struct {
	node      *node
	row       *nn.Row
	dIn, dOut []int
	scratch   *block
}

func (s *plainBackwardStep) bind(m *binder) exec {
	e := &plainBackwardExec{plainBackwardStep: s}
	all := func(ids []int) (ts []*nn.Tensor) {
		for _, id := range ids {
			ts = append(ts, m.tensor(id))
		}
		return ts
	}
	e.grad = nn.Grad{In: all(s.node.in), Out: all(s.node.out), DIn: all(s.dIn), DOut: all(s.dOut)}
	if s.scratch != nil {
		e.grad.Scratch = m.bytes(s.scratch)
	}
	return e
}

type plainBackwardExec struct {
	infallible
	*plainBackwardStep
	grad nn.Grad
}

func (e *plainBackwardExec) parts() int           { return 1 }
func (e *plainBackwardExec) run(*kernelArgs, int) { e.row.Backward(e.node.op, &e.grad) }
