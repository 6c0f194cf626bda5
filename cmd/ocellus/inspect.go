package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

type inspectCommand struct {
	Model string `arg:"" name:"model" help:"Name of a model, or an ONNX file."`
	cli.ModelsFlag
	bindFlags
	Steps bool `help:"List every step of the plan with its kernel and shapes."`
	JSON  bool `help:"Print JSON."`
}

func (c *inspectCommand) Help() string {
	return `Examples:

    ocellus inspect blazeface-back                  operators, shapes, memory, metadata
    ocellus inspect net.onnx --steps                every step, and the kernel that computes it
    ocellus inspect net.onnx --dim height=480 --dim width=640
    ocellus inspect net.onnx --shape input=1x3x480x640 --json`
}

// inspection is what is printed.
type inspection struct {
	File        string                     `json:"file"`
	Bytes       int64                      `json:"bytes"`
	Graph       string                     `json:"graph"`
	Inputs      []port                     `json:"inputs"`
	Outputs     []port                     `json:"outputs"`
	Ops         map[string]int             `json:"ops"` // as read, before compiling
	Params      int                        `json:"params"`
	MACs        int64                      `json:"macs"`
	ArenaBytes  int                        `json:"arena_bytes"`
	WeightBytes int                        `json:"weight_bytes"`
	TableBytes  int                        `json:"table_bytes"`
	Kernels     map[string]int             `json:"kernels"` // steps by the kernel that computes them
	Steps       []step                     `json:"steps,omitempty"`
	Metadata    map[string]json.RawMessage `json:"metadata"`
	Warning     string                     `json:"warning,omitempty"`
}

type port struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Bound bool   `json:"bound,omitempty"` // shape[0] is an upper bound; data decides
}

type step struct {
	Node   string   `json:"node"`
	Fused  []string `json:"fused,omitempty"`
	Op     string   `json:"op"`
	Kernel string   `json:"kernel"`
	Layout string   `json:"layout,omitempty"`
	In     [][]int  `json:"in"`
	Out    [][]int  `json:"out"`
	MACs   int64    `json:"macs"`
}

// Run inspects.
func (c *inspectCommand) Run(env *cli.Env) error {
	file, g, p, err := compileFile(&c.ModelsFlag, &c.bindFlags, c.Model)
	if err != nil {
		return err
	}
	in, err := inspect(file, g, p, c.Steps)
	if err != nil {
		return err
	}
	if c.JSON {
		return env.JSON(in)
	}
	return in.print(env)
}

// compileFile reads a model and compiles it with what the flags settle.
func compileFile(m *cli.ModelsFlag, f *bindFlags, model string, opts ...plan.Option) (string, *nn.Graph, *plan.Plan, error) {
	file, err := m.Resolve(model)
	if err != nil {
		return "", nil, nil, err
	}
	g, err := onnx.ReadFile(file)
	if err != nil {
		return "", nil, nil, err
	}
	b, err := f.bindings(g)
	if err != nil {
		return "", nil, nil, err
	}
	p, err := plan.Compile(g, b, opts...)
	if err != nil {
		return "", nil, nil, fmt.Errorf("%s: %w%s", file, err, bindHint(err))
	}
	return file, g, p, nil
}

// bindHint names the flags that settle what a model leaves open.
func bindHint(err error) string {
	var binding *plan.ErrBinding
	if !errors.As(err, &binding) {
		return ""
	}
	return " (by --dim NAME=SIZE or --shape INPUT=1x3x320x320)"
}

func inspect(file string, g *nn.Graph, p *plan.Plan, steps bool) (*inspection, error) {
	st, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	stats := p.Stats()
	in := &inspection{
		File: file, Bytes: st.Size(), Graph: g.Name, Inputs: ports(p.Inputs()), Outputs: ports(p.Outputs()),
		Ops: map[string]int{}, Params: stats.Params, MACs: stats.MACs, ArenaBytes: stats.ArenaBytes,
		WeightBytes: stats.WeightBytes, TableBytes: stats.TableBytes, Kernels: map[string]int{}, Metadata: metadata(g.Meta),
	}
	for i := range g.Nodes {
		in.Ops[nn.Name(g.Nodes[i].Op)]++
	}
	for _, s := range p.Steps() {
		in.Kernels[s.Kernel]++
		if steps {
			in.Steps = append(in.Steps, step{s.Node, s.Fused, s.Op, s.Kernel, s.Layout, shapes(s.In), shapes(s.Out), s.MACs})
		}
	}
	if _, err := meta.Parse(g.Meta); err != nil {
		in.Warning = err.Error()
	}
	return in, nil
}

func ports(ps []plan.Port) []port {
	out := make([]port, len(ps))
	for i, p := range ps {
		out[i] = port{p.Name, p.DType.String(), slices.Clone(p.Shape.Slice()), p.Bound}
	}
	return out
}

func shapes(ss []nn.Shape) [][]int {
	out := make([][]int, len(ss))
	for i, s := range ss {
		out[i] = slices.Clone(s.Slice())
	}
	return out
}

// metadata keeps what is JSON as it is, and makes strings of the rest.
func metadata(props map[string]string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for k, v := range props {
		raw := json.RawMessage(v)
		if !strings.HasPrefix(k, meta.Prefix) || !json.Valid(raw) {
			raw, _ = json.Marshal(v) // a string always is JSON
		}
		out[k] = raw
	}
	return out
}

func (in *inspection) print(env *cli.Env) error {
	rows := [][]string{
		{"file", in.File + ", " + cli.Bytes(int(in.Bytes))},
		{"graph", in.Graph},
	}
	for _, p := range in.Inputs {
		rows = append(rows, []string{"input", p.String()})
	}
	for _, p := range in.Outputs {
		rows = append(rows, []string{"output", p.String()})
	}
	rows = append(rows,
		[]string{"operators", countList(in.Ops)},
		[]string{"parameters", cli.Count(int64(in.Params))},
		[]string{"work", cli.Count(in.MACs) + "MAC a run"},
		[]string{"memory", fmt.Sprintf("%s arena, %s weights, %s tables", cli.Bytes(in.ArenaBytes), cli.Bytes(in.WeightBytes), cli.Bytes(in.TableBytes))},
		[]string{"kernels", countList(in.Kernels)},
	)
	for _, k := range sortedKeys(in.Metadata) {
		rows = append(rows, []string{k, string(in.Metadata[k])})
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	if in.Warning != "" {
		env.Notef("ocellus: warning: %s\n", in.Warning)
	}
	if len(in.Steps) == 0 {
		return nil
	}
	return env.Table(stepRows(in.Steps))
}

func stepRows(steps []step) [][]string {
	rows := [][]string{{"", "", "", "", ""}, {"STEP", "OPERATOR", "KERNEL", "OUT", "MACs"}}
	for _, s := range steps {
		out := ""
		for _, o := range s.Out {
			out += fmt.Sprint(o)
		}
		op := s.Op
		if len(s.Fused) > 0 {
			op += fmt.Sprintf(" +%d", len(s.Fused))
		}
		rows = append(rows, []string{s.Node, op, s.Kernel, strings.TrimSpace(s.Layout + " " + out), cli.Count(s.MACs)})
	}
	return rows
}

func (p port) String() string {
	s := fmt.Sprintf("%s %s %v", p.Name, p.DType, p.Shape)
	if p.Bound {
		s += " at most"
	}
	return s
}

// countList prints counts, the largest first.
func countList(counts map[string]int) string {
	keys := sortedKeys(counts)
	slices.SortStableFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %d", k, counts[k])
	}
	return strings.Join(parts, ", ")
}
