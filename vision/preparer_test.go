package vision

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// plainFill is the definition of Fill in float64, without tables. The result
// is in pixel values, one RGB triple a position; ok is false for padding.
func plainFill(p *Preprocess, m *Image, region Box, mp Mapping, x, y int) (v [3]float64, ok bool) {
	// Fused, a sample that lies just between two pixels could go to the other.
	cx := float64((float64(x)+0.5)*mp.ScaleX) + mp.OffsetX
	cy := float64((float64(y)+0.5)*mp.ScaleY) + mp.OffsetY
	lo := func(a, b float64) float64 { return math.Max(a, b) }
	if cx < lo(0, float64(region.X1)) || cy < lo(0, float64(region.Y1)) || cx >= math.Min(float64(m.W), float64(region.X2)) || cy >= math.Min(float64(m.H), float64(region.Y2)) {
		return v, false
	}
	wx := plainWeights(p.Resample, m.W, cx, mp.ScaleX)
	wy := plainWeights(p.Resample, m.H, cy, mp.ScaleY)
	for j, b := range wy {
		for i, a := range wx {
			r, g, bl := m.At(i, j)
			v[0] += a * b * float64(r)
			v[1] += a * b * float64(g)
			v[2] += a * b * float64(bl)
		}
	}
	return v, true
}

// plainWeights returns what each source pixel counts for a sample at c.
func plainWeights(r Resample, n int, c, scale float64) map[int]float64 {
	switch {
	case r == Nearest:
		return map[int]float64{int(c): 1}
	case r == Area || scale > 2:
		w, sum := map[int]float64{}, 0.0
		for i := range n {
			if part := math.Min(float64(i+1), c+scale/2) - math.Max(float64(i), c-scale/2); part > 0 {
				w[i], sum = part, sum+part
			}
		}
		for i := range w {
			w[i] /= sum
		}
		return w
	}
	f := math.Floor(c - 0.5)
	t := c - 0.5 - f
	w := map[int]float64{}
	w[min(max(int(f), 0), n-1)] += 1 - t
	w[min(max(int(f)+1, 0), n-1)] += t
	return w
}

func TestFillAgainstDefinition(t *testing.T) {
	pictures := []*Image{noiseImage(61, 47), noiseImage(1, 1), noiseImage(2, 40), noiseImage(300, 5)}
	for _, img := range pictures {
		w, h := float32(img.W), float32(img.H)
		regions := []Box{img.Bounds(), {w * 0.2, h * 0.3, w * 0.7, h * 0.8}, {-w, -h / 2, w * 1.5, h * 1.2}, {w - 0.5, h - 0.5, w + 9, h + 9}, {2 * w, 2 * h, 3 * w, 3 * h}, {w * 0.4, h * 0.4, w*0.4 + 0.3, h*0.4 + 0.2}}
		for _, region := range regions {
			for _, size := range [][2]int{{24, 24}, {7, 31}, {130, 96}} {
				for _, fit := range []Fit{Letterbox, Stretch, Crop} {
					for _, res := range []Resample{Bilinear, Nearest, Area} {
						p := &Preprocess{Width: size[0], Height: size[1], Fit: fit, Resample: res, Scale: [3]float32{1, 1, 1}, Pad: 114, Layout: NHWC}
						compareFill(t, p, img, region)
					}
				}
			}
		}
	}
}

func compareFill(t *testing.T, p *Preprocess, img *Image, region Box) {
	t.Helper()
	dst := make([]float32, p.Elems())
	mp, err := p.Fill(dst, img, region)
	if err != nil {
		t.Fatal(err)
	}
	for y := range p.Height {
		for x := range p.Width {
			want, ok := plainFill(p, img, region, mp, x, y)
			if !ok {
				want = [3]float64{114, 114, 114}
			}
			for c := range 3 {
				if got := float64(dst[(y*p.Width+x)*3+c]); math.Abs(got-want[c]) > 0.02 {
					t.Fatalf("%d x %d, %v, %v %v to %d x %d: (%d,%d) channel %d is %v, want %v", img.W, img.H, region, p.Fit, p.Resample, p.Width, p.Height, x, y, c, got, want[c])
				}
			}
		}
	}
}

