package augment

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// scene is a black picture with a red rectangle, marked by a box, and a blue
// spot, marked by a point.
func scene(w, h int, box vision.Box, spot vision.Point) data.Sample {
	m := vision.NewImage(w, h)
	for y := int(box.Y1); y < int(box.Y2); y++ {
		for x := int(box.X1); x < int(box.X2); x++ {
			m.Set(x, y, 200, 0, 0)
		}
	}
	for y := int(spot.Y) - 2; y <= int(spot.Y)+1; y++ {
		for x := int(spot.X) - 2; x <= int(spot.X)+1; x++ {
			m.Set(x, y, 0, 0, 200)
		}
	}
	return data.Sample{Image: m, Label: -1, Objects: []data.Object{{Class: 4, Box: box, Area: float64(box.Area())}}, Points: []vision.Point{spot}}
}

// find returns the box about what is more than half as bright as drawn in a
// channel, and the middle of its brightness; ok is false where there is none
// or it reaches the border.
func find(m *vision.Image, channel int) (box vision.Box, middle vision.Point, ok bool) {
	box = vision.Box{X1: 1e9, Y1: 1e9, X2: -1, Y2: -1}
	var sum, sx, sy float64
	for y := range m.H {
		for x := range m.W {
			v := float64(m.Pix[(y*m.W+x)*3+channel])
			sum, sx, sy = sum+v, sx+v*(float64(x)+0.5), sy+v*(float64(y)+0.5)
			if v > 100 {
				box.X1, box.Y1 = min(box.X1, float32(x)), min(box.Y1, float32(y))
				box.X2, box.Y2 = max(box.X2, float32(x+1)), max(box.Y2, float32(y+1))
			}
		}
	}
	inside := box.X1 > 1 && box.Y1 > 1 && box.X2 < float32(m.W)-1 && box.Y2 < float32(m.H)-1
	return box, vision.Point{X: float32(sx / sum), Y: float32(sy / sum)}, inside && !box.Empty()
}

func near(a, b, by float32) bool { return math.Abs(float64(a-b)) <= float64(by) }

