package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/models"
)

type explainCommand struct {
	Network string `arg:"" name:"network" help:"Network to explain; \"ocellus-host models define\" lists them."`
	formFlags
	JSON bool `help:"Print JSON."`
}

func (c *explainCommand) Help() string {
	return `Examples:

    ocellus-host models explain lenet5
    ocellus-host models explain resnet20 --classes 100
    ocellus-host models explain vgg16 --size 32 --width 0.25
    ocellus-host models explain mobilenetv2 --json | jq '.layers[].receptive_field'

The first table goes through the layers. Shapes are channels × height × width, of one picture; MACS
are multiplications, each with an addition. SEES is the receptive field: the side of the square of
the picture, in pixels, on which one element of the result depends. EVERY is how many pixels of the
picture lie from one place of the result to the next.

The second table says why a convolution is small. A dense (fully connected) layer between the same
shapes would have a weight for every pair of an input and an output. A convolution saves twice:

    Sparse connections: an output sees a small window only, not the whole picture. That saves
    weights and multiplications alike. LOCAL is what such a layer would have, were every place to
    have weights of its own.

    Parameter sharing: all places have the same weights, since an edge is an edge wherever it lies.
    That divides the weights by the number of places, and leaves the multiplications as they are.

Depthwise convolutions and groups are sparser still: an output sees only some of the channels.`
}

// explained is what is printed of a network.
type explained struct {
	Name   string         `json:"name"`
	Size   int            `json:"size"`
	Params int64          `json:"parameters"`
	MACs   int64          `json:"macs"`
	Dense  int64          `json:"dense_weights"`  // of the convolutions' places in dense form,
	Local  int64          `json:"local_weights"`  // with sparse connections alone,
	Shared int64          `json:"shared_weights"` // and as they are
	Layers []models.Layer `json:"layers"`
}

// Run explains.
func (c *explainCommand) Run(env *cli.Env) error {
	d, err := findDefinition(c.Network)
	if err != nil {
		return err
	}
	o := c.options(d, 1)
	g, err := d.Make(o)
	var wrong *models.ErrOption
	if errors.As(err, &wrong) {
		return cli.Exit(cli.Usage, err)
	}
	if err != nil {
		return err
	}
	e := explained{Name: d.Name, Size: o.Size}
	if e.Layers, err = models.Explain(g); err != nil {
		return err
	}
	for _, l := range e.Layers {
		e.Params, e.MACs = e.Params+l.Params, e.MACs+l.MACs
		if s := l.Against; s != nil {
			e.Dense, e.Local, e.Shared = e.Dense+s.Dense, e.Local+s.Local, e.Shared+s.Shared
		}
	}
	if c.JSON {
		return env.JSON(e)
	}
	return e.print(env, d.Summary)
}

func (e *explained) print(env *cli.Env, summary string) error {
	if err := env.Printf("%s, %d×%d: %d parameters, %s multiply-accumulates a picture\n\n", summary, e.Size, e.Size, e.Params, cli.Count(e.MACs)); err != nil {
		return err
	}
	rows := [][]string{{"LAYER", "WHAT", "FROM", "TO", "PARAMETERS", "MACS", "SEES", "EVERY"}}
	savings := [][]string{{"CONVOLUTION", "WINDOW", "DENSE", "LOCAL", "SHARED", "SPARSE SAVES", "SHARING SAVES"}}
	for i := range e.Layers {
		l := &e.Layers[i]
		every := "all"
		if l.Stride > 0 {
			every = fmt.Sprintf("%g", l.Stride)
		}
		rows = append(rows, []string{l.Name, l.Op, times(l.In), times(l.Out), fmt.Sprint(l.Params), cli.Count(l.MACs), fmt.Sprint(l.Field), every})
		if s := l.Against; s != nil {
			savings = append(savings, []string{l.Name, window(s, l.In[0]), cli.Count(s.Dense), cli.Count(s.Local), cli.Count(s.Shared),
				factor(s.Sparse()), factor(s.Sharing())})
		}
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	if e.Shared == 0 {
		return nil
	}
	if err := env.Printf("\nWeights of the convolutions, beside those of layers between the same shapes:\n\n"); err != nil {
		return err
	}
	all := models.Savings{Dense: e.Dense, Local: e.Local, Shared: e.Shared}
	savings = append(savings, []string{"all", "", cli.Count(e.Dense), cli.Count(e.Local), cli.Count(e.Shared), factor(all.Sparse()), factor(all.Sharing())})
	if err := env.Table(savings); err != nil {
		return err
	}
	return env.Printf("\nSparse connections save weights and multiplications; sharing saves weights. --help says more.\n")
}

// times writes a shape.
func times(dims []int) string {
	var b strings.Builder
	for i, d := range dims {
		if i > 0 {
			b.WriteString("×")
		}
		fmt.Fprint(&b, d)
	}
	return b.String()
}

// window says what an output sees: some channels, and places.
func window(s *models.Savings, channels int) string {
	return times([]int{channels / s.Groups, s.Kernel[0], s.Kernel[1]})
}

func factor(f float64) string { return fmt.Sprintf("%.4g times", f) }
