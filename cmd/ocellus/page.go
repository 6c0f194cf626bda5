package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// A page shows this many pictures, each this large at most; all of them are in
// the folder, in full size.
const (
	pagePictures = 100
	pageSide     = 1000
)

// detectPage gathers what detect --out shows on one page.
type detectPage struct {
	file     string
	pictures report.Gallery
	rows     [][]string
	seen     int
	objects  int
}

func newDetectPage(dir string) *detectPage {
	return &detectPage{file: filepath.Join(dir, "index.html")}
}

// add takes up a picture with what was found drawn in.
func (p *detectPage) add(img *vision.Image, l *detectLine) error {
	p.seen++
	p.objects += len(l.Detections)
	if p.seen > pagePictures {
		return nil
	}
	var jpeg bytes.Buffer
	if err := img.Thumbnail(pageSide).EncodeJPEG(&jpeg, 85); err != nil {
		return err
	}
	name := filepath.Base(l.Image)
	p.pictures = append(p.pictures, report.Figure{Data: jpeg.Bytes(),
		Caption: fmt.Sprintf("%s: %s", name, counted(l.Detections)),
		Alt:     fmt.Sprintf("%s with %s drawn in", name, counted(l.Detections))})
	cell := func(v float64) string { return fmt.Sprintf("%.1f", v) }
	p.rows = append(p.rows, []string{name, fmt.Sprintf("%d×%d", l.Width, l.Height), fmt.Sprint(len(l.Detections)), fmt.Sprint(l.Regions),
		cell(l.MS.Load), cell(l.MS.Prepare), cell(l.MS.Infer), cell(l.MS.Decode), cell(l.MS.Total)})
	return nil
}

// summary is the page in a few words.
func (p *detectPage) summary() string {
	if p.seen == 1 {
		return fmt.Sprintf("%d found in 1 picture", p.objects)
	}
	return fmt.Sprintf("%d found in %d pictures", p.objects, p.seen)
}

// save writes the page.
func (p *detectPage) save(s *ocellus.Session, threads int) error {
	features, err := kernels.Available()
	if err != nil {
		return err
	}
	columns := []report.Column{{Name: "picture"}}
	for _, name := range []string{"size", "found", "regions", "load", "prepare", "infer", "decode", "total"} {
		columns = append(columns, report.Column{Name: name, Numeric: true})
	}
	page := report.Page{
		Title: p.summary(),
		Lead:  fmt.Sprintf("What %s sees.", s.Name()),
		Blocks: []report.Block{
			report.Facts{{Name: "Model", Value: s.Name()}, {Name: "CPU", Value: cli.CPU()},
				{Name: "Kernels", Value: features.String()}, {Name: "Threads", Value: fmt.Sprint(threads)}},
			report.Heading("Pictures"), p.pictures,
			report.Heading("Timings"),
			report.Table{Caption: "Milliseconds a stage. A region is one run of the network; large pictures are searched in several. With more than one thread, stages may add up to more than the total, which includes drawing.",
				Columns: columns, Rows: p.rows},
		},
		Foot: fmt.Sprintf("Made by ocellus %s on %s.", cli.ReadBuild().Version, time.Now().Format("2 January 2006, 15:04")),
	}
	if p.seen > pagePictures {
		page.Blocks = append(page.Blocks, report.Text(fmt.Sprintf("The first %d pictures are shown; all are in the folder of this page.", pagePictures)))
	}
	return page.Save(p.file)
}