func apply(t *testing.T, text string, s data.Sample, seed uint64, more More) data.Sample {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Apply(s, NewRand(seed), more)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBoxesAndLandmarksStayOnWhatTheyMark(t *testing.T) {
	for text, tolerance := range map[string]float32{
		"mirror@1": 0, "flip@1": 0, "mirror,flip": 0, "crop:20": 0,
		"resized-crop:0.3": 1.6, "affine:0:0.4": 1.6, "affine:0:0:0:0.2": 1, "affine:40": 1.6, "affine:25:0.3:15:0.1,mirror": 2,
	} {
		found := 0
		for seed := range uint64(60) {
			s := scene(120, 90, vision.Box{X1: 30, Y1: 25, X2: 62, Y2: 49}, vision.Point{X: 80, Y: 60})
			before := s.Image.Clone()
			out := apply(t, text, s, seed, nil)
			if !bytes.Equal(before.Pix, s.Image.Pix) || s.Points[0] != (vision.Point{X: 80, Y: 60}) || s.Objects[0].Box.X1 != 30 {
				t.Fatalf("%s changes what it is given", text)
			}
			if box, _, ok := find(out.Image, 0); ok {
				found++
				if len(out.Objects) != 1 {
					t.Fatalf("%s, seed %d: the object is lost", text, seed)
				}
				b := out.Objects[0].Box
				if !near(b.X1, box.X1, tolerance) || !near(b.Y1, box.Y1, tolerance) || !near(b.X2, box.X2, tolerance) || !near(b.Y2, box.Y2, tolerance) || out.Objects[0].Class != 4 {
					t.Errorf("%s, seed %d: the box is %v, what it marks %v", text, seed, b, box)
				}
			}
			if _, at, ok := find(out.Image, 2); ok && (!near(at.X, out.Points[0].X, tolerance/2+0.01) || !near(at.Y, out.Points[0].Y, tolerance/2+0.01)) {
				t.Errorf("%s, seed %d: the point is %v, what it marks %v", text, seed, out.Points[0], at)
			}
		}
		if found < 20 {
			t.Errorf("%s: the object was whole in %d pictures alone", text, found)
		}
	}
}

func TestObjectsThatLeaveAreDropped(t *testing.T) {
	s := scene(40, 40, vision.Box{X1: 2, Y1: 2, X2: 12, Y2: 12}, vision.Point{X: 30, Y: 30})
	if out := shift(s, -10, 0); len(out.Objects) != 0 {
		t.Errorf("a fifth of the object is in the picture, and it stays: %v", out.Objects)
	}
	out := shift(s, -6, 0)
	if len(out.Objects) != 1 || out.Objects[0].Box != (vision.Box{X1: 0, Y1: 2, X2: 6, Y2: 12}) || !near(float32(out.Objects[0].Area), 60, 0.01) {
		t.Errorf("%+v", out.Objects)
	}
	if out := shift(s, -39, 0); len(out.Objects) != 0 {
		t.Errorf("%+v", out.Objects)
	}
}

func TestShrink(t *testing.T) {
	s := scene(240, 180, vision.Box{X1: 60, Y1: 51, X2: 126, Y2: 99}, vision.Point{X: 165, Y: 120})
	if same := Shrink(s, 240); same.Image != s.Image {
		t.Error("a picture that is small enough is shrunk")
	}
	out := Shrink(s, 80)
	box, _, _ := find(out.Image, 0)
	_, spot, _ := find(out.Image, 2)
	if want := (vision.Box{X1: 20, Y1: 17, X2: 42, Y2: 33}); out.Image.W != 80 || out.Image.H != 60 || box != want || !near(out.Objects[0].Box.X2, 42, 0.01) || !near(spot.X, out.Points[0].X, 0.02) {
		t.Errorf("%d×%d, box %v around %v, %v at %v", out.Image.W, out.Image.H, out.Objects, box, out.Points, spot)
	}
}

func TestMirrorSwapsLandmarks(t *testing.T) {
	s := data.Sample{Image: vision.NewImage(10, 10), Points: []vision.Point{{X: 2, Y: 3}, {X: 7, Y: 4}, {X: 5, Y: 6}}, Swap: []int{1, 0, 2}}
	once := mirror(s, nil, nil)
	if !reflect.DeepEqual(once.Points, []vision.Point{{X: 3, Y: 4}, {X: 8, Y: 3}, {X: 5, Y: 6}}) {
		t.Errorf("%v", once.Points)
	}
	for _, f := range []func(data.Sample, *Rand, []float64) data.Sample{mirror, flip} {
		if twice := f(f(s, nil, nil), nil, nil); !reflect.DeepEqual(twice, s) {
			t.Errorf("twice is not nothing: %v", twice)
		}
	}
}

func TestMosaic(t *testing.T) {
	// Each picture is of one colour within its box, so that what a box of the
	// mosaic covers tells whose it is.
	pictures := make([]data.Sample, 8)
	for k := range pictures {
		w, h := 60+k*7, 80-k*5
		box := vision.Box{X1: 15, Y1: 12, X2: float32(w - 15), Y2: float32(h - 12)}
		m := vision.NewImage(w, h)
		for y := int(box.Y1); y < int(box.Y2); y++ {
			for x := int(box.X1); x < int(box.X2); x++ {
				m.Set(x, y, uint8(60+20*k), uint8(60+20*k), uint8(60+20*k))
			}
		}
		pictures[k] = data.Sample{Image: m, Label: -1, Objects: []data.Object{{Class: k, Box: box}}}
	}
	boxes := 0
	for seed := range uint64(40) {
		out := apply(t, "mosaic", pictures[0], seed, func(r *Rand) (data.Sample, error) { return pictures[1+r.Intn(7)], nil })
		if out.Image.W != 60 || out.Image.H != 80 || len(out.Objects) > 4 {
			t.Fatalf("%d×%d, %v", out.Image.W, out.Image.H, out.Objects)
		}
		for _, o := range out.Objects {
			boxes++
			inner := vision.Box{X1: o.Box.X1 + 1.6, Y1: o.Box.Y1 + 1.6, X2: o.Box.X2 - 1.6, Y2: o.Box.Y2 - 1.6}
			for _, p := range []vision.Point{o.Box.Centre(), {X: inner.X1, Y: inner.Y1}, {X: inner.X2, Y: inner.Y2}} {
				if v, _, _ := out.Image.At(int(p.X), int(p.Y)); !near(float32(v), float32(60+20*o.Class), 1) {
					t.Errorf("seed %d: at %v of the box %v of picture %d is %d", seed, p, o.Box, o.Class, v)
				}
			}
		}
	}
	if boxes < 80 {
		t.Errorf("%d boxes in 40 mosaics", boxes)
	}
	p, _ := Parse("mosaic")
	if _, err := p.Apply(data.Sample{Image: vision.NewImage(4, 4), Label: 2}, NewRand(1), nil); err == nil {
		t.Error("a picture of a class is mixed with others")
	}
}

// photo is a picture of many colours.
func photo(w, h int) data.Sample {
	m := vision.NewImage(w, h)
	for y := range h {
		for x := range w {
			m.Set(x, y, uint8(30+x*180/w), uint8(20+y*200/h), uint8(40+(x*y)%150))
		}
	}
	return data.Sample{Image: m, Label: 1}
}

func TestColoursChangeAsTold(t *testing.T) {
	s := photo(64, 48)
	mean := func(m *vision.Image) float64 {
		r, g, b := meanColour(m)
		return (float64(r) + float64(g) + float64(b)) / 3
	}
	difference := func(m *vision.Image) float64 {
		sum := 0.0
		for i, v := range m.Pix {
			sum += math.Abs(float64(v) - float64(s.Image.Pix[i]))
		}
		return sum / float64(len(m.Pix))
	}
	for text, ok := range map[string]func(m *vision.Image) bool{
		"colour:0":     func(m *vision.Image) bool { return difference(m) < 0.6 },
		"colour:0.4":   func(m *vision.Image) bool { return difference(m) > 0.5 },
		"pca:0":        func(m *vision.Image) bool { return difference(m) == 0 },
		"noise:20":     func(m *vision.Image) bool { return difference(m) < 20 && math.Abs(mean(m)-mean(s.Image)) < 2 },
		"blur:2":       func(m *vision.Image) bool { return math.Abs(mean(m)-mean(s.Image)) < 1.5 },
		"jpeg:20":      func(m *vision.Image) bool { d := difference(m); return d > 0 && d < 40 },
		"lowlight:0.2": func(m *vision.Image) bool { return mean(m) < 0.6*mean(s.Image) },
		"cutout:0":     func(m *vision.Image) bool { return difference(m) == 0 },
	} {
		for seed := range uint64(20) {
			if out := apply(t, text, s, seed, nil); !ok(out.Image) || out.Label != 1 {
				t.Errorf("%s, seed %d: difference %v, mean %v", text, seed, difference(out.Image), mean(out.Image))
			}
		}
	}
	flat := data.Sample{Image: vision.NewImage(32, 32)}
	for i := range flat.Image.Pix {
		flat.Image.Pix[i] = uint8(100 + i/3%2)
	}
	changed := 0
	out := apply(t, "cutout:10", flat, 5, nil)
	for i, v := range out.Image.Pix {
		if v != flat.Image.Pix[i] {
			changed++
		}
	}
	if changed == 0 || changed > 300 {
		t.Errorf("cutout of 10×10 changes %d values", changed)
	}
}

func TestNormalIsNormal(t *testing.T) {
	r, n := NewRand(1), 200000
	sum, squares := 0.0, 0.0
	for range n {
		v := r.normal()
		sum, squares = sum+v, squares+v*v
	}
	if m, v := sum/float64(n), squares/float64(n); math.Abs(m) > 0.01 || math.Abs(v-1) > 0.02 {
		t.Errorf("mean %v, variance %v", m, v)
	}
}

func TestSameKeysSameSample(t *testing.T) {
	const all = "mirror,flip,crop:3,resized-crop,affine:10:0.1:4:0.1,colour,pca,cutout:5,noise,blur,jpeg,lowlight"
	a, b := apply(t, all, photo(40, 30), 9, nil), apply(t, all, photo(40, 30), 9, nil)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed makes another sample")
	}
	if c := apply(t, all, photo(40, 30), 10, nil); bytes.Equal(a.Image.Pix, c.Image.Pix) {
		t.Error("another seed makes the same sample")
	}
	for _, size := range [][2]int{{1, 1}, {1, 50}, {3, 2}} { // the smallest of pictures
		for seed := range uint64(20) {
			if out := apply(t, all, photo(size[0], size[1]), seed, nil); out.Image.W != size[0] || out.Image.H != size[1] {
				t.Errorf("%v becomes %d×%d", size, out.Image.W, out.Image.H)
			}
		}
	}
}

