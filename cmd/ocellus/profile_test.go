package main

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

func TestProfileOfSteps(t *testing.T) {
	infos := []plan.StepInfo{
		{Node: "a", Op: "Conv", Kernel: "k", MACs: 2e9, Bytes: 4e9, In: []nn.Shape{nn.S(1, 2)}, Out: []nn.Shape{nn.S(1, 3)}},
		{Node: "b", Op: "Relu", Kernel: "k", Bytes: 1e9},
		{Node: "c", Op: "Conv", Kernel: "k", MACs: 2e9, Integer: true},
	}
	at := func(ms ...int) (all []time.Duration) {
		for _, m := range ms {
			all = append(all, time.Duration(m)*time.Millisecond)
		}
		return all
	}
	p := &profile{Runs: 3, Memory: 32, spans: []plan.Span{{Start: 0, Took: time.Second}, {Start: time.Second, Took: time.Second}, {Start: 2 * time.Second, Took: time.Second}}}
	p.fill(infos, [][]time.Duration{at(900, 500, 600), at(250, 250, 250), at(250, 300, 270)}, peaks{8, 16})
	if p.MS != 1000 || p.Steps[0].GMACs != 4 || p.Steps[0].Share != 0.5 || p.Steps[0].GBs != 8 || p.Steps[1].Part != 0.25 {
		t.Errorf("profile %+v", p)
	}
	// a computes for half of its time and waits for memory for a quarter; b only waits.
	if p.Steps[0].MemoryShare != 0 || p.Steps[1].MemoryShare != 0.125 {
		t.Errorf("shares of memory %v and %v, want 0 and 0.125", p.Steps[0].MemoryShare, p.Steps[1].MemoryShare)
	}
	if len(p.Ops) != 2 || p.Ops[0].Op != "Conv" || p.Ops[0].Steps != 2 || p.Ops[0].MS != 750 || math.Abs(p.Ops[0].Share-0.5) > 1e-9 {
		t.Errorf("operators %+v", p.Ops)
	}
	b, err := json.Marshal(p.trace(infos))
	if err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []traceEvent
	}
	if err := json.Unmarshal(b, &trace); err != nil {
		t.Fatal(err)
	}
	if len(trace.TraceEvents) != 3 || trace.TraceEvents[1].TS != 1e6 || trace.TraceEvents[1].Dur != 1e6 || trace.TraceEvents[1].Phase != "X" {
		t.Errorf("trace %s", b)
	}
}
