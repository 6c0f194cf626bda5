package plan

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// Parameter is a trainable constant of the graph. Both tensors are in the
// order of dimensions that the graph has.
type Parameter struct {
	Name  string
	Value *nn.Tensor // to be changed between a Backward and the next Forward
	Grad  *nn.Tensor // gradient of the loss; every Backward adds to it
}

// Statistic is a running mean or variance of a batch normalisation, which
// every Forward moves.
type Statistic struct {
	Name  string
	Value *nn.Tensor
}

// Trainer is a graph compiled for training, with its memory: activations are
// kept until their gradients have been computed, batch normalisation
// normalises by the batch, dropout drops. It is for one goroutine at a time,
// and computes the same bits on any number of threads.
//
// One step is: fill Inputs, Forward, fill OutputGrads by a loss from Outputs,
// Backward, change the Parameters by their Grads, and ZeroGrads. Neither
// Forward nor Backward allocates.
type Trainer struct {
	plan       *Plan // values and their places; its steps are those of Forward
	pool       *Pool
	arena      []byte
	inputs     []*nn.Tensor
	outputs    []*nn.Tensor
	grads      []*nn.Tensor // by the outputs; not Present where nothing trains
	params     []Parameter
	statistics []Statistic
	chance     *chance
	forward    []exec
	backward   []exec
	args       kernelArgs
	job        job
	ticket     ticket
}

// NewTrainer compiles g for training on the threads of a pool (nil: on the
// calling goroutine). The graph stays as it is: parameters are copied. Errors
// are those of Compile, and an *nn.ErrUnsupported for an operation that has no
// gradient where one is needed, or where gradients would be of another type
// than float32.
func NewTrainer(g *nn.Graph, b Bindings, pool *Pool, opts ...Option) (*Trainer, error) {
	o := options{maxBytes: 64 << 30}
	o.features, o.featuresErr = kernels.Available()
	for _, set := range opts {
		set(&o)
	}
	if o.featuresErr != nil {
		return nil, o.featuresErr
	}
	p, err := bind(g, b)
	if err != nil {
		return nil, err
	}
	p.maxFold = o.maxBytes
	t := &Trainer{pool: pool, chance: &chance{}}
	if err := p.openParameters(g, t); err != nil {
		return nil, err
	}
	if err := p.infer(g); err != nil {
		return nil, err
	}
	p.joinRectifiers()
	if err := p.assignLayouts(); err != nil {
		return nil, err
	}
	l := newTrainLowering(p, t, &o)
	if err := l.lower(); err != nil {
		return nil, err
	}
	t.bind(l)
	return t, nil
}

// openParameters makes variables of the graph's parameters, so that nothing
// that depends on them is folded.
func (p *program) openParameters(g *nn.Graph, t *Trainer) error {
	p.params = map[int]int{}
	for id := range g.Values {
		v := &g.Values[id]
		if v.Const == nil || !v.Trainable {
			continue
		}
		if v.Const.DType != nn.Float32 {
			return &nn.ErrUnsupported{Node: v.Name, Op: "parameter", Why: fmt.Sprintf("it is of %v, and training is in float32", v.Const.DType), Cure: inFloat32}
		}
		p.params[id] = len(t.params)
		t.params = append(t.params, Parameter{v.Name, v.Const.Clone(), nn.NewTensor(nn.Float32, v.Const.Shape)})
		p.vals[id].konst = nil
	}
	return nil
}

// inFloat32 is what to do about a network that computes in another type.
const inFloat32 = "train the network in float32, without casts, and convert what comes of it"

func (t *Trainer) bind(l *trainLowering) {
	t.plan = l.plan
	t.arena = alignedBytes(max(t.plan.memory.bytes, align))
	m := &binder{plan: t.plan, arena: t.arena, tensors: make([]*nn.Tensor, len(t.plan.vals))}
	for id, i := range l.params {
		m.tensors[id] = t.params[i].Value
		m.tensors[l.grads[id]] = t.params[i].Grad
	}
	for _, id := range t.plan.inVal {
		t.inputs = append(t.inputs, m.tensor(id))
	}
	for _, id := range t.plan.outVal {
		t.outputs = append(t.outputs, m.tensor(id))
		t.grads = append(t.grads, m.tensor(l.gradOf(id)))
	}
	for _, s := range l.forwards {
		t.forward = append(t.forward, s.bind(m))
	}
	for _, s := range l.backwards {
		t.backward = append(t.backward, s.bind(m))
	}
	t.args.scratch = alignedBytes(m.scratch)
	if t.pool != nil {
		t.pool.reserve(m.scratch)
	}
	t.job.done = make(chan struct{}, 1)
	t.ticket.ready = make(chan struct{}, 1)
}

// Inputs returns the input ports, in the graph's order.
func (t *Trainer) Inputs() []Port { return t.plan.inputs }

// Outputs returns the output ports, in the graph's order.
func (t *Trainer) Outputs() []Port { return t.plan.outputs }

// Input returns input i, to be filled before Forward.
func (t *Trainer) Input(i int) *nn.Tensor { return t.inputs[i] }

// Output returns output i as Forward left it.
func (t *Trainer) Output(i int) *nn.Tensor { return t.outputs[i] }

// OutputGrad returns the gradient of the loss by output i, to be filled before
// Backward. It is not Present where no parameter has a part in the output.
func (t *Trainer) OutputGrad(i int) *nn.Tensor { return t.grads[i] }

// Parameters returns what is trained, in the graph's order.
func (t *Trainer) Parameters() []Parameter { return t.params }

// Statistics returns the running statistics, in the graph's order.
func (t *Trainer) Statistics() []Statistic { return t.statistics }

// Bytes returns the memory that activations and gradients take, without
// parameters.
func (t *Trainer) Bytes() int { return len(t.arena) }

// Seed settles what dropout drops in the steps that follow: the same for the
// same seed and step.
func (t *Trainer) Seed(seed, step uint64) { t.chance.seed, t.chance.step = seed, step }

// Forward computes outputs from inputs. The only error is an *nn.ErrData.
func (t *Trainer) Forward() error { return t.run(t.forward) }

// Backward adds to the gradients of the parameters what follows from the
// gradients of the outputs. It may be called once after each Forward.
func (t *Trainer) Backward() error { return t.run(t.backward) }

// ZeroGrads sets the gradients of all parameters to zero.
func (t *Trainer) ZeroGrads() {
	for i := range t.params {
		clear(t.params[i].Grad.F32())
	}
}

func (t *Trainer) run(execs []exec) error {
	if t.pool != nil {
		t.pool.enter(&t.ticket)
		defer t.pool.leave()
	}
	for _, e := range execs {
		e.prepare()
		if parts := e.parts(); t.pool == nil || t.pool.threads == 1 || parts == 1 {
			for i := range parts {
				e.run(&t.args, i)
			}
		} else {
			t.job.exec, t.job.parts = e, int64(parts)
			t.pool.do(&t.job, &t.args)
		}
		if err := e.failed(); err != nil {
			return err
		}
	}
	return nil
}

// Snapshot returns the graph with the parameters and statistics as they are
// now: copies, which training goes on without changing.
func (t *Trainer) Snapshot(g *nn.Graph) *nn.Graph {
	now := map[string]*nn.Tensor{}
	for _, p := range t.params {
		now[p.Name] = p.Value
	}
	for _, s := range t.statistics {
		now[s.Name] = s.Value
	}
	return g.WithConstants(now)
}
