package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// What an open dimension of a picture (N, C, H, W) is unless --dim says.
var pictureDims = [4]int{1, 3, 320, 320}

// bindings settles every open dimension: by name as dims says, by default as
// of a batch of one picture.
func bindings(g *nn.Graph, dims map[string]int) (plan.Bindings, error) {
	b := plan.Bindings{Shapes: map[string]nn.Shape{}}
	for i := range g.Inputs {
		in := &g.Inputs[i]
		name := g.ValueName(in.Value)
		if !in.Ranked {
			return b, fmt.Errorf("input %q leaves its rank open", name)
		}
		size := make([]int, len(in.Dims))
		for axis, d := range in.Dims {
			bound, named := dims[d.Name]
			switch {
			case d.Size >= 0:
				size[axis] = d.Size
			case named && d.Name != "":
				size[axis] = bound
			case axis == 0 || len(in.Dims) == len(pictureDims):
				size[axis] = pictureDims[axis]
			default:
				return b, fmt.Errorf("input %q leaves dimension %d (%v) open; bind it with --dim %v=SIZE", name, axis, d, d)
			}
		}
		s, err := nn.NewShape(size...)
		if err != nil {
			return b, fmt.Errorf("input %q: %w", name, err)
		}
		b.Shapes[name] = s
	}
	return b, nil
}

// fillRandom gives both engines inputs drawn from seed.
func (n *net) fillRandom(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0))
	return n.fill(func(t *nn.Tensor) error { return fillRandom(t, rng) })
}

// fillRandom gives floats values in -1..1 and all else 0 or 1, which index
// anything that is not empty.
func fillRandom(t *nn.Tensor, rng *rand.Rand) error {
	switch t.DType {
	case nn.Float32:
		for i := range t.F32() {
			t.F32()[i] = 2*rng.Float32() - 1
		}
	case nn.Float64:
		for i := range t.F64() {
			t.F64()[i] = 2*rng.Float64() - 1
		}
	case nn.Int8, nn.Uint8, nn.Bool:
		for i := range t.Bytes() {
			t.Bytes()[i] = byte(rng.IntN(2))
		}
	case nn.Int32:
		for i := range t.I32() {
			t.I32()[i] = rng.Int32N(2)
		}
	case nn.Int64:
		for i := range t.I64() {
			t.I64()[i] = rng.Int64N(2)
		}
	default:
		return fmt.Errorf("nobody knows how to make random %v", t.DType)
	}
	return nil
}

// preparer turns a region of a picture into the network's one input: as its
// metadata says or, where it has none, to 0..white in red, green, blue.
func (n *net) preparer(white float32) (*vision.Preparer, error) {
	ports := n.plan.Inputs()
	if len(ports) != 1 || ports[0].DType != nn.Float32 || ports[0].Shape.Rank != 4 {
		return nil, cli.Usagef("%s: a picture fits a model with one float32 input of rank 4; this one wants %v", n.file, ports)
	}
	if m, err := meta.Parse(n.graph.Meta); err == nil && m.Preprocess != nil && m.Preprocess.Elems() == ports[0].Shape.Elems() {
		return vision.NewPreparer(*m.Preprocess)
	}
	s := ports[0].Shape.Dims
	scale := white / 255
	p := vision.Preprocess{Width: s[3], Height: s[2], Fit: vision.Stretch, Scale: [3]float32{scale, scale, scale}}
	channels := s[1]
	if s[3] == 1 || s[3] == 3 {
		p.Width, p.Height, p.Layout, channels = s[2], s[1], vision.NHWC, s[3]
	}
	if channels == 1 {
		p.Colour = vision.Gray
	}
	if p.Elems() != ports[0].Shape.Elems() {
		return nil, cli.Usagef("%s: input %v is not one picture of 1 or 3 channels", n.file, ports[0].Shape)
	}
	return vision.NewPreparer(p)
}

// crops returns the whole picture and then count regions of it, from two
// fifths of its sides up.
func crops(m *vision.Image, count int, rng *rand.Rand) []vision.Box {
	const least = 0.4
	regions := []vision.Box{m.Bounds()}
	for range count {
		w := float32(m.W) * (least + (1-least)*rng.Float32())
		h := float32(m.H) * (least + (1-least)*rng.Float32())
		x, y := rng.Float32()*(float32(m.W)-w), rng.Float32()*(float32(m.H)-h)
		regions = append(regions, vision.Box{X1: x, Y1: y, X2: x + w, Y2: y + h})
	}
	return regions
}
