package page

import (
	"bytes"
	"image"
	_ "image/jpeg"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/vision"
)

// render writes blocks as a page and demands texts in it. With
// OCELLUS_PAGES=DIR in the environment the page is kept there, to be looked at.
func render(t *testing.T, name string, blocks []report.Block, want ...string) {
	t.Helper()
	p := report.Page{Title: name, Blocks: blocks}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, w := range want {
		if !strings.Contains(b.String(), w) {
			t.Errorf("%s: %q is not on the page", name, w)
		}
	}
	if dir := os.Getenv("OCELLUS_PAGES"); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".html", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func at(x, y float32) vision.Box { return vision.Box{X1: x, Y1: y, X2: x + 40, Y2: y + 40} }

func TestDetection(t *testing.T) {
	d := eval.NewDetections([]string{"cat", "dog", "cow"})
	truth := []data.Object{{Class: 0, Box: at(10, 10)}, {Class: 1, Box: at(100, 10)}, {Class: 1, Box: at(10, 100)}}
	found := []vision.Detection{{Class: 0, Score: 0.9, Box: at(10, 10)}, {Class: 1, Score: 0.8, Box: at(100, 10)}, {Class: 1, Score: 0.7, Box: at(100, 100)}}
	if err := d.Add(truth, found); err != nil {
		t.Fatal(err)
	}
	f := d.Figures()
	render(t, "detection", Detection(&f), "mean of 2 classes", "cow", "–", "2 of 3 objects are found and 1 missed")
	// A page without any object has no curve, and still is a page.
	f = eval.NewDetections([]string{"cat"}).Figures()
	render(t, "nothing", Detection(&f), "Classes")
}

// TestPicture looks for the colours at the boxes: green, red, blue and yellow.
func TestPicture(t *testing.T) {
	img := vision.NewImage(200, 200)
	truth := []data.Object{{Box: at(10, 10)}, {Box: at(100, 10)}, {Box: at(10, 100), Ignore: true}}
	found := []vision.Detection{{Score: 0.9, Box: at(10, 10)}, {Score: 0.8, Box: at(100, 100)}, {Score: 0.1, Box: at(60, 60)}}
	f, err := Picture(img, "one.jpg", truth, found, []string{"face"}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if f.Caption != "one.jpg: 1 found, 1 missed, 1 false alarms" {
		t.Errorf("caption %q", f.Caption)
	}
	for _, c := range []struct {
		name    string
		x, y    int
		r, g, b bool // which channels are high
	}{{"found", 30, 10, false, true, false}, {"missed", 120, 10, true, false, false}, {"false alarm", 120, 100, false, true, true}, {"ignored", 30, 100, true, true, false}} {
		r, g, b := img.At(c.x, c.y)
		high := max(r, g, b)
		if near := func(v uint8) bool { return int(v) > int(high)-70 }; near(r) != c.r || near(g) != c.g || near(b) != c.b {
			t.Errorf("%s is drawn in %d, %d, %d", c.name, r, g, b)
		}
	}
	if r, g, b := img.At(80, 60); int(r)+int(g)+int(b) != 0 {
		t.Error("a detection below the threshold is drawn")
	}
}

func TestVerification(t *testing.T) {
	v := &eval.Verification{}
	r := rand.New(rand.NewPCG(8, 8))
	add := func(fold int, same bool, mean float64) {
		if err := v.Add(fold, same, mean+0.12*r.NormFloat64()); err != nil {
			t.Fatal(err)
		}
	}
	for fold := range 4 {
		for range 100 {
			add(fold, true, 0.65)
			add(fold, false, 0.05)
		}
	}
	if err := v.Miss(2, true); err != nil {
		t.Fatal(err)
	}
	f := v.Figures()
	render(t, "verification", Verification(&f), "Accuracy", "ROC", "Clopper", "false rejects", "FAR at most")
	// One fold, told apart without a mistake: no accuracy by folds, but the rule of three.
	w := &eval.Verification{}
	for i := range 30 {
		if err := w.Add(0, i%2 == 0, float64(1-i%2)); err != nil {
			t.Fatal(err)
		}
	}
	f = w.Figures()
	render(t, "apart", Verification(&f), "rule of three", "3/15", "20.00 %")
	f = (&eval.Verification{}).Figures()
	render(t, "no pairs", Verification(&f), "Pairs")
}

func TestPair(t *testing.T) {
	f, err := Pair(vision.NewImage(100, 50), vision.NewImage(60, 80), "two")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil || c.Width != 168 || c.Height != 80 {
		t.Errorf("%d×%d, %v", c.Width, c.Height, err)
	}
}
