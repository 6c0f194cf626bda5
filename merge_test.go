package ocellus

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

func at(score, x, y, side float32) vision.Detection {
	return vision.Detection{Score: score, Box: vision.Box{X1: x, Y1: y, X2: x + side, Y2: y + side}}
}

func TestMerge(t *testing.T) {
	other := at(0.7, 12, 12, 10)
	other.Class = 1
	for _, c := range []struct {
		name string
		in   []vision.Detection
		want []float32 // scores of what is left
	}{
		{"nothing", nil, nil},
		{"apart", []vision.Detection{at(0.5, 0, 0, 10), at(0.9, 50, 0, 10)}, []float32{0.9, 0.5}},
		{"the same twice", []vision.Detection{at(0.8, 1, 0, 10), at(0.9, 0, 0, 10)}, []float32{0.9}},
		{"a part of a better one", []vision.Detection{at(0.9, 0, 0, 100), at(0.8, 10, 10, 20)}, []float32{0.9}},
		{"a better one in a large one", []vision.Detection{at(0.8, 0, 0, 100), at(0.9, 10, 10, 20)}, []float32{0.9}},
		{"half in another", []vision.Detection{at(0.9, 0, 0, 100), at(0.8, 90, 10, 20)}, []float32{0.9, 0.8}},
		{"another class", []vision.Detection{at(0.9, 0, 0, 100), other}, []float32{0.9, 0.7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := merge(c.in, 0.3)
			if len(got) != len(c.want) {
				t.Fatalf("%v is left, want %v", got, c.want)
			}
			for i, d := range got {
				if d.Score != c.want[i] {
					t.Errorf("%v is left, want %v", got, c.want)
				}
			}
		})
	}
}

func TestAverage(t *testing.T) {
	point := func(d vision.Detection, x float32) vision.Detection {
		d.Landmarks = []vision.Point{{X: x, Y: 2 * x}}
		return d
	}
	d := point(at(0.9, 0, 0, 10), 1)
	far, nameless := point(at(0.9, 50, 0, 10), 50), at(0.9, 0, 0, 10)
	for _, c := range []struct {
		name  string
		views [][]vision.Detection
		want  vision.Detection
		ok    bool
	}{
		{"all agree", [][]vision.Detection{{d}, {d}}, d, true},
		{"weighted by score", [][]vision.Detection{{point(at(0.9, 0, 0, 10), 1)}, {point(at(0.3, 2, 2, 10), 5)}}, point(at(0.6, 0.5, 0.5, 10), 2), true},
		{"the best of a view", [][]vision.Detection{{far, point(at(0.6, 0, 0, 10), 1)}}, point(at(0.6, 0, 0, 10), 1), true},
		{"one view without", [][]vision.Detection{{d}, {far}, nil}, point(at(0.3, 0, 0, 10), 1), true},
		{"other landmarks", [][]vision.Detection{{nameless}}, d, false},
		{"never seen", [][]vision.Detection{nil, {far}}, d, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := average(&d, c.views)
			if ok != c.ok {
				t.Fatalf("seen: %v, want %v", ok, c.ok)
			}
			if !ok {
				return
			}
			p, q := got.Landmarks[0], c.want.Landmarks[0]
			for i, diff := range []float32{got.Score - c.want.Score, got.Box.X1 - c.want.Box.X1, got.Box.Y2 - c.want.Box.Y2, p.X - q.X, p.Y - q.Y} {
				if math.Abs(float64(diff)) > 1e-5 {
					t.Errorf("figure %d of %+v is off by %v, want %+v", i, got, diff, c.want)
				}
			}
		})
	}
}

func TestWhole(t *testing.T) {
	picture := vision.Box{X2: 200, Y2: 100}
	region := vision.Box{X1: 50, Y1: 0, X2: 150, Y2: 100}
	for _, c := range []struct {
		name string
		box  vision.Box
		want bool
	}{
		{"in the middle", vision.Box{X1: 90, Y1: 40, X2: 110, Y2: 60}, true},
		{"at the picture's own edge", vision.Box{X1: 90, Y1: -5, X2: 110, Y2: 60}, true},
		{"at both edges of the picture", vision.Box{X1: 60, Y1: 0, X2: 140, Y2: 100}, true},
		{"at the left cut", vision.Box{X1: 51, Y1: 40, X2: 110, Y2: 60}, false},
		{"over the right cut", vision.Box{X1: 90, Y1: 40, X2: 155, Y2: 60}, false},
	} {
		if got := whole(c.box, region, picture); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTilingText(t *testing.T) {
	var tiling Tiling
	if err := tiling.UnmarshalText([]byte("off")); err != nil || tiling != TileOff {
		t.Errorf("off read as %v, %v", tiling, err)
	}
	if err := tiling.UnmarshalText([]byte("auto")); err != nil || tiling != TileAuto {
		t.Errorf("auto read as %v, %v", tiling, err)
	}
	if err := tiling.UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe was read")
	}
}
