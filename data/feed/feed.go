// Package feed makes batches for training and judging: samples of a set in an
// order that is drawn anew each epoch, augmented, and prepared as the network
// will see pictures when it is used.
//
// What a batch holds hangs on the set, the Config, the epoch and the step
// alone: not on the number of workers, nor on what was read before. So a run
// that is resumed sees what it would have seen. (Another kind of CPU may round
// an angle or a blur otherwise.)
package feed

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/vision"
)

// Config says how batches are made.
type Config struct {
	Preprocess vision.Preprocess // of the network, as in its metadata
	Batch      int               // samples of a batch
	Policy     augment.Policy    // the zero Policy changes nothing
	Seed       uint64
	// Longest shrinks pictures whose longer side has more pixels, before they
	// are augmented: changing large ones takes long. Twice the side of the
	// network's input loses little. 0: none is shrunk.
	Longest int
	// Ordered takes the samples in the order of the set, each once, and the
	// last batch short: for judging. Without it the order is drawn anew each
	// epoch, and the samples that would make a short batch are left for
	// another epoch.
	Ordered bool
	// Strict ends at a sample that cannot be read. Without it another takes
	// its place (with Ordered, none), and Skipped names it.
	Strict  bool
	Workers int // that read ahead; 0: one a core
	Ahead   int // batches held; 0: one more than workers
	// Keep is how many bytes of decoded pictures are held for use again where
	// the Policy Mixes, so that each is decoded about once an epoch and not
	// four times. 0: DefaultKeep; below 0: none. Batches do not hang on it.
	Keep int
}

// DefaultKeep holds the 512 pictures that mosaics of batches of 64 are drawn
// from at 480×360, or a whole set of 1,100 at 320×240.
const DefaultKeep = 256 << 20

// Batch is samples as a network takes them.
type Batch struct {
	Epoch, Step int
	// N is how many samples there are. Lists have that many elements.
	N int
	// Input is the samples one after the other, Preprocess.Elems values each.
	Input   []float32
	Labels  []int32          // classes; -1 where the set has none
	Indices []int            // of the samples in the set
	Objects [][]data.Object  // in pixels of the network's input
	Points  [][]vision.Point // landmarks, in pixels of the network's input
	Places  []vision.Mapping // how input and picture lie to one another
}

// Feed makes batches of a set. It may be used by any number of goroutines.
type Feed struct {
	src   data.Source
	cfg   Config
	steps int
	elems int
	idle  sync.Pool // of *vision.Preparer
	kept  *kept     // nil: nothing is kept

	mu      sync.Mutex
	orders  map[uint64][]int32 // of the last epochs asked for
	skipped map[int]error      // samples that cannot be read, by index
}

// New returns a Feed, or says what is wrong with cfg.
func New(src data.Source, cfg Config) (*Feed, error) {
	if err := cfg.Preprocess.Validate(); err != nil {
		return nil, err
	}
	if cfg.Batch < 1 || cfg.Batch > maxBatch || cfg.Batch*cfg.Preprocess.Elems() > maxElems {
		return nil, fmt.Errorf("feed: a batch of %d samples of %d values; 1 to %d samples and %d values in all are possible",
			cfg.Batch, cfg.Preprocess.Elems(), maxBatch, maxElems)
	}
	switch src.(type) {
	case *data.Labelled, *data.Landmarks:
		if cfg.Policy.Mixes() {
			return nil, errors.New("feed: the augmentation mixes pictures, which only sets of boxes allow; leave out mosaic")
		}
	}
	if cfg.Workers < 1 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if cfg.Ahead < 1 {
		cfg.Ahead = cfg.Workers + 1
	}
	if cfg.Keep == 0 {
		cfg.Keep = DefaultKeep
	}
	f := &Feed{src: src, cfg: cfg, elems: cfg.Preprocess.Elems(), orders: map[uint64][]int32{}, skipped: map[int]error{}}
	if cfg.Policy.Mixes() && cfg.Keep >= 0 {
		f.kept = newKept(cfg.Keep)
	}
	f.steps = src.Len() / cfg.Batch
	if cfg.Ordered {
		f.steps = (src.Len() + cfg.Batch - 1) / cfg.Batch
	}
	if f.steps == 0 {
		return nil, fmt.Errorf("feed: %d samples are no batch of %d", src.Len(), cfg.Batch)
	}
	return f, nil
}

// Limits of a batch.
const (
	maxBatch = 1 << 16
	maxElems = 1 << 30
)

// Steps returns how many batches an epoch has.
func (f *Feed) Steps() int { return f.steps }

// Skipped returns what could not be read so far, each sample once, in the
// order of the set.
func (f *Feed) Skipped() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := make([]int, 0, len(f.skipped))
	for i := range f.skipped {
		at = append(at, i)
	}
	slices.Sort(at)
	errs := make([]error, len(at))
	for k, i := range at {
		errs[k] = f.skipped[i]
	}
	return errs
}

// NewBatch returns memory for a batch.
func (f *Feed) NewBatch() *Batch {
	n := f.cfg.Batch
	return &Batch{Input: make([]float32, n*f.elems), Labels: make([]int32, n), Indices: make([]int, n),
		Objects: make([][]data.Object, n), Points: make([][]vision.Point, n), Places: make([]vision.Mapping, n)}
}

