package quant

import (
	"context"
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// Samples are the inputs that a network is calibrated and measured on.
type Samples struct {
	N int
	// Fill writes sample i, counted from 0, into the inputs, which are those
	// of the plan in its order. It is called once for each pass over each
	// sample, in order.
	Fill func(i int, inputs []*nn.Tensor) error
}

// Ranges holds what was observed of the values of a graph in float32.
type Ranges map[nn.ValueID]Range

// maxArena is how much memory a plan may take in which every value is kept.
const maxArena = 8 << 30

// Calibrate runs the samples and returns the range of every input and result
// of a node that is in float32 and has elements.
func Calibrate(ctx context.Context, g *nn.Graph, s Samples, o Options) (Ranges, error) {
	if s.N < 1 {
		return nil, &ErrQuantize{Graph: g.Name, Why: "there are no samples to calibrate with"}
	}
	all, taps := tapped(g)
	p, err := compile(all, o)
	if err != nil {
		return nil, err
	}
	c := newCalibration(g, taps, p, o)
	for i := range s.N {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := c.observe(i, s); err != nil {
			return nil, err
		}
	}
	ranges := Ranges{}
	for id, watch := range c.watches {
		ranges[id] = watch.Range()
	}
	return ranges, nil
}

func compile(g *nn.Graph, o Options) (*plan.Plan, error) {
	return plan.Compile(g, o.Bindings, append([]plan.Option{plan.WithMemoryLimit(maxArena)}, o.Compile...)...)
}

// tapped returns the graph with every result of a node as an output, and
// which values those are.
func tapped(g *nn.Graph) (*nn.Graph, []nn.ValueID) {
	var taps []nn.ValueID
	for i := range g.Nodes {
		for _, id := range g.Nodes[i].Out {
			if id != nn.None {
				taps = append(taps, id)
			}
		}
	}
	c := *g
	c.Outputs = taps
	return &c, taps
}

// calibration is one plan with an observer for each of its values.
type calibration struct {
	graph   *nn.Graph
	inputs  []nn.ValueID // of the plan
	feed    []*nn.Tensor
	taps    []nn.ValueID
	runner  *plan.Runner
	watches map[nn.ValueID]Observer
}

func newCalibration(g *nn.Graph, taps []nn.ValueID, p *plan.Plan, o Options) *calibration {
	watch := o.Observer
	if watch == nil {
		watch = MinMax
	}
	c := &calibration{graph: g, taps: taps, runner: p.NewRunner(o.Pool), watches: map[nn.ValueID]Observer{}}
	c.feed = feed(c.runner)
	c.inputs = inputsOf(g, p)
	for i, port := range p.Inputs() {
		if watched(port.Type) {
			c.watches[c.inputs[i]] = watch()
		}
	}
	for i, port := range p.Outputs() {
		if watched(port.Type) {
			c.watches[taps[i]] = watch()
		}
	}
	return c
}

func watched(t nn.Type) bool { return t.DType == nn.Float32 && t.Shape.Elems() > 0 && !t.Bound }

// feed lists the inputs of a runner.
func feed(r *plan.Runner) []*nn.Tensor {
	in := make([]*nn.Tensor, len(r.Plan().Inputs()))
	for i := range in {
		in[i] = r.Input(i)
	}
	return in
}

// inputsOf returns the values behind the inputs of a plan: those that were
// bound by value are not among them.
func inputsOf(g *nn.Graph, p *plan.Plan) []nn.ValueID {
	byName := map[string]nn.ValueID{}
	for _, in := range g.Inputs {
		byName[g.ValueName(in.Value)] = in.Value
	}
	ids := make([]nn.ValueID, len(p.Inputs()))
	for i, port := range p.Inputs() {
		ids[i] = byName[port.Name]
	}
	return ids
}

func (c *calibration) observe(i int, s Samples) error {
	if err := s.Fill(i, c.feed); err != nil {
		return err
	}
	for k, id := range c.inputs {
		if err := c.watch(id, c.feed[k], i); err != nil {
			return err
		}
	}
	if err := c.runner.Run(); err != nil {
		return err
	}
	for k, id := range c.taps {
		if err := c.watch(id, c.runner.Output(k), i); err != nil {
			return err
		}
	}
	return nil
}

func (c *calibration) watch(id nn.ValueID, t *nn.Tensor, sample int) error {
	o := c.watches[id]
	if o == nil {
		return nil
	}
	if !finite(t.F32()) {
		return &ErrQuantize{c.graph.Name, c.graph.ValueName(id), fmt.Sprintf("sample %d makes it infinite or NaN, which no integer stands for", sample)}
	}
	o.Observe(t.F32())
	return nil
}
