package page

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// classified counts pictures of n classes, each shown by one picture and taken
// for the class after it by another.
func classified(t *testing.T, n int) eval.ClassificationFigures {
	t.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = "class" + string(rune('A'+i))
	}
	c := eval.NewClassification(names)
	for i := range n {
		for k := range 2 {
			p := make([]float32, n)
			p[(i+k)%n] = 1 - float32(k)/4
			if err := c.Add(2*i+k, i, p); err != nil {
				t.Fatal(err)
			}
		}
	}
	return c.Figures()
}

func TestClassification(t *testing.T) {
	for _, c := range []struct {
		classes int
		want    []string
	}{
		{3, []string{"50.00 %", "classB", "columns what they were taken for", "Accuracy over confidence"}},
		{40, []string{"50.00 %", "Among the first five", "confused most often"}},
	} {
		f := classified(t, c.classes)
		small, err := Labelled(vision.NewImage(28, 28), "a digit")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		p := report.Page{Title: "x", Blocks: append(Classification(&f), report.Gallery{small})}
		if err := p.Write(&b); err != nil {
			t.Fatal(err)
		}
		for _, w := range append(c.want, `<div class="gallery small">`, `width="112"`) {
			if !strings.Contains(b.String(), w) {
				t.Errorf("the page of %d classes lacks %q", c.classes, w)
			}
		}
	}
	none := eval.NewClassification([]string{"a", "b"}).Figures()
	var b bytes.Buffer
	p := report.Page{Title: "x", Blocks: Classification(&none)}
	if err := p.Write(&b); err != nil || strings.Contains(b.String(), "NaN") {
		t.Errorf("of no pictures: %v", err)
	}
}
