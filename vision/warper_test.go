package vision

import (
	"math"
	"testing"
)

// plane is a picture whose colours rise evenly, so that bilinear samples of it
// are known exactly.
func plane(w, h int) *Image {
	img := NewImage(w, h)
	for y := range h {
		for x := range w {
			img.Set(x, y, uint8(2*x), uint8(3*y), uint8(x+y))
		}
	}
	return img
}

func rawWarper(t testing.TB, w, h int) (*Warper, []float32) {
	t.Helper()
	f, err := NewWarper(Preprocess{Width: w, Height: h, Scale: [3]float32{1, 1, 1}, Pad: 9, Layout: NHWC})
	if err != nil {
		t.Fatal(err)
	}
	return f, make([]float32, w*h*3)
}

func TestWarpPlane(t *testing.T) {
	img := plane(80, 60)
	for name, at := range map[string]Affine{
		"identity": {XX: 1, YY: 1},
		"moved":    {XX: 1, YY: 1, X0: 10.25, Y0: 7.5},
		"turned":   {XX: 0.8, XY: -0.6, X0: 30, YX: 0.6, YY: 0.8, Y0: 10},
		"larger":   {XX: 0.3, YY: 0.3, X0: 20, Y0: 20},
		"smaller":  {XX: 2.5, YY: 2.5, X0: 2, Y0: 2},
		"mirrored": {XX: -1, YY: 1, X0: 50, Y0: 3},
	} {
		t.Run(name, func(t *testing.T) {
			const side = 20
			f, dst := rawWarper(t, side, side)
			if err := f.Fill(dst, img, at); err != nil {
				t.Fatal(err)
			}
			for y := range side {
				for x := range side {
					p := at.Apply(Point{float32(x) + 0.5, float32(y) + 0.5})
					if p.X < 2 || p.Y < 2 || p.X > 78 || p.Y > 58 {
						continue
					}
					want := [3]float32{2 * (p.X - 0.5), 3 * (p.Y - 0.5), p.X + p.Y - 1}
					for c, w := range want {
						if got := dst[(y*side+x)*3+c]; math.Abs(float64(got-w)) > 0.02 {
							t.Fatalf("channel %d of (%d, %d) is %v, want %v", c, x, y, got, w)
						}
					}
				}
			}
		})
	}
}

// TestWarpAgrees holds the Warper against the Preparer, which samples alike
// where neither turns nor shrinks.
func TestWarpAgrees(t *testing.T) {
	img := NewImage(64, 48)
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i >> 3)
	}
	pre := Preprocess{Width: 30, Height: 30, Fit: Stretch, Mean: [3]float32{100, 120, 90}, Scale: [3]float32{0.1, 0.2, 0.3}, Colour: BGR}
	region := Box{5.5, 3.25, 35.5, 25.75}
	want := make([]float32, pre.Elems())
	m, err := pre.Fill(want, img, region)
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewWarper(pre)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, pre.Elems())
	if err := f.Fill(got, img, Affine{XX: m.ScaleX, X0: m.OffsetX, YY: m.ScaleY, Y0: m.OffsetY}); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > 0.03 {
			t.Fatalf("value %d is %v, the Preparer has %v", i, got[i], want[i])
		}
	}
}

func TestWarpAntialiases(t *testing.T) {
	img := NewImage(256, 256) // stripes of one pixel, which must become grey
	for y := range 256 {
		for x := range 256 {
			v := uint8(255 * (x & 1))
			img.Set(x, y, v, v, v)
		}
	}
	f, dst := rawWarper(t, 16, 16)
	if err := f.Fill(dst, img, Affine{XX: 8, XY: 0.4, X0: 40, YX: -0.4, YY: 8, Y0: 40}); err != nil {
		t.Fatal(err)
	}
	for i, v := range dst {
		if v < 110 || v > 145 {
			t.Fatalf("value %d is %v, want grey", i, v)
		}
	}
}

