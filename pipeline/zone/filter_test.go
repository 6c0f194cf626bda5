package zone

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// det is a detection of w×h pixels whose bottom centre is at (x, y).
func det(label string, score, x, y, w, h float32) vision.Detection {
	return vision.Detection{Label: label, Score: score, Box: vision.Box{X1: x - w/2, Y1: y - h, X2: x + w/2, Y2: y}}
}

func TestFilter(t *testing.T) {
	f := Filter{
		Default: Limits{Score: .5},
		Classes: map[string]Limits{"car": {Score: .7, MinArea: .01, MaxArea: .25}},
		Only:    map[string]bool{"car": true, "person": true},
		Include: []Polygon{polygon(0, .5, 1, .5, 1, 1, 0, 1)},
		Exclude: []Polygon{polygon(0, .9, .1, .9, .1, 1, 0, 1)},
	}
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	nan := float32(math.NaN())
	cases := []struct {
		d    vision.Detection
		want Verdict
	}{
		{det("person", .5, 320, 300, 50, 100), Kept},
		{det("person", .49, 320, 300, 50, 100), ByScore},
		{det("car", .69, 320, 300, 100, 100), ByScore},
		{det("car", .7, 320, 300, 100, 100), Kept},
		{det("car", .7, 320, 300, 50, 50), BySize},
		{det("car", .7, 320, 300, 400, 200), BySize},
		{det("person", .9, 320, 300, 5, 5), Kept},
		{det("dog", .9, 320, 300, 50, 100), ByLabel},
		{det("person", .9, 320, 230, 50, 100), ByPlace},
		{det("person", .9, 20, 470, 20, 100), ByPlace},
		{det("person", .9, 320, 600, 50, 300), Kept}, // feet below the picture
		{det("person", nan, 320, 300, 50, 100), Broken},
		{det("person", .9, nan, 300, 50, 100), Broken},
		{det("person", .9, 320, 300, -50, 100), Broken},
	}
	var dets []vision.Detection
	kept := 0
	for _, c := range cases {
		if got := f.Judge(&c.d, 640, 480); got != c.want {
			t.Errorf("%+v: %v, want %v", c.d, got, c.want)
		}
		dets = append(dets, c.d)
		if c.want == Kept {
			kept++
		}
	}
	left := f.Apply(dets, 640, 480)
	if len(left) != kept || left[1].Label != "car" {
		t.Errorf("%d are left, want %d", len(left), kept)
	}
	if n := testing.AllocsPerRun(10, func() { f.Apply(left, 640, 480) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if f.Judge(&cases[0].d, 0, 0) != Broken {
		t.Error("a picture without pixels")
	}
	f.Anchor = Centre
	if f.Judge(&cases[0].d, 640, 480) != Kept || f.Judge(&vision.Detection{Label: "person", Score: 1, Box: vision.Box{X2: 100, Y2: 400}}, 640, 480) != ByPlace {
		t.Error("the centre is not what counts")
	}
	var none Filter
	if none.Judge(&cases[7].d, 640, 480) != Kept {
		t.Error("an empty filter keeps not everything")
	}
}

func TestFilterValidate(t *testing.T) {
	for what, f := range map[string]Filter{
		"score":  {Default: Limits{Score: 1.5}},
		"NaN":    {Default: Limits{Score: float32(math.NaN())}},
		"area":   {Classes: map[string]Limits{"car": {MinArea: 20}}},
		"max":    {Default: Limits{MaxArea: -1}},
		"order":  {Default: Limits{MinArea: .5, MaxArea: .1}},
		"anchor": {Anchor: 7},
	} {
		if got := reason(t, f.Validate()); got != BadSetting {
			t.Errorf("%s: %q", what, got)
		}
	}
	f := Filter{Exclude: []Polygon{polygon(0, 0)}}
	if got := reason(t, f.Validate()); got != TooFewPoints {
		t.Errorf("mask: %q", got)
	}
}

func TestAnchorText(t *testing.T) {
	for _, a := range []Anchor{BottomCentre, Centre} {
		text, _ := a.MarshalText()
		var b Anchor
		if err := b.UnmarshalText(text); err != nil || a != b {
			t.Errorf("%s: %v, %v", text, b, err)
		}
	}
	if reason(t, new(Anchor).UnmarshalText([]byte("top"))) != BadSetting {
		t.Error("top is an anchor")
	}
}
