package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
)

type inferCommand struct {
	Model string `arg:"" name:"model" help:"Name of a model, or an ONNX file."`
	cli.ModelsFlag
	In      []string `help:"An input from a NumPy file; the name may be left out where there is one input." placeholder:"[NAME=]FILE" sep:"none" required:""`
	Out     string   `help:"Folder for the outputs, each as NAME.npy." placeholder:"DIR"`
	Expect  []string `help:"What an output must be; the exit code is 1 when it is not." placeholder:"[NAME=]FILE" sep:"none"`
	RTol    float64  `name:"rtol" help:"Tolerance of --expect, as a share of the expected value." default:"1e-3" placeholder:"SHARE"`
	ATol    float64  `name:"atol" help:"Tolerance of --expect, added to that." default:"1e-5" placeholder:"VALUE"`
	Threads int      `help:"Cores to use; default: all." placeholder:"N"`
	JSON    bool     `help:"Print JSON."`
}

func (c *inferCommand) Help() string {
	return `Examples:

    ocellus infer net.onnx --in input=x.npy --out results      one .npy for each output
    ocellus infer net.onnx --in x.npy                          just say what comes out
    ocellus infer net.onnx --in a=a.npy --in b=b.npy --expect sum=c.npy --rtol 1e-4

The shapes of the inputs settle what the model leaves open, a batch or a picture's size. An input
whose value decides a shape is taken by value. NumPy makes float64 unless told otherwise; a model
that wants float32 is fed by x.astype('float32').

A file for an output is called like the output, with / made _. Integers must equal what is
expected; a float may differ by atol + rtol·|expected|.`
}

// inferResult is what is printed.
type inferResult struct {
	Outputs []inferOutput `json:"outputs"`
	MS      float64       `json:"ms"` // of the run, without reading and compiling
	Match   *bool         `json:"match,omitempty"`
}

type inferOutput struct {
	Name  string      `json:"name"`
	DType string      `json:"dtype"`
	Shape []int       `json:"shape"`
	File  string      `json:"file,omitempty"`
	Check *comparison `json:"check,omitempty"`
}

// Run infers.
func (c *inferCommand) Run(env *cli.Env) error {
	if !(c.RTol >= 0 && c.ATol >= 0) {
		return cli.Usagef("--rtol and --atol must not be negative")
	}
	file, err := c.Resolve(c.Model)
	if err != nil {
		return err
	}
	s, err := ocellus.Open(file, ocellus.WithThreads(threads(c.Threads)))
	if err != nil {
		return err
	}
	defer s.Close()
	var names []string
	for _, in := range s.Inputs() {
		names = append(names, s.Graph().ValueName(in.Value))
	}
	inputs, err := readArrays("--in", c.In, names)
	if err != nil {
		return err
	}
	names = names[:0]
	for _, id := range s.Graph().Outputs {
		names = append(names, s.Graph().ValueName(id))
	}
	expected, err := readArrays("--expect", c.Expect, names)
	if err != nil {
		return err
	}
	// The plan is made here, so that the time told below is that of the run.
	if _, err := s.Plan(inputs); err != nil {
		return err
	}
	start := time.Now()
	outputs, err := s.Run(env.Context, inputs)
	if err != nil {
		return err
	}
	res := inferResult{MS: ms(time.Since(start))}
	if err := c.results(&res, names, outputs, expected); err != nil {
		return err
	}
	return c.print(env, &res)
}

// readArrays reads arguments [NAME=]FILE. names are those that there are.
func readArrays(flag string, args, names []string) (map[string]*nn.Tensor, error) {
	arrays := map[string]*nn.Tensor{}
	for _, a := range args {
		name, file, ok := cutName(a, names)
		switch {
		case !ok && len(names) == 1:
			name, file = names[0], a
		case !ok:
			return nil, cli.Usagef("%s %s: want NAME=FILE, where NAME is one of %s", flag, a, strings.Join(names, ", "))
		}
		if arrays[name] != nil {
			return nil, cli.Usagef("%s %s: %s is given twice", flag, a, name)
		}
		t, err := npy.ReadFile(file)
		if before, _, named := strings.Cut(a, "="); !ok && named && errors.Is(err, fs.ErrNotExist) {
			return nil, cli.Usagef("%s %s: %q is no name here, which would be %s; and there is no file %s", flag, a, before, name, a)
		}
		if err != nil {
			return nil, err
		}
		arrays[name] = t
	}
	return arrays, nil
}

// cutName takes one of the names and = off the front of an argument. Names
// may hold = themselves.
func cutName(arg string, names []string) (name, file string, ok bool) {
	for _, n := range names {
		if rest, found := strings.CutPrefix(arg, n+"="); found && len(n) >= len(name) {
			name, file, ok = n, rest, true
		}
	}
	return name, file, ok
}

func (c *inferCommand) results(res *inferResult, names []string, outputs, expected map[string]*nn.Tensor) error {
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return err
		}
	}
	taken := map[string]bool{}
	for _, name := range names {
		t := outputs[name]
		o := inferOutput{Name: name, DType: t.DType.String(), Shape: slices.Clone(t.Shape.Slice())}
		if c.Out != "" {
			o.File = filepath.Join(c.Out, arrayFile(name, taken))
			if err := npy.WriteFile(o.File, t); err != nil {
				return cli.Exit(cli.Missing, err)
			}
		}
		if want := expected[name]; want != nil {
			got := compare(t, want, c.RTol, c.ATol)
			o.Check = &got
		}
		res.Outputs = append(res.Outputs, o)
	}
	if len(expected) > 0 {
		match := !slices.ContainsFunc(res.Outputs, func(o inferOutput) bool { return o.Check != nil && !o.Check.Match })
		res.Match = &match
	}
	return nil
}

// arrayFile is the file of an output: its name, with what no file name can
// hold made _.
func arrayFile(name string, taken map[string]bool) string {
	base := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' {
			return '_'
		}
		return r
	}, name)
	if strings.HasPrefix(base, ".") || base == "" {
		base = "_" + base
	}
	// Most file systems hold 255 bytes a name.
	const most = 240
	base = strings.ToValidUTF8(base[:min(len(base), most)], "")
	for taken[base] {
		base += "_"
	}
	taken[base] = true
	return base + ".npy"
}

func (c *inferCommand) print(env *cli.Env, res *inferResult) error {
	if c.JSON {
		if err := env.JSON(res); err != nil {
			return err
		}
	} else if err := c.printText(env, res); err != nil {
		return err
	}
	if res.Match != nil && !*res.Match {
		return cli.Quiet(cli.Negative)
	}
	return nil
}

func (c *inferCommand) printText(env *cli.Env, res *inferResult) error {
	var rows [][]string
	for _, o := range res.Outputs {
		shape, err := nn.NewShape(o.Shape...)
		if err != nil {
			return err
		}
		row := []string{o.Name, o.DType, shape.String()}
		if o.File != "" {
			row = append(row, o.File)
		}
		if o.Check != nil {
			row = append(row, o.Check.String())
		}
		rows = append(rows, row)
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	return env.Printf("%.3f ms\n", res.MS)
}

// sortedKeys lists the keys of a map for printing.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
