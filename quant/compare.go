package quant

import (
	"context"
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// Metric says how far what an output is lies from what it was: 0 where they
// are the same, and the more the worse.
type Metric func(was, is []float32) float64

// Change is how one output changed, over all samples.
type Change struct {
	Output string
	Mean   float64
	Worst  float64
}

// Compare runs both graphs, which have the same inputs and outputs, on the
// samples and measures what became of each output in float32.
func Compare(ctx context.Context, was, is *nn.Graph, s Samples, m Metric, o Options) ([]Change, error) {
	p, err := compile(was, o)
	if err != nil {
		return nil, err
	}
	q, err := compile(is, o)
	if err != nil {
		return nil, err
	}
	a, b := p.NewRunner(o.Pool), q.NewRunner(o.Pool)
	in := feed(a)
	changes := make([]Change, len(p.Outputs()))
	for i := range s.N {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.Fill(i, in); err != nil {
			return nil, err
		}
		for k, t := range in {
			copy(b.Input(k).Bytes(), t.Bytes())
		}
		if err := a.Run(); err != nil {
			return nil, err
		}
		if err := b.Run(); err != nil {
			return nil, err
		}
		for k, port := range p.Outputs() {
			changes[k].Output = port.Name
			if port.DType != nn.Float32 || a.Output(k).Shape != b.Output(k).Shape {
				continue
			}
			d := m(a.Output(k).F32(), b.Output(k).F32())
			changes[k].Mean += d / float64(s.N)
			changes[k].Worst = max(changes[k].Worst, d)
		}
	}
	return changes, nil
}

// RelativeError is the length of the difference as a share of the length of
// what was.
func RelativeError(was, is []float32) float64 {
	var signal, noise float64
	for i, v := range was {
		d := float64(v) - float64(is[i])
		signal += float64(v) * float64(v)
		noise += d * d
	}
	if noise == 0 {
		return 0
	}
	return math.Sqrt(noise / signal)
}
