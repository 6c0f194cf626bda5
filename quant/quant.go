// Package quant turns networks in float32 into networks that compute with
// 8-bit integers: QuantizeLinear and DequantizeLinear are put around the
// operations, where ONNX Runtime's static quantiser puts them, with scales
// from the values that the network has on sample inputs.
//
//	graph → Fold → Calibrate → Place → graph
//
// Quantize is all of it in one call.
package quant

import (
	"context"
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// Options says how a network is quantised and run.
type Options struct {
	// Activations is nn.Uint8, which is the default, or nn.Int8. Either way
	// they have a zero point; weights are int8 and symmetric.
	Activations nn.DType
	// PerTensor gives weights one scale in place of one for each output
	// channel.
	PerTensor bool
	// Observer makes what watches one activation; nil: MinMax.
	Observer func() Observer
	// Bindings settle what the graph leaves open.
	Bindings plan.Bindings
	// Compile are options of the plan that computes the samples.
	Compile []plan.Option
	// Pool computes the samples; nil: the calling goroutine.
	Pool *plan.Pool
}

// ErrQuantize says why a graph cannot be quantised.
type ErrQuantize struct {
	Graph string
	Value string // the value in question, if it is about one
	Why   string
}

func (e *ErrQuantize) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("graph %q: %s", e.Graph, e.Why)
	}
	return fmt.Sprintf("graph %q: value %q: %s", e.Graph, e.Value, e.Why)
}

// Quantize returns g in 8-bit integers, and what was done. Errors are those of
// the samples, of plan.Compile, and *ErrQuantize.
func Quantize(ctx context.Context, g *nn.Graph, s Samples, o Options) (*nn.Graph, *Summary, error) {
	if err := check(g, &o); err != nil {
		return nil, nil, err
	}
	folded := Fold(g)
	ranges, err := Calibrate(ctx, folded, s, o)
	if err != nil {
		return nil, nil, err
	}
	return Place(folded, ranges, o)
}

func check(g *nn.Graph, o *Options) error {
	if o.Activations == nn.Invalid {
		o.Activations = nn.Uint8
	}
	if o.Activations != nn.Uint8 && o.Activations != nn.Int8 {
		return &ErrQuantize{Graph: g.Name, Why: fmt.Sprintf("activations of %v are wanted; there are uint8 and int8", o.Activations)}
	}
	for i := range g.Nodes {
		switch n := &g.Nodes[i]; n.Op.(type) {
		case *nn.QuantizeLinear, *nn.DequantizeLinear, *nn.DynamicQuantizeLinear, *nn.QLinearConv, *nn.QLinearMatMul, *nn.ConvInteger, *nn.MatMulInteger:
			return &ErrQuantize{Graph: g.Name, Why: fmt.Sprintf("node %q is %s: the network is quantised already", n.Name, nn.Name(n.Op))}
		}
	}
	return nil
}
