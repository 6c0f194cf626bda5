package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

type quantizeCommand struct {
	Model string `arg:"" name:"model" help:"ONNX file in float32, or name of a model."`
	cli.ModelsFlag
	Out         string         `help:"The file to write." required:"" placeholder:"FILE.onnx"`
	Calib       string         `help:"Folder of pictures, or of .npy files with one input each, such as the network will see; this or --random-calib is needed." placeholder:"DIR" xor:"calib"`
	RandomCalib int            `help:"Calibrate with so many inputs of noise instead: good for measuring time, not for accuracy." placeholder:"N" xor:"calib"`
	PerTensor   bool           `help:"One scale for all weights of a layer in place of one a channel: smaller tables, less accurate."`
	Activations string         `help:"Integers of the activations: uint8 or int8." default:"uint8" enum:"uint8,int8" placeholder:"TYPE"`
	Dim         map[string]int `help:"Size of a named dimension that the model leaves open, as height=320." placeholder:"NAME=SIZE" mapsep:"none"`
	Seed        uint64         `help:"Seed of --random-calib." default:"1"`
	Threads     int            `help:"Cores to use; default: all." placeholder:"N"`
	JSON        bool           `help:"Print JSON."`
	cli.PictureFlags
}

func (c *quantizeCommand) Help() string {
	return `Examples:

    ocellus-host quantize net.onnx --calib photos --out net-int8.onnx
    ocellus-host quantize net.onnx --calib photos --out net-int8.onnx --colour rgb --scale 1/255
    ocellus-host quantize net.onnx --calib arrays --out net-int8.onnx       x0.npy, x1.npy, …
    ocellus-host quantize net.onnx --random-calib 8 --out net-int8.onnx     to measure its speed

The network becomes a quarter of its size and computes with 8-bit integers. Each activation gets the
range that it has on the calibration inputs: take some dozens to hundreds that look like those to
come, from the same camera if you can. Pictures go in as the model's metadata says; for a model
that has none, say it with --colour, --mean, --scale and --fit.

At the end each output is compared with that of the network in float32, on the same inputs: the
length of the difference as a share of the length of the output. A few hundredths are usual. Is it
more, look at the output's meaning: one scale serves a whole tensor, so that small numbers beside
large ones suffer. The file runs in any engine that knows QuantizeLinear (ONNX Runtime does). It
carries known answers, by which "ocellus selftest" judges a board.`
}

// quantized is what is printed.
type quantized struct {
	File        string         `json:"file"`
	BytesBefore int64          `json:"bytes_before"`
	BytesAfter  int64          `json:"bytes_after"`
	Samples     int            `json:"samples"`
	Activations int            `json:"activations"`
	Weights     int            `json:"weights"`
	Vanished    int            `json:"vanished"`
	Float       map[string]int `json:"float"`
	Outputs     []outputError  `json:"outputs"`
	NoGolden    string         `json:"no_known_answers,omitempty"` // why selftest has nothing to hold it against
	what        string
	types       string
}

type outputError struct {
	Name  string  `json:"name"`
	Mean  float64 `json:"mean_error"`
	Worst float64 `json:"worst_error"`
}

// Run quantises.
func (c *quantizeCommand) Run(env *cli.Env) error {
	switch {
	case c.Calib == "" && c.RandomCalib == 0:
		return cli.Usagef("inputs to calibrate with are needed: --calib DIR, of pictures such as the network will see, or --random-calib N for at least one of noise")
	case c.RandomCalib < 0:
		return cli.Usagef("--random-calib %d: one input at least is wanted", c.RandomCalib)
	}
	file, err := c.Resolve(c.Model)
	if err != nil {
		return err
	}
	g, m, err := c.read(file)
	if err != nil {
		return err
	}
	samples, err := c.samples(g, m)
	if err != nil {
		return err
	}
	pool := plan.NewPool(threadsOf(c.Threads))
	defer pool.Close()
	o := quant.Options{Activations: nn.Uint8, PerTensor: c.PerTensor, Bindings: samples.bindings(c.Dim), Pool: pool}
	if c.Activations == "int8" {
		o.Activations = nn.Int8
	}
	r := &quantized{File: c.Out, Samples: samples.N, what: samples.what, types: c.types()}
	before, err := os.Stat(file)
	if err != nil {
		return err
	}
	if after, err := os.Stat(c.Out); err == nil && os.SameFile(before, after) {
		return cli.Usagef("--out %s is the model itself, which is needed to quantise it anew; choose another file", c.Out)
	}
	if err := r.make(env, g, m, samples, o); err != nil {
		return err
	}
	after, err := os.Stat(c.Out)
	if err != nil {
		return err
	}
	r.BytesBefore, r.BytesAfter = before.Size(), after.Size()
	if c.JSON {
		return env.JSON(r)
	}
	return r.print(env)
}

