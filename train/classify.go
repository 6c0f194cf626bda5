package train

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/data/feed"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train/loss"
	"github.com/ocellus-vision/ocellus/vision"
)

// Classifier is the Task of telling the classes of pictures apart: softmax and
// cross-entropy on the network's first output [batch classes].
type Classifier struct {
	learn     *data.Labelled
	validate  *data.Labelled
	pixels    vision.Preprocess
	smoothing float64
	strict    bool

	feed    *feed.Feed
	skipped []error // of what was judged
}

// NewClassifier learns from one set and is judged by another, which may be nil
// or empty. pixels is how a picture becomes the input. strict ends the run at
// a picture that cannot be read; else another takes its place, and Skipped
// tells of it. The error is one of the augmentation or of package feed.
func NewClassifier(learn, validate *data.Labelled, pixels vision.Preprocess, c *Config, strict bool) (*Classifier, error) {
	policy, err := augment.Parse(c.Augment)
	if err != nil {
		return nil, err
	}
	if err := c.check(learn.Len()); err != nil {
		return nil, err
	}
	f, err := feed.New(learn, feed.Config{Preprocess: pixels, Batch: c.Batch, Policy: policy, Seed: c.Seed, Strict: strict})
	if err != nil {
		return nil, err
	}
	return &Classifier{learn: learn, validate: validate, pixels: pixels, smoothing: c.Smoothing, strict: strict, feed: f}, nil
}

// Examples is how many pictures there are to learn from.
func (c *Classifier) Examples() int { return c.learn.Len() }

// Hash names the pictures to learn from.
func (c *Classifier) Hash() string { return c.learn.Hash() }

// Read begins to read batches.
func (c *Classifier) Read(epoch, step int) *feed.Reader { return c.feed.Read(epoch, step) }

// Skipped returns the errors of the pictures that could not be read, each once.
func (c *Classifier) Skipped() []error {
	all := c.feed.Skipped()
	for _, err := range c.skipped {
		if !slices.ContainsFunc(all, func(e error) bool { return e.Error() == err.Error() }) {
			all = append(all, err)
		}
	}
	return all
}

// Loss is the cross-entropy.
func (c *Classifier) Loss(t *plan.Trainer, b *feed.Batch) Figures {
	out := t.Output(0)
	l, right := loss.CrossEntropy(out.F32(), out.Elems()/b.N, b.Labels, c.smoothing, t.OutputGrad(0).F32())
	return Figures{l, right, b.N}
}

// Judge computes the figures on the pictures to validate by.
func (c *Classifier) Judge(ctx context.Context, g *nn.Graph, pool *plan.Pool) (Figures, error) {
	var f Figures
	if c.validate == nil || c.validate.Len() == 0 {
		return f, nil
	}
	var grad []float32
	err := c.predict(ctx, g, pool, func(i int, logits []float32) error {
		grad = slices.Grow(grad[:0], len(logits))[:len(logits)]
		l, right := loss.CrossEntropy(logits, len(logits), []int32{int32(c.validate.Label(i))}, 0, grad)
		f.add(Figures{l, right, 1})
		return nil
	})
	return f, err
}

// predictBatch is how many pictures predict takes at a time.
const predictBatch = 100

// predict runs a network on the pictures to validate by, in their order, and
// passes on its first output for each, which is valid until the function
// returns. One that cannot be read is left out. The context is looked at
// between batches.
func (c *Classifier) predict(ctx context.Context, g *nn.Graph, pool *plan.Pool, found func(i int, logits []float32) error) error {
	n := min(predictBatch, c.validate.Len())
	p, err := plan.Compile(g, plan.Bindings{Dims: map[string]int{"batch": n}})
	if err != nil {
		return err
	}
	f, err := feed.New(c.validate, feed.Config{Preprocess: c.pixels, Batch: n, Ordered: true, Strict: c.strict})
	if err != nil {
		return err
	}
	batches, r := f.Read(0, 0), p.NewRunner(pool)
	defer batches.Close()
	for {
		b, err := batches.Next(ctx)
		if errors.Is(err, io.EOF) {
			c.skipped = append(c.skipped, f.Skipped()...)
			return nil
		}
		if err != nil {
			return err
		}
		copy(r.Input(0).F32(), b.Input)
		if err := r.Run(); err != nil {
			return err
		}
		classes := r.Output(0).Elems() / n
		for k, i := range b.Indices {
			if err := found(i, r.Output(0).F32()[k*classes:][:classes]); err != nil {
				return err
			}
		}
	}
}
