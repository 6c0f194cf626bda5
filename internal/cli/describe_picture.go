package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// picture changes or makes ocellus.preprocess.
func (f *DescribeFlags) picture(g *nn.Graph, m *meta.Model) error {
	if len(g.Inputs) != 1 {
		return Usagef("the model has %d inputs, not one for a picture", len(g.Inputs))
	}
	p := vision.Preprocess{Scale: [3]float32{1, 1, 1}}
	switch {
	case m.Preprocess != nil:
		p = *m.Preprocess
	case f.Colour == "":
		return Usagef("the model's metadata does not say in which order it takes colours: give --colour rgb, bgr or grey as well")
	}
	dims := g.Inputs[0].Dims
	layout, sure := pictureLayout(dims)
	switch {
	case f.Layout != "":
		if err := p.Layout.UnmarshalText([]byte(f.Layout)); err != nil {
			return Usagef("--layout: %w", err)
		}
	case m.Preprocess != nil:
	case !sure:
		return Usagef("the model does not say in which order its input %v has its dimensions: give --layout nchw or nhwc as well", dims)
	default:
		p.Layout = layout
	}
	for _, step := range []func(*vision.Preprocess, []nn.Dim) error{f.size, f.pixels} {
		if err := step(&p, dims); err != nil {
			return err
		}
	}
	if err := p.Validate(); err != nil {
		return Usagef("%w", err)
	}
	m.Preprocess = &p
	return nil
}

// size takes the input's sides from the model where it fixes them, and else
// from --size.
func (f *DescribeFlags) size(p *vision.Preprocess, dims []nn.Dim) error {
	if len(dims) != 4 {
		return Usagef("the model's input has the shape %v, which is no picture's", dims)
	}
	w, h := sides(dims, p.Layout)
	if f.Size != "" {
		var err error
		if p.Width, p.Height, err = parseSize(f.Size); err != nil {
			return Usagef("--size %s: %w", f.Size, err)
		}
	}
	if w > 0 && f.Size != "" && w != p.Width || h > 0 && f.Size != "" && h != p.Height {
		return Usagef("--size %s does not fit the model, whose input has the shape %v", f.Size, dims)
	}
	if w > 0 {
		p.Width = w
	}
	if h > 0 {
		p.Height = h
	}
	if p.Width == 0 || p.Height == 0 {
		return Usagef("the model leaves the size of its input open, %v: give --size as well", dims)
	}
	return nil
}

// pixels reads the flags for what becomes of a pixel.
func (f *DescribeFlags) pixels(p *vision.Preprocess, _ []nn.Dim) error {
	if f.Colour != "" {
		name := f.Colour
		if name == "grey" {
			name = "gray"
		}
		if p.Colour.UnmarshalText([]byte(name)) != nil {
			return Usagef("--colour %s is none of rgb, bgr, grey", f.Colour)
		}
	}
	if f.Fit != "" {
		if err := p.Fit.UnmarshalText([]byte(f.Fit)); err != nil {
			return Usagef("--fit: %w", err)
		}
	}
	for _, v := range []struct {
		flag, text string
		to         *[3]float32
	}{{"mean", f.Mean, &p.Mean}, {"scale", f.Scale, &p.Scale}} {
		if v.text == "" {
			continue
		}
		n, err := parseChannels(v.text)
		if err != nil {
			return Usagef("--%s %s: %w", v.flag, v.text, err)
		}
		*v.to = n
	}
	return nil
}

// parseSize reads W or WxH.
func parseSize(s string) (w, h int, err error) {
	ws, hs, both := strings.Cut(s, "x")
	if !both {
		hs = ws
	}
	if w, err = strconv.Atoi(ws); err == nil {
		h, err = strconv.Atoi(hs)
	}
	if err != nil || w < 1 || h < 1 {
		return 0, 0, fmt.Errorf("want W or WxH in pixels")
	}
	return w, h, nil
}

// parseChannels reads one number for all channels, or three. A number may be
// a fraction.
func parseChannels(s string) (v [3]float32, err error) {
	parts := strings.Split(s, ",")
	if len(parts) != 1 && len(parts) != 3 {
		return v, fmt.Errorf("want one number or three, not %d", len(parts))
	}
	for i := range v {
		if v[i], err = parseFraction(parts[i%len(parts)]); err != nil {
			return v, err
		}
	}
	return v, nil
}

func parseFraction(s string) (float32, error) {
	over, under, is := strings.Cut(s, "/")
	if !is {
		under = "1"
	}
	a, err1 := strconv.ParseFloat(strings.TrimSpace(over), 64)
	b, err2 := strconv.ParseFloat(strings.TrimSpace(under), 64)
	if q := a / b; err1 != nil || err2 != nil || math.IsNaN(q) || math.IsInf(q, 0) {
		return 0, fmt.Errorf("%q is no number", s)
	} else {
		return float32(q), nil
	}
}

func parseInts(s string) ([]int, error) {
	var out []int
	for _, p := range strings.Split(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("%q is no number", p)
		}
		out = append(out, n)
	}
	return out, nil
}

// parseAnchors reads sizes W,H with spaces between them, and a semicolon
// between the layers.
func parseAnchors(s string) ([][]head.Size, error) {
	var layers [][]head.Size
	for _, l := range strings.Split(s, ";") {
		var sizes []head.Size
		for _, a := range strings.Fields(l) {
			w, h, _ := strings.Cut(a, ",")
			x, err1 := strconv.ParseFloat(w, 32)
			y, err2 := strconv.ParseFloat(h, 32)
			if err1 != nil || err2 != nil {
				return nil, fmt.Errorf("%q is no size W,H", a)
			}
			sizes = append(sizes, head.Size{W: float32(x), H: float32(y)})
		}
		layers = append(layers, sizes)
	}
	return layers, nil
}