// Known by hand: 4 x 2 to 2 x 2 letterboxed is one row of two means, between
// half bars.
func TestFillByHand(t *testing.T) {
	img := NewImage(4, 2)
	for x := range 4 {
		for y := range 2 {
			img.Set(x, y, uint8(10*x), uint8(100+y*10), 7)
		}
	}
	p := &Preprocess{Width: 2, Height: 3, Colour: BGR, Mean: [3]float32{7, 100, 5}, Scale: [3]float32{2, 1, 0.5}, Pad: 9}
	dst := make([]float32, p.Elems())
	m, err := p.Fill(dst, img, img.Bounds())
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{4, 4, 0, 0, 4, 4 /* B */, -91, -91, 5, 5, -91, -91 /* G */, 2, 2, 0, 10, 2, 2 /* R */}
	for i := range want {
		if math.Abs(float64(dst[i]-want[i])) > 1e-3 {
			t.Fatalf("got %v, want %v", dst, want)
		}
	}
	if want := (Mapping{2, 2, 0, -2}); m != want {
		t.Errorf("mapping %v, want %v", m, want)
	}
}

// All colours and layouts hold the same values.
func TestColoursAndLayouts(t *testing.T) {
	img := noiseImage(40, 30)
	fill := func(c Colour, l Layout) ([]float32, *Preprocess) {
		p := &Preprocess{Width: 16, Height: 16, Colour: c, Layout: l, Mean: [3]float32{100, 100, 100}, Scale: [3]float32{0.1, 0.1, 0.1}, Pad: 50}
		dst := make([]float32, p.Elems())
		if _, err := p.Fill(dst, img, img.Bounds()); err != nil {
			t.Fatal(err)
		}
		return dst, p
	}
	ref, _ := fill(RGB, NHWC)
	for _, l := range []Layout{NCHW, NHWC} {
		for _, c := range []Colour{RGB, BGR, Gray} {
			got, p := fill(c, l)
			for i := range 256 {
				for k := range p.Channels() {
					at := i*p.Channels() + k
					if l == NCHW {
						at = k*256 + i
					}
					want := ref[i*3+k]
					switch c {
					case BGR:
						want = ref[i*3+2-k]
					case Gray:
						want = 0.299*ref[i*3] + 0.587*ref[i*3+1] + 0.114*ref[i*3+2]
					}
					if math.Abs(float64(got[at]-want)) > 1e-4 {
						t.Fatalf("%v %v: position %d channel %d is %v, want %v", c, l, i, k, got[at], want)
					}
				}
			}
		}
	}
}

func TestMappingInverse(t *testing.T) {
	r := newRand(3)
	for range 200 {
		p := Preprocess{Width: 1 + r.IntN(600), Height: 1 + r.IntN(600), Fit: Fit(r.IntN(3)), Scale: [3]float32{1, 1, 1}}
		region := BoxAround(r.Float32()*1000, r.Float32()*1000, 1+r.Float32()*2000, 1+r.Float32()*2000)
		m := p.Place(region)
		q := Point{r.Float32() * 1000, r.Float32() * 1000}
		// A float32 of a few thousand has a step of 1/4096; scaling magnifies it.
		tol := float64(2e-3) * max(1, 1/m.ScaleX, 1/m.ScaleY)
		if back := m.Invert(m.Apply(q)); math.Hypot(float64(back.X-q.X), float64(back.Y-q.Y)) > tol {
			t.Errorf("%v comes back as %v", q, back)
		}
		in := Box{0, 0, float32(p.Width), float32(p.Height)}
		got := m.ApplyBox(in)
		switch p.Fit {
		case Letterbox:
			if got.IoU(got.Union(region)) < 0.999 {
				t.Errorf("letterbox: %v does not hold %v", got, region)
			}
		case Crop:
			if got.IoU(got.Intersect(region)) < 0.999 {
				t.Errorf("crop: %v does not lie in %v", got, region)
			}
		default:
			if got.IoU(region) < 0.999 {
				t.Errorf("stretch: %v is not %v", got, region)
			}
		}
		a, b := got.Centre(), region.Centre()
		if math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)) > 1e-2 {
			t.Errorf("%v is not centred on %v", got, region)
		}
		d := Detection{Box: in, Landmarks: []Point{q}}
		m.ApplyDetection(&d)
		if d.Box != got || d.Landmarks[0] != m.Apply(q) {
			t.Error("a detection is mapped otherwise than its box")
		}
		if back := m.InvertBox(got); back.IoU(in) < 0.99 {
			t.Errorf("%v comes back as %v", in, back)
		}
	}
}

