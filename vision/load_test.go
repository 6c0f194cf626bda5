package vision

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustLoad(t testing.TB, path string) *Image {
	t.Helper()
	m, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// meanDifference returns the mean absolute difference of samples.
func meanDifference(t testing.TB, a, b *Image) float64 {
	t.Helper()
	if a.W != b.W || a.H != b.H {
		t.Fatalf("%d x %d against %d x %d", a.W, a.H, b.W, b.H)
	}
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

// All files of testdata show the picture of base.png: four quarters of plain
// colour over a slope, drawn and saved by a script with Pillow. The bytes of
// cmyk-plain.jpg and ycck-adobe.jpg were then changed to what Pillow does not
// write: no Adobe segment, and one that says YCCK.
func TestLoadKinds(t *testing.T) {
	base := mustLoad(t, "testdata/base.png")
	if base.W != 37 || base.H != 29 {
		t.Fatalf("base is %d x %d", base.W, base.H)
	}
	if r, g, b := base.At(36, 28); r != 210 || g != 208 || b != 81 {
		t.Fatalf("last pixel %d %d %d", r, g, b)
	}
	grey, clear, turned := base.Clone(), base.Clone(), NewImage(base.H, base.W)
	for y := range base.H {
		for x := range base.W {
			r, g, b := base.At(x, y)
			l := uint8(0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b) + 0.5)
			grey.Set(x, y, l, l, l)
			turned.Set(base.H-1-y, x, r, g, b)
			if x >= 20 {
				over := func(v uint8) uint8 { return uint8(0.4*float64(v) + 0.6*255 + 0.5) }
				clear.Set(x, y, over(r), over(g), over(b))
			}
		}
	}
	for _, c := range []struct {
		file      string
		want      *Image
		tolerance float64
	}{
		{"base.bmp", base, 0},
		{"palette.bmp", base, 8},
		{"444.jpg", base, 2},
		{"422.jpg", base, 5},
		{"420.jpg", base, 6},
		{"progressive.jpg", base, 6},
		{"grey.jpg", grey, 1},
		{"cmyk-adobe.jpg", base, 4},
		{"cmyk-plain.jpg", base, 4},
		{"ycck-adobe.jpg", base, 4},
		{"lossless.webp", base, 0},
		{"lossy.webp", base, 6},
		{"alpha.webp", clear, 5},
		{"exif6.png", turned, 0},
		{"exif6.webp", turned, 0},
		{"exif6.jpg", turned, 2},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := mustLoad(t, filepath.Join("testdata", c.file))
			if d := meanDifference(t, got, c.want); d > c.tolerance {
				t.Errorf("differs by %.2f on average, over %v", d, c.tolerance)
			}
		})
	}
}

// Every orientation must agree with its definition: where the first row and
// the first column of the stored picture are in the picture as seen.
func TestOrientations(t *testing.T) {
	const w, h = 21, 37 // more rows than a strip, and not a multiple of it
	src := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			src.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 9, 255})
		}
	}
	seen := map[int]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - 1 - y, x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return y, w - 1 - x },
	}
	for o, at := range seen {
		m := fromImage(src, o, nil)
		for y := range h {
			for x := range w {
				px, py := at(x, y)
				if r, g, b := m.At(px, py); int(r) != x || int(g) != y || b != 9 {
					t.Fatalf("orientation %d: stored (%d,%d) is not at (%d,%d)", o, x, y, px, py)
				}
			}
		}
	}
}

// Each fast loop must agree with the colour model of the standard library.
func TestConvertKinds(t *testing.T) {
	r := image.Rect(3, 5, 40, 24) // an odd corner, as a sub-image has
	pal := color.Palette{color.NRGBA{10, 20, 30, 255}, color.NRGBA{200, 100, 0, 128}, color.Transparent, color.White}
	kinds := map[string]image.Image{
		"gray": image.NewGray(r), "gray16": image.NewGray16(r), "rgba": image.NewRGBA(r), "rgba64": image.NewRGBA64(r),
		"nrgba": image.NewNRGBA(r), "nrgba64": image.NewNRGBA64(r), "cmyk": image.NewCMYK(r), "paletted": image.NewPaletted(r, pal),
		"alpha16": image.NewAlpha16(r), // no loop of its own
	}
	for _, s := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		p := image.NewYCbCr(r, s)
		noise(p.Y)
		noise(p.Cb)
		noise(p.Cr)
		kinds[s.String()] = p
	}
	a := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
	noise(a.Y)
	noise(a.Cb)
	noise(a.Cr)
	noise(a.A)
	kinds["nycbcra"] = a
	for name, src := range kinds {
		if d, ok := src.(interface{ Set(x, y int, c color.Color) }); ok {
			rnd := newRand(7)
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					d.Set(x, y, color.NRGBA64{uint16(rnd.Uint32()), uint16(rnd.Uint32()), uint16(rnd.Uint32()), uint16(rnd.Uint32())})
				}
			}
		}
		got := fromImage(src, 1, &fullYCC)
		for y := range got.H {
			for x := range got.W {
				r, g, b, a := src.At(x+3, y+5).RGBA()
				over := func(v uint32) float64 { return float64(v+0xffff-a) / 257 }
				gr, gg, gb := got.At(x, y)
				for i, p := range [3][2]float64{{over(r), float64(gr)}, {over(g), float64(gg)}, {over(b), float64(gb)}} {
					if math.Abs(p[0]-p[1]) > 2 {
						t.Fatalf("%s: (%d,%d) channel %d is %v, want %v", name, x, y, i, p[1], p[0])
					}
				}
			}
		}
	}
}

