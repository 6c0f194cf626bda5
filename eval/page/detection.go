// Package page draws what package eval measured: tables, curves, and the
// pictures that went worst, as blocks of a page of package report.
package page

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// Detection draws the figures of a detector.
func Detection(f *eval.DetectionFigures) []report.Block {
	blocks := []report.Block{
		report.Facts{
			{Name: "mAP at 0.50", Value: f.AP50.String() + " %"}, {Name: "mAP at 0.50 to 0.95", Value: f.AP.String() + " %"},
			{Name: "Pictures", Value: fmt.Sprint(f.Pictures)}, {Name: "Objects", Value: fmt.Sprint(f.Objects)},
			{Name: "Best threshold", Value: fmt.Sprintf("%.3f", f.Best.Score)}, {Name: "F1 there", Value: f.Best.F1.String() + " %"},
		},
		report.Heading("Precision and recall"),
		report.Table{
			Caption: "Average precision (AP) and recall (AR) in per cent by COCO's rules. – where no object counts.",
			Columns: []report.Column{{Name: "figure"}, {Name: "overlap"}, {Name: "objects"}, {Name: "detections", Numeric: true}, {Name: "%", Numeric: true}},
			Rows:    Summary(f),
		},
	}
	if curves := precisionCurves(f); len(curves.Series) > 0 {
		blocks = append(blocks, curves)
	}
	return append(blocks,
		report.Text(fmt.Sprintf("With the threshold %.3f, which has the highest F1 at an overlap of 0.50, %d of %d objects are found and %d missed, with %d false alarms: precision %s %%, recall %s %%.",
			f.Best.Score, f.Best.Hits, f.Objects, f.Best.Missed, f.Best.False, f.Best.Precision, f.Best.Recall)),
		report.Heading("Classes"), classTable(f))
}

// Summary returns the twelve figures that pycocotools prints, in its order, a
// row each: figure, overlap, objects, detections, per cent.
func Summary(f *eval.DetectionFigures) [][]string {
	const all, most = "0.50 to 0.95", "100"
	return [][]string{
		{"AP", all, "all", most, f.AP.String()},
		{"AP", "0.50", "all", most, f.AP50.String()},
		{"AP", "0.75", "all", most, f.AP75.String()},
		{"AP", all, "small", most, f.APSmall.String()},
		{"AP", all, "medium", most, f.APMedium.String()},
		{"AP", all, "large", most, f.APLarge.String()},
		{"AR", all, "all", "1", f.AR1.String()},
		{"AR", all, "all", "10", f.AR10.String()},
		{"AR", all, "all", most, f.AR100.String()},
		{"AR", all, "small", most, f.ARSmall.String()},
		{"AR", all, "medium", most, f.ARMedium.String()},
		{"AR", all, "large", most, f.ARLarge.String()},
	}
}

// curvesShown is how many classes have a curve of their own.
const curvesShown = 5

// precisionCurves shows the mean over the classes and those with the most
// objects.
func precisionCurves(f *eval.DetectionFigures) report.Lines {
	var known []eval.ClassFigures
	for _, c := range f.Classes {
		if len(c.Precision) > 0 {
			known = append(known, c)
		}
	}
	l := report.Lines{Title: "Precision over recall at an overlap of 0.50", XLabel: "recall", YLabel: "precision"}
	if len(known) > 1 {
		mean := make([]float64, len(known[0].Precision))
		for _, c := range known {
			for i, p := range c.Precision {
				mean[i] += p / float64(len(known))
			}
		}
		l.Series = append(l.Series, curve(fmt.Sprintf("mean of %d classes", len(known)), mean))
	}
	slices.SortStableFunc(known, func(a, b eval.ClassFigures) int { return cmp.Compare(b.Objects, a.Objects) })
	for _, c := range known[:min(len(known), curvesShown)] {
		l.Series = append(l.Series, curve(c.Name, c.Precision))
	}
	return l
}

func curve(name string, precision []float64) report.Curve {
	c := report.Curve{Name: name}
	for i, p := range precision {
		c.Points = append(c.Points, [2]float64{float64(i) / float64(len(precision)-1), p})
	}
	return c
}

func classTable(f *eval.DetectionFigures) report.Table {
	t := report.Table{
		Caption: "Per cent but for counts and thresholds. Threshold, precision and recall are those of the highest F1 of the class at an overlap of 0.50.",
		Columns: []report.Column{{Name: "class"}},
	}
	for _, name := range []string{"objects", "AP 0.50 to 0.95", "AP 0.50", "AP 0.75", "AR", "threshold", "precision", "recall", "F1"} {
		t.Columns = append(t.Columns, report.Column{Name: name, Numeric: true})
	}
	for _, c := range f.Classes {
		t.Rows = append(t.Rows, []string{c.Name, fmt.Sprint(c.Objects), c.AP.String(), c.AP50.String(), c.AP75.String(), c.AR100.String(),
			fmt.Sprintf("%.3f", c.Best.Score), c.Best.Precision.String(), c.Best.Recall.String(), c.Best.F1.String()})
	}
	return t
}

// The classes of colours in which a picture is drawn; vision's first colours
// are green, red, blue and yellow.
const (
	green = iota
	red
	blue
	yellow
)

// Colours tells what the colours of Picture mean.
const Colours = "Green: found. Red: marked and missed. Blue: found where nothing is marked. Yellow: what need not be found, and finds of it."

// pictureSide is the longest side of a picture on the page.
const pictureSide = 800

// Picture draws into img what is true and what was found with a score of at
// least least, and returns it for a gallery. classes are the names to draw;
// with fewer than two none is drawn.
func Picture(img *vision.Image, name string, truth []data.Object, found []vision.Detection, classes []string, least float32) (report.Figure, error) {
	outcomes, missed := eval.Compare(truth, found, 0.5, least)
	label := func(class int) string {
		if len(classes) < 2 {
			return ""
		}
		return classes[class]
	}
	var drawn []vision.Detection
	hits, wrong := 0, 0
	for i := range found {
		d := vision.Detection{Label: label(found[i].Class), Score: found[i].Score, Box: found[i].Box}
		switch outcomes[i] {
		case eval.Dropped:
			continue
		case eval.Hit:
			hits++
			d.Class = green
		case eval.FalseAlarm:
			wrong++
			d.Class = blue
		case eval.Neutral:
			d.Class = yellow
		}
		drawn = append(drawn, d)
	}
	for _, j := range missed {
		drawn = append(drawn, vision.Detection{Label: label(truth[j].Class), Class: red, Box: truth[j].Box})
	}
	for _, o := range truth {
		if o.Crowd || o.Ignore {
			drawn = append(drawn, vision.Detection{Label: label(o.Class), Class: yellow, Box: o.Box})
		}
	}
	return figure(img, drawn, len(classes) > 1, fmt.Sprintf("%s: %d found, %d missed, %d false alarms", name, hits, len(missed), wrong))
}

func figure(img *vision.Image, drawn []vision.Detection, labels bool, caption string) (report.Figure, error) {
	if err := (vision.DrawStyle{NoLabels: !labels}).Draw(img, drawn); err != nil {
		return report.Figure{}, err
	}
	var jpeg bytes.Buffer
	if err := img.Thumbnail(pictureSide).EncodeJPEG(&jpeg, 85); err != nil {
		return report.Figure{}, err
	}
	return report.Figure{Data: jpeg.Bytes(), Caption: caption}, nil
}