func TestWarpOutside(t *testing.T) {
	img := plane(10, 10)
	f, dst := rawWarper(t, 4, 4)
	if err := f.Fill(dst, img, Affine{XX: 1, YY: 1, X0: -4, Y0: 100}); err != nil {
		t.Fatal(err)
	}
	for i, v := range dst {
		if v != 9 {
			t.Fatalf("value %d outside the picture is %v, want the padding", i, v)
		}
	}
	for name, at := range map[string]Affine{
		"far": {XX: 1, YY: 1, X0: 1e12}, "NaN": {XX: math.NaN()}, "infinite": {XX: 1, YY: math.Inf(1)}, "huge scale": {XX: 1e9, YY: 1},
	} {
		if err := f.Fill(dst, img, at); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := f.Fill(dst[:5], img, Affine{XX: 1, YY: 1}); err == nil {
		t.Error("too little room: no error")
	}
	if err := f.Fill(dst, &Image{W: 5, H: 5}, Affine{XX: 1, YY: 1}); err == nil {
		t.Error("a picture without memory: no error")
	}
	// A picture of one pixel has no neighbours.
	if err := f.Fill(dst, plane(1, 1), Affine{XX: 0.3, YY: 0.3, X0: -0.1, Y0: -0.1}); err != nil {
		t.Error(err)
	}
}

func TestFitSimilarity(t *testing.T) {
	want := Affine{XX: 1.2, XY: -0.7, X0: 30, YX: 0.7, YY: 1.2, Y0: -5}
	from := []Point{{0, 0}, {10, 3}, {-4, 20}, {7, -9}, {100, 50}}
	var to []Point
	for _, p := range from {
		to = append(to, want.Apply(p))
	}
	for n := 2; n <= len(from); n++ {
		got, ok := FitSimilarity(from[:n], to[:n])
		if !ok || math.Abs(got.XX-want.XX)+math.Abs(got.YX-want.YX)+math.Abs(got.X0-want.X0)+math.Abs(got.Y0-want.Y0) > 1e-4 {
			t.Errorf("%d points: %+v, %v; want %+v", n, got, ok, want)
		}
	}
	if a := want.Angle(); math.Abs(a-math.Atan2(0.7, 1.2)) > 1e-12 || math.Abs(want.Scale()-math.Hypot(1.2, 0.7)) > 1e-12 {
		t.Errorf("angle %v, scale %v", a, want.Scale())
	}
	// Of points that no similarity takes there it is the best: moving any of
	// its four numbers makes the sum of squares larger.
	to[0], to[3] = Point{5, 5}, Point{0, 0}
	best, ok := FitSimilarity(from, to)
	if !ok {
		t.Fatal("no fit")
	}
	sum := func(a Affine) (s float64) {
		for i, p := range from {
			q := a.Apply(p)
			s += math.Pow(float64(q.X-to[i].X), 2) + math.Pow(float64(q.Y-to[i].Y), 2)
		}
		return s
	}
	for _, d := range []Affine{{XX: 0.01, YY: 0.01}, {XY: -0.01, YX: 0.01}, {X0: 0.1}, {Y0: 0.1}} {
		for _, sign := range []float64{1, -1} {
			a := best
			a.XX, a.XY, a.X0 = a.XX+sign*d.XX, a.XY+sign*d.XY, a.X0+sign*d.X0
			a.YX, a.YY, a.Y0 = a.YX+sign*d.YX, a.YY+sign*d.YY, a.Y0+sign*d.Y0
			if sum(a) <= sum(best) {
				t.Errorf("%+v fits better than %+v", a, best)
			}
		}
	}
	nan := float32(math.NaN())
	for name, c := range map[string][2][]Point{
		"one point": {{{1, 1}}, {{2, 2}}}, "lengths": {{{1, 1}, {2, 2}}, {{1, 1}}}, "one place": {{{1, 1}, {1, 1}}, {{1, 1}, {2, 2}}},
		"to one place": {{{1, 1}, {2, 2}}, {{1, 1}, {1, 1}}}, "NaN": {{{1, 1}, {nan, 2}}, {{1, 1}, {2, 2}}},
	} {
		if _, ok := FitSimilarity(c[0], c[1]); ok {
			t.Errorf("%s: fitted", name)
		}
	}
}

func TestAffineThen(t *testing.T) {
	a, b := Affine{1, 2, 3, 4, 5, 6}, Affine{-1, 0.5, 2, 0, 3, 1}
	p := Point{0.5, -2}
	if got, want := a.Then(b).Apply(p), b.Apply(a.Apply(p)); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWarpAllocates(t *testing.T) {
	img := plane(100, 100)
	f, dst := rawWarper(t, 50, 50)
	at := Affine{XX: 1.5, XY: 0.2, X0: 5, YX: -0.2, YY: 1.5, Y0: 20}
	if n := testing.AllocsPerRun(5, func() {
		if err := f.Fill(dst, img, at); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWarp(b *testing.B) {
	img := plane(120, 80)
	f, dst := rawWarper(b, 150, 150)
	for _, c := range []struct {
		name string
		at   Affine
	}{{"upright", Affine{XX: 0.7, YY: 0.5, X0: 5, Y0: 3}}, {"halved", Affine{XX: 2, YY: 2, X0: -50, Y0: -100}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Fill(dst, img, c.at); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestInvert(t *testing.T) {
	a := Affine{XX: 0.8, XY: -0.6, X0: 30, YX: 0.5, YY: 1.2, Y0: -7}
	b, ok := a.Invert()
	p := a.Then(b).Apply(Point{X: 12, Y: 34})
	if !ok || math.Abs(float64(p.X)-12) > 1e-4 || math.Abs(float64(p.Y)-34) > 1e-4 {
		t.Errorf("%+v, %v: (12, 34) comes back as %v", b, ok, p)
	}
	for _, flat := range []Affine{{}, {XX: 1, XY: 2, YX: 2, YY: 4}, {XX: math.NaN(), YY: 1}} {
		if b, ok := flat.Invert(); ok {
			t.Errorf("%+v is inverted to %+v", flat, b)
		}
	}
}
