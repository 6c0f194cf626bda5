package vision

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
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

// All files of testdata show the picture of base.png.
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

// fixtures returns the files of testdata, and one PNG of each further kind.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := Files("testdata")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string][]byte{}
	for _, f := range files {
		set[filepath.Base(f)] = readFile(t, f)
	}
	r := image.Rect(0, 0, 9, 7)
	for name, src := range map[string]image.Image{"gray16.png": image.NewGray16(r), "nrgba.png": image.NewNRGBA(r), "nrgba64.png": image.NewNRGBA64(r),
		"paletted.png": image.NewPaletted(r, color.Palette{color.Black, color.White, color.Transparent})} {
		var b bytes.Buffer
		if err := png.Encode(&b, src); err != nil {
			t.Fatal(err)
		}
		set[name] = b.Bytes()
	}
	return set
}

// contentEnd returns how many bytes at the end of a file are none of the
// picture: a BMP's rows are padded, and this one's file too.
func contentEnd(name string, n int) int {
	if strings.HasSuffix(name, ".bmp") {
		return n - 4
	}
	return n
}

func TestEveryTruncationIsAnError(t *testing.T) {
	for name, data := range fixtures(t) {
		if name == "animated.webp" {
			continue
		}
		if _, err := Decode(name, bytes.NewReader(data)); err != nil {
			t.Errorf("%s whole: %v", name, err)
		}
		for n := range contentEnd(name, len(data)) {
			m, err := Decode(name, bytes.NewReader(data[:n]))
			var e *ErrImage
			if err == nil || !errors.As(err, &e) || m != nil {
				t.Fatalf("%s cut at %d of %d: %v", name, n, len(data), err)
			}
		}
	}
}

// Every bit flipped: a picture or an *ErrImage, and nothing else.
func TestEveryBitFlip(t *testing.T) {
	loader := Loader{MaxPixels: 1 << 16}
	for _, data := range fixtures(t) {
		step := 1
		if testing.Short() || len(data) > 1000 {
			step = 7 // prime to 8, so that every bit of a byte has its turn
		}
		for bit := 0; bit < len(data)*8; bit += step {
			data[bit/8] ^= 1 << (bit % 8)
			checkDecode(t, loader, data)
			data[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func checkDecode(t *testing.T, l Loader, data []byte) {
	t.Helper()
	m, err := l.Decode("x", bytes.NewReader(data))
	var e *ErrImage
	switch {
	case err != nil && (m != nil || !errors.As(err, &e) || e.Why == ""):
		t.Fatalf("%v is no *ErrImage", err)
	case err == nil && (!m.valid() || len(m.Pix) != m.W*m.H*3 || m.W*m.H > l.MaxPixels):
		t.Fatalf("%d x %d with %d bytes", m.W, m.H, len(m.Pix))
	}
}

func TestSharedSamples(t *testing.T) {
	files, err := Files(check.Shared(t, "samples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files[:min(len(files), 5)] {
		data := readFile(t, f)
		if _, err := Decode(f, bytes.NewReader(data)); err != nil {
			t.Error(err)
		}
		for i := 1; i < 8; i++ {
			n := len(data) * i / 8
			if _, err := Decode(f, bytes.NewReader(data[:n])); err == nil {
				t.Errorf("%s cut at %d of %d: no error", f, n, len(data))
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range fixtures(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkDecode(t, Loader{MaxPixels: 1 << 16}, data)
	})
}

func FuzzEXIF(f *testing.F) {
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"))
	f.Add([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := exifOrientation(data); o < 1 || o > 8 {
			t.Fatal(o)
		}
	})
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
