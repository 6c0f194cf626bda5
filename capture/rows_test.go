package capture

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// random is a raster of random samples.
func random(t testing.TB, f Format, w, h int) *Raster {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	data := make([]byte, frameBytes(f, w, h))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	p := &Raster{Format: f, W: w, H: h}
	if rows, ok := p.lay(data, 0); !ok || rows != h {
		t.Fatalf("%v %d x %d: %d bytes hold %d rows", f, w, h, len(data), rows)
	}
	return p
}

// sample returns luma and chroma of a pixel, by the definition of the format.
func sample(r *Raster, x, y int) (luma, cb, cr uint8) {
	p, q, s := r.Planes[0], r.Planes[1], r.Planes[2]
	switch r.Format {
	case YUYV:
		at := y*p.Stride + x/2*4
		return p.Pix[at+x%2*2], p.Pix[at+1], p.Pix[at+3]
	case UYVY:
		at := y*p.Stride + x/2*4
		return p.Pix[at+1+x%2*2], p.Pix[at], p.Pix[at+2]
	case NV12:
		at := y/2*q.Stride + x/2*2
		return p.Pix[y*p.Stride+x], q.Pix[at], q.Pix[at+1]
	case YCbCr:
		at := (y>>r.ShiftY)*q.Stride + x>>r.ShiftX
		return p.Pix[y*p.Stride+x], q.Pix[at], s.Pix[at]
	}
	return p.Pix[y*p.Stride+x], 128, 128
}

// TestRow holds every format, at even and odd sizes, and every meaning of its
// samples against the equations of BT.601 and BT.709.
func TestRow(t *testing.T) {
	for _, f := range []Format{YUYV, UYVY, NV12, YCbCr, Grey} {
		for _, size := range [][2]int{{8, 6}, {7, 5}, {1, 1}, {2, 3}} {
			r := random(t, f, size[0], size[1])
			for i := range 4 {
				r.FullRange, r.BT709 = i&1 == 1, i&2 == 2
				row := make([]uint8, r.W*3)
				for y := range r.H {
					r.Row(row, y)
					for x := range r.W {
						want := equations(r, x, y)
						for c, v := range want {
							if g := float64(row[x*3+c]); math.Abs(g-v) > 1 {
								t.Fatalf("%v %v, full %v, 709 %v: %d, %d has %v of colour %d, want %.1f", f, size, r.FullRange, r.BT709, x, y, g, c, v)
							}
						}
					}
				}
			}
		}
	}
}

func equations(r *Raster, x, y int) [3]float64 {
	a, b, c := sample(r, x, y)
	luma, cb, cr := float64(a)/255, (float64(b)-128)/255, (float64(c)-128)/255
	if !r.FullRange {
		luma, cb, cr = (float64(a)-16)/219, (float64(b)-128)/224, (float64(c)-128)/224
	}
	kr, kb := 0.299, 0.114
	if r.BT709 {
		kr, kb = 0.2126, 0.0722
	}
	red, blue := luma+2*(1-kr)*cr, luma+2*(1-kb)*cb
	green := (luma - kr*red - kb*blue) / (1 - kr - kb)
	return [3]float64{held(red), held(green), held(blue)}
}

func held(v float64) float64 { return max(0, min(255, v*255)) }

func TestRowOfRGB(t *testing.T) {
	r := random(t, RGB, 5, 3)
	var m vision.Image
	r.Image(&m)
	if string(m.Pix) != string(r.Planes[0].Pix) || m.W != 5 || m.H != 3 {
		t.Error("RGB does not pass as it is")
	}
}

// TestImageOfJPEG holds the way from an MJPEG frame to RGB against the
// standard library's colours.
func TestImageOfJPEG(t *testing.T) {
	data, want := jpegOf(t, 50, 34, 0)
	var d Decoder
	r, err := d.Raster(&Frame{Raster: Raster{Format: MJPEG, Planes: [3]Plane{{Pix: data}}}})
	if err != nil {
		t.Fatal(err)
	}
	var m vision.Image
	r.Image(&m)
	for y := range m.H {
		for x := range m.W {
			g := color.RGBAModel.Convert(want.At(x, y)).(color.RGBA)
			for c, v := range [3]uint8{g.R, g.G, g.B} {
				if got := m.Pix[(y*m.W+x)*3+c]; math.Abs(float64(got)-float64(v)) > 5 {
					t.Fatalf("colour %d at %d, %d is %d, want %d", c, x, y, got, v)
				}
			}
		}
	}
	if b := want.Bounds(); m.W != b.Dx() || m.H != b.Dy() || b == (image.Rectangle{}) {
		t.Errorf("%d x %d", m.W, m.H)
	}
}

func TestDecoderTellsTorn(t *testing.T) {
	data, _ := jpegOf(t, 64, 64, 0)
	var d Decoder
	_, err := d.Raster(&Frame{Raster: Raster{Format: MJPEG, Planes: [3]Plane{{Pix: data[:len(data)-60]}}}})
	if reasonOf(err) != Torn || err.(*ErrCapture).Rows == 0 {
		t.Errorf("%v", err)
	}
}

func TestLayWithStride(t *testing.T) {
	for f, n := range map[Format]int{YUYV: 64*3 + 16, RGB: 64*3 + 24, Grey: 64*3 + 8, NV12: 64*4 + 64*2, YCbCr: 64*4 + 32*2*2} {
		r := Raster{Format: f, W: 8, H: 4}
		if rows, ok := r.lay(make([]byte, n), 64); !ok || rows != 4 || r.Planes[0].Stride != 64 {
			t.Errorf("%v: %d rows of %d bytes, stride %d", f, rows, n, r.Planes[0].Stride)
		}
		if rows, ok := r.lay(make([]byte, 64*2+63), 64); ok || rows != 2 {
			t.Errorf("%v, two rows and a bit: %d", f, rows)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	for _, f := range []Format{YUYV, NV12, YCbCr} {
		b.Run(f.String(), func(b *testing.B) {
			r := random(b, f, 640, 480)
			var m vision.Image
			for b.Loop() {
				r.Image(&m)
			}
		})
	}
}
