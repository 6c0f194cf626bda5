package ocellus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// maxPlans is how many plans a session keeps: one for each combination of
// input shapes that it met lately.
const maxPlans = 4

// compiled is a plan with the runners that wait for the next call.
type compiled struct {
	key  string
	plan *plan.Plan

	mu   sync.Mutex
	idle []*plan.Runner
}

// Run computes the model's outputs, by name, from its inputs, by name. A
// dimension that the model leaves open is taken from the input's shape, and an
// input whose value decides a shape is taken by value; each new combination
// is compiled once and kept for a while. The context is looked at before the
// computation starts, which then runs to its end. inputs are only read, and
// the outputs belong to the caller.
func (s *Session) Run(ctx context.Context, inputs map[string]*nn.Tensor) (map[string]*nn.Tensor, error) {
	if s.isClosed() {
		return nil, ErrClosed
	}
	c, err := s.planFor(inputs)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := c.take(s.pool)
	defer c.give(r, s.opts.threads)
	for i, port := range c.plan.Inputs() {
		r.SetInput(i, inputs[port.Name])
	}
	if err := r.Run(); err != nil {
		return nil, err
	}
	out := make(map[string]*nn.Tensor, len(c.plan.Outputs()))
	for i, port := range c.plan.Outputs() {
		out[port.Name] = r.Output(i).Clone()
	}
	return out, nil
}

// Plan returns the plan that Run uses for these inputs, whose values are read
// only where they decide a shape.
func (s *Session) Plan(inputs map[string]*nn.Tensor) (*plan.Plan, error) {
	c, err := s.planFor(inputs)
	if err != nil {
		return nil, err
	}
	return c.plan, nil
}

func (s *Session) planFor(inputs map[string]*nn.Tensor) (*compiled, error) {
	if err := s.checkInputs(inputs); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	for {
		key, b := s.bindings(inputs)
		if i := slices.IndexFunc(s.plans, func(c *compiled) bool { return c.key == key }); i >= 0 {
			c := s.plans[i]
			s.plans = append(slices.Delete(s.plans, i, i+1), c)
			return c, nil
		}
		p, err := s.compile(b)
		var unbound *nn.ErrUnbound
		if errors.As(err, &unbound) && unbound.Input != "" && !s.byValue[unbound.Input] {
			s.byValue[unbound.Input] = true
			continue
		}
		if err != nil {
			return nil, err
		}
		c := &compiled{key: key, plan: p}
		if s.plans = append(s.plans, c); len(s.plans) > maxPlans {
			s.plans = slices.Delete(s.plans, 0, 1)
		}
		return c, nil
	}
}

func (s *Session) checkInputs(inputs map[string]*nn.Tensor) error {
	var names []string
	for _, in := range s.graph.Inputs {
		name := s.graph.ValueName(in.Value)
		names = append(names, name)
		t := inputs[name]
		switch {
		case !t.Present():
			return &ErrInput{name, "is missing"}
		case t.DType != in.DType:
			return &ErrInput{name, fmt.Sprintf("is %v, want %v", t.DType, in.DType)}
		}
	}
	for name := range inputs {
		if !slices.Contains(names, name) {
			return &ErrInput{name, "is not an input of the model; it has " + strings.Join(names, ", ")}
		}
	}
	return nil
}

// bindings returns what inputs settle, and a key that is equal for inputs
// that settle the same. It is called under s.mu.
func (s *Session) bindings(inputs map[string]*nn.Tensor) (string, plan.Bindings) {
	b := plan.Bindings{Shapes: map[string]nn.Shape{}, Values: map[string]*nn.Tensor{}}
	var key strings.Builder
	for _, in := range s.graph.Inputs {
		name := s.graph.ValueName(in.Value)
		t := inputs[name]
		fmt.Fprintf(&key, "%q%v", name, t.Shape)
		if s.byValue[name] {
			// The plan keeps the value, so the caller's tensor must not be it.
			b.Values[name] = t.Clone()
			fmt.Fprintf(&key, "=%x", t.Bytes())
			continue
		}
		b.Shapes[name] = t.Shape
	}
	return key.String(), b
}

// compile makes a plan. The weights are given up to it where they can be read
// again, and where no other plan can follow. Before there is a plan, they are
// kept while inputs have to say more.
func (s *Session) compile(b plan.Bindings) (*plan.Plan, error) {
	opts := append(s.opts.planOptions(), plan.WithInputsAsRead())
	if s.weights == nil && s.outlined && s.file.rereads() {
		g, err := s.file.read()
		if err != nil {
			return nil, err
		}
		s.weights = g
	}
	if s.weights == nil {
		return plan.Compile(s.graph, b, opts...)
	}
	gives := len(s.byValue) == 0 || s.file.rereads()
	if gives {
		opts = append(opts, plan.WithGraphTaken())
	}
	p, err := plan.Compile(s.weights, b, opts...)
	if gives && (err == nil || s.file.rereads() && (len(s.plans) > 0 || !waitsForInputs(err))) {
		s.weights = nil
	}
	return p, err
}

// ownWeights lets the session give up the graph's weights to plans: to the first
// one, where every dimension is fixed and no other can follow; else to each, where
// they can be read again. It is for a graph that nobody else has.
func (s *Session) ownWeights() {
	fixed := true
	for _, in := range s.graph.Inputs {
		fixed = fixed && in.Ranked && !slices.ContainsFunc(in.Dims, func(d nn.Dim) bool { return d.Size < 0 })
	}
	if fixed {
		s.file.close()
	} else if !s.file.rereads() {
		return
	}
	s.weights, s.graph = s.graph, outline(s.graph)
	s.outlined = true
}

// keepFirst keeps the plan that has been given the weights, for inputs of its
// shapes.
func (s *Session) keepFirst(p *plan.Plan) {
	if !s.outlined || s.weights != nil || len(p.Inputs()) != len(s.graph.Inputs) {
		return
	}
	inputs := map[string]*nn.Tensor{}
	for i, port := range p.Inputs() {
		shape := port.Shape
		if port.NHWC {
			shape = nn.S(shape.Dims[0], shape.Dims[3], shape.Dims[1], shape.Dims[2])
		}
		inputs[port.Name] = &nn.Tensor{DType: s.graph.Inputs[i].DType, Shape: shape}
	}
	key, _ := s.bindings(inputs)
	s.plans = append(s.plans, &compiled{key: key, plan: p})
}

// smallConstant is the number of elements up to which an outline keeps
// constants.
const smallConstant = 1 << 10

// outline is a copy of a graph without its large constants.
func outline(g *nn.Graph) *nn.Graph {
	o := *g
	o.Values = slices.Clone(g.Values)
	for i := range o.Values {
		if t := o.Values[i].Const; t != nil && t.Elems() > smallConstant {
			o.Values[i].Const = nil
		}
	}
	return &o
}

func (c *compiled) take(pool *plan.Pool) *plan.Runner {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.idle); n > 0 {
		r := c.idle[n-1]
		c.idle = c.idle[:n-1]
		return r
	}
	return c.plan.NewRunner(pool)
}

// give keeps a runner for the next call, but no more of them than can run at
// a time: each holds an arena.
func (c *compiled) give(r *plan.Runner, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) < most {
		c.idle = append(c.idle, r)
	}
}
