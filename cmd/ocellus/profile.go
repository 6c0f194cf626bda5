package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// profile says where the time of a run goes.
type profile struct {
	Runs   int         `json:"runs"`
	MS     float64     `json:"ms"`              // of the steps together
	Memory float64     `json:"memory_gb_per_s"` // what the threads in use read from memory
	Steps  []stepTime  `json:"steps"`
	Ops    []opTime    `json:"ops"`
	spans  []plan.Span // of the last run
}

// stepTime is the time of one step: the least over the runs, which other
// programs disturb least.
type stepTime struct {
	Node   string   `json:"node"`
	Fused  []string `json:"fused,omitempty"`
	Op     string   `json:"op"`
	Kernel string   `json:"kernel"`
	Layout string   `json:"layout,omitempty"`
	In     [][]int  `json:"in"`
	Out    [][]int  `json:"out"`
	MS     float64  `json:"ms"`
	Part   float64  `json:"part"` // of the run, 0 to 1
	GMACs  float64  `json:"gmac_per_s,omitempty"`
	Share  float64  `json:"share_of_peak,omitempty"` // 0 to 1
	Bytes  int      `json:"bytes"`
	GBs    float64  `json:"gb_per_s"`
	// MemoryShare is GBs as a share of the speed of memory, for steps that would
	// wait for it longer than for the multipliers; above 1, for caches.
	MemoryShare float64 `json:"share_of_memory,omitempty"`
}

// opTime is the time of all steps of one operator.
type opTime struct {
	Op    string  `json:"op"`
	Steps int     `json:"steps"`
	MS    float64 `json:"ms"`
	Part  float64 `json:"part"`
	Share float64 `json:"share_of_peak,omitempty"`
	least float64 // ms at the peak
}

// profiledRuns is how many runs are timed step by step, at most; fewer where
// they take longer than profiledTime.
const (
	profiledRuns = 200
	profiledTime = 2 * time.Second
)

// profile times the steps of r, and writes the trace that is asked for.
func (c *benchCommand) profile(env *cli.Env, r *plan.Runner, features kernels.Features, peak peaks) (*profile, error) {
	infos := r.Plan().Steps()
	times := make([][]time.Duration, len(infos))
	p := &profile{Memory: measureMemory(features, threads(c.Threads)), spans: make([]plan.Span, len(infos))}
	for start := time.Now(); p.Runs < profiledRuns && (p.Runs < 3 || time.Since(start) < profiledTime); p.Runs++ {
		if err := env.Context.Err(); err != nil {
			return nil, err
		}
		if err := r.RunProfiled(p.spans); err != nil {
			return nil, err
		}
		for i, s := range p.spans {
			times[i] = append(times[i], s.Took)
		}
	}
	p.Memory = max(p.Memory, measureMemory(features, threads(c.Threads)))
	p.fill(infos, times, peak)
	if c.Trace == "" {
		return p, nil
	}
	return p, atomicfile.Write(c.Trace, func(w io.Writer) error { return json.NewEncoder(w).Encode(p.trace(infos)) })
}

func (p *profile) fill(infos []plan.StepInfo, times [][]time.Duration, peak peaks) {
	for i, s := range infos {
		slices.Sort(times[i])
		t := stepTime{Node: s.Node, Fused: s.Fused, Op: s.Op, Kernel: s.Kernel, Layout: s.Layout,
			In: dims(s.In), Out: dims(s.Out), MS: ms(times[i][0]), Bytes: s.Bytes}
		t.GMACs, t.GBs = rate(float64(s.MACs), t.MS), rate(float64(s.Bytes), t.MS)
		t.Share, t.MemoryShare = ratio(t.GMACs, peak.of(s)), ratio(t.GBs, p.Memory)
		if t.MemoryShare < t.Share {
			t.MemoryShare = 0
		}
		p.MS += t.MS
		p.Steps = append(p.Steps, t)
		p.count(s, t.MS, peak.of(s))
	}
	for i := range p.Steps {
		p.Steps[i].Part = ratio(p.Steps[i].MS, p.MS)
	}
	for i := range p.Ops {
		o := &p.Ops[i]
		o.Part, o.Share = ratio(o.MS, p.MS), ratio(o.least, o.MS)
	}
	slices.SortStableFunc(p.Ops, func(a, b opTime) int { return cmp.Compare(b.MS, a.MS) })
}

