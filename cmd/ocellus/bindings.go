package main

import (
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// bindFlags settle what a model leaves open.
type bindFlags struct {
	Shape map[string]string `help:"Shape of an input, as x=1x3x320x320." placeholder:"INPUT=SHAPE" mapsep:"none"`
	Dim   map[string]int    `help:"Size of a named dimension, as height=320." placeholder:"NAME=SIZE" mapsep:"none"`
}

// bindings reads the flags. What they leave open of a model that takes
// pictures is as its metadata says.
func (f *bindFlags) bindings(g *nn.Graph) (plan.Bindings, error) {
	b := plan.Bindings{Dims: f.Dim, Shapes: map[string]nn.Shape{}}
	for name, text := range f.Shape {
		s, err := parseShape(text)
		if err != nil {
			return b, cli.Usagef("--shape %s=%s: %v", name, text, err)
		}
		b.Shapes[name] = s
	}
	if len(f.Shape)+len(f.Dim) == 0 && len(g.Inputs) == 1 {
		if m, err := meta.Parse(g.Meta); err == nil && m.Preprocess != nil {
			bindPicture(&b, g, m.Preprocess)
		}
	}
	return b, nil
}

// bindPicture binds the one input to the size that the metadata states, where
// it fits the graph's own declaration.
func bindPicture(b *plan.Bindings, g *nn.Graph, p *vision.Preprocess) {
	in := g.Inputs[0]
	s := nn.S(1, p.Channels(), p.Height, p.Width)
	if p.Layout == vision.NHWC {
		s = nn.S(1, p.Height, p.Width, p.Channels())
	}
	if in.Ranked && len(in.Dims) == s.Rank {
		b.Shapes[g.ValueName(in.Value)] = s
	}
}

func parseShape(text string) (nn.Shape, error) {
	var dims []int
	for _, d := range strings.FieldsFunc(text, func(r rune) bool { return r == 'x' || r == ',' }) {
		n, err := strconv.Atoi(d)
		if err != nil {
			return nn.Shape{}, err
		}
		dims = append(dims, n)
	}
	return nn.NewShape(dims...)
}
