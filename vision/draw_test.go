package vision

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func changed(a, b *Image) Box {
	var u Box
	for y := range a.H {
		for x := range a.W {
			i := (y*a.W + x) * 3
			if !bytes.Equal(a.Pix[i:i+3], b.Pix[i:i+3]) {
				u = u.Union(Box{float32(x), float32(y), float32(x + 1), float32(y + 1)})
			}
		}
	}
	return u
}

func TestDrawIsWhereTheBoxIs(t *testing.T) {
	m := NewImage(320, 240)
	before := m.Clone()
	box := Box{100, 80, 180, 200}
	if err := (DrawStyle{LineWidth: 4, NoLabels: true}).Draw(m, []Detection{{Box: box}}); err != nil {
		t.Fatal(err)
	}
	want := Box{97, 77, 183, 203} // half the line and a rim of one pixel
	if got := changed(before, m); got != want {
		t.Errorf("changed %v, want %v", got, want)
	}
	for _, p := range [][2]int{{140, 80}, {140, 199}, {100, 140}, {179, 140}} {
		r, g, b := m.At(p[0], p[1])
		if (rgbColour{r, g, b}) != palette(0) {
			t.Errorf("%v is not on the line: %d %d %d", p, r, g, b)
		}
	}
	if r, g, b := m.At(140, 140); r|g|b != 0 {
		t.Error("the inside is painted over")
	}
}

func TestDrawLandmarks(t *testing.T) {
	m := NewImage(320, 240)
	nan := float32(math.NaN())
	d := Detection{Class: 2, Landmarks: []Point{{50, 60}, {-4, 3}, {nan, 5}, {1e30, 2}}}
	if err := m.Draw([]Detection{d}); err != nil {
		t.Fatal(err)
	}
	if r, g, b := m.At(50, 60); (rgbColour{r, g, b}) != palette(2) {
		t.Errorf("no dot at the landmark: %d %d %d", r, g, b)
	}
	if got := changed(NewImage(320, 240), m); got.Union(Box{44, 54, 56, 66}) != (Box{44, 54, 56, 66}) {
		t.Errorf("drawn in %v", got)
	}
}

// A tag is drawn whole wherever the box is: the same area of ink-free colour.
func TestTagsStayInside(t *testing.T) {
	area := func(b Box) int {
		m := NewImage(300, 200)
		if err := m.Draw([]Detection{{Label: "face", Score: 0.97, Box: b}}); err != nil {
			t.Fatal(err)
		}
		plain := NewImage(300, 200)
		if err := (DrawStyle{NoLabels: true}).Draw(plain, []Detection{{Box: b}}); err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := 0; i < len(m.Pix); i += 3 {
			if rgbColour(m.Pix[i:i+3]) == palette(0) && rgbColour(plain.Pix[i:i+3]) != palette(0) {
				n++
			}
		}
		return n
	}
	want := area(Box{120, 100, 180, 160})
	if want < 300 {
		t.Fatalf("a tag of %d pixels", want)
	}
	for _, b := range []Box{{-50, -50, 40, 40}, {280, 20, 290, 40}, {290, 190, 400, 300}, {-9, 190, 9, 199}, {-1e9, -1e9, 1e9, 1e9}, {100, 2, 160, 60}} {
		if got := area(b); float64(got) < 0.8*float64(want) {
			t.Errorf("%v: %d pixels of tag, want about %d", b, got, want)
		}
	}
}

func TestDrawNonsense(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	dets := []Detection{{Box: Box{nan, 0, 5, 5}}, {Box: Box{0, 0, inf, 5}}, {Box: Box{9, 9, 1, 1}}, {Score: nan, Label: "\x00\xff…名", Class: -7, Track: -3, Box: Box{0, 0, 1e-9, 1e-9}},
		{Label: string(bytes.Repeat([]byte("long "), 500)), Box: Box{0, 0, 3e38, 3e38}}}
	for _, size := range [][2]int{{1, 1}, {3, 200}, {200, 3}, {640, 480}} {
		for _, s := range []DrawStyle{{}, {LineWidth: nan, TextSize: nan}, {LineWidth: 500, TextSize: 100}} {
			if err := s.Draw(NewImage(size[0], size[1]), dets); err != nil {
				t.Error(err)
			}
		}
	}
	if err := (&Image{W: 4, H: 4}).Draw(dets); err == nil {
		t.Error("a picture without memory is drawn on")
	}
}

func TestPaletteIsDistinct(t *testing.T) {
	for i := range 8 {
		for j := range i {
			d, a, b := 0.0, palette(i), palette(j)
			for k := range 3 {
				d += math.Abs(float64(a[k]) - float64(b[k]))
			}
			if d < 25 {
				t.Errorf("colours %d and %d are %v and %v", i, j, a, b)
			}
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	m := mustLoad(t, "testdata/base.png")
	for name, tolerance := range map[string]float64{"a.png": 0, "b.jpg": 8, "c.JPEG": 8} {
		path := filepath.Join(dir, name)
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		if d := meanDifference(t, mustLoad(t, path), m); d > tolerance {
			t.Errorf("%s differs by %v", name, d)
		}
	}
	var e *ErrImage
	for _, err := range []error{m.Save(filepath.Join(dir, "x.gif")), m.SavePNG(filepath.Join(dir, "none", "x.png")), (&Image{W: 3, H: 3}).SaveJPEG(filepath.Join(dir, "y.jpg"), 0)} {
		if !errors.As(err, &e) {
			t.Errorf("%v is no *ErrImage", err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 3 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestNoteIsInTheUpperLeftCorner(t *testing.T) {
	m := NewImage(320, 240)
	before := m.Clone()
	if err := (DrawStyle{TextSize: 13}).Note(m, "door 31 ms"); err != nil {
		t.Fatal(err)
	}
	got := changed(before, m)
	if got.X1 > 3 || got.Y1 > 3 || got.X2 < 40 || got.X2 > 160 || got.Y2 < 13 || got.Y2 > 30 {
		t.Errorf("changed %v", got)
	}
	if err := (DrawStyle{}).Note(&Image{W: 3, H: 3}, "x"); err == nil {
		t.Error("a picture without pixels was written on")
	}
}
