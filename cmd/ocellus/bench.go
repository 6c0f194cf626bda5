package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

type benchCommand struct {
	Model string `arg:"" name:"model" help:"Name of a model, or an ONNX file."`
	cli.ModelsFlag
	bindFlags
	Threads int           `help:"Cores to use; default: all." placeholder:"N"`
	Runs    int           `help:"How often to run it; default: for as long as --time says." placeholder:"N"`
	Time    time.Duration `help:"How long to measure." default:"3s" placeholder:"DURATION"`
	Profile bool          `help:"Say where the time goes, layer by layer."`
	Trace   string        `help:"Write the steps of one run as a trace that Perfetto and Chrome show." placeholder:"FILE" type:"path"`
	JSON    bool          `help:"Print JSON."`
}

func (c *benchCommand) Help() string {
	return `Examples:

    ocellus bench blazeface-back                 on all cores, for three seconds
    ocellus bench net.onnx --threads 1 --runs 100
    ocellus bench net.onnx --shape input=1x3x224x224 --json
    ocellus bench net.onnx --threads 1 --profile --trace net.json
    OCELLUS_CPU=generic ocellus bench net.onnx   without any assembly

Inputs are random numbers. p50, p90 and p99 are the times that half, nine tenths and all but a
hundredth of the runs stay under. The share is of what the multipliers of the cores in use reach, in
floats or in bytes as each layer has them, when nothing holds them up, measured on this machine just
before and after. Where the system tells them, the clock and the temperature are given as well; a
machine that grew slower in the meantime is said to have throttled.

--profile gives the least time of each step over the runs that follow. Its shares of the peak are those of one core
for each thread; bytes are what a step must read and write at the least. Steps that would wait for
memory longer than for the multipliers, as a fully connected layer does, have a share of the speed at
which memory is read as well, measured before and after; above 100 % their bytes come out of caches.`
}

// Run measures.
func (c *benchCommand) Run(env *cli.Env) error {
	if c.Runs < 0 || c.Time <= 0 {
		return cli.Usagef("--runs and --time must be above 0")
	}
	features, err := kernels.Available()
	if err != nil {
		return cli.Exit(cli.Usage, err)
	}
	start := time.Now()
	file, _, p, err := compileFile(&c.ModelsFlag, &c.bindFlags, c.Model, plan.WithGraphTaken())
	if err != nil {
		return err
	}
	res := &benchResult{
		Model: file, CPU: cli.CPU(), ISA: features.String(), Threads: threads(c.Threads),
		CompileMS: ms(time.Since(start)), MACs: p.Stats().MACs, Arena: p.Stats().ArenaBytes, Weights: p.Stats().WeightBytes,
	}
	pool := plan.NewPool(res.Threads)
	defer pool.Close()
	r, err := c.warmRunner(env, p, pool)
	if err != nil {
		return err
	}
	before := measurePeaks(features)
	times, err := c.measure(env, r)
	if err != nil {
		return err
	}
	after := measurePeaks(features)
	peak := peaks{max(before.f32, after.f32), max(before.i8, after.i8)}.times(float64(res.Threads))
	res.fill(times, peak.mean(p.Steps()))
	res.machine(before.f32, after.f32)
	if c.Profile || c.Trace != "" {
		if res.Profile, err = c.profile(env, r, features, peak); err != nil {
			return err
		}
	}
	if c.JSON {
		return env.JSON(res)
	}
	return res.print(env)
}

const opsPerMAC = 2

// peaks are what cores reach in floats and in bytes, in GMAC/s.
type peaks struct{ f32, i8 float64 }

func measurePeaks(f kernels.Features) peaks {
	return peaks{kernels.PeakF32Rows(f)[0].Measure(), kernels.PeakI8Rows(f)[0].Measure()}.times(1 / (opsPerMAC * 1e9))
}

func (p peaks) times(x float64) peaks { return peaks{p.f32 * x, p.i8 * x} }

// of returns the peak of what a step computes in.
func (p peaks) of(s plan.StepInfo) float64 {
	if s.Integer {
		return p.i8
	}
	return p.f32
}

// mean returns the rate of steps that all run at their peaks.
func (p peaks) mean(steps []plan.StepInfo) float64 {
	macs, least := 0.0, 0.0
	for _, s := range steps {
		macs += float64(s.MACs)
		least += ratio(float64(s.MACs), p.of(s))
	}
	if macs == 0 {
		return p.f32
	}
	return ratio(macs, least)
}

// warmUp is the share of the measuring that goes before it, uncounted: until
// caches are filled and the clock of the CPU has risen.
const warmUp = 0.1

// warmRunner fills the inputs and runs until caches are filled and the clock
// has risen.
func (c *benchCommand) warmRunner(env *cli.Env, p *plan.Plan, pool *plan.Pool) (*plan.Runner, error) {
	r := p.NewRunner(pool)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range p.Inputs() {
		fillRandom(r.Input(i), rng)
	}
	if err := r.Run(); err != nil {
		return nil, fmt.Errorf("this model cannot run on random inputs: %w", err)
	}
	_, err := runFor(env.Context, r, 0, time.Duration(warmUp*float64(c.Time)), nil)
	return r, err
}

func (c *benchCommand) measure(env *cli.Env, r *plan.Runner) ([]time.Duration, error) {
	// A bar counts in hundredths of a second.
	const tick = 10 * time.Millisecond
	total := int(c.Time / tick)
	if c.Runs > 0 {
		total = c.Runs
	}
	bar := env.Progress("bench", total)
	defer bar.Close()
	return runFor(env.Context, r, c.Runs, c.Time, func(runs int, spent time.Duration) {
		if c.Runs > 0 {
			bar.Set(runs)
		} else {
			bar.Set(int(spent / tick))
		}
	})
}

// runFor runs so often, or for so long when runs is 0, but at least once.
func runFor(ctx context.Context, r *plan.Runner, runs int, limit time.Duration, note func(runs int, spent time.Duration)) ([]time.Duration, error) {
	var times []time.Duration
	for start := time.Now(); ; {
		t := time.Now()
		if err := r.Run(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(t))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if note != nil {
			note(len(times), time.Since(start))
		}
		if runs > 0 && len(times) == runs || runs == 0 && time.Since(start) >= limit {
			return times, nil
		}
	}
}

// fillRandom gives floats values in 0..1 and integers 0 or 1, which index
// anything that is not empty.
func fillRandom(t *nn.Tensor, rng *rand.Rand) {
	switch t.DType {
	case nn.Float32:
		for i := range t.F32() {
			t.F32()[i] = rng.Float32()
		}
	case nn.Float64:
		for i := range t.F64() {
			t.F64()[i] = rng.Float64()
		}
	case nn.Uint8, nn.Int8, nn.Bool:
		for i := range t.Bytes() {
			t.Bytes()[i] = byte(rng.IntN(2))
		}
	}
}
