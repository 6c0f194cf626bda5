package vision

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

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
