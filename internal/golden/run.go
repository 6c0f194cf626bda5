package golden

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/ocellus-vision/ocellus/internal/splitmix"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Integers returns g with other outputs: the values that come of the last
// dequantisations on the way to its own. Each is one exact product of the
// integers. It returns nil where there are none.
func Integers(g *nn.Graph) *nn.Graph {
	maker := map[nn.ValueID]*nn.Node{}
	for i := range g.Nodes {
		for _, id := range g.Nodes[i].Out {
			maker[id] = &g.Nodes[i]
		}
	}
	c := *g
	c.Outputs = nil
	seen := map[nn.ValueID]bool{nn.None: true}
	for next := append([]nn.ValueID{}, g.Outputs...); len(next) > 0; {
		id := next[0]
		next = next[1:]
		n := maker[id]
		if seen[id] || n == nil {
			continue
		}
		seen[id] = true
		if _, ok := n.Op.(*nn.DequantizeLinear); !ok {
			next = append(next, n.In...)
		} else if g.Values[n.In[0]].Const == nil {
			c.Outputs = append(c.Outputs, id)
		}
	}
	if len(c.Outputs) == 0 {
		return nil
	}
	return &c
}

// result is an output.
type result struct {
	name string
	*nn.Tensor
}

// maxArena is the most memory, in bytes, that a model may work in.
const maxArena = 4 << 30

func compile(g *nn.Graph, b plan.Bindings, opts []plan.Option) (*plan.Plan, error) {
	return plan.Compile(g, b, append([]plan.Option{plan.WithMemoryLimit(maxArena)}, opts...)...)
}

// run computes the outputs for the inputs of r's seed, and notes the inputs.
func (r *Golden) run(g *nn.Graph, m *meta.Model, b plan.Bindings, opts []plan.Option) ([]result, error) {
	p, err := compile(g, b, opts)
	if err != nil {
		return nil, err
	}
	return r.compute(p, m)
}

func (r *Golden) compute(p *plan.Plan, m *meta.Model) ([]result, error) {
	run := p.NewRunner(nil)
	if err := Fill(run, m, r.Seed); err != nil {
		return nil, err
	}
	if err := run.Run(); err != nil {
		return nil, err
	}
	r.Inputs = nil
	for _, in := range p.Inputs() {
		r.Inputs = append(r.Inputs, Input{in.Name, append([]int{}, in.Shape.Slice()...)})
	}
	var outputs []result
	for i, o := range p.Outputs() {
		outputs = append(outputs, result{o.Name, run.Output(i)})
	}
	return outputs, nil
}

// integers returns the digest of the outputs, "" where not every CPU gives the
// same.
func (r *Golden) integers(inner *nn.Graph, m *meta.Model, b plan.Bindings, opts []plan.Option) (string, error) {
	p, err := compile(inner, b, opts)
	if err != nil || !p.Exact() {
		return "", err
	}
	outputs, err := r.compute(p, m)
	if err != nil {
		return "", err
	}
	tensors := make([]*nn.Tensor, len(outputs))
	for i, t := range outputs {
		tensors[i] = t.Tensor
	}
	return Hash(tensors), nil
}

// Hash is a digest of the shapes and bytes of tensors.
func Hash(tensors []*nn.Tensor) string {
	h := sha256.New()
	for _, t := range tensors {
		fmt.Fprint(h, t.DType, t.Shape)
		h.Write(t.Bytes())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Fill gives the inputs values that depend on the seed alone, the same bits on
// every machine: where m says that pictures go in, pixels of noise as it has
// them; else multiples of 1/128 from -1 up to 1, and integers 0 and 1. The
// error is an *ErrGolden for inputs of other types.
func Fill(r *plan.Runner, m *meta.Model, seed uint64) error {
	mean, scale := float32(128), float32(1)/128
	if p := m.Preprocess; p != nil {
		mean, scale = p.Mean[0], p.Scale[0]
	}
	for i, in := range r.Plan().Inputs() {
		t, key := r.Input(i), splitmix.Mix(seed^uint64(i)<<32)
		switch in.DType {
		case nn.Float32:
			for k := range t.F32() {
				pixel := float32(splitmix.Mix(key+uint64(k)) >> 56)
				t.F32()[k] = (pixel - mean) * scale
			}
		case nn.Uint8, nn.Int8, nn.Bool:
			for k := range t.Bytes() {
				t.Bytes()[k] = byte(splitmix.Mix(key+uint64(k)) >> 63)
			}
		default:
			return &ErrGolden{Why: fmt.Sprintf("input %q is of %v, for which no values can be made up", in.Name, in.DType)}
		}
	}
	return nil
}
