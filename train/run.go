package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/ocellus-vision/ocellus/data/feed"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train/optim"
)

// Options say how a run is made, not what comes of it.
type Options struct {
	Dir    string        // folder of the checkpoint and the log; "": neither is kept
	Resume bool          // go on from the checkpoint there
	Every  time.Duration // between checkpoints; 0: half a minute. One ends every epoch, too
	Pool   *plan.Pool
	// Step is called after every step, and Note with what a person should know.
	Step func(Step)
	Note func(format string, args ...any)
}

// Step is where a run is.
type Step struct {
	Step, Steps int // of the run
	Epoch       int // from 1
	Examples    int // that this step learned from
	Running     Figures
	Rate        float64
	Ended       *Epoch // when the step ends an epoch
}

// Epoch is what an epoch came to.
type Epoch struct {
	Epoch      int     `json:"epoch"` // from 1
	Steps      int     `json:"steps"` // of the run, up to here
	Rate       float64 `json:"rate"`  // of its last step
	Train      Figures `json:"train"` // while it learned, on pictures as they were augmented
	Validation Figures `json:"validation"`
}

// Result is what a run came to.
type Result struct {
	Graph   *nn.Graph // the network with its weights
	History []Epoch
	Epoch   int  // whose weights those are, from 1
	Early   bool // whether it ended before all epochs, for want of gain
}

// ErrDiverged says that a loss or a gradient is not finite any more.
type ErrDiverged struct {
	Step int
	Rate float64
}

func (e *ErrDiverged) Error() string {
	return fmt.Sprintf("the loss is not finite at step %d, at a rate of %.3g: take a smaller rate of learning, a longer warm-up, or clip the gradients", e.Step, e.Rate)
}

const defaultEvery = 30 * time.Second

// run is a run under way.
type run struct {
	Config
	Options
	task     Task
	graph    *nn.Graph
	trainer  *plan.Trainer
	opt      optim.Optimizer
	average  *optim.EMA // nil: none
	schedule optim.Schedule
	batches  int // of an epoch
	perEpoch int // steps: of Config.Accumulate batches, the last of those that are left
	learned  int // examples, in the last step
	now      state
	values   []optim.Slot // parameters and statistics
	best     []optim.Slot // the same, of the best epoch; nil without patience
	tensors  []optim.Slot // all that a checkpoint holds
	log      *journal
	saved    time.Time
}

// Run trains g, whose one input's first dimension is called batch. When ctx
// ends it saves a checkpoint and returns the context's error. Other errors are
// an *ErrConfig, *optim.ErrOption, *ErrCheckpoint or *ErrDiverged, those of
// plan.NewTrainer and those of the task.
func Run(ctx context.Context, g *nn.Graph, task Task, c Config, o Options) (*Result, error) {
	r, err := newRun(g, task, c, o)
	if err != nil {
		return nil, err
	}
	defer r.log.close()
	if r.Resume {
		if err := r.restore(); err != nil {
			return nil, err
		}
	} else if err := r.log.begin(0); err != nil {
		return nil, err
	}
	if !r.now.Done {
		if err := r.loop(ctx); err != nil {
			return nil, err
		}
	}
	return r.result(), nil
}

func newRun(g *nn.Graph, task Task, c Config, o Options) (*run, error) {
	if o.Every <= 0 {
		o.Every = defaultEvery
	}
	r := &run{Config: c, Options: o, task: task, graph: g, log: &journal{}, saved: time.Now()}
	if err := c.check(task.Examples()); err != nil {
		return nil, err
	}
	var err error
	if r.trainer, err = plan.NewTrainer(g, plan.Bindings{Dims: map[string]int{"batch": c.Batch}}, o.Pool); err != nil {
		return nil, err
	}
	if r.opt, err = c.optimizer(r.trainer.Parameters()); err != nil {
		return nil, err
	}
	r.batches = task.Examples() / c.Batch
	r.perEpoch = (r.batches + c.accumulated() - 1) / c.accumulated()
	if r.schedule, err = c.schedule(r.perEpoch); err != nil {
		return nil, err
	}
	r.now = state{Config: c, Data: task.Hash(), History: []Epoch{}}
	if err := r.list(); err != nil {
		return nil, err
	}
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, err
		}
		r.log.file = filepath.Join(o.Dir, LogFile)
	}
	return r, nil
}