// A mark in the picture is where the mapping says in the input.
func TestMappingMeetsFill(t *testing.T) {
	img := NewImage(200, 120)
	for y := 80; y < 84; y++ {
		for x := 150; x < 154; x++ {
			img.Set(x, y, 255, 255, 255)
		}
	}
	for _, fit := range []Fit{Letterbox, Stretch, Crop} {
		p := &Preprocess{Width: 96, Height: 64, Fit: fit, Scale: [3]float32{1, 1, 1}, Colour: Gray}
		dst := make([]float32, p.Elems())
		m, err := p.Fill(dst, img, Box{100, 50, 190, 110})
		if err != nil {
			t.Fatal(err)
		}
		var sum, sx, sy float64
		for i, v := range dst {
			sum += float64(v)
			sx += float64(v) * (float64(i%96) + 0.5)
			sy += float64(v) * (float64(i/96) + 0.5)
		}
		if at := m.Apply(Point{float32(sx / sum), float32(sy / sum)}); math.Hypot(float64(at.X-152), float64(at.Y-82)) > 0.3 {
			t.Errorf("%v: the mark at (152, 82) is found at %v", fit, at)
		}
	}
}

func TestFillRefuses(t *testing.T) {
	img, nan := NewImage(4, 4), float32(math.NaN())
	good := Preprocess{Width: 2, Height: 2, Scale: [3]float32{1, 1, 1}}
	dst := make([]float32, 12)
	for _, c := range []struct {
		p      Preprocess
		dst    []float32
		img    *Image
		region Box
	}{
		{good, dst[:11], img, img.Bounds()},
		{good, dst, nil, img.Bounds()},
		{good, dst, &Image{4, 4, make([]uint8, 47)}, img.Bounds()},
		{good, dst, img, Box{}},
		{good, dst, img, Box{0, 0, nan, 4}},
		{good, dst, img, Box{0, 0, float32(math.Inf(1)), 4}},
		{good, dst, img, Box{0, 0, 1e9, 4}},
		{good, dst, img, Box{1, 1, 1.0001, 2}},
		{Preprocess{}, nil, img, img.Bounds()},
	} {
		if _, err := c.p.Fill(c.dst, c.img, c.region); err == nil {
			t.Errorf("%+v accepted", c)
		}
	}
}

// Fill must not touch what lies beside its memory.
func TestFillStaysInside(t *testing.T) {
	img := noiseImage(33, 21)
	p := &Preprocess{Width: 19, Height: 23, Scale: [3]float32{1, 1, 1}, Pad: 1}
	for _, l := range []Layout{NCHW, NHWC} {
		p.Layout = l
		mem := make([]float32, p.Elems()+64)
		for i := range mem {
			mem[i] = -5
		}
		if _, err := p.Fill(mem[32:32+p.Elems()], img, img.Bounds()); err != nil {
			t.Fatal(err)
		}
		for i, v := range mem {
			if outside := i < 32 || i >= 32+p.Elems(); outside != (v == -5) {
				t.Fatalf("%v: value %d is %v", l, i, v)
			}
		}
	}
}