func TestPolicies(t *testing.T) {
	for _, p := range presets {
		one, err := Parse(p.name)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		again, err := Parse(one.String())
		if err != nil || again.String() != one.String() {
			t.Errorf("%s: %q becomes %q: %v", p.name, one, again, err)
		}
		if !strings.Contains(Help(), p.name) {
			t.Errorf("the help lacks %s", p.name)
		}
	}
	if p, err := Parse("mirror@0.25,crop:2"); err != nil || p.String() != "mirror@0.25,crop:2@1" || p.Mixes() {
		t.Errorf("%v, %v", p, err)
	}
	for _, text := range []string{"x", "crop:x", "crop:-1", "crop:1:2", "crop:NaN", "mirror@2", "mirror@", "crop:", "mirror:1", "cifar:3", strings.Repeat("mirror,", 101)} {
		if p, err := Parse(text); err == nil {
			t.Errorf("%q is read as %v", text, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("mirror,crop:4,colour:0.2@0.5")
	f.Add("boxes,affine:1:0.2:3:0.4")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(p.String()); err != nil || again.String() != p.String() {
			t.Fatalf("%q: %v, %v", p, again, err)
		}
		if p.Mixes() || len(p.steps) > 10 {
			return
		}
		if out, err := p.Apply(photo(9, 7), NewRand(1), nil); err != nil || out.Image.W != 9 || out.Image.H != 7 {
			t.Errorf("%q: %v", p, err)
		}
	})
}
