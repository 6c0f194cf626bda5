package face

import (
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Embedder makes embeddings of faces: lists of numbers that lie close to one
// another for pictures of one person.
type Embedder struct {
	net  *net
	name string
	meta *meta.Model
}

// NewEmbedder makes a model ready whose metadata has ocellus.preprocess,
// ocellus.embedding and a template in ocellus.landmarks. It computes on the
// pool's threads, or without one on the caller's alone. The errors are
// *ErrModel and those of package plan.
func NewEmbedder(g *nn.Graph, m *meta.Model, pool *plan.Pool, opts ...plan.Option) (*Embedder, error) {
	if m.Embedding == nil {
		return nil, &ErrModel{g.Name, "embedder", "its metadata has no ocellus.embedding"}
	}
	n, err := newNet(g, m, "embedder", pool, opts)
	if err != nil {
		return nil, err
	}
	return &Embedder{n, g.Name, m}, nil
}

// Size returns how many numbers an embedding has.
func (e *Embedder) Size() int { return e.net.n }

// Meta returns what the model says of itself. It is not to be changed.
func (e *Embedder) Meta() *meta.Model { return e.meta }

// Embed appends to dst the embeddings of a face, for each of the maps from the
// model's input to the picture one, averaged; an Aligner makes the maps.
func (e *Embedder) Embed(dst []float32, img *vision.Image, at ...vision.Affine) ([]float32, error) {
	return e.embed(dst, whole(img), at)
}

func (e *Embedder) embed(dst []float32, s scope, at []vision.Affine) ([]float32, error) {
	w, err := e.net.take()
	if err != nil {
		return dst, err
	}
	defer e.net.give(w)
	start := len(dst)
	share := 1 / float32(len(at))
	for i, a := range at {
		out, err := w.run(s, a)
		if err != nil {
			return dst[:start], err
		}
		if i == 0 {
			dst = append(dst, out...)
			for j := range out {
				dst[start+j] *= share
			}
			continue
		}
		for j, v := range out {
			dst[start+j] += v * share
		}
	}
	return dst, nil
}
