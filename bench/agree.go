package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

type agreeCommand struct {
	peerFlags
	Inputs           int      `help:"How many random inputs to try." default:"3"`
	Picture          []string `help:"Try these pictures as well, on models that take one." placeholder:"FILE" sep:"none"`
	Crops            int      `help:"And so many regions of each." default:"4"`
	White            float32  `help:"What a white pixel is to a model whose metadata does not say; black is 0." default:"1"`
	Tolerance        float64  `help:"Largest difference, as a share of an output's largest magnitude." default:"1e-4"`
	ToleranceDynamic float64  `help:"The same where activations are quantised by their own range; there the best score must be the same as well." default:"2e-2"`
	Absolute         float64  `help:"A difference that is always allowed. ONNX Runtime's own sigmoid is off by about 1e-7 near 0." default:"2e-7"`
	Rewrite          bool     `help:"Give ONNX Runtime every model as Ocellus writes it, which holds the writer against it as well."`
}

func (c *agreeCommand) Help() string {
	return `Examples:

    ocellus-peers agree net.onnx other.onnx
    ocellus-peers agree net.onnx --dim height=480 --dim width=640
    ocellus-peers agree net.onnx --picture photo.jpg --crops 10
    ocellus-peers agree yunet.onnx --inputs 0 --picture photo.jpg --white 255

A line for each output: the largest difference over all inputs, as a share of the largest magnitude
in ONNX Runtime's output. Outputs that are no floats must be equal. The exit code is 1 if any differ
by more than the tolerance.

Where a file asks for activations to be quantised by their own range, the two engines' last bits
decide which of two steps a value on the edge falls on, hence the wider tolerance. Scores that all
but cancel (a face that is neither real nor a picture of one) show both kinds of noise enlarged.

Where all of an output is near 0, as the face scores of a picture without faces are, the error of
ONNX Runtime's sigmoid is more than any fair share of the largest magnitude, hence --absolute.

A model that ONNX Runtime refuses is compared as Ocellus writes it, and that is said.`
}

// agreement is what is said of one model.
type agreement struct {
	Model     string       `json:"model"`
	Precision string       `json:"precision"`
	Inputs    int          `json:"inputs"` // tried
	Tolerance tolerance    `json:"tolerance"`
	Rewritten string       `json:"rewritten,omitempty"` // why ONNX Runtime got the model as Ocellus writes it
	Agrees    bool         `json:"agrees"`
	Why       string       `json:"why,omitempty"` // the error that left nothing to compare
	Outputs   []difference `json:"outputs"`
}

// Run compares.
func (c *agreeCommand) Run(env *cli.Env) error {
	if c.Inputs < 0 || c.Crops < 0 || c.Inputs+len(c.Picture) == 0 {
		return cli.Usagef("nothing to try: --inputs is %d, --crops %d, and there are %d pictures", c.Inputs, c.Crops, len(c.Picture))
	}
	lib, err := c.open()
	if err != nil {
		return err
	}
	defer lib.Close()
	var pictures []*vision.Image
	for _, file := range c.Picture {
		m, err := vision.Load(file)
		if err != nil {
			return err
		}
		pictures = append(pictures, m)
	}
	bar := env.Progress("agree", len(c.Models))
	defer bar.Close()
	var all []agreement
	for _, model := range c.Models {
		if err := env.Context.Err(); err != nil {
			return err
		}
		all = append(all, c.model(lib, model, pictures))
		bar.Step()
	}
	bar.Close()
	return report(env, all, c.JSON)
}

// model never fails: what goes wrong with one model leaves the others.
func (c *agreeCommand) model(lib *onnxruntime.Library, model string, pictures []*vision.Image) agreement {
	a := agreement{Model: model, Tolerance: tolerance{c.Tolerance, c.Absolute}}
	n, err := openNet(lib, model, c.Dim, c.Rewrite)
	if err != nil {
		a.Why = err.Error()
		return a
	}
	a.Precision, a.Rewritten = n.precision(), n.rewritten
	if a.Precision == int8Dynamic {
		a.Tolerance.Relative = c.ToleranceDynamic
	}
	if err := errors.Join(c.try(n, &a, pictures), n.Close()); err != nil {
		a.Why = err.Error()
		return a
	}
	a.Agrees = true
	for _, d := range a.Outputs {
		if !a.Tolerance.allows(&d) || a.Precision == int8Dynamic && d.Top1 == "other" {
			a.Agrees = false
		}
	}
	return a
}

// try runs the model on every input and keeps the worst of each output.
func (c *agreeCommand) try(n *net, a *agreement, pictures []*vision.Image) error {
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	for range c.Inputs {
		if err := n.fill(func(t *nn.Tensor) error { return fillRandom(t, rng) }); err != nil {
			return err
		}
		if err := a.step(n); err != nil {
			return err
		}
	}
	if len(pictures) == 0 {
		return nil
	}
	prep, err := n.preparer(c.White)
	if err != nil {
		return err
	}
	for _, m := range pictures {
		for _, region := range crops(m, c.Crops, rng) {
			err := n.fill(func(t *nn.Tensor) error {
				_, err := prep.Fill(t.F32(), m, region)
				return err
			})
			if err != nil {
				return err
			}
			if err := a.step(n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *agreement) step(n *net) error {
	ds, err := n.run()
	if err != nil {
		return err
	}
	if a.Inputs++; a.Outputs == nil {
		a.Outputs = ds
		return nil
	}
	for i := range ds {
		a.Outputs[i] = a.Tolerance.worse(a.Outputs[i], ds[i])
	}
	return nil
}

func report(env *cli.Env, all []agreement, asJSON bool) error {
	rows := [][]string{{"model", "precision", "output", "shape", "largest", "off by", "top 1", ""}}
	failed := false
	for _, a := range all {
		failed = failed || !a.Agrees
		if asJSON {
			if err := env.JSON(a); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, a.rows()...)
	}
	if !asJSON {
		if err := env.Table(rows); err != nil {
			return err
		}
	}
	if failed {
		return cli.Quiet(cli.Negative)
	}
	return nil
}

func (a *agreement) rows() (rows [][]string) {
	name := filepath.Base(a.Model)
	if a.Why != "" {
		return [][]string{{name, a.Precision, "", "", "", "", "", "FAILED: " + a.Why}}
	}
	for _, d := range a.Outputs {
		rows = append(rows, []string{name, a.Precision, d.Output, fmt.Sprint(d.Shape), fmt.Sprintf("%.3g", d.Largest), fmt.Sprintf("%.1e", d.Off), d.Top1, a.verdict(&d)})
	}
	if a.Rewritten != "" {
		rows[0][len(rows[0])-1] += "; " + a.Rewritten
	}
	return rows
}

func (a *agreement) verdict(d *difference) string {
	switch {
	case d.Why != "":
		return "DIFFERS: " + d.Why
	case !a.Tolerance.allows(d):
		return fmt.Sprintf("DIFFERS by %.1e", d.Worst)
	case a.Precision == int8Dynamic && d.Top1 == "other":
		return "DIFFERS in the best score"
	case d.Off > a.Tolerance.Relative:
		return fmt.Sprintf("agrees to %.1e", d.Worst)
	}
	return "agrees"
}
