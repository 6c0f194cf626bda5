package plan

import (
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/nn"
)

// Runner runs a plan in an arena of its own. It is for one goroutine at a
// time; any number of Runners may run side by side.
type Runner struct {
	plan    *Plan
	pool    *Pool
	arena   []byte
	inputs  []*nn.Tensor
	outputs []*nn.Tensor
	execs   []exec
	args    kernelArgs
	job     job
	ticket  ticket
}

// NewRunner allocates an arena. Without a pool the Runner computes on the
// calling goroutine alone.
func (p *Plan) NewRunner(pool *Pool) *Runner {
	r := &Runner{plan: p, pool: pool, arena: alignedBytes(max(p.memory.bytes, align))}
	r.job.done = make(chan struct{}, 1)
	r.ticket.ready = make(chan struct{}, 1)
	m := &binder{plan: p, arena: r.arena, tensors: make([]*nn.Tensor, len(p.vals))}
	for _, id := range p.inVal {
		r.inputs = append(r.inputs, m.tensor(id))
	}
	for _, s := range p.steps {
		r.execs = append(r.execs, s.bind(m))
	}
	r.args.scratch = alignedBytes(m.scratch)
	if pool != nil {
		pool.reserve(m.scratch)
	}
	for _, id := range p.outVal {
		t := m.tensor(id)
		if p.vals[id].konst != nil {
			t = t.Clone() // a caller may write to it
		}
		r.outputs = append(r.outputs, t)
	}
	return r
}

// Plan returns the plan that r runs.
func (r *Runner) Plan() *Plan { return r.plan }

// Input returns input i, to be filled before Run: row-major, in logical order
// unless its Port says otherwise.
// It keeps its data from Run to Run.
func (r *Runner) Input(i int) *nn.Tensor { return r.inputs[i] }

// Output returns output i as the last Run left it: row-major, in logical
// order, valid until the next. Where the extent depends on data (Port.Bound)
// it has the extent of that Run.
func (r *Runner) Output(i int) *nn.Tensor { return r.outputs[i] }

// Run computes the outputs from the inputs. It allocates nothing. The only
// error is an *nn.ErrData.
func (r *Runner) Run() error {
	r.enter()
	defer r.leave()
	for i := range r.execs {
		if err := r.step(i); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) enter() {
	if r.pool != nil {
		r.pool.enter(&r.ticket)
	}
}

func (r *Runner) leave() {
	if r.pool != nil {
		r.pool.leave()
	}
}

func (r *Runner) step(i int) error {
	e := r.execs[i]
	e.prepare()
	parts := e.parts()
	if r.pool == nil || r.pool.threads == 1 || parts == 1 {
		for part := range parts {
			e.run(&r.args, part)
		}
		return e.failed()
	}
	r.job.exec, r.job.parts = e, int64(parts)
	r.pool.do(&r.job, &r.args)
	return e.failed()
}

// binder resolves values to the memory of one Runner. A value has one tensor,
// so that what its maker says of its extent reaches its readers.
type binder struct {
	plan    *Plan
	arena   []byte
	tensors []*nn.Tensor
	scratch int // bytes that each thread needs
}

// needThreadScratch asks for memory of each thread's own.
func (m *binder) needThreadScratch(bytes int) { m.scratch = max(m.scratch, bytes) }

// tensor returns the tensor of a value; one that is not Present for none.
func (m *binder) tensor(id int) *nn.Tensor {
	if id == none {
		return &nn.Tensor{}
	}
	if m.tensors[id] == nil {
		v := &m.plan.vals[id]
		t := v.konst
		if t == nil {
			view := nn.View(v.typ.DType, v.typ.Shape, m.arena[m.plan.memory.offset[id]:])
			t = &view
		}
		m.tensors[id] = t
	}
	return m.tensors[id]
}

// pointer returns where a value lies.
func (m *binder) pointer(id int) unsafe.Pointer {
	if id == none {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(m.tensor(id).Bytes()))
}

// bytes returns the memory of a block.
func (m *binder) bytes(b *block) []byte { return slices.Clip(m.arena[b.offset : b.offset+b.bytes]) }

// before returns the bytes that lie before a value, or before what it is a part
// of.
func (m *binder) before(id, n int) []byte {
	at := m.plan.memory.start[id]
	return m.arena[at-n : at : at]
}
