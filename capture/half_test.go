package capture

import (
	"math/rand/v2"
	"testing"
)

// TestHalfIsTheMeanOfFour holds each pixel against the mean of the four of the
// whole picture. Chroma is the same in each 2×2 pixels, so that converting the
// mean and the mean of what is converted differ by rounding alone.
func TestHalfIsTheMeanOfFour(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const w, h = 22, 10
	for _, format := range []Format{YUYV, UYVY, NV12, YCbCr, Grey, RGB, BGR} {
		for _, full := range []bool{false, true} {
			r := &Raster{Format: format, W: w, H: h, FullRange: full}
			data := make([]byte, frameBytes(format, w, h))
			for i := range data {
				data[i] = uint8(90 + rng.IntN(60)) // nothing is cut off
			}
			if _, ok := r.lay(data, 0); !ok {
				t.Fatal(format)
			}
			if format == YUYV || format == UYVY {
				sameChroma(r)
			}
			var half Half
			if !half.Of(r) {
				t.Fatalf("%v has no half", format)
			}
			if hw, hh := half.Size(); hw != w/2 || hh != h/2 {
				t.Fatalf("%v: %d×%d", format, hw, hh)
			}
			var rows [2][w * 3]byte
			var got [w / 2 * 3]byte
			for y := range h / 2 {
				r.Row(rows[0][:], 2*y)
				r.Row(rows[1][:], 2*y+1)
				half.Row(got[:], y)
				for x := range w / 2 {
					for c := range 3 {
						at := 6*x + c
						want := (int(rows[0][at]) + int(rows[0][at+3]) + int(rows[1][at]) + int(rows[1][at+3])) / 4
						if d := int(got[x*3+c]) - want; d < -2 || d > 2 {
							t.Fatalf("%v: channel %d of (%d, %d) is %d, want %d", format, c, x, y, got[x*3+c], want)
						}
					}
				}
			}
		}
	}
}

// sameChroma gives the second of each two rows the chroma of the first.
func sameChroma(r *Raster) {
	p := r.Planes[0]
	from := 1
	if r.Format == UYVY {
		from = 0
	}
	for y := 0; y < r.H; y += 2 {
		for i := from; i < r.W*2; i += 2 {
			p.Pix[(y+1)*p.Stride+i] = p.Pix[y*p.Stride+i]
		}
	}
}

func TestHalfOfWhatHasNone(t *testing.T) {
	var half Half
	for _, r := range []Raster{
		{Format: YUYV, W: 3, H: 4}, {Format: Grey, W: 4, H: 3}, {Format: MJPEG, W: 4, H: 4}, {Format: RGB, W: 0, H: 4},
		{Format: YCbCr, W: 4, H: 4, ShiftX: 0}, {Format: YCbCr, W: 4, H: 4, ShiftX: 1, ShiftY: 2},
	} {
		if half.Of(&r) {
			t.Errorf("%v of %d×%d has a half", r.Format, r.W, r.H)
		}
	}
}

func BenchmarkHalfRow(b *testing.B) {
	r := &Raster{Format: YUYV, W: 640, H: 480}
	r.lay(make([]byte, frameBytes(YUYV, 640, 480)), 0)
	var half Half
	half.Of(r)
	row := make([]byte, 640*3)
	b.Run("whole", func(b *testing.B) {
		for range b.N {
			for y := range 480 {
				r.Row(row, y)
			}
		}
	})
	b.Run("half", func(b *testing.B) {
		for range b.N {
			for y := range 240 {
				half.Row(row, y)
			}
		}
	})
}
