package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

type dataPreviewCommand struct {
	Spec     string `arg:"" help:"The set: its kind and where it is, as cifar10:DIR." placeholder:"SPEC"`
	Augment  string `help:"How samples are changed: changes and presets with commas between, as below." default:"none" placeholder:"POLICY"`
	Out      string `required:"" help:"The sheet: .png, .jpg or .html." placeholder:"FILE"`
	Part     string `help:"Part of the set: train, val, test or all." default:"train" placeholder:"PART"`
	Count    int    `help:"How many samples." default:"10" placeholder:"N"`
	Variants int    `help:"How often each is changed: what the first epochs see." default:"6" placeholder:"N"`
	Cell     int    `help:"Side of a picture on the sheet, in pixels." default:"128" placeholder:"PX"`
	Seed     uint64 `help:"What samples and changes hang on." default:"1" placeholder:"N"`
}

func (c *dataPreviewCommand) Help() string {
	return `Examples:

    ocellus-host data preview cifar10:cifar --augment cifar --out sheet.png
    ocellus-host data preview landmarks:faces.csv --augment mirror@1,affine:20,jpeg@0.5 --out sheet.html

A row is a sample: as it is, then as training would see it in the first epochs. Boxes and landmarks are
drawn where they end up; each landmark has a colour of its own.

A policy is changes with commas between, made in that order: a name, numbers after colons, the chance
after @. Numbers that are left out are those below.

` + augment.Help() + `
Sets:

` + data.Kinds()
}

// Limits of a sheet.
const (
	maxCell  = 1024
	maxCells = 4000
)

// Run draws.
func (c *dataPreviewCommand) Run(env *cli.Env) error {
	policy, err := augment.Parse(c.Augment)
	if err != nil {
		return cli.Usagef("--augment: %w", err)
	}
	if c.Count < 1 || c.Variants < 0 || c.Cell < 16 || c.Cell > maxCell || c.Count*(1+c.Variants) > maxCells {
		return cli.Usagef("a sheet has 1 to %d pictures in all, of 16 to %d pixels", maxCells, maxCell)
	}
	ending := strings.ToLower(filepath.Ext(c.Out))
	if ending != ".png" && ending != ".jpg" && ending != ".jpeg" && ending != ".html" {
		return cli.Usagef("--out %s: .png, .jpg and .html are the kinds of sheets", c.Out)
	}
	src, err := data.OpenSource(c.Spec, c.Part, data.Options{})
	if err != nil {
		return err
	}
	s := &sheet{src: src, policy: policy, seed: c.Seed, cell: c.Cell, columns: 1 + c.Variants, env: env}
	if err := s.draw(c.Count); err != nil {
		return err
	}
	if ending == ".html" {
		err = s.page(c.Spec, c.Part).Save(c.Out)
	} else {
		err = s.whole().Save(c.Out)
	}
	if err != nil {
		return cli.Exit(cli.Missing, err)
	}
	return env.Printf("%s: %d samples of %d\n", c.Out, len(s.rows), src.Len())
}

// sheet is samples being drawn.
type sheet struct {
	src     data.Source
	policy  augment.Policy
	seed    uint64
	cell    int // side of a picture, in pixels
	columns int
	env     *cli.Env
	rows    []sheetRow
}

type sheetRow struct {
	title string
	m     *vision.Image
}

const (
	sheetGap   = 4  // pixels between pictures
	sheetTitle = 20 // pixels of a title
)

// draw draws so many samples, or all there are, drawn by the seed.
func (s *sheet) draw(count int) error {
	n := s.src.Len()
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for k := range n {
		if len(s.rows) == count {
			return nil
		}
		j := k + int(data.Draw(s.seed, uint64(k))%uint64(n-k))
		order[k], order[j] = order[j], order[k]
		first, err := s.src.Sample(order[k])
		if err != nil {
			s.env.Notef("left out: %v\n", err)
			continue
		}
		if err := s.row(order[k], first); err != nil {
			return err
		}
	}
	if len(s.rows) == 0 {
		return &data.ErrFile{File: s.src.Name(0), Why: "and all others cannot be read"}
	}
	return nil
}

