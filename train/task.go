package train

import (
	"context"

	"github.com/ocellus-vision/ocellus/data/feed"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// Task is what a network is to learn: where examples come from, what is made
// small, and how well it does meanwhile.
type Task interface {
	// Examples is how many there are to learn from.
	Examples() int
	// Hash names the examples, in hex.
	Hash() string
	// Read begins to read the batches, from a step of an epoch on.
	Read(epoch, step int) *feed.Reader
	// Loss computes the loss of t's outputs for b, and the gradients into t's
	// OutputGrads.
	Loss(t *plan.Trainer, b *feed.Batch) Figures
	// Judge computes the figures of a network on examples that it does not learn
	// from. Without any, Figures.Seen is 0.
	Judge(ctx context.Context, g *nn.Graph, pool *plan.Pool) (Figures, error)
}

// Figures are how well a network does on some examples.
type Figures struct {
	Loss  float64 `json:"loss"`  // mean
	Right int     `json:"right"` // of those seen
	Seen  int     `json:"seen"`
}

// Accuracy is the share that is right, 0 to 1.
func (f Figures) Accuracy() float64 {
	if f.Seen == 0 {
		return 0
	}
	return float64(f.Right) / float64(f.Seen)
}

// add takes up more examples.
func (f *Figures) add(g Figures) {
	if n := f.Seen + g.Seen; n > 0 {
		f.Loss = (f.Loss*float64(f.Seen) + g.Loss*float64(g.Seen)) / float64(n)
		f.Seen, f.Right = n, f.Right+g.Right
	}
}