// list lists the tensors of the run.
func (r *run) list() (err error) {
	for _, p := range r.trainer.Parameters() {
		r.values = append(r.values, optim.Slot{Name: p.Name, Value: p.Value})
	}
	for _, s := range r.trainer.Statistics() {
		r.values = append(r.values, optim.Slot{Name: s.Name, Value: s.Value})
	}
	r.tensors = append(r.tensors, r.values...)
	r.tensors = append(r.tensors, r.opt.Slots()...)
	if r.Average > 0 {
		if r.average, err = optim.NewEMA(r.trainer, r.Average); err != nil {
			return err
		}
		r.tensors = append(r.tensors, r.average.Slots()...)
	}
	if r.Patience > 0 {
		r.best = clones("best/", r.weights(), r.values)
		r.tensors = append(r.tensors, r.best...)
	}
	return nil
}

// weights returns what the network is judged with, and becomes: the averages
// where there are some.
func (r *run) weights() map[string]*nn.Tensor {
	if r.average != nil {
		return r.average.Values()
	}
	all := map[string]*nn.Tensor{}
	for _, v := range r.values {
		all[v.Name] = v.Value
	}
	return all
}

// restore goes back to where the checkpoint was written.
func (r *run) restore() error {
	file := filepath.Join(r.Dir, CheckpointFile)
	h, raw, err := parseCheckpoint(file)
	if err != nil {
		return err
	}
	if err := h.State.fits(file, &r.Config, r.now.Data); err != nil {
		return err
	}
	if err := h.fill(file, raw, r.tensors); err != nil {
		return err
	}
	r.now = h.State
	r.opt.SetSteps(r.now.Steps)
	if r.average != nil {
		r.average.SetSteps(r.now.Steps)
	}
	r.schedule.State = r.now.Plateau
	r.log.seen = r.now.Running.Seen
	return r.log.begin(r.now.Steps)
}

// save writes a checkpoint. Room may be made while a run goes on, so that one
// that cannot be written is told of, and tried again; the one before stays.
func (r *run) save() error {
	if r.Dir == "" {
		return nil
	}
	r.saved = time.Now()
	r.now.Plateau = r.schedule.State
	return writeCheckpoint(filepath.Join(r.Dir, CheckpointFile), &r.now, r.tensors)
}

func (r *run) note(format string, args ...any) {
	if r.Note != nil {
		r.Note(format, args...)
	}
}

// trySave is save for the midst of a run.
func (r *run) trySave() {
	if err := r.save(); err != nil {
		r.note("the checkpoint of step %d could not be written, the one before it stays: %v", r.now.Steps, err)
	}
}

func (r *run) loop(ctx context.Context) error {
	batches := r.task.Read(r.now.Epoch, r.now.Step*r.accumulated())
	defer batches.Close()
	for r.now.Epoch < r.Epochs {
		for r.now.Step < r.perEpoch {
			begun, err := r.step(ctx, batches)
			if !begun && ctx.Err() != nil {
				return r.stop(ctx.Err())
			}
			if err != nil {
				return err
			}
			if r.now.Step < r.perEpoch {
				r.tell(nil)
				if time.Since(r.saved) > r.Every {
					r.trySave()
				}
			}
		}
		if early, err := r.endEpoch(ctx); err != nil || early {
			return err
		}
	}
	return nil
}

// stop saves what there is when a run is to end before its time.
func (r *run) stop(why error) error {
	if err := r.save(); err != nil {
		return fmt.Errorf("%w; the checkpoint could not be written, the one before it stays: %w", why, err)
	}
	return why
}