// threadsOf is the number that a flag means.
func threadsOf(flag int) int {
	if flag < 1 {
		return runtime.GOMAXPROCS(0)
	}
	return flag
}

func (c *quantizeCommand) types() string {
	per := "channel"
	if c.PerTensor {
		per = "layer"
	}
	return fmt.Sprintf("%s, with weights in int8 by the %s", c.Activations, per)
}

// read returns the network and what is known of it: by its metadata, by its
// file's hash where it has none, and by the flags.
func (c *quantizeCommand) read(file string) (*nn.Graph, *meta.Model, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	g, err := onnx.Decode(file, data)
	if err != nil {
		return nil, nil, err
	}
	m, err := meta.Parse(g.Meta)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	if known, ok := meta.Known(sha256.Sum256(data)); ok && m.Task == "" && m.Head == nil {
		known.Other = m.Other
		m = known
	}
	return g, m, c.Describe(g, m)
}

func (c *quantizeCommand) samples(g *nn.Graph, m *meta.Model) (*sampleSet, error) {
	if c.Calib != "" {
		return readSamples(c.Calib, g, m)
	}
	return randomSamples(c.RandomCalib, c.Seed, g, m), nil
}

// make quantises, writes the file and measures it.
func (r *quantized) make(env *cli.Env, g *nn.Graph, m *meta.Model, samples *sampleSet, o quant.Options) error {
	const passes = 2 // to calibrate, and to compare
	bar := env.Progress("quantize", passes*samples.N)
	defer bar.Close()
	s := quant.Samples{N: samples.N, Fill: func(i int, in []*nn.Tensor) error {
		defer bar.Step()
		return samples.Fill(i, in)
	}}
	q, sum, err := quant.Quantize(env.Context, g, s, o)
	if err != nil {
		return err
	}
	r.Activations, r.Weights, r.Vanished, r.Float = sum.Activations, sum.Weights, sum.Vanished, sum.Float
	if q, err = describeQuantized(q, m, r, o.Bindings); err != nil {
		return err
	}
	changes, err := quant.Compare(env.Context, g, q, s, quant.RelativeError, o)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		r.Outputs = append(r.Outputs, outputError{ch.Output, ch.Mean, ch.Worst})
	}
	return onnx.WriteFile(r.File, q)
}

// describeQuantized writes what is known of the network into its metadata, but
// for what is no longer true, what has been done to it, and its known answers.
func describeQuantized(g *nn.Graph, m *meta.Model, r *quantized, b plan.Bindings) (*nn.Graph, error) {
	if m.Provenance == nil {
		m.Provenance = &meta.Provenance{Source: "unknown", Licence: "unknown"}
	}
	m.Golden, m.Metrics = nil, nil
	change := fmt.Sprintf("quantised to %s; calibrated with %s", r.types, r.what)
	m.Provenance.Changes = strings.TrimPrefix(m.Provenance.Changes+"; "+change, "; ")
	known, err := golden.Make(g, m, b)
	var none *golden.ErrGolden
	switch {
	case err == nil:
		if m.Golden, err = known.JSON(); err != nil {
			return nil, err
		}
	case errors.As(err, &none):
		r.NoGolden = none.Error()
	default:
		return nil, err
	}
	props, err := m.Props()
	if err != nil {
		return nil, err
	}
	return g.WithMeta(props), nil
}

func (r *quantized) print(env *cli.Env) error {
	var left []string
	for _, op := range slices.Sorted(maps.Keys(r.Float)) {
		left = append(left, fmt.Sprintf("%s %d", op, r.Float[op]))
	}
	rows := [][]string{
		{"file", fmt.Sprintf("%s, %s in place of %s", r.File, cli.Bytes(int(r.BytesAfter)), cli.Bytes(int(r.BytesBefore)))},
		{"calibrated", "with " + r.what},
		{"quantised", fmt.Sprintf("%d activations and %d constants to %s", r.Activations, r.Weights, r.types)},
		{"vanished", fmt.Sprintf("%d activation functions, which rounding to integers does as well", r.Vanished)},
	}
	if len(left) > 0 {
		rows = append(rows, []string{"in float32", strings.Join(left, ", ")})
	}
	if r.NoGolden != "" {
		rows = append(rows, []string{"selftest", "cannot test it: " + r.NoGolden})
	}
	for _, o := range r.Outputs {
		rows = append(rows, []string{"output", fmt.Sprintf("%s: off by %.2g %% in the mean, %.2g %% at worst", o.Name, 100*o.Mean, 100*o.Worst)})
	}
	return env.Table(rows)
}
