package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval/page"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// facts are what the figures were made with and of, and the main ones.
func (r *evalFacesResult) facts() [][]string {
	f := [][]string{
		{"Detector", r.Detector}, {"Landmarks", r.Landmarks}, {"Embedder", r.Model},
		{"Mirrored too, margin", fmt.Sprintf("%v, %g", r.Mirror, r.Margin)},
		{"Pairs", fmt.Sprintf("%d of %s, folds %s", r.Figures.Pairs, r.Pairs, strings.Trim(fmt.Sprint(r.Folds), "[]"))},
		{"Pictures", fmt.Sprintf("%d, no face found in %d", r.Pictures, len(r.Missed))},
		{"Pairs with a missed face", fmt.Sprint(r.Figures.Missed)},
	}
	share := func(v float64) string { return fmt.Sprintf("%.2f %%", 100*v) }
	if l := r.Figures.LFW; l != nil {
		f = append(f, []string{"Accuracy", fmt.Sprintf("%s ± %s (standard error %s)", share(float64(l.Accuracy)), share(float64(l.Std)), share(float64(l.StdError)))})
	}
	f = append(f, []string{"EER, AUC", fmt.Sprintf("%s, %.4f", share(float64(r.Figures.EER)), float64(r.Figures.AUC))})
	for _, t := range r.Figures.TARAt {
		f = append(f, []string{fmt.Sprintf("TAR at FAR %g", t.FAR), fmt.Sprintf("%s (%s to %s), similarity %.4f",
			share(float64(t.TAR)), share(float64(t.TARBounds.Lo)), share(float64(t.TARBounds.Hi)), t.Threshold)})
	}
	f = append(f, []string{"Time a picture", fmt.Sprintf("%.1f ms, on %d threads", r.MS, r.Threads)})
	if r.States != "" {
		f = append(f, []string{"Published", r.States})
	}
	return f
}

// farRows are the rows of FAR that people want to see.
func (r *evalFacesResult) farRows() [][]string {
	var rows [][]string
	for _, f := range r.FAR {
		if int(f.Threshold*100+0.5)%5 == 0 {
			rows = append(rows, []string{fmt.Sprintf("%.2f", f.Threshold), fmt.Sprintf("%.2g %%", 100*f.Rate), fmt.Sprint(f.Accepted)})
		}
	}
	return rows
}

func (r *evalFacesResult) farTitle() string {
	return fmt.Sprintf("How often pictures of two people lie closer than a distance: all %d pairs of the pictures", r.Impostors)
}

func (r *evalFacesResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s\n\n", r.Model, r.Pairs)
	fmt.Fprintf(&b, "Written on %s at revision %s, on %s (%s), by\n\n    %s\n\n", r.Date, revision(r.Build), r.CPU, r.Kernels, r.Command)
	markdownTable(&b, []string{"", ""}, 2, r.facts())
	if l := r.Figures.LFW; l != nil {
		var rows [][]string
		for _, f := range l.Folds {
			rows = append(rows, []string{fmt.Sprint(f.Fold + 1), f.Accuracy.String(), fmt.Sprintf("%.4f", f.Threshold), fmt.Sprint(f.FalseAccepts), fmt.Sprint(f.FalseRejects), fmt.Sprint(f.Missed)})
		}
		markdownTable(&b, []string{"fold", "accuracy %", "similarity", "false accepts", "false rejects", "missed"}, 0, rows)
	}
	b.WriteString(r.farTitle() + ".\n\n")
	markdownTable(&b, []string{"distance", "rate", "pairs"}, 0, r.farRows())
	return strings.TrimSuffix(b.String(), "\n")
}

// facesPage shows the figures and the worst pairs.
func facesPage(run *facesRun, r *evalFacesResult, worst int) (*report.Page, error) {
	p := &report.Page{
		Title:  fmt.Sprintf("%s on %s", r.Model, r.Pairs),
		Lead:   fmt.Sprintf("How well people are told apart by their faces: %d pairs of photographs, half of them of one person.", r.Figures.Pairs),
		Blocks: page.Verification(&r.Figures),
		Foot:   fmt.Sprintf("Made by ocellus-host %s on %s.", r.Build.Version, r.Date),
	}
	p.Blocks = append(p.Blocks, report.Table{Caption: r.farTitle(), Rows: r.farRows(),
		Columns: []report.Column{{Name: "distance", Numeric: true}, {Name: "rate", Numeric: true}, {Name: "pairs", Numeric: true}}})
	gallery, err := run.worstPairs(worst)
	if err != nil {
		return nil, err
	}
	if len(gallery) > 0 {
		p.Blocks = append(p.Blocks, report.Heading("The worst pairs"),
			report.Text("Pairs furthest on the wrong side of the best threshold; those with a missed face first."), gallery)
	}
	t := report.Table{Columns: []report.Column{{Name: ""}, {Name: ""}}, Rows: append(r.facts(), []string{"CPU", fmt.Sprintf("%s (%s)", r.CPU, r.Kernels)})}
	p.Blocks = append(p.Blocks, report.Heading("How this was measured"), t, report.Code(r.Command))
	return p, nil
}

// worstPairs shows pairs that were judged wrong.
func (r *facesRun) worstPairs(most int) (report.Gallery, error) {
	threshold, _ := r.figures.Threshold(-1)
	type wrong struct {
		pair int
		by   float64
	}
	var list []wrong
	for i, p := range r.pairs {
		s := r.scores[i]
		switch {
		case s < 0:
			list = append(list, wrong{i, 2})
		case p.Same && s < threshold:
			list = append(list, wrong{i, threshold - s})
		case !p.Same && s >= threshold:
			list = append(list, wrong{i, s - threshold})
		}
	}
	slices.SortStableFunc(list, func(a, b wrong) int { return cmp.Compare(b.by, a.by) })
	var g report.Gallery
	for _, w := range list[:min(most, len(list))] {
		p := r.pairs[w.pair]
		var imgs [2]*vision.Image
		for i, ref := range []data.FaceRef{p.A, p.B} {
			var err error
			if imgs[i], err = r.images.Load(ref); err != nil {
				return nil, err
			}
		}
		what := "two people"
		if p.Same {
			what = "one person"
		}
		judged := fmt.Sprintf("similarity %.3f, threshold %.3f", r.scores[w.pair], threshold)
		if r.scores[w.pair] < 0 {
			judged = "a face was missed"
		}
		fig, err := page.Pair(imgs[0], imgs[1], fmt.Sprintf("%s, %s: %s; %s", p.A.Base(), p.B.Base(), what, judged))
		if err != nil {
			return nil, err
		}
		g = append(g, fig)
	}
	return g, nil
}
