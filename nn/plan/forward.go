package plan

import "github.com/ocellus-vision/ocellus/nn"

// forwardStep runs an operation as package nn has it.
type forwardStep struct {
	op      nn.Op
	name    string
	in, out []int
	scratch *block
}

func (l *lowering) forward(i int, n *node) *forwardStep {
	s := &forwardStep{op: n.op, name: n.name, in: n.in, out: n.out}
	if sc, ok := n.op.(nn.Scratcher); ok {
		s.scratch = l.needScratch(i, sc.Scratch(l.args(n.in), l.types(n.out)))
	}
	return s
}

// types returns the types of results; the zero Type for those that are not
// wanted.
func (p *program) types(ids []int) []nn.Type {
	ts := make([]nn.Type, len(ids))
	for i, id := range ids {
		if id != none {
			ts[i] = p.vals[id].typ
		}
	}
	return ts
}

type forwardExec struct {
	step *forwardStep
	args nn.Run
	full []nn.Tensor // results before any Truncate
	err  error
}

func (s *forwardStep) bind(m *binder) exec {
	e := &forwardExec{step: s}
	for _, id := range s.in {
		e.args.In = append(e.args.In, m.tensor(id))
	}
	for _, id := range s.out {
		t := m.tensor(id)
		e.args.Out = append(e.args.Out, t)
		e.full = append(e.full, *t)
	}
	if s.scratch != nil {
		e.args.Scratch = m.bytes(s.scratch)
	}
	return e
}

func (e *forwardExec) prepare()   {}
func (e *forwardExec) parts() int { return 1 }

func (e *forwardExec) run(*kernelArgs, int) {
	for i := range e.full {
		*e.args.Out[i] = e.full[i]
	}
	e.err = e.step.op.Forward(&e.args)
}

func (e *forwardExec) failed() error {
	if e.err == nil {
		return nil
	}
	return nn.Located(e.err, e.step.name, nn.Name(e.step.op), nil)
}

func (s *forwardStep) operands() []int { return s.in }
