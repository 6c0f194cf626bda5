package conformance

import (
	"errors"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// compiled runs g as a plan, on the calling goroutine. Shapes are those of the
// data. An input whose value decides a shape is bound once Compile names it.
func compiled(g *nn.Graph, in map[string]*nn.Tensor) ([]*nn.Tensor, error) {
	b := plan.Bindings{Shapes: map[string]nn.Shape{}, Values: map[string]*nn.Tensor{}}
	for _, x := range g.Inputs {
		name := g.ValueName(x.Value)
		b.Shapes[name] = in[name].Shape
	}
	p, err := plan.Compile(g, b)
	for range g.Inputs {
		var unbound *nn.ErrUnbound
		if !errors.As(err, &unbound) || b.Values[unbound.Input] != nil || in[unbound.Input] == nil {
			break
		}
		b.Values[unbound.Input] = in[unbound.Input]
		delete(b.Shapes, unbound.Input)
		p, err = plan.Compile(g, b)
	}
	if err != nil {
		return nil, err
	}
	r := p.NewRunner(nil)
	for i, port := range p.Inputs() {
		copy(r.Input(i).Bytes(), in[port.Name].Bytes())
	}
	if err := r.Run(); err != nil {
		return nil, err
	}
	out := make([]*nn.Tensor, len(p.Outputs()))
	for i := range out {
		out[i] = r.Output(i)
	}
	return out, nil
}