// count adds a step to the total of its operator.
func (p *profile) count(s plan.StepInfo, took, peak float64) {
	i := slices.IndexFunc(p.Ops, func(o opTime) bool { return o.Op == s.Op })
	if i < 0 {
		i = len(p.Ops)
		p.Ops = append(p.Ops, opTime{Op: s.Op})
	}
	o := &p.Ops[i]
	o.Steps, o.MS, o.least = o.Steps+1, o.MS+took, o.least+rate(float64(s.MACs), peak)
}

// rate is n things in so many ms, in thousand millions a second.
func rate(n, ms float64) float64 { return ratio(n, ms) / 1e6 }

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

func dims(shapes []nn.Shape) [][]int {
	all := make([][]int, len(shapes))
	for i, s := range shapes {
		all[i] = slices.Clone(s.Slice())
	}
	return all
}

func (p *profile) print(env *cli.Env) error {
	rows := [][]string{{"layer", "op", "kernel", "in", "out", "ms", "%", "GMAC/s", "% peak", "bytes", "GB/s", "% memory"}}
	for _, s := range p.Steps {
		rows = append(rows, []string{s.Node, s.Op, s.Kernel, shapesText(s.In), shapesText(s.Out),
			fmt.Sprintf("%.3f", s.MS), fmt.Sprintf("%.1f", 100*s.Part), orDash("%.1f", s.GMACs), orDash("%.0f", 100*s.Share),
			cli.Bytes(s.Bytes), fmt.Sprintf("%.1f", s.GBs), orDash("%.0f", 100*s.MemoryShare)})
	}
	if err := env.Printf("\nmemory: %.1f GB/s, as read by the threads in use\n\n", p.Memory); err != nil {
		return err
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	rows = [][]string{{"op", "steps", "ms", "%", "% peak"}}
	for _, o := range p.Ops {
		rows = append(rows, []string{o.Op, fmt.Sprint(o.Steps), fmt.Sprintf("%.3f", o.MS), fmt.Sprintf("%.1f", 100*o.Part), orDash("%.0f", 100*o.Share)})
	}
	if err := env.Printf("\n"); err != nil {
		return err
	}
	return env.Table(rows)
}

// orDash leaves out a figure that a step has none of.
func orDash(format string, v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// shapesText writes the first shape, and says how many more there are.
func shapesText(shapes [][]int) string {
	if len(shapes) == 0 {
		return "–"
	}
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shapes[0]), " ", "×"), "[]")
	if len(shapes) > 1 {
		text += fmt.Sprintf(" +%d", len(shapes)-1)
	}
	return text
}

// traceEvent is a complete event of the Trace Event Format, which Perfetto and
// Chrome read; times are in microseconds.
type traceEvent struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat"`
	Phase string         `json:"ph"`
	TS    float64        `json:"ts"`
	Dur   float64        `json:"dur"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	Args  map[string]any `json:"args"`
}

// trace is the last run as a trace.
func (p *profile) trace(infos []plan.StepInfo) any {
	micro := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	events := make([]traceEvent, len(infos))
	for i, s := range infos {
		name := s.Node
		if name == "" {
			name = s.Op
		}
		events[i] = traceEvent{Name: name, Cat: s.Op, Phase: "X", TS: micro(p.spans[i].Start), Dur: micro(p.spans[i].Took), PID: 1, TID: 1,
			Args: map[string]any{"kernel": s.Kernel, "in": dims(s.In), "out": dims(s.Out), "macs": s.MACs, "bytes": s.Bytes, "fused": s.Fused}}
	}
	return map[string]any{"traceEvents": events, "displayTimeUnit": "ms"}
}