func TestFillDoesNotAllocate(t *testing.T) {
	img := noiseImage(640, 480)
	for _, r := range []Resample{Bilinear, Nearest, Area} {
		p := Preprocess{Width: 96, Height: 96, Resample: r, Scale: [3]float32{1, 1, 1}}
		f, err := NewPreparer(p)
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, p.Elems())
		i := 0
		regions := []Box{img.Bounds(), {10, 10, 300, 300}, {-50, -50, 100, 100}}
		fill := func() {
			if _, err := f.Fill(dst, img, regions[i%len(regions)]); err != nil {
				t.Fatal(err)
			}
			i++
		}
		for range regions {
			fill()
		}
		if n := testing.AllocsPerRun(9, fill); n != 0 {
			t.Errorf("%v: %v allocations a fill", r, n)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add(uint8(0), uint16(7), uint16(9), float32(-3), float32(2), float32(50), float32(40))
	f.Fuzz(func(t *testing.T, kind uint8, w, h uint16, x1, y1, x2, y2 float32) {
		p := Preprocess{Width: 1 + int(w%64), Height: 1 + int(h%64), Fit: Fit(kind % 3), Resample: Resample(kind / 3 % 3), Colour: Colour(kind / 9 % 3), Layout: Layout(kind / 27 % 2), Scale: [3]float32{1, 1, 1}, Pad: 255}
		img := noiseImage(1+int(w/64%50), 1+int(h/64%50))
		dst := make([]float32, p.Elems())
		if _, err := p.Fill(dst, img, Box{x1, y1, x2, y2}); err != nil {
			return
		}
		for _, v := range dst {
			if !(v >= -0.001 && v <= 255.001) {
				t.Fatalf("a value of %v", v)
			}
		}
	})
}

func BenchmarkFill(b *testing.B) {
	img := noiseImage(640, 480)
	big := noiseImage(1920, 1080)
	for _, c := range []struct {
		name string
		img  *Image
		r    Resample
		l    Layout
	}{{"640x480", img, Bilinear, NCHW}, {"640x480", img, Bilinear, NHWC}, {"640x480", img, Nearest, NCHW}, {"640x480", img, Area, NCHW}, {"1920x1080", big, Bilinear, NCHW}} {
		b.Run(fmt.Sprintf("%s/%v/%v", c.name, c.r, c.l), func(b *testing.B) {
			p := Preprocess{Width: 320, Height: 320, Resample: c.r, Layout: c.l, Scale: [3]float32{1, 1, 1}}
			f, err := NewPreparer(p)
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float32, p.Elems())
			for b.Loop() {
				if _, err := f.Fill(dst, c.img, c.img.Bounds()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	data := readFile(b, check.Shared(b, "samples", "zidane.jpg"))
	src, err := codecOf(data).read(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := codecOf(data).read(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, o := range []int{1, 6} {
		b.Run(fmt.Sprintf("convert/orientation%d", o), func(b *testing.B) {
			for b.Loop() {
				fromImage(src, o, &fullYCC)
			}
		})
	}
}

// Bytes are those that QuantizeLinear makes of the floats.
func TestFillBytes(t *testing.T) {
	img := noiseImage(53, 37)
	region := Box{-4, 3, 60, 30}
	turned := Affine{XX: 1.3, XY: -0.4, X0: -3, YX: 0.4, YY: 1.3, Y0: 1}
	for _, q := range []struct {
		scale float32
		zero  uint8
	}{{1.0 / 255, 0}, {0.0078125, 128}, {0.019, 114}, {0.3, 255}, {1e-6, 3}} {
		for _, c := range []Colour{RGB, BGR, Gray} {
			for _, l := range []Layout{NCHW, NHWC} {
				for _, fit := range []Fit{Letterbox, Stretch} {
					p := Preprocess{Width: 37, Height: 29, Fit: fit, Colour: c, Layout: l, Pad: 114,
						Mean: [3]float32{123.7, 116, 103}, Scale: [3]float32{0.017, -0.0175, 0.0174}}
					checkBytes(t, &p, q.scale, q.zero, img, region, turned)
				}
			}
		}
	}
}

func checkBytes(t *testing.T, p *Preprocess, scale float32, zero uint8, img *Image, region Box, turned Affine) {
	t.Helper()
	floats := make([]float32, p.Elems())
	mem := bytes.Repeat([]byte{77}, p.Elems()+128)
	got := mem[64 : 64+p.Elems()]
	compare := func(what string) {
		t.Helper()
		for i, v := range floats {
			want := math.RoundToEven(float64(v/scale)) + float64(zero)
			if b := uint8(min(max(want, 0), 255)); got[i] != b {
				t.Fatalf("%s %+v, scale %v, zero %d: element %d is %d, want %d (of %v)", what, p, scale, zero, i, got[i], b, v)
			}
		}
		for i := range 64 {
			if mem[i] != 77 || mem[len(mem)-1-i] != 77 {
				t.Fatalf("%s writes outside of its input", what)
			}
		}
	}
	f, err := NewBytePreparer(*p, scale, zero)
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.Fill(floats, img, region)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := f.FillBytes(got, img, region); err != nil || m != want {
		t.Fatal(m, err)
	}
	compare("a region")
	if n := testing.AllocsPerRun(2, func() { f.FillBytes(got, img, region) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	w, err := NewByteWarper(*p, scale, zero)
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := NewWarper(*p)
	if err := errors.Join(plain.Fill(floats, img, turned), w.FillBytes(got, img, turned)); err != nil {
		t.Fatal(err)
	}
	compare("a warp")
}

func TestFillBytesRefuses(t *testing.T) {
	img, p := NewImage(4, 4), Preprocess{Width: 2, Height: 2, Scale: [3]float32{1, 1, 1}}
	for _, scale := range []float32{0, -1, float32(math.NaN()), float32(math.Inf(1))} {
		if _, err := NewBytePreparer(p, scale, 0); err == nil {
			t.Errorf("a scale of %v accepted", scale)
		}
	}
	f, _ := NewBytePreparer(p, 1, 0)
	if _, err := f.FillBytes(make([]uint8, 11), img, img.Bounds()); err == nil {
		t.Error("too little room accepted")
	}
	plain, _ := NewPreparer(p)
	if _, err := plain.FillBytes(make([]uint8, 12), img, img.Bounds()); err == nil {
		t.Error("bytes by a Preparer of floats accepted")
	}
}
