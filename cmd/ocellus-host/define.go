package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

type defineCommand struct {
	Network string `arg:"" name:"network" optional:"" help:"Network to make; without one, they are listed."`
	Out     string `help:"The file to write." placeholder:"FILE.onnx"`
	formFlags
	Seed uint64 `help:"Seed of the weights." default:"1"`
	JSON bool   `help:"Print JSON."`
}

// formFlags say which form of a network is meant.
type formFlags struct {
	Size     int     `help:"Side of the input in pixels; default: the network's own." placeholder:"PIXELS"`
	Channels int     `help:"Channels of the input; default: the network's own." placeholder:"N"`
	Classes  int     `help:"Classes, or numbers of an embedding; default: the network's own." placeholder:"N"`
	Width    float64 `help:"Channels of inner layers, as a share of the network's own: 0.25 for a quarter (vgg16, alexnet, googlenet, tiny-yolo)." placeholder:"SHARE"`
	Grouped  bool    `help:"AlexNet's convolutions in two groups, as on the two graphics cards of its authors."`
}

// options returns the form of d, with sizes of its own where none are given.
func (f *formFlags) options(d *models.Definition, seed uint64) models.Options {
	return models.Options{Size: cmp.Or(f.Size, d.Size), Channels: cmp.Or(f.Channels, d.Channels), Classes: f.Classes,
		Width: f.Width, Grouped: f.Grouped, Seed: seed}
}

func (c *defineCommand) Help() string {
	return `Examples:

    ocellus-host models define                                     which networks there are
    ocellus-host models define resnet18 --out resnet18.onnx        to measure its speed with
    ocellus-host models define yolov8n --size 320 --out y320.onnx
    ocellus-host models define resnet18 --size 32 --classes 10 --out cifar.onnx
    ocellus-host models define vgg16 --size 32 --classes 10 --width 0.25 --out quarter.onnx

The weights are drawn, not trained: such a file is good for measuring time and for training, and
recognises nothing. One seed gives the same bytes on every machine. Networks that are meant for
ImageNet keep the resolution of pictures of up to 64 pixels at their beginning.`
}

// defined is what is printed of a network.
type defined struct {
	Name    string `json:"name"`
	Task    string `json:"task"`
	Summary string `json:"summary"`
	Size    int    `json:"size"`
	File    string `json:"file,omitempty"`
	Params  int    `json:"params,omitempty"`
}

// Run makes the network.
func (c *defineCommand) Run(env *cli.Env) error {
	if c.Network == "" {
		return c.list(env)
	}
	d, err := findDefinition(c.Network)
	if err != nil {
		return err
	}
	if c.Out == "" {
		return cli.Usagef("--out FILE.onnx says where %s is written", d.Name)
	}
	o := c.options(d, c.Seed)
	g, err := d.Make(o)
	var wrong *models.ErrOption
	if errors.As(err, &wrong) {
		return cli.Exit(cli.Usage, err)
	}
	if err != nil {
		return err
	}
	if g, err = describeDefined(g, d, o); err != nil {
		return err
	}
	if err := onnx.WriteFile(c.Out, g); err != nil {
		return err
	}
	r := defined{d.Name, d.Task, d.Summary, o.Size, c.Out, trainable(g)}
	if c.JSON {
		return env.JSON(r)
	}
	return env.Printf("%s: %d×%d, %s parameters, weights drawn with seed %d, %s\n", r.Name, r.Size, r.Size, cli.Count(int64(r.Params)), c.Seed, r.File)
}

// trainable counts parameters as papers do: without the running statistics of
// normalisation.
func trainable(g *nn.Graph) int {
	n := 0
	for i := range g.Values {
		if v := &g.Values[i]; v.Trainable {
			n += v.Const.Elems()
		}
	}
	return n
}

func (c *defineCommand) list(env *cli.Env) error {
	if c.Out != "" {
		return cli.Usagef("which network is to be written? ocellus-host models define lists them")
	}
	rows := [][]string{{"NAME", "TASK", "INPUT", "WHAT"}}
	for _, d := range models.Definitions() {
		if c.JSON {
			if err := env.JSON(defined{Name: d.Name, Task: d.Task, Summary: d.Summary, Size: d.Size}); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{d.Name, d.Task, fmt.Sprintf("%d×%d", d.Size, d.Size), d.Summary})
	}
	if c.JSON {
		return nil
	}
	return env.Table(rows)
}

func findDefinition(name string) (*models.Definition, error) {
	var names []string
	for _, d := range models.Definitions() {
		if d.Name == name {
			return &d, nil
		}
		names = append(names, d.Name)
	}
	return nil, cli.Usagef("there is no network %q; there are %s", name, strings.Join(names, ", "))
}

// describeDefined adds the metadata with which the file takes pictures.
func describeDefined(g *nn.Graph, d *models.Definition, o models.Options) (*nn.Graph, error) {
	m := meta.Model{Task: d.Task, Provenance: &meta.Provenance{
		Source: "ocellus-host models define " + d.Name, Licence: "Apache-2.0", Data: "none",
		Notes: fmt.Sprintf("The weights are drawn with seed %d, not trained.", o.Seed),
	}}
	if o.Channels == 1 || o.Channels == 3 {
		m.Preprocess = pixelsOf(d, o)
	}
	props, err := m.Props()
	if err != nil {
		return nil, err
	}
	return g.WithMeta(props), nil
}

// pixelsOf is how a picture becomes the input of 1 or 3 channels.
func pixelsOf(d *models.Definition, o models.Options) *vision.Preprocess {
	p := &vision.Preprocess{Width: o.Size, Height: o.Size, Mean: d.Pixels.Mean, Scale: d.Pixels.Scale}
	switch d.Task {
	case "classify":
		p.Fit = vision.Crop
	case "embed":
		p.Fit = vision.Stretch
	}
	if o.Channels == 1 {
		p.Colour = vision.Gray
	}
	return p
}
