package train

import (
	"context"

	"github.com/ocellus-vision/ocellus/data"
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
	// Read makes b of these examples as they are seen in an epoch, b.Examples
	// having their numbers. It runs beside the rest.
	Read(b *Batch, epoch int) error
	// Loss computes the loss of t's outputs for b, and the gradients into t's
	// OutputGrads.
	Loss(t *plan.Trainer, b *Batch) Figures
	// Judge computes the figures of a network on examples that it does not learn
	// from. Without any, Figures.Seen is 0.
	Judge(ctx context.Context, g *nn.Graph, pool *plan.Pool) (Figures, error)
}

// Batch is the examples of one step.
type Batch struct {
	Examples []int
	Input    []float32 // of the network's only input
	Labels   []int     // classes; -1: the example could not be read
	err      error
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

// order is the order in which an epoch goes through n examples: a shuffle
// (Fisher and Yates) that hangs on seed and epoch alone.
func order(seed uint64, epoch, n int) []int {
	const shuffle = 1 // tells these draws from others of the same seed
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(data.Draw(seed, shuffle, uint64(epoch), uint64(i)) % uint64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// reader makes batches ahead of the steps that take them.
type reader struct {
	ready chan *Batch
	spare chan *Batch
	stop  chan struct{}
	ended chan struct{}
}

// ahead is how many batches are made before they are asked for.
const ahead = 3

// newReader begins to read at a step of an epoch. Both channels have room for
// all batches, so that the reader waits for nothing but a spare one.
func newReader(task Task, c *Config, perEpoch, epoch, step, elems int) *reader {
	r := &reader{make(chan *Batch, ahead+1), make(chan *Batch, ahead+1), make(chan struct{}), make(chan struct{})}
	for range ahead + 1 {
		r.spare <- &Batch{Input: make([]float32, elems), Labels: make([]int, c.Batch)}
	}
	go func() {
		defer close(r.ended)
		for ; epoch < c.Epochs; epoch, step = epoch+1, 0 {
			for all := order(c.Seed, epoch, task.Examples()); step < perEpoch; step++ {
				var b *Batch
				select {
				case b = <-r.spare:
				case <-r.stop:
					return
				}
				b.Examples = append(b.Examples[:0], all[step*c.Batch:][:c.Batch]...)
				b.err = task.Read(b, epoch)
				r.ready <- b
			}
		}
	}()
	return r
}

// next returns the next batch, which is to be given back.
func (r *reader) next() (*Batch, error) {
	b := <-r.ready
	return b, b.err
}

func (r *reader) close() {
	close(r.stop)
	<-r.ended
}
