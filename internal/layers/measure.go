package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// Both networks take at least so many turns, and more for so long. In a turn a
// network runs at least so often and until so much time has gone by, after a run
// that fills the caches and does not count. The least time of all turns counts, as
// other programs only add to it.
const (
	leastTurns = 9
	measuring  = 3 * time.Second
	leastRuns  = 3
	turn       = 20 * time.Millisecond
)

// engine is a network that is measured.
type engine struct {
	pool   *plan.Pool
	runner *plan.Runner
	infos  []plan.StepInfo
	spans  []plan.Span
	times  []time.Duration // the least of each step,
	run    time.Duration   // and of a whole run
}

func newEngine(p *plan.Plan) *engine {
	e := &engine{pool: plan.NewPool(1), infos: p.Steps()}
	e.runner = p.NewRunner(e.pool)
	e.spans, e.run = make([]plan.Span, len(e.infos)), math.MaxInt64
	e.times = slices.Repeat([]time.Duration{e.run}, len(e.infos))
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range p.Inputs() {
		if t := e.runner.Input(i); t.DType == nn.Float32 {
			for j := range t.F32() {
				t.F32()[j] = rng.Float32()
			}
		}
	}
	return e
}

// measure runs the networks by turns.
func measure(engines []*engine) error {
	for start, turns := time.Now(), 0; turns < leastTurns || time.Since(start) < measuring; turns++ {
		for _, e := range engines {
			if err := e.turn(); err != nil {
				return err
			}
		}
	}
	return nil
}

// turn takes whole runs and runs whose steps are timed in equal numbers.
func (e *engine) turn() error {
	if err := e.runner.Run(); err != nil {
		return err
	}
	for start, n := time.Now(), 0; n < leastRuns || time.Since(start) < turn; n++ {
		at := time.Now()
		if err := e.runner.Run(); err != nil {
			return err
		}
		e.run = min(e.run, time.Since(at))
		if err := e.runner.RunProfiled(e.spans); err != nil {
			return err
		}
		for i, s := range e.spans {
			e.times[i] = min(e.times[i], s.Took)
		}
	}
	return nil
}

// step is a step with its least time.
type step struct {
	plan.StepInfo
	ms float64
}

func (e *engine) steps() []step {
	all := make([]step, len(e.infos))
	for i, info := range e.infos {
		all[i] = step{info, inMS(e.times[i])}
	}
	return all
}

// whole is the least time of a run, in ms.
func (e *engine) whole() float64 { return inMS(e.run) }

func inMS(d time.Duration) float64 { return d.Seconds() * 1e3 }
