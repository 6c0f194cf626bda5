package ocellus

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

// Class is what a picture may show, and how sure the model is of it.
type Class struct {
	Class       int     `json:"class"` // number, from 0
	Label       string  `json:"label"`
	Probability float32 `json:"probability"` // 0 to 1; those of all classes sum to 1
}

// Classify says what a picture shows, by a model whose task is to classify:
// all classes, the most probable first. The picture goes in as the model's
// metadata says. Where the model ends in a softmax its output is taken as it
// is; logits become probabilities by one. The error is an *ErrNotClassifier,
// ErrClosed, the context's, or an *ErrInput for img.
func (s *Session) Classify(ctx context.Context, img *vision.Image) ([]Class, Timings, error) {
	start := time.Now()
	if err := s.Classifies(); err != nil {
		return nil, Timings{}, err
	}
	if img == nil || img.W < 1 || img.H < 1 || len(img.Pix)/3/img.W < img.H {
		return nil, Timings{}, &ErrInput{"picture", "it has no pixels, or fewer than its size says"}
	}
	pre := s.meta.Preprocess
	input := nn.NewTensor(nn.Float32, inputShape(pre))
	if _, err := pre.Fill(input.F32(), img, img.Bounds()); err != nil {
		return nil, Timings{}, err
	}
	prepared := time.Now()
	out, err := s.Run(ctx, map[string]*nn.Tensor{s.graph.ValueName(s.graph.Inputs[0].Value): input})
	if err != nil {
		return nil, Timings{}, err
	}
	inferred := time.Now()
	classes, err := s.classes(out[s.graph.ValueName(s.graph.Outputs[0])])
	t := Timings{Prepare: prepared.Sub(start), Infer: inferred.Sub(prepared), Decode: time.Since(inferred), Total: time.Since(start), Regions: 1}
	return classes, t, err
}

// Classifies returns nil when Classify can be used with the model, and
// otherwise the *ErrNotClassifier that says why not.
func (s *Session) Classifies() error {
	no := func(format string, args ...any) error {
		return &ErrNotClassifier{s.name, fmt.Sprintf(format, args...)}
	}
	switch {
	case s.meta.Task != "classify":
		return no("its metadata has no ocellus.task that says classify, and the caller says nothing of it either")
	case s.meta.Preprocess == nil:
		return no("its metadata has no ocellus.preprocess, which says how a picture becomes its input")
	case len(s.graph.Inputs) != 1 || s.graph.Inputs[0].DType != nn.Float32:
		return no("it has %d inputs, want one of float32", len(s.graph.Inputs))
	}
	return nil
}

// classes reads an output, of which the number of elements is that of classes.
func (s *Session) classes(out *nn.Tensor) ([]Class, error) {
	if out.DType != nn.Float32 || out.Elems() == 0 {
		return nil, &ErrNotClassifier{s.name, fmt.Sprintf("its output is %v%v, want float32", out.DType, out.Shape)}
	}
	if n := len(s.meta.Labels); n > 0 && n != out.Elems() {
		return nil, &ErrNotClassifier{s.name, fmt.Sprintf("it tells %d classes apart, and its metadata names %d", out.Elems(), n)}
	}
	p := out.F32()
	if !endsInSoftmax(s.graph) {
		softmax(p)
	}
	list := make([]Class, len(p))
	for i, v := range p {
		list[i] = Class{i, s.meta.Label(i), v}
	}
	slices.SortStableFunc(list, func(a, b Class) int { return cmp.Compare(b.Probability, a.Probability) })
	return list, nil
}

// endsInSoftmax reports whether the first output is one, as it is or moved,
// quantised and converted since.
func endsInSoftmax(g *nn.Graph) bool {
	id := g.Outputs[0]
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		n := &g.Nodes[i]
		if !slices.Contains(n.Out, id) {
			continue
		}
		switch n.Op.(type) {
		case *nn.Softmax:
			return true
		case *nn.Identity, *nn.Reshape, *nn.Flatten, *nn.Squeeze, *nn.Cast, *nn.QuantizeLinear, *nn.DequantizeLinear:
			id = n.In[0]
		default:
			return false
		}
	}
	return false
}

// softmax makes probabilities of logits.
func softmax(v []float32) {
	top, sum := slices.Max(v), 0.0
	for _, x := range v {
		sum += math.Exp(float64(x - top))
	}
	for i, x := range v {
		v[i] = float32(math.Exp(float64(x-top)) / sum)
	}
}