// row draws one sample and what becomes of it.
func (s *sheet) row(i int, first data.Sample) error {
	m := blank(s.columns*(s.cell+sheetGap)-sheetGap, s.cell)
	for k := range s.columns {
		sample := first
		if k > 0 {
			// As package feed draws them: by seed, epoch and sample.
			var err error
			sample, err = s.policy.Apply(first, augment.NewRand(s.seed, uint64(k-1), uint64(i)), s.more)
			if err != nil {
				return fmt.Errorf("%s: %w", s.src.Name(i), err)
			}
		}
		cell, err := s.picture(sample)
		if err != nil {
			return err
		}
		paste(m, cell, k*(s.cell+sheetGap), 0)
	}
	title := s.src.Name(i)
	if names := classNames(s.src); first.Label >= 0 && first.Label < len(names) {
		title = names[first.Label] + "  " + title
	}
	s.rows = append(s.rows, sheetRow{title, m})
	return nil
}

// more reads another sample for changes that mix several.
func (s *sheet) more(r *augment.Rand) (data.Sample, error) { return s.src.Sample(r.Intn(s.src.Len())) }

func classNames(src data.Source) []string {
	switch s := src.(type) {
	case *data.Labelled:
		return s.Classes
	case *data.Set:
		return s.Classes
	}
	return nil
}

// picture scales a sample to a cell, with what is marked in it.
func (s *sheet) picture(x data.Sample) (*vision.Image, error) {
	longer := max(x.Image.W, x.Image.H)
	p := vision.Preprocess{Width: max(x.Image.W*s.cell/longer, 1), Height: max(x.Image.H*s.cell/longer, 1), Fit: vision.Stretch, Resample: vision.Area,
		Scale: [3]float32{1, 1, 1}, Layout: vision.NHWC}
	if longer < s.cell {
		p.Resample = vision.Nearest // so that its pixels are seen
	}
	prep, err := vision.NewBytePreparer(p, 1, 0)
	if err != nil {
		return nil, err
	}
	m := vision.NewImage(p.Width, p.Height)
	place, err := prep.FillBytes(m.Pix, x.Image, x.Image.Bounds())
	if err != nil {
		return nil, err
	}
	var marks []vision.Detection
	names := classNames(s.src)
	for _, o := range x.Objects {
		d := vision.Detection{Class: o.Class, Box: place.InvertBox(o.Box)}
		if o.Class < len(names) {
			d.Label = names[o.Class]
		}
		marks = append(marks, d)
	}
	for i, at := range x.Points {
		marks = append(marks, vision.Detection{Class: i, Landmarks: []vision.Point{place.Invert(at)}})
	}
	return m, vision.DrawStyle{LineWidth: 1.5, TextSize: 11, NoLabels: len(names) == 0}.Draw(m, marks)
}

// blank is a picture in the grey that sheets are laid on.
func blank(w, h int) *vision.Image {
	m := vision.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 0x2c
	}
	return m
}

// paste lays a picture into another, at (x, y).
func paste(to, m *vision.Image, x, y int) {
	for row := range m.H {
		copy(to.Pix[((y+row)*to.W+x)*3:], m.Pix[row*m.W*3:][:m.W*3])
	}
}

// whole is the sheet as one picture.
func (s *sheet) whole() *vision.Image {
	step := sheetTitle + s.cell + sheetGap
	m := blank(s.rows[0].m.W, len(s.rows)*step)
	for k, r := range s.rows {
		title := blank(r.m.W, sheetTitle)
		if err := (vision.DrawStyle{TextSize: 12}).Note(title, r.title); err == nil { // without it, the sheet is still one
			paste(m, title, 0, k*step)
		}
		paste(m, r.m, 0, k*step+sheetTitle)
	}
	return m
}

// page is the sheet as a page.
func (s *sheet) page(spec, part string) *report.Page {
	p := &report.Page{Title: "Samples", Lead: "Each sample as it is, then as training sees it.", Blocks: []report.Block{
		report.Facts{{Name: "set", Value: spec}, {Name: "part", Value: part}, {Name: "samples", Value: fmt.Sprint(s.src.Len())},
			{Name: "augmentation", Value: s.policy.String()}, {Name: "seed", Value: fmt.Sprint(s.seed)}},
	}}
	for _, r := range s.rows {
		var b bytes.Buffer
		if err := r.m.EncodePNG(&b); err == nil { // memory takes any picture
			p.Blocks = append(p.Blocks, report.Figure{Data: b.Bytes(), Caption: r.title})
		}
	}
	return p
}