// step learns from the next batches: those whose gradients are accumulated, or
// what is left of them in the epoch. The context is looked at before the first
// alone, since the statistics of normalisations move with each: a checkpoint
// is of whole steps, and a step that has not begun changes nothing.
func (r *run) step(ctx context.Context, batches *feed.Reader) (begun bool, err error) {
	rate, n := r.schedule.At(r.now.Steps), r.accumulated()
	n = min(n, r.batches-r.now.Step*n)
	var got Figures
	for k := range n {
		b, err := batches.Next(ctx)
		if err = cmp.Or(ctx.Err(), err); err != nil {
			return k > 0, err
		}
		ctx = context.WithoutCancel(ctx)
		r.trainer.Seed(r.Seed, uint64(r.now.Steps*r.accumulated()+k))
		f, err := r.learn(b)
		if err != nil {
			return true, err
		}
		got.add(f)
	}
	optim.Mean(r.trainer.Parameters(), n)
	limit := r.Clip
	if limit == 0 {
		limit = math.Inf(1)
	}
	norm := optim.Clip(r.trainer.Parameters(), limit)
	if sum := got.Loss + norm; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return true, &ErrDiverged{r.now.Steps + 1, rate}
	}
	r.opt.Step(rate)
	r.trainer.ZeroGrads()
	if r.average != nil {
		r.average.Step()
	}
	r.now.Running.add(got)
	r.now.Step++
	r.now.Steps++
	r.learned = got.Seen
	return true, nil
}

// learn adds the gradients of one batch.
func (r *run) learn(b *feed.Batch) (Figures, error) {
	copy(r.trainer.Input(0).F32(), b.Input)
	if err := r.trainer.Forward(); err != nil {
		return Figures{}, err
	}
	f := r.task.Loss(r.trainer, b)
	return f, r.trainer.Backward()
}

// tell reports a step to whom it may concern.
func (r *run) tell(ended *Epoch) {
	s := Step{Step: r.now.Steps, Steps: r.perEpoch * r.Epochs, Epoch: r.now.Epoch + 1, Examples: r.learned, Running: r.now.Running,
		Rate: r.schedule.At(max(r.now.Steps-1, 0)), Ended: ended}
	if err := r.log.add(&s); err != nil {
		r.note("the log could not be written: %v", err)
	}
	if r.Step != nil {
		r.Step(s)
	}
}

// endEpoch judges the network, and reports whether the run ends early.
func (r *run) endEpoch(ctx context.Context) (early bool, err error) {
	got, err := r.task.Judge(ctx, r.graph.WithConstants(r.weights()), r.Pool)
	if ctx.Err() != nil {
		// Judged again when the run goes on: the step before it is done.
		return false, r.stop(ctx.Err())
	}
	if err != nil {
		return false, err
	}
	e := Epoch{r.now.Epoch + 1, r.now.Steps, r.schedule.At(r.now.Steps - 1), r.now.Running, got}
	r.tell(&e)
	r.now.History = append(r.now.History, e)
	score := e.Train.Accuracy()
	if got.Seen > 0 {
		score = got.Accuracy()
		if r.now.Best == 0 || score > r.now.History[r.now.Best-1].Validation.Accuracy() {
			r.now.Best = e.Epoch
			weights := r.weights()
			for i, v := range r.best {
				copy(v.Value.F32(), weights[r.values[i].Name].F32())
			}
		}
		early = r.Patience > 0 && e.Epoch-r.now.Best >= r.Patience
	}
	r.schedule.Observe(score)
	r.now.Epoch, r.now.Step, r.now.Running = e.Epoch, 0, Figures{}
	r.now.Done = early || r.now.Epoch == r.Epochs
	if r.now.Done {
		return early, r.save()
	}
	r.trySave()
	return false, nil
}

// result is what the run comes to: the last weights, or with patience those of
// the best epoch.
func (r *run) result() *Result {
	res := &Result{History: r.now.History, Epoch: r.now.Epoch, Early: r.now.Epoch < r.Epochs}
	weights := r.weights()
	if r.best != nil && r.now.Best > 0 {
		res.Epoch = r.now.Best
		for i, v := range r.best {
			weights[r.values[i].Name] = v.Value
		}
	}
	res.Graph = r.graph.WithConstants(weights)
	return res
}
