package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

type memoryCommand struct {
	peerFlags
	Runs int `help:"How often each engine runs a model." default:"3"`
}

func (c *memoryCommand) Help() string {
	return `Examples:

    ocellus-peers memory net.onnx net-int8.onnx

The largest resident memory, in MB of 1,000,000 bytes, of a process that does nothing but read a
model, make it ready and run it on one thread; and the time from there to its first result. Each
engine has a process of its own, both of this program, whose own share is the first line.`
}

// The engines that a process may hold.
const (
	noEngine   = "none"
	ourEngine  = "ocellus"
	peerEngine = "ort"
)

// footprint is what a model takes in one engine.
type footprint struct {
	Peak    int     `json:"peak_rss_bytes"`
	FirstMS float64 `json:"first_result_ms"` // from opening the file
}

// netMemory is what is said of one model.
type netMemory struct {
	Model string    `json:"model"`
	Ours  footprint `json:"ocellus"`
	Peer  footprint `json:"ort"`
	Why   string    `json:"why,omitempty"` // what left an engine without a figure
}

type memoryResult struct {
	Runs  int         `json:"runs"`
	Empty int         `json:"empty_rss_bytes"` // of a process without engine and model
	Nets  []netMemory `json:"nets"`
}

// Run measures.
func (c *memoryCommand) Run(env *cli.Env) error {
	if c.Runs < 1 {
		return cli.Usagef("--runs must be above 0")
	}
	res := &memoryResult{Runs: c.Runs}
	empty, err := c.spawn(env, noEngine, "", nil)
	if err != nil {
		return err
	}
	res.Empty = empty.Peak
	for _, model := range c.Models {
		res.Nets = append(res.Nets, c.net(env, model))
	}
	if c.JSON {
		return env.JSON(res)
	}
	return res.print(env)
}

// net never fails: what goes wrong with one model leaves the others.
func (c *memoryCommand) net(env *cli.Env, model string) netMemory {
	m := netMemory{Model: model}
	inputs, file, err := c.inputsOf(model)
	if err == nil {
		m.Ours, err = c.spawn(env, ourEngine, file, inputs)
	}
	if err == nil {
		m.Peer, err = c.spawn(env, peerEngine, file, inputs)
	}
	if err != nil {
		m.Why = err.Error()
	}
	return m
}

// peakInput is an input of a model, as it is told to a process: with all its
// dimensions, so that no engine needs another to know them.
type peakInput struct {
	Name string `json:"name"`
	Type int    `json:"type"` // as ONNX numbers them
	Dims []int  `json:"dims"`
}

func (c *memoryCommand) inputsOf(model string) ([]peakInput, string, error) {
	file, err := resolve(model)
	if err != nil {
		return nil, "", err
	}
	g, err := onnx.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	b, err := bindings(g, c.Dim)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	var inputs []peakInput
	for i := range g.Inputs {
		in := &g.Inputs[i]
		name := g.ValueName(in.Value)
		shape := b.Shapes[name]
		inputs = append(inputs, peakInput{name, in.DType.ONNX(), append([]int{}, shape.Slice()...)})
	}
	return inputs, file, nil
}

// spawn measures in a process of this program.
func (c *memoryCommand) spawn(env *cli.Env, engine, file string, inputs []peakInput) (footprint, error) {
	var f footprint
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	told, err := json.Marshal(inputs)
	if err != nil {
		return f, err
	}
	args := []string{"peak", engine, "--file", file, "--inputs", string(told), "--runs", fmt.Sprint(c.Runs), "--seed", fmt.Sprint(c.Seed)}
	if c.ORT != "" {
		args = append(args, "--ort", c.ORT)
	}
	cmd := exec.CommandContext(env.Context, self, args...)
	cmd.Stderr = env.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("%s in %s: %w", filepath.Base(file), engine, err)
	}
	return f, json.Unmarshal(out, &f)
}

// peakCommand is the process that spawn starts.
type peakCommand struct {
	Engine string `arg:"" enum:"none,ocellus,ort" help:"none, ocellus or ort."`
	File   string `help:"The model."`
	Inputs string `help:"Its inputs, as JSON."`
	Runs   int    `help:"How often to run it."`
	Seed   uint64 `help:"Seed of the inputs."`
	ORT    string `name:"ort" help:"ONNX Runtime's library."`
}

// Run measures this process.
func (c *peakCommand) Run(env *cli.Env) error {
	var told []peakInput
	if err := json.Unmarshal([]byte(c.Inputs), &told); err != nil {
		return cli.Usagef("--inputs: %v", err)
	}
	inputs := map[string]*nn.Tensor{}
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	for _, in := range told {
		d, _ := nn.DTypeFromONNX(in.Type)
		s, err := nn.NewShape(in.Dims...)
		if err != nil {
			return err
		}
		inputs[in.Name] = nn.NewTensor(d, s)
		if err := fillRandom(inputs[in.Name], rng); err != nil {
			return err
		}
	}
	var f footprint
	start := time.Now()
	first := func() { f.FirstMS = float64(time.Since(start)) / float64(time.Millisecond) }
	var err error
	switch c.Engine {
	case ourEngine:
		err = c.ours(inputs, first)
	case peerEngine:
		err = c.peer(inputs, first)
	}
	if err != nil {
		return err
	}
	f.Peak = cli.PeakRSS()
	return env.JSON(f)
}

// gcPercent is that of the command ocellus.
const gcPercent = 15

func (c *peakCommand) ours(inputs map[string]*nn.Tensor, first func()) error {
	debug.SetGCPercent(gcPercent)
	g, err := onnx.ReadFile(c.File)
	if err != nil {
		return err
	}
	b := plan.Bindings{Shapes: map[string]nn.Shape{}}
	for name, t := range inputs {
		b.Shapes[name] = t.Shape
	}
	p, err := plan.Compile(g, b, plan.WithGraphTaken())
	if err != nil {
		return err
	}
	r := p.NewRunner(nil)
	for i, in := range p.Inputs() {
		r.SetInput(i, inputs[in.Name])
	}
	return repeat(c.Runs, r.Run, first)
}

func (c *peakCommand) peer(inputs map[string]*nn.Tensor, first func()) error {
	flags := peerFlags{ORT: c.ORT}
	lib, err := flags.open()
	if err != nil {
		return err
	}
	s, err := lib.Load(c.File, inputs)
	if err != nil {
		return err
	}
	return repeat(c.Runs, s.Run, first)
}

func repeat(runs int, run func() error, first func()) error {
	for i := range runs {
		if err := run(); err != nil {
			return err
		}
		if i == 0 {
			first()
		}
	}
	return nil
}

func (r *memoryResult) print(env *cli.Env) error {
	rows := [][]string{{"model", "Ocellus MB", "ONNX Runtime MB", "Ocellus first result", "ONNX Runtime first result"}}
	mb := func(n int) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }
	rows = append(rows, []string{"(no engine)", mb(r.Empty), mb(r.Empty), "", ""})
	for _, n := range r.Nets {
		row := []string{filepath.Base(n.Model)}
		if n.Why != "" {
			rows = append(rows, append(row, n.Why))
			continue
		}
		rows = append(rows, append(row, mb(n.Ours.Peak), mb(n.Peer.Peak),
			fmt.Sprintf("%.0f ms", n.Ours.FirstMS), fmt.Sprintf("%.0f ms", n.Peer.FirstMS)))
	}
	return env.Table(rows)
}
