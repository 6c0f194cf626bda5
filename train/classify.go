package train

import (
	"context"
	"slices"
	"sync"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train/loss"
	"github.com/ocellus-vision/ocellus/vision"
)

// Classifier is the Task of telling the classes of pictures apart: softmax and
// cross-entropy on the network's first output [batch classes].
type Classifier struct {
	Learn    *data.Labelled
	Validate *data.Labelled // nil or empty: the network is not judged meanwhile
	Pixels   vision.Preprocess
	// Augment changes a picture, which it must not write to, as it is seen in an
	// epoch; nil leaves it.
	Augment   func(img *vision.Image, epoch, example int) *vision.Image
	Smoothing float64
	// Strict ends the run at a picture that cannot be read, which is left out
	// otherwise, and told by Unread.
	Strict bool

	prepare *vision.Preparer
	mu      sync.Mutex
	unread  map[string]error
}

// Examples is how many pictures there are to learn from.
func (c *Classifier) Examples() int { return c.Learn.Len() }

// Hash names the pictures to learn from.
func (c *Classifier) Hash() string { return c.Learn.Hash() }

// Unread returns the errors of the pictures that were left out, by name.
func (c *Classifier) Unread() map[string]error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unread
}

// leaveOut takes note of a picture that cannot be read.
func (c *Classifier) leaveOut(name string, err error) error {
	if c.Strict {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unread == nil {
		c.unread = map[string]error{}
	}
	c.unread[name] = err
	return nil
}

// Read makes a batch.
func (c *Classifier) Read(b *Batch, epoch int) error {
	if c.prepare == nil {
		p, err := vision.NewPreparer(c.Pixels)
		if err != nil {
			return err
		}
		c.prepare = p
	}
	elems := c.Pixels.Elems()
	for k, i := range b.Examples {
		input := b.Input[k*elems:][:elems]
		img, err := c.Learn.Image(i)
		if err == nil {
			if c.Augment != nil {
				img = c.Augment(img, epoch, i)
			}
			_, err = c.prepare.Fill(input, img, img.Bounds())
		}
		b.Labels[k] = c.Learn.Label(i)
		if err != nil {
			b.Labels[k] = -1
			clear(input)
			if err := c.leaveOut(c.Learn.Name(i), err); err != nil {
				return err
			}
		}
	}
	return nil
}

// Loss is the cross-entropy.
func (c *Classifier) Loss(t *plan.Trainer, b *Batch) Figures {
	out := t.Output(0)
	l, right := loss.CrossEntropy(out.F32(), out.Elems()/len(b.Labels), b.Labels, c.Smoothing, t.OutputGrad(0).F32())
	seen := 0
	for _, label := range b.Labels {
		if label >= 0 {
			seen++
		}
	}
	return Figures{l, right, seen}
}

// Judge computes the figures on the pictures to validate by.
func (c *Classifier) Judge(ctx context.Context, g *nn.Graph, pool *plan.Pool) (Figures, error) {
	var f Figures
	if c.Validate == nil || c.Validate.Len() == 0 {
		return f, nil
	}
	grad := []float32(nil)
	err := c.Predict(ctx, g, pool, c.Validate, func(i int, logits []float32) error {
		grad = slices.Grow(grad[:0], len(logits))[:len(logits)]
		l, right := loss.CrossEntropy(logits, len(logits), []int{c.Validate.Label(i)}, 0, grad)
		f.add(Figures{l, right, 1})
		return nil
	})
	return f, err
}

// predictBatch is how many pictures Predict takes at a time.
const predictBatch = 100

// Predict runs a network on the pictures of a set, in their order, and passes
// on its first output for each, which is valid until the function returns. One
// that cannot be read is left out. The context is looked at between batches.
func (c *Classifier) Predict(ctx context.Context, g *nn.Graph, pool *plan.Pool, set *data.Labelled, found func(i int, logits []float32) error) error {
	n := min(predictBatch, set.Len())
	p, err := plan.Compile(g, plan.Bindings{Dims: map[string]int{"batch": n}})
	if err != nil {
		return err
	}
	prepare, err := vision.NewPreparer(c.Pixels)
	if err != nil {
		return err
	}
	r, elems := p.NewRunner(pool), c.Pixels.Elems()
	var at []int
	for from := 0; from < set.Len(); from += n {
		if err := ctx.Err(); err != nil {
			return err
		}
		at = at[:0]
		for i := from; i < min(from+n, set.Len()); i++ {
			img, err := set.Image(i)
			if err == nil {
				_, err = prepare.Fill(r.Input(0).F32()[len(at)*elems:][:elems], img, img.Bounds())
			}
			if err == nil {
				at = append(at, i)
			} else if err := c.leaveOut(set.Name(i), err); err != nil {
				return err
			}
		}
		if err := r.Run(); err != nil {
			return err
		}
		classes := r.Output(0).Elems() / n
		for k, i := range at {
			if err := found(i, r.Output(0).F32()[k*classes:][:classes]); err != nil {
				return err
			}
		}
	}
	return nil
}