// The limit is checked before the pixels are: these files hold none.
func TestLimits(t *testing.T) {
	whole := readFile(t, "testdata/base.png")
	for _, l := range []int{37*29 - 1, 1} {
		var e *ErrImage
		if _, err := (Loader{MaxPixels: l}).Decode("x", bytes.NewReader(whole)); !errors.As(err, &e) || !strings.Contains(e.Why, "37 x 29") {
			t.Errorf("limit %d: %v", l, err)
		}
	}
	if _, err := (Loader{MaxPixels: 37 * 29}).Decode("x", bytes.NewReader(whole)); err != nil {
		t.Error(err)
	}
	for name, head := range map[string]string{
		"png":       "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00",
		"png 16":    "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x27\x10\x00\x00\x27\x10\x10\x02\x00\x00\x00",
		"jpeg":      "\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02",
		"jpeg prog": "\xff\xd8\xff\xc2\x00\x11\x08\x27\x10\x27\x10\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02",
		"webp":      "RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\xff\xff\x00",
		"bmp":       "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x01\x00\x18\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		var e *ErrImage
		_, err := Decode(name, strings.NewReader(head))
		if !errors.As(err, &e) || !strings.Contains(e.Why, "more than") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsSayWhatItIs(t *testing.T) {
	var anim bytes.Buffer
	if err := gif.Encode(&anim, image.NewGray(image.Rect(0, 0, 2, 2)), nil); err != nil {
		t.Fatal(err)
	}
	base := readFile(t, "testdata/444.jpg")
	for _, c := range []struct{ data, want string }{
		{"", "empty"},
		{anim.String(), "a GIF"},
		{"<!doctype html><html>not found</html>", "text"},
		{"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"},
		{"%PDF-1.7", "a PDF"},
		{"\x93NUMPY\x01\x00", "not a picture"},
		{"BMW is a car", "BMP"},
		{string(base[:len(base)/2]), "truncated JPEG"},
		{string(readFile(t, "testdata/animated.webp")), "animated"},
		{"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x00\x00\x00\x00\x05\x08\x02\x00\x00\x00", "0 x"},
	} {
		_, err := Decode("cam.jpg", strings.NewReader(c.data))
		var e *ErrImage
		if !errors.As(err, &e) || e.File != "cam.jpg" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.12q: %v, want something about %q", c.data, err, c.want)
		}
	}
	var e *ErrImage
	if _, err := Load(t.TempDir()); !errors.As(err, &e) || !strings.Contains(e.Why, "folder") {
		t.Errorf("folder: %v", err)
	}
	if _, err := Load("no/such.png"); !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"b.JPG", "a.png", "c.txt", ".hidden.png", "d.webp", "e.bmp", "f.onnx"} {
		if err := os.WriteFile(filepath.Join(dir, n), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "g.png"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if s := strings.Join(got, " "); s != "a.png b.JPG d.webp e.bmp" {
		t.Errorf("got %s", s)
	}
	if got, err := Files(filepath.Join(dir, "c.txt")); err != nil || len(got) != 1 {
		t.Errorf("a file named outright: %v, %v", got, err)
	}
	var e *ErrImage
	if _, err := Files(filepath.Join(dir, "g.png")); !errors.As(err, &e) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Files(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
}

// What every other reader forgives in a JPEG is forgiven: stray bytes between
// segments, fill bytes, and zeros after the end.
func TestForgivenJPEG(t *testing.T) {
	want := mustLoad(t, "testdata/exif6.jpg")
	data := readFile(t, "testdata/exif6.jpg")
	first := 4 + int(data[4])<<8 + int(data[5]) // the end of the first segment
	for name, b := range map[string][]byte{
		"stray bytes": append(append(append([]byte{}, data[:first]...), 1, 2, 3), data[first:]...),
		"fill bytes":  append(append(append([]byte{}, data[:2]...), 0xff, 0xff), data[2:]...),
		"zeros after": append(append([]byte{}, data...), make([]byte, 100)...),
	} {
		got, err := Decode(name, bytes.NewReader(b))
		if err != nil || meanDifference(t, got, want) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSize holds the size out of the header against that of the picture read.
func TestSize(t *testing.T) {
	for _, name := range []string{"420.jpg", "progressive.jpg", "base.png", "exif6.png", "exif6.webp", "exif6.jpg", "alpha.webp", "base.bmp"} {
		file := filepath.Join("testdata", name)
		m, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if w, h, err := Size(file); err != nil || w != m.W || h != m.H {
			t.Errorf("%s: %d x %d, %v, want %d x %d", name, w, h, err, m.W, m.H)
		}
	}
	for _, file := range []string{"load_test.go", "none.jpg", "testdata"} {
		if _, _, err := Size(file); !errors.As(err, new(*ErrImage)) {
			t.Errorf("%s: %v, want an *ErrImage", file, err)
		}
	}
}
