package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

type compareFaceCommand struct {
	Images []string `arg:"" name:"image" help:"Photographs, or folders of them."`
	faceFlags
	Out  string `help:"Folder for a page (index.html) of who looks like whom." placeholder:"DIR"`
	Most int    `help:"How many faces to compare at most." default:"60" placeholder:"N"`
	JSON bool   `help:"Print JSON; the default where the output is no terminal." xor:"form"`
	Text bool   `help:"Print lines for people; the default on a terminal." xor:"form"`
}

func (c *compareFaceCommand) Help() string {
	return `Examples:

    ocellus face compare family                    who looks like whom
    ocellus face compare --out page family         the same as a page, with the faces
    ocellus face compare --json family | jq '.pairs[] | select(.same)'

Every face in the photographs is compared with every other. A line of JSON has faces (image, box,
points, quality) and pairs (a and b, which count faces from 0; same, distance, similarity,
threshold), the closest first. The exit code is 1 when no two faces are of one person.`
}

// likenesses is what is printed.
type likenesses struct {
	Faces    []seenFace    `json:"faces"`
	Pairs    []pairVerdict `json:"pairs"`
	FAR      *farRate      `json:"far"` // at the threshold; null: not measured
	Failures []string      `json:"errors,omitempty"`
	MS       float64       `json:"ms"`
}

type pairVerdict struct {
	A int `json:"a"`
	B int `json:"b"`
	verdict
}

// Run compares.
func (c *compareFaceCommand) Run(env *cli.Env) error {
	start := time.Now()
	files, err := listPictures(c.Images)
	if err != nil {
		return err
	}
	s, err := c.open()
	if err != nil {
		return err
	}
	defer s.Close()
	g := &gathering{most: c.Most}
	bar := env.Progress("faces", len(files))
	defer bar.Close()
	for _, f := range files {
		if err := g.add(env, s, f); err != nil {
			return err
		}
		bar.Step()
	}
	bar.Clear()
	j := c.judge(s)
	res := g.compare(j)
	res.MS = ms(time.Since(start))
	if err := c.print(env, res); err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return cli.Exit(cli.Missing, err)
		}
		file := filepath.Join(c.Out, "index.html")
		if err := g.page(res, j, s).Save(file); err != nil {
			return cli.Exit(cli.Missing, err)
		}
		env.Notef("see %s\n", file)
	}
	switch {
	case len(res.Failures) > 0:
		return cli.Quiet(cli.BadInput)
	case len(res.Pairs) == 0 || !res.Pairs[0].Same:
		return cli.Quiet(cli.Negative)
	}
	return nil
}

// gathering is the faces of all photographs.
type gathering struct {
	most     int
	faces    []face.Face
	files    []string // of each face
	labels   []string
	chips    []report.Figure
	failures []string
}

// chipSide is the side of a face on the page, in pixels.
const chipSide = 112

func (g *gathering) add(env *cli.Env, s *ocellus.Faces, file string) error {
	img, err := vision.Load(file)
	if err != nil {
		g.failures = append(g.failures, err.Error())
		env.Notef("ocellus: %v\n", err)
		return nil
	}
	found, err := s.All(env.Context, img)
	if err != nil {
		return err
	}
	for i, f := range found {
		if len(g.faces) == g.most {
			return cli.Usagef("there are more than %d faces; give fewer photographs, or a larger --most", g.most)
		}
		base := filepath.Base(file)
		label := strings.TrimSuffix(base, filepath.Ext(base))
		if len(found) > 1 {
			label = fmt.Sprintf("%s, %d", label, i+1)
		}
		chip, err := img.Cut(f.Box.Square().Scale(1.3, 1.3), chipSide, chipSide)
		if err != nil {
			return err
		}
		var jpeg bytes.Buffer
		if err := chip.EncodeJPEG(&jpeg, 85); err != nil {
			return err
		}
		g.faces, g.files, g.labels = append(g.faces, f), append(g.files, file), append(g.labels, label)
		g.chips = append(g.chips, report.Figure{Data: jpeg.Bytes(), Alt: label})
	}
	return nil
}

func (g *gathering) compare(j judge) *likenesses {
	res := &likenesses{FAR: j.far(), Failures: g.failures, Faces: []seenFace{}, Pairs: []pairVerdict{}}
	for i := range g.faces {
		res.Faces = append(res.Faces, seenFace{g.files[i], show(&g.faces[i])})
		for k := range i {
			res.Pairs = append(res.Pairs, pairVerdict{k, i, j.compare(&g.faces[k], &g.faces[i])})
		}
	}
	slices.SortStableFunc(res.Pairs, func(a, b pairVerdict) int { return cmp.Compare(a.Distance, b.Distance) })
	return res
}

