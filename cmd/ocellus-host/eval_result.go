package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/eval/page"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/report"
)

func (c *evalDetectCommand) result(env *cli.Env, run *evalRun, file string) (*evalDetectResult, error) {
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	sum, err := sha256Of(file)
	if err != nil {
		return nil, err
	}
	r := &evalDetectResult{
		Model: run.session.Name(), SHA256: sum, Data: filepath.Base(c.Data), Kind: run.set.Kind, Only: c.Only, Merged: c.Merge,
		Score: c.Score, Tile: c.Tile, Left: run.classes.left, Notes: run.classes.notes,
		MS:      evalTimes{run.each(run.spent.Prepare), run.each(run.spent.Infer), run.each(run.spent.Decode), run.each(run.spent.Total)},
		Threads: c.Threads, CPU: cli.CPU(), Kernels: features.String(), Build: cli.ReadBuild(),
		Date: time.Now().Format(time.DateOnly), Command: commandLine(env.Args), Figures: run.figures.Figures(),
	}
	if p := run.session.Meta().Provenance; p != nil {
		r.States = p.Notes
	}
	if n := len(r.Left); n > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d classes of the model that the data lack were left out", n))
	}
	return r, nil
}

// facts are what the figures were made with and of.
func (r *evalDetectResult) facts() [][]string {
	what := fmt.Sprintf("%s (%s)", r.Data, r.Kind)
	if r.Only != "" {
		what += ", pictures " + r.Only
	}
	if r.Merged {
		what += ", classes merged"
	}
	f := [][]string{
		{"Model", r.Model},
		{"Data", what},
		{"Pictures, objects", fmt.Sprintf("%d, %d", r.Figures.Pictures, r.Figures.Objects)},
		{"Best threshold", fmt.Sprintf("%.3f: precision %s %%, recall %s %%, F1 %s %%", r.Figures.Best.Score, r.Figures.Best.Precision, r.Figures.Best.Recall, r.Figures.Best.F1)},
		{"Time a picture", fmt.Sprintf("%.1f ms (network %.1f) on %d threads", r.MS.Detect, r.MS.Infer, r.Threads)},
	}
	if r.States != "" {
		f = append(f, []string{"Published", r.States})
	}
	for _, n := range r.Notes {
		f = append(f, []string{"Note", n})
	}
	return f
}

func (c *evalDetectCommand) print(env *cli.Env, r *evalDetectResult) error {
	rows := r.facts()
	for _, s := range page.Summary(&r.Figures) {
		rows = append(rows, []string{fmt.Sprintf("%s, overlap %s, %s, %s detections", s[0], s[1], s[2], s[3]), s[4]})
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	for _, to := range []string{c.Out, c.Record} {
		if to != "" {
			if err := env.Printf("written to %s\n", c.target(to)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *evalDetectCommand) target(to string) string {
	if to == c.Record {
		return to + ".md and " + to + ".json"
	}
	return filepath.Join(to, "index.html")
}

func (r *evalDetectResult) markdown() string {
	var b strings.Builder
	table := func(head []string, right int, rows [][]string) { markdownTable(&b, head, right, rows) }
	fmt.Fprintf(&b, "# %s on %s\n\n", r.Model, r.Data)
	fmt.Fprintf(&b, "Written on %s at revision %s, on %s (%s), by\n\n    %s\n\n", r.Date, revision(r.Build), r.CPU, r.Kernels, r.Command)
	table([]string{"", ""}, 2, r.facts())
	b.WriteString("Per cent, by COCO's rules; – where no object counts.\n\n")
	table([]string{"figure", "overlap", "objects", "detections", "%"}, 3, page.Summary(&r.Figures))
	var rows [][]string
	for _, c := range r.Figures.Classes {
		rows = append(rows, []string{c.Name, fmt.Sprint(c.Objects), c.AP.String(), c.AP50.String(), c.AP75.String(), c.AR100.String(), c.Best.F1.String(), fmt.Sprintf("%.3f", c.Best.Score)})
	}
	table([]string{"class", "objects", "AP", "AP 0.50", "AP 0.75", "AR", "best F1", "at threshold"}, 1, rows)
	return strings.TrimSuffix(b.String(), "\n")
}

// savePage writes the page. The worst pictures are searched once more, so that
// what is found in all the others need not be kept.
func (c *evalDetectCommand) savePage(env *cli.Env, run *evalRun, r *evalDetectResult) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	p := report.Page{
		Title:  fmt.Sprintf("%s on %s", r.Model, r.Data),
		Lead:   fmt.Sprintf("How well a detector does on %d pictures with %d objects.", r.Figures.Pictures, r.Figures.Objects),
		Blocks: page.Detection(&r.Figures),
		Foot:   fmt.Sprintf("Made by ocellus-host %s on %s.", r.Build.Version, r.Date),
	}
	least := r.Figures.Best.Score
	var gallery report.Gallery
	worst := run.figures.Worst(least, c.Worst)
	bar := env.Progress("page", len(worst))
	defer bar.Close()
	for _, w := range worst {
		img, truth, found, err := run.look(env, w.Picture)
		if err != nil {
			return err
		}
		fig, err := page.Picture(img, filepath.Base(run.set.Path(w.Picture)), truth, found, run.classes.names, least)
		if err != nil {
			return err
		}
		gallery = append(gallery, fig)
		bar.Step()
	}
	if len(gallery) > 0 {
		p.Blocks = append(p.Blocks, report.Heading("The worst pictures"),
			report.Text(fmt.Sprintf("Those with the most errors at the threshold %.3f and an overlap of 0.50. %s", least, page.Colours)), gallery)
	}
	t := report.Table{Columns: []report.Column{{Name: ""}, {Name: ""}}, Rows: append(r.facts(), []string{"CPU", fmt.Sprintf("%s (%s)", r.CPU, r.Kernels)})}
	p.Blocks = append(p.Blocks, report.Heading("How this was measured"), t, report.Code(r.Command))
	return p.Save(filepath.Join(c.Out, "index.html"))
}
