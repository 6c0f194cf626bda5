package eval

import (
	"math"
	"reflect"
	"testing"
)

// TestClassification counts six pictures by hand.
func TestClassification(t *testing.T) {
	c := NewClassification([]string{"a", "b", "c", "never"})
	for i, p := range []struct {
		class int
		p     []float32
	}{
		{0, []float32{0.7, 0.1, 0.1, 0.1}},
		{0, []float32{0.4, 0.4, 0.1, 0.1}}, // of two alike the first counts
		{1, []float32{0.5, 0.4, 0.1, 0}},   // a for b
		{1, []float32{0.4, 0.4, 0.2, 0}},   // likewise
		{2, []float32{0, 0.9, 0.1, 0}},     // b for c, surest
		{2, []float32{0, 0, 1, 0}},
	} {
		if err := c.Add(i, p.class, p.p); err != nil {
			t.Fatal(err)
		}
	}
	f := c.Figures()
	near := func(what string, got Ratio, want float64) {
		t.Helper()
		if math.Abs(float64(got)-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", what, float64(got), want)
		}
	}
	near("accuracy", f.Accuracy, 0.5)
	near("top 5 of four classes", f.Top5, 1)
	near("precision of a", f.Classes[0].Precision, 0.5)
	near("recall of a", f.Classes[0].Recall, 1)
	near("precision of b", f.Classes[1].Precision, 0)
	near("recall of c", f.Classes[2].Recall, 0.5)
	near("F1 of c", f.Classes[2].F1, 2.0/3)
	near("macro F1", f.MacroF1, (2.0/3+0+2.0/3)/3)
	if f.Classes[3].Recall.Known() || f.Classes[3].Precision.Known() {
		t.Errorf("of a class that never occurs: %+v", f.Classes[3])
	}
	if want := [][]int{{2, 0, 0, 0}, {2, 0, 0, 0}, {0, 1, 1, 0}, {0, 0, 0, 0}}; !reflect.DeepEqual(f.Confusion, want) {
		t.Errorf("confusion %v, want %v", f.Confusion, want)
	}
	if got, want := c.Worst(2), []Confused{{4, 2, 1, 0.9, 0.1}, {2, 1, 0, 0.5, 0.4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("worst %v, want %v", got, want)
	}
	for _, err := range []error{c.Add(9, 4, make([]float32, 4)), c.Add(9, -1, make([]float32, 4)), c.Add(9, 0, nil),
		c.Add(9, 0, []float32{0, 0, float32(math.NaN()), 0}), c.Add(9, 0, []float32{-1, 0, 0, 0})} {
		if err == nil {
			t.Error("what does not fit was not refused")
		}
	}
}

// TestTop5 ranks the own class fifth and sixth.
func TestTop5(t *testing.T) {
	c := NewClassification(make([]string, 7))
	for i, p := range [][]float32{{.6, .5, .4, .3, .2, .1, 0}, {.6, .5, .4, .3, .2, .1, 0}} {
		if err := c.Add(i, 4+i, p); err != nil {
			t.Fatal(err)
		}
	}
	if f := c.Figures(); f.Top5 != 0.5 {
		t.Errorf("top 5 is %v, want 0.5", float64(f.Top5))
	}
}

// TestCalibration is sure of 0.9 four times and right in three.
func TestCalibration(t *testing.T) {
	c := NewClassification([]string{"a", "b"})
	for i, p := range [][]float32{{0.9, 0.1}, {0.9, 0.1}, {0.9, 0.1}, {0.1, 0.9}, {0.6, 0.4}} {
		if err := c.Add(i, 0, p); err != nil {
			t.Fatal(err)
		}
	}
	f := c.Figures().Calibration
	if math.Abs(float64(f.Confidence)-4.2/5) > 1e-6 || math.Abs(float64(f.ECE)-(0.6+0.4)/5) > 1e-6 || len(f.Ranges) != 2 || f.Ranges[1].Pictures != 4 || f.Ranges[1].Accuracy != 0.75 {
		t.Errorf("%+v", f)
	}
	if f := NewClassification(nil).Figures(); f.Calibration.ECE.Known() || f.Bounds != (Bounds{0, 1}) {
		t.Errorf("of nothing: %+v", f)
	}
}

// TestWilson holds the interval against the quadratic that it solves, and of
// what never happened against z²/(n+z²).
func TestWilson(t *testing.T) {
	const z = 1.959963984540054
	for _, c := range [][2]int{{0, 10}, {5, 10}, {7953, 8000}, {10, 10}} {
		b, p, n := Wilson(c[0], c[1]), float64(c[0])/float64(c[1]), float64(c[1])
		for _, r := range []float64{float64(b.Lo), float64(b.Hi)} {
			if d := (p-r)*(p-r) - z*z*r*(1-r)/n; math.Abs(d) > 1e-12 {
				t.Errorf("%d of %d: %+v is off by %g", c[0], c[1], b, d)
			}
		}
	}
	if b := Wilson(0, 10); b.Lo != 0 || math.Abs(float64(b.Hi)-z*z/(10+z*z)) > 1e-12 {
		t.Errorf("0 of 10: %+v", b)
	}
}