func (c *compareFaceCommand) print(env *cli.Env, r *likenesses) error {
	if c.JSON || !c.Text && !env.StdoutTTY {
		return env.JSON(r)
	}
	rows := [][]string{{"DISTANCE", "SIMILARITY", "", "A", "B"}}
	same := 0
	for _, p := range r.Pairs {
		word := ""
		if p.Same {
			same++
			word = "same"
		}
		if len(rows) <= shownPairs {
			rows = append(rows, []string{fmt.Sprintf("%.3f", p.Distance), fmt.Sprintf("%.2f", p.Similarity), word, r.named(p.A), r.named(p.B)})
		}
	}
	if err := env.Printf("faces: %d, pairs: %d, of one person: %d\n", len(r.Faces), len(r.Pairs), same); err != nil || len(r.Pairs) == 0 {
		return err
	}
	return env.Table(rows)
}

// shownPairs is how many pairs are listed for people, the closest first.
const shownPairs = 20

// named says which face it is.
func (r *likenesses) named(i int) string {
	f := &r.Faces[i]
	return fmt.Sprintf("%s at %.0f,%.0f", f.Image, f.Box.X1, f.Box.Y1)
}

// page shows the matrix.
func (g *gathering) page(r *likenesses, j judge, s *ocellus.Faces) *report.Page {
	same := 0
	for _, p := range r.Pairs {
		if p.Same {
			same++
		}
	}
	p := &report.Page{
		Title: "Who looks like whom",
		Lead:  fmt.Sprintf("%d faces, each compared with every other: %d of %d pairs are taken for one person.", len(g.faces), same, len(r.Pairs)),
		Foot:  fmt.Sprintf("Made by ocellus %s on %s.", cli.ReadBuild().Version, time.Now().Format("2 January 2006, 15:04")),
	}
	far := "not measured"
	if r.FAR != nil {
		far = percent(r.FAR.Rate)
	}
	p.Blocks = append(p.Blocks, report.Facts{{Name: "Faces", Value: fmt.Sprint(len(g.faces))}, {Name: "Pairs of one person", Value: fmt.Sprint(same)},
		{Name: "Threshold of distance", Value: fmt.Sprintf("%.2f", j.threshold)}, {Name: "Two people taken for one", Value: far},
		{Name: "Detector", Value: s.Detector().Name()}})
	if len(g.faces) > 0 {
		p.Blocks = append(p.Blocks, g.matrix(r, j.threshold),
			report.Text(fmt.Sprintf("A cell has the distance of two faces; below %.2f they are taken for one person (coloured). Darker is closer.", j.threshold)),
			g.table())
	}
	return p
}

func (g *gathering) matrix(r *likenesses, threshold float64) report.Matrix {
	n := len(g.faces)
	m := report.Matrix{Caption: "Distance of each two faces", Labels: g.labels, Pictures: g.chips, Cells: make([][]string, n), Shade: make([][]float64, n)}
	for i := range n {
		m.Cells[i], m.Shade[i] = make([]string, n), make([]float64, n)
		m.Shade[i][i] = math.NaN()
	}
	for _, p := range r.Pairs {
		text, shade := fmt.Sprintf("%.2f", p.Distance), math.NaN()
		if p.Same {
			shade = 0.35 + 0.65*(1-p.Distance/threshold)
		}
		m.Cells[p.A][p.B], m.Cells[p.B][p.A] = text, text
		m.Shade[p.A][p.B], m.Shade[p.B][p.A] = shade, shade
	}
	return m
}

// table says how good the picture of each face is.
func (g *gathering) table() report.Table {
	t := report.Table{Caption: "How good the picture of each face is: distance of the eyes in pixels (40 or more), sharpness (100 or more), exposure (0.2 to 0.8), and which way it looks, in degrees",
		Columns: []report.Column{{Name: "face"}, {Name: "eyes", Numeric: true}, {Name: "sharpness", Numeric: true}, {Name: "exposure", Numeric: true},
			{Name: "yaw", Numeric: true}, {Name: "pitch", Numeric: true}, {Name: "roll", Numeric: true}, {Name: "doubts"}}}
	for i := range g.faces {
		q := &g.faces[i].Quality
		pose := []string{"–", "–", "–"}
		if p := q.Pose; p != nil {
			pose = []string{degrees(p.Yaw), degrees(p.Pitch), degrees(p.Roll)}
		}
		row := append([]string{g.labels[i], fmt.Sprintf("%.0f", q.EyeDistance), fmt.Sprintf("%.0f", q.Sharpness), fmt.Sprintf("%.2f", q.Exposure)}, pose...)
		t.Rows = append(t.Rows, append(row, doubts(q, ", ")))
	}
	return t
}
