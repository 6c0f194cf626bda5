package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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
	JSON    bool          `help:"Print JSON."`
}

func (c *benchCommand) Help() string {
	return `Examples:

    ocellus bench blazeface-back                 on all cores, for three seconds
    ocellus bench net.onnx --threads 1 --runs 100
    ocellus bench net.onnx --shape input=1x3x224x224 --json
    OCELLUS_CPU=generic ocellus bench net.onnx   without any assembly

Inputs are random numbers. p50, p90 and p99 are the times that half, nine tenths and all but a
hundredth of the runs stay under. The share is of what the multipliers of the cores in use reach
when nothing holds them up, measured on this machine just before.`
}

// benchResult is what is printed.
type benchResult struct {
	Model     string  `json:"model"`
	CPU       string  `json:"cpu"`
	ISA       string  `json:"isa"`
	Threads   int     `json:"threads"`
	Runs      int     `json:"runs"`
	CompileMS float64 `json:"compile_ms"`
	MinMS     float64 `json:"min_ms"`
	P50MS     float64 `json:"p50_ms"`
	P90MS     float64 `json:"p90_ms"`
	P99MS     float64 `json:"p99_ms"`
	MACs      int64   `json:"macs"`
	GMACs     float64 `json:"gmac_per_s"`      // at p50
	PeakGMACs float64 `json:"peak_gmac_per_s"` // of the threads in use
	Share     float64 `json:"share_of_peak"`   // 0 to 1
	Arena     int     `json:"arena_bytes"`
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
	file, _, p, err := compileFile(&c.ModelsFlag, &c.bindFlags, c.Model)
	if err != nil {
		return err
	}
	res := &benchResult{
		Model: file, CPU: cli.CPU(), ISA: features.String(), Threads: threads(c.Threads),
		CompileMS: ms(time.Since(start)), MACs: p.Stats().MACs, Arena: p.Stats().ArenaBytes,
	}
	const opsPerMAC = 2
	peak := kernels.PeakF32Rows(features)[0].Measure() / opsPerMAC / 1e9
	times, err := c.measure(env, p, res.Threads)
	if err != nil {
		return err
	}
	res.fill(times, peak)
	if c.JSON {
		return env.JSON(res)
	}
	return res.print(env)
}

// warmUp is the share of the measuring that goes before it, uncounted: until
// caches are filled and the clock of the CPU has risen.
const warmUp = 0.1

func (c *benchCommand) measure(env *cli.Env, p *plan.Plan, threads int) ([]time.Duration, error) {
	pool := plan.NewPool(threads)
	defer pool.Close()
	r := p.NewRunner(pool)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range p.Inputs() {
		fillRandom(r.Input(i), rng)
	}
	if err := r.Run(); err != nil {
		return nil, fmt.Errorf("this model cannot run on random inputs: %w", err)
	}
	warm := time.Duration(warmUp * float64(c.Time))
	if _, err := runFor(env.Context, r, 0, warm, nil); err != nil {
		return nil, err
	}
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

func (r *benchResult) fill(times []time.Duration, peakPerCore float64) {
	slices.Sort(times)
	at := func(q float64) float64 { return ms(times[int(q*float64(len(times)-1))]) }
	r.Runs, r.MinMS, r.P50MS, r.P90MS, r.P99MS = len(times), at(0), at(0.5), at(0.9), at(0.99)
	r.PeakGMACs = peakPerCore * float64(r.Threads)
	if s := times[len(times)/2].Seconds(); s > 0 {
		r.GMACs = float64(r.MACs) / s / 1e9
	}
	if r.PeakGMACs > 0 {
		r.Share = r.GMACs / r.PeakGMACs
	}
}

func (r *benchResult) print(env *cli.Env) error {
	return env.Table([][]string{
		{"model", r.Model},
		{"CPU", r.CPU},
		{"ISA", r.ISA},
		{"threads", fmt.Sprint(r.Threads)},
		{"compile", fmt.Sprintf("%.1f ms", r.CompileMS)},
		{"runs", fmt.Sprint(r.Runs)},
		{"p50", fmt.Sprintf("%.3f ms", r.P50MS)},
		{"p90", fmt.Sprintf("%.3f ms", r.P90MS)},
		{"p99", fmt.Sprintf("%.3f ms", r.P99MS)},
		{"speed", fmt.Sprintf("%.2f GMAC/s, %.0f %% of the %.1f that %d cores reach", r.GMACs, 100*r.Share, r.PeakGMACs, r.Threads)},
		{"arena", cli.Bytes(r.Arena)},
	})
}
