package page

import (
	"bytes"
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// Most classes that a matrix has room for.
const maxConfusion = 25

// Classification draws the figures of a classifier.
func Classification(f *eval.ClassificationFigures) []report.Block {
	facts := report.Facts{
		{Name: "Accuracy", Value: percent(f.Accuracy)}, {Name: "95 % interval", Value: percent(f.Bounds.Lo) + " to " + percent(f.Bounds.Hi)}, {Name: "Pictures", Value: fmt.Sprint(f.Pictures)},
		{Name: "Mistakes", Value: fmt.Sprint(f.Pictures - f.Right)}, {Name: "Mean F1 of the classes", Value: percent(f.MacroF1)},
	}
	if len(f.Classes) > 5 {
		facts = append(facts, report.Fact{Name: "Among the first five", Value: percent(f.Top5)})
	}
	blocks := []report.Block{facts}
	if n := len(f.Classes); n <= maxConfusion {
		blocks = append(blocks, report.Heading("Confusion"), confusion(f))
	} else {
		blocks = append(blocks, report.Heading("Confusion"), mostConfused(f))
	}
	blocks = append(blocks, report.Heading("Classes"), labelledTable(f))
	if len(f.Calibration.Ranges) > 1 {
		blocks = append(blocks, report.Heading("How sure it is"), report.Text(fmt.Sprintf("Whether it is right as often as it is sure: above the diagonal it is too modest, below too sure. Its confidence is %s in the mean, and off by %s (expected calibration error).",
			percent(f.Calibration.Confidence), percent(f.Calibration.ECE))), reliability(&f.Calibration))
	}
	return blocks
}

// reliability is accuracy over confidence.
func reliability(c *eval.Calibration) report.Lines {
	l := report.Lines{Title: "Accuracy over confidence", XLabel: "confidence", YLabel: "accuracy",
		Series: []report.Curve{{Name: "this model"}, {Name: "well calibrated", Points: [][2]float64{{0, 0}, {1, 1}}}}}
	for _, r := range c.Ranges {
		l.Series[0].Points = append(l.Series[0].Points, [2]float64{float64(r.Confidence), float64(r.Accuracy)})
	}
	return l
}

// confusion is the matrix of the classes. Shade shows mistakes alone, for the
// diagonal would outshine them.
func confusion(f *eval.ClassificationFigures) report.Matrix {
	m := report.Matrix{Caption: "Rows are what pictures show, columns what they were taken for. The darker, the more of the row's pictures are mistaken so."}
	most := 0.0
	for i, row := range f.Confusion {
		for j, n := range row {
			if i != j && f.Classes[i].Pictures > 0 {
				most = max(most, float64(n)/float64(f.Classes[i].Pictures))
			}
		}
	}
	for i, row := range f.Confusion {
		m.Labels = append(m.Labels, f.Classes[i].Name)
		cells, shade := make([]string, len(row)), make([]float64, len(row))
		for j, n := range row {
			shade[j] = math.NaN()
			if n > 0 {
				cells[j] = fmt.Sprint(n)
			}
			if i != j && n > 0 {
				shade[j] = float64(n) / float64(f.Classes[i].Pictures) / most
			}
		}
		m.Cells, m.Shade = append(m.Cells, cells), append(m.Shade, shade)
	}
	return m
}

// mostConfused lists the pairs that are confused most often.
func mostConfused(f *eval.ClassificationFigures) report.Table {
	t := report.Table{Caption: "The classes that are confused most often.",
		Columns: []report.Column{{Name: "class"}, {Name: "taken for"}, {Name: "pictures", Numeric: true}}}
	for _, c := range f.MostConfused(30) {
		t.Rows = append(t.Rows, []string{f.Classes[c.Class].Name, f.Classes[c.Taken].Name, fmt.Sprint(c.Pictures)})
	}
	return t
}

func labelledTable(f *eval.ClassificationFigures) report.Table {
	t := report.Table{
		Caption: "Precision: of the pictures taken for the class, how many are of it. Recall: of those of the class, how many were taken for it.",
		Columns: []report.Column{{Name: "class"}, {Name: "pictures", Numeric: true}, {Name: "precision", Numeric: true}, {Name: "recall", Numeric: true}, {Name: "F1", Numeric: true}},
	}
	for _, c := range f.Classes {
		t.Rows = append(t.Rows, []string{c.Name, fmt.Sprint(c.Pictures), percent(c.Precision), percent(c.Recall), percent(c.F1)})
	}
	return t
}

// Small pictures are enlarged to about this side, each pixel to a square.
const enlargedSide = 128

// Labelled returns a picture for a gallery, with a caption.
func Labelled(img *vision.Image, caption string) (report.Figure, error) {
	img = img.Thumbnail(pictureSide / 2)
	if n := enlargedSide / max(img.W, img.H); n > 1 {
		big := vision.NewImage(n*img.W, n*img.H)
		for y := range big.H {
			for x := range big.W {
				r, g, b := img.At(x/n, y/n)
				big.Set(x, y, r, g, b)
			}
		}
		img = big
	}
	var png bytes.Buffer
	if err := img.EncodePNG(&png); err != nil {
		return report.Figure{}, err
	}
	return report.Figure{Data: png.Bytes(), Caption: caption}, nil
}
