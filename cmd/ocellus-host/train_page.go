package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/eval/page"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/report"
)

// worstShown is how many mistakes the page shows.
const worstShown = 24

// page writes the page of a run: curves, what is confused with what, the
// classes, and the surest mistakes.
func (t *training) page(env *cli.Env, r *trainResult) error {
	p := report.Page{
		Title: fmt.Sprintf("%s: %s", r.Config.Form(), r.Data),
		Lead:  fmt.Sprintf("A network of %s parameters, trained for %d epochs. The figures are of %s, which it did not learn from.", cli.Count(int64(r.Params)), len(r.history), r.Judged),
		Foot:  fmt.Sprintf("Made by ocellus-host %s on %s.", r.Build.Version, r.Date),
	}
	if r.Figures != nil {
		p.Blocks = append(p.Blocks, page.Classification(r.Figures)...)
	}
	p.Blocks = append(p.Blocks, curves(r)...)
	worst, err := mistakes(env.Context, r.set, t.sets.learn.Classes, r.worst)
	if err != nil {
		return err
	}
	p.Blocks = append(p.Blocks, worst...)
	facts := report.Table{Columns: []report.Column{{Name: ""}, {Name: ""}}, Rows: append(r.facts(), []string{"CPU", fmt.Sprintf("%s (%s)", r.CPU, r.Kernels)})}
	p.Blocks = append(p.Blocks, report.Heading("How this was made"), facts, report.Code(r.Command))
	return cli.Exit(cli.Missing, p.Save(filepath.Join(t.dir, "index.html")))
}

// curves shows loss, accuracy and rate over the epochs.
func curves(r *trainResult) []report.Block {
	if len(r.history) < 2 {
		return nil
	}
	var loss, wrong [2]report.Curve
	rate := report.Curve{Name: "rate"}
	for i, name := range []string{"training", "validation"} {
		loss[i].Name, wrong[i].Name = name, name
	}
	for _, e := range r.history {
		x := float64(e.Epoch)
		loss[0].Points = append(loss[0].Points, [2]float64{x, e.Train.Loss})
		wrong[0].Points = append(wrong[0].Points, [2]float64{x, 100 * (1 - e.Train.Accuracy())})
		rate.Points = append(rate.Points, [2]float64{x, e.Rate})
		if e.Validation.Seen > 0 {
			loss[1].Points = append(loss[1].Points, [2]float64{x, e.Validation.Loss})
			wrong[1].Points = append(wrong[1].Points, [2]float64{x, 100 * (1 - e.Validation.Accuracy())})
		}
	}
	shown := 2
	if len(loss[1].Points) == 0 {
		shown = 1
	}
	return []report.Block{
		report.Heading("How it learned"),
		report.Text("Training is the mean over an epoch while the network learned, on pictures as they were augmented; validation is at the end of the epoch, on pictures as they are. So training may be the worse of the two."),
		report.Lines{Title: "Loss", XLabel: "epoch", XWhole: true, YLabel: "loss", Series: loss[:shown]},
		report.Lines{Title: "Mistakes in per cent", XLabel: "epoch", XWhole: true, YLabel: "%", Series: wrong[:shown]},
		report.Lines{Title: "Rate of learning", XLabel: "epoch", XWhole: true, YLabel: "rate", Series: []report.Curve{rate}},
	}
}

// mistakes shows the pictures of which a network was surest, and wrong.
func mistakes(ctx context.Context, set *data.Labelled, classes []string, worst []eval.Confused) ([]report.Block, error) {
	if len(worst) == 0 {
		return nil, nil
	}
	var all report.Gallery
	for _, m := range worst {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		img, err := set.Image(m.Picture)
		if err != nil {
			return nil, err
		}
		fig, err := page.Labelled(img, fmt.Sprintf("%s, taken for %s (%.0f %%)", classes[m.Class], classes[m.Taken], 100*m.Probability))
		if err != nil {
			return nil, err
		}
		all = append(all, fig)
	}
	return []report.Block{report.Heading("The surest mistakes"),
		report.Text("Pictures of which the network was surest, and wrong. Some may be labelled wrongly: look."), all}, nil
}
