package page

import (
	"bytes"
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// Verification draws the figures of a comparison of faces.
func Verification(f *eval.VerificationFigures) []report.Block {
	facts := report.Facts{
		{Name: "Pairs", Value: fmt.Sprint(f.Pairs)}, {Name: "Pairs with a face missed", Value: fmt.Sprint(f.Missed)},
		{Name: "EER", Value: percent(f.EER)}, {Name: "AUC", Value: percent(f.AUC)},
	}
	var blocks []report.Block
	if l := f.LFW; l != nil {
		facts = append(report.Facts{{Name: "Accuracy", Value: fmt.Sprintf("%s ± %s", percent(l.Accuracy), percent(l.Std))}}, facts...)
		blocks = append(blocks, report.Heading("Accuracy"), foldTable(l), report.Text(fmt.Sprintf(
			"The threshold of each fold is picked on the others. Mean over %d folds %s, standard deviation %s, standard error of the mean %s. All pairs taken together, the exact 95 %% bounds (Clopper and Pearson) are %s to %s. A pair in which a face was missed is wrong.",
			len(l.Folds), percent(l.Accuracy), percent(l.Std), percent(l.StdError), percent(l.Bounds.Lo), percent(l.Bounds.Hi))))
	}
	blocks = append([]report.Block{facts}, blocks...)
	if len(f.ROC) == 0 {
		return blocks
	}
	blocks = append(blocks, report.Heading("Accepted and refused"), rocChart(f.ROC), farChart(f.ROC), tarTable(f.TARAt))
	for _, t := range f.TARAt {
		if t.RuleOfThree.Known() {
			blocks = append(blocks, report.Text(fmt.Sprintf(
				"At the threshold %.4f none of %d pairs of two people was accepted: with a confidence of 95 %%, the false accept rate there is below 3/%d, %s (rule of three).",
				t.Threshold, t.Impostors, t.Impostors, percent(t.RuleOfThree))))
			break
		}
	}
	return append(blocks, report.Text("Bounds are exact ones of 95 % (Clopper and Pearson), and take pairs for independent. A pair with a missed face is never accepted."))
}

func percent(r eval.Ratio) string {
	if !r.Known() {
		return r.String()
	}
	return fmt.Sprintf("%.2f %%", 100*float64(r))
}

func foldTable(l *eval.LFW) report.Table {
	t := report.Table{Caption: "The folds", Columns: []report.Column{{Name: "fold", Numeric: true}}}
	for _, name := range []string{"pairs", "threshold", "accuracy", "false accepts", "false rejects", "missed"} {
		t.Columns = append(t.Columns, report.Column{Name: name, Numeric: true})
	}
	for _, f := range l.Folds {
		t.Rows = append(t.Rows, []string{fmt.Sprint(f.Fold + 1), fmt.Sprint(f.Pairs), fmt.Sprintf("%.4f", f.Threshold), percent(f.Accuracy),
			fmt.Sprint(f.FalseAccepts), fmt.Sprint(f.FalseRejects), fmt.Sprint(f.Missed)})
	}
	return t
}

func rocChart(roc []eval.ROCPoint) report.Lines {
	l := report.Lines{Title: "ROC", XLabel: "false accept rate", YLabel: "true accept rate",
		Series: []report.Curve{{Name: "this comparison"}, {Name: "chance", Points: [][2]float64{{0, 0}, {1, 1}}}}}
	for _, p := range thin(roc) {
		l.Series[0].Points = append(l.Series[0].Points, [2]float64{p.FAR, p.TAR})
	}
	return l
}

// farChart has the false accept rates that matter at a door, which the ROC
// crowds into its left edge.
func farChart(roc []eval.ROCPoint) report.Lines {
	l := report.Lines{Title: "True accept rate over powers of ten of the false accept rate", XLabel: "log₁₀ of the false accept rate", YLabel: "true accept rate",
		Series: []report.Curve{{Name: "this comparison"}}}
	for i, p := range roc {
		// Of all thresholds with one rate of false accepts, the lowest counts.
		if p.FAR > 0 && (i+1 == len(roc) || roc[i+1].FAR > p.FAR) {
			l.Series[0].Points = append(l.Series[0].Points, [2]float64{math.Log10(p.FAR), p.TAR})
		}
	}
	if len(l.Series[0].Points) == 0 {
		l.Series[0].Points = [][2]float64{{0, roc[len(roc)-1].TAR}}
	}
	return l
}

// thin leaves out points of the curve that lie on a straight line between
// their neighbours, which most do.
func thin(roc []eval.ROCPoint) []eval.ROCPoint {
	var list []eval.ROCPoint
	for i, p := range roc {
		if i > 0 && i+1 < len(roc) {
			a, b := roc[i-1], roc[i+1]
			if a.FAR == p.FAR && p.FAR == b.FAR || a.TAR == p.TAR && p.TAR == b.TAR {
				continue
			}
		}
		list = append(list, p)
	}
	return list
}

func tarTable(list []eval.TARAt) report.Table {
	t := report.Table{
		Caption: "True accept rates at limits of the false accept rate",
		Columns: []report.Column{{Name: "FAR at most", Numeric: true}, {Name: "threshold", Numeric: true}, {Name: "TAR", Numeric: true}, {Name: "95 % bounds"},
			{Name: "false accepts", Numeric: true}, {Name: "95 % bounds of FAR"}, {Name: "enough pairs"}},
	}
	for _, a := range list {
		enough := "yes"
		if !a.Resolved {
			enough = "no"
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(a.FAR), fmt.Sprintf("%.4f", a.Threshold), percent(a.TAR), percent(a.TARBounds.Lo) + " to " + percent(a.TARBounds.Hi),
			fmt.Sprintf("%d of %d", a.FalseAccepts, a.Impostors), percent(a.FARBounds.Lo) + " to " + percent(a.FARBounds.Hi), enough})
	}
	return t
}

// Pair puts two pictures side by side for a gallery.
func Pair(a, b *vision.Image, caption string) (report.Figure, error) {
	const gap = 8
	a, b = a.Thumbnail(pictureSide/2), b.Thumbnail(pictureSide/2)
	m := vision.NewImage(a.W+gap+b.W, max(a.H, b.H))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for i, part := range []*vision.Image{a, b} {
		at := i * (a.W + gap)
		for y := range part.H {
			copy(m.Pix[(y*m.W+at)*3:], part.Pix[y*part.W*3:(y+1)*part.W*3])
		}
	}
	var jpeg bytes.Buffer
	if err := m.EncodeJPEG(&jpeg, 90); err != nil {
		return report.Figure{}, err
	}
	return report.Figure{Data: jpeg.Bytes(), Caption: caption}, nil
}
