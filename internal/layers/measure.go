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
// that fills the caches and does not count. The least time of a turn is the turn's,
// as other programs only add to it; the median of the turns counts.
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
	times  [][]time.Duration // of each step: the least of every turn
	runs   []time.Duration   // likewise
}

func newEngine(p *plan.Plan) *engine {
	e := &engine{pool: plan.NewPool(1), infos: p.Steps()}
	e.runner = p.NewRunner(e.pool)
	e.spans, e.times = make([]plan.Span, len(e.infos)), make([][]time.Duration, len(e.infos))
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
	run := time.Duration(math.MaxInt64)
	steps := slices.Repeat([]time.Duration{run}, len(e.infos))
	for start, n := time.Now(), 0; n < leastRuns || time.Since(start) < turn; n++ {
		at := time.Now()
		if err := e.runner.Run(); err != nil {
			return err
		}
		run = min(run, time.Since(at))
		if err := e.runner.RunProfiled(e.spans); err != nil {
			return err
		}
		for i, s := range e.spans {
			steps[i] = min(steps[i], s.Took)
		}
	}
	e.runs = append(e.runs, run)
	for i, took := range steps {
		e.times[i] = append(e.times[i], took)
	}
	return nil
}

// step is a step with the median of its turns.
type step struct {
	plan.StepInfo
	ms float64
}

func (e *engine) steps() []step {
	all := make([]step, len(e.infos))
	for i, info := range e.infos {
		all[i] = step{info, medianMS(e.times[i])}
	}
	return all
}

// whole is the time of a run likewise, in ms.
func (e *engine) whole() float64 { return medianMS(e.runs) }

func medianMS(times []time.Duration) float64 {
	slices.Sort(times)
	return times[len(times)/2].Seconds() * 1e3
}
