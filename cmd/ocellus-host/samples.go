package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// sampleSet is inputs to calibrate with, and the shapes that they settle.
type sampleSet struct {
	quant.Samples
	what   string // for people: "17 pictures"
	shapes map[string]nn.Shape
}

// readSamples finds the .npy files of a folder or, where it has none, its
// pictures.
func readSamples(dir string, g *nn.Graph, m *meta.Model) (*sampleSet, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	var arrays []string
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".npy") {
			arrays = append(arrays, filepath.Join(dir, e.Name()))
		}
	}
	if len(g.Inputs) != 1 {
		return nil, cli.Usagef("the model has %d inputs; samples from a folder are for models with one. --random-calib N makes inputs for all", len(g.Inputs))
	}
	if len(arrays) > 0 {
		return arraySamples(arrays, g)
	}
	files, err := vision.Files(dir)
	if err != nil {
		return nil, err
	}
	return pictureSamples(files, g, m)
}

// arraySamples are arrays of one shape.
func arraySamples(files []string, g *nn.Graph) (*sampleSet, error) {
	first, err := npy.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	name := g.ValueName(g.Inputs[0].Value)
	fill := func(i int, in []*nn.Tensor) error {
		t, err := npy.ReadFile(files[i])
		if err != nil {
			return err
		}
		if t.DType != in[0].DType || t.Shape != in[0].Shape {
			return cli.Exit(cli.BadInput, fmt.Errorf("%s: %v %v, want %v %v for input %q; .astype('float32') makes NumPy's numbers float32",
				files[i], t.DType, t.Shape, in[0].DType, in[0].Shape, name))
		}
		copy(in[0].Bytes(), t.Bytes())
		return nil
	}
	return &sampleSet{quant.Samples{N: len(files), Fill: fill}, fmt.Sprintf("%d arrays", len(files)), map[string]nn.Shape{name: first.Shape}}, nil
}

// pictureSamples are whole pictures, made inputs as the metadata says.
func pictureSamples(files []string, g *nn.Graph, m *meta.Model) (*sampleSet, error) {
	if m.Preprocess == nil {
		return nil, cli.Usagef("the model's metadata does not say how a picture becomes its input: give --colour, and --mean, --scale, --fit and --size where they are not 0, 1, letterbox and fixed; or calibrate with .npy files")
	}
	prep, err := vision.NewPreparer(*m.Preprocess)
	if err != nil {
		return nil, err
	}
	fill := func(i int, in []*nn.Tensor) error {
		img, err := vision.Load(files[i])
		if err != nil {
			return err
		}
		_, err = prep.Fill(in[0].F32(), img, img.Bounds())
		return err
	}
	p := m.Preprocess
	s := nn.S(1, p.Channels(), p.Height, p.Width)
	if p.Layout == vision.NHWC {
		s = nn.S(1, p.Height, p.Width, p.Channels())
	}
	if g.Inputs[0].DType != nn.Float32 {
		return nil, cli.Usagef("the model's input is of %v; pictures are for inputs of float32", g.Inputs[0].DType)
	}
	return &sampleSet{quant.Samples{N: len(files), Fill: fill}, fmt.Sprintf("%d pictures", len(files)),
		map[string]nn.Shape{g.ValueName(g.Inputs[0].Value): s}}, nil
}

// randomSamples are n inputs of noise: pixels of every colour where the model
// takes pictures, else numbers from -1 to 1.
func randomSamples(n int, seed uint64, g *nn.Graph, m *meta.Model) *sampleSet {
	fill := func(i int, in []*nn.Tensor) error {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		for k, t := range in {
			if t.DType != nn.Float32 {
				return cli.Usagef("--random-calib makes inputs of float32; input %d is of %v", k, t.DType)
			}
			fillNoise(t.F32(), rng, m.Preprocess)
		}
		return nil
	}
	s := &sampleSet{Samples: quant.Samples{N: n, Fill: fill}, what: fmt.Sprintf("%d random inputs", n), shapes: map[string]nn.Shape{}}
	if p := m.Preprocess; p != nil && len(g.Inputs) == 1 && slices.ContainsFunc(g.Inputs[0].Dims, func(d nn.Dim) bool { return d.Size < 0 }) {
		shape := nn.S(1, p.Channels(), p.Height, p.Width)
		if p.Layout == vision.NHWC {
			shape = nn.S(1, p.Height, p.Width, p.Channels())
		}
		s.shapes[g.ValueName(g.Inputs[0].Value)] = shape
	}
	return s
}

func fillNoise(v []float32, rng *rand.Rand, p *vision.Preprocess) {
	mean, scale := float32(127.5), float32(1/127.5)
	if p != nil {
		mean, scale = p.Mean[0], p.Scale[0]
	}
	for i := range v {
		v[i] = (255*rng.Float32() - mean) * scale
	}
}

// bindings settles what the graph leaves open.
func (s *sampleSet) bindings(dims map[string]int) plan.Bindings {
	return plan.Bindings{Dims: dims, Shapes: s.shapes}
}