// Fill makes batch step, from 0, of an epoch. b is one of NewBatch. The error
// is an *data.ErrFile, or one of the augmentation that names the sample.
func (f *Feed) Fill(b *Batch, epoch, step int) error {
	if step < 0 || step >= f.steps || epoch < 0 {
		return fmt.Errorf("feed: no step %d in epoch %d: there are %d", step, epoch, f.steps)
	}
	prep, ok := f.idle.Get().(*vision.Preparer)
	if !ok {
		var err error
		if prep, err = vision.NewPreparer(f.cfg.Preprocess); err != nil {
			return err
		}
	}
	defer f.idle.Put(prep)
	order := f.order(uint64(epoch))
	end := min((step+1)*f.cfg.Batch, len(order))
	near := f.near(order, end)
	order = order[step*f.cfg.Batch : end]
	b.grow(f.cfg.Batch, f.elems)
	b.Epoch, b.Step, b.N = epoch, step, 0
	for _, i := range order {
		s, at, err := f.sample(uint64(epoch), int(i), near)
		if err != nil {
			return err
		}
		if s.Image == nil { // left out
			continue
		}
		if err := b.add(prep, s, at, f.elems); err != nil {
			return &data.ErrFile{File: f.src.Name(at), Why: err.Error(), Err: err}
		}
	}
	b.grow(b.N, f.elems)
	return nil
}

// grow makes the lists so long, within what NewBatch gave them.
func (b *Batch) grow(n, elems int) {
	b.Input, b.Labels, b.Indices = b.Input[:n*elems], b.Labels[:n], b.Indices[:n]
	b.Objects, b.Points, b.Places = b.Objects[:n], b.Points[:n], b.Places[:n]
}

// add prepares a sample as the next of the batch.
func (b *Batch) add(prep *vision.Preparer, s data.Sample, index, elems int) error {
	n := b.N
	place, err := prep.Fill(b.Input[n*elems:(n+1)*elems], s.Image, s.Image.Bounds())
	if err != nil {
		return err
	}
	b.Labels[n], b.Indices[n], b.Places[n] = int32(s.Label), index, place
	b.Objects[n], b.Points[n] = b.Objects[n][:0], b.Points[n][:0]
	for _, o := range s.Objects {
		o.Box = place.InvertBox(o.Box)
		o.Area /= place.ScaleX * place.ScaleY
		b.Objects[n] = append(b.Objects[n], o)
	}
	for _, p := range s.Points {
		b.Points[n] = append(b.Points[n], place.Invert(p))
	}
	b.N++
	return nil
}

// attempts bounds how many samples are tried in place of one that cannot be
// read.
const attempts = 20

// sample reads and augments sample i, or the one that takes its place, and
// returns which it is. It has no picture where i is left out. What it is mixed
// with is drawn from near.
func (f *Feed) sample(epoch uint64, i int, near []int32) (data.Sample, int, error) {
	r := augment.NewRand(f.cfg.Seed, epoch, uint64(i))
	s, at, err := f.read(r, i)
	if err != nil || s.Image == nil {
		return s, at, err
	}
	s, err = f.cfg.Policy.Apply(s, r, func(r *augment.Rand) (data.Sample, error) {
		s, _, err := f.read(r, int(near[r.Intn(len(near))]))
		return s, err
	})
	if err != nil {
		return s, at, fmt.Errorf("%s: %w", f.src.Name(at), err)
	}
	return s, at, nil
}

// read reads sample i; where it cannot, another in its place.
func (f *Feed) read(r *augment.Rand, i int) (data.Sample, int, error) {
	for range attempts {
		s, err := f.load(i)
		if err == nil {
			return s, i, nil
		}
		if f.cfg.Strict {
			return data.Sample{}, i, err
		}
		f.mu.Lock()
		f.skipped[i] = err
		f.mu.Unlock()
		if f.cfg.Ordered {
			return data.Sample{}, i, nil
		}
		i = r.Intn(f.src.Len())
	}
	return data.Sample{}, i, &data.ErrFile{File: f.src.Name(i), Why: fmt.Sprintf("and %d others that were drawn in its place cannot be read: the set is broken", attempts-1)}
}

// load returns sample i as it is before it is augmented.
func (f *Feed) load(i int) (data.Sample, error) {
	read := func(i int) (data.Sample, error) {
		s, err := f.src.Sample(i)
		if err != nil {
			return s, err
		}
		return augment.Shrink(s, f.cfg.Longest), nil
	}
	if f.kept == nil {
		return read(i)
	}
	return f.kept.get(i, read)
}

// near returns the samples of an epoch that those of the batch which ends there
// are mixed with: the batch's own and those of the 7 batches before it, or
// after it as an epoch begins. That they are drawn from so few, most of which
// were decoded lately, is what makes keeping pictures of use whatever the size
// of the set (as the buffer of Ultralytics' mosaic: 8 batches, at most 1,000).
func (f *Feed) near(order []int32, end int) []int32 {
	n := min(len(order), max(f.cfg.Batch, min(nearBatches*f.cfg.Batch, nearMost)))
	end = max(end, n)
	return order[end-n : end]
}

const (
	nearBatches = 8
	nearMost    = 1000
)

// order returns the order of an epoch: a permutation that hangs on seed and
// epoch alone (Fisher and Yates's shuffle, its numbers drawn by counter).
func (f *Feed) order(epoch uint64) []int32 {
	if f.cfg.Ordered {
		epoch = 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if o, ok := f.orders[epoch]; ok {
		return o
	}
	if len(f.orders) > 2 {
		clear(f.orders)
	}
	o := make([]int32, f.src.Len())
	for i := range o {
		o[i] = int32(i)
	}
	if !f.cfg.Ordered {
		for k := len(o) - 1; k > 0; k-- {
			j := data.Draw(f.cfg.Seed, epoch, uint64(k)) % uint64(k+1)
			o[k], o[j] = o[j], o[k]
		}
	}
	f.orders[epoch] = o
	return o
}
