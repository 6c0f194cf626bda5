package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

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
	PeakGMACs float64 `json:"peak_gmac_per_s"` // of the threads in use, in floats or bytes as each layer has them
	Share     float64 `json:"share_of_peak"`   // 0 to 1
	Arena     int     `json:"arena_bytes"`
	Weights   int     `json:"weight_bytes"`
	PeakRSS   int     `json:"peak_rss_bytes,omitempty"` // of this process, with the model as it was read

	ClockMHz    int     `json:"clock_mhz,omitempty"`
	Temperature float64 `json:"celsius,omitempty"`
	Throttled   bool    `json:"throttled"` // the peak fell by more than a tenth meanwhile

	Profile *profile `json:"profile,omitempty"`
}

func (r *benchResult) fill(times []time.Duration, peak float64) {
	slices.Sort(times)
	at := func(q float64) float64 { return ms(times[int(q*float64(len(times)-1))]) }
	r.Runs, r.MinMS, r.P50MS, r.P90MS, r.P99MS = len(times), at(0), at(0.5), at(0.9), at(0.99)
	r.PeakGMACs = peak
	if s := times[len(times)/2].Seconds(); s > 0 {
		r.GMACs = float64(r.MACs) / s / 1e9
	}
	if r.PeakGMACs > 0 {
		r.Share = r.GMACs / r.PeakGMACs
	}
}

// machine notes the state of the machine, and whether it computes more slowly
// than it did before the runs.
func (r *benchResult) machine(before, after float64) {
	const noise = 0.9
	r.Throttled = after < noise*before
	r.ClockMHz, r.Temperature, r.PeakRSS = cli.ClockMHz(), cli.Celsius(), cli.PeakRSS()
}

func (r *benchResult) print(env *cli.Env) error {
	rows := [][]string{
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
		{"memory", fmt.Sprintf("arena %s, weights %s", cli.Bytes(r.Arena), cli.Bytes(r.Weights))},
	}
	if r.PeakRSS > 0 {
		rows = append(rows, []string{"peak RSS", cli.Bytes(r.PeakRSS)})
	}
	if r.ClockMHz > 0 {
		rows = append(rows, []string{"clock", fmt.Sprintf("%d MHz", r.ClockMHz)})
	}
	if r.Temperature > 0 {
		rows = append(rows, []string{"temperature", fmt.Sprintf("%.0f °C", r.Temperature)})
	}
	if r.Throttled {
		rows = append(rows, []string{"throttled", "the cores were slower after the runs than before: cool the board, or measure for less long"})
	}
	if err := env.Table(rows); err != nil || r.Profile == nil {
		return err
	}
	return r.Profile.print(env)
}
