package capture

import (
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// TestFrameFillsInput goes from a frame's own memory to a network's input,
// and from an RGB copy of it: both must give the same, and the first without
// allocating.
func TestFrameFillsInput(t *testing.T) {
	for _, format := range []Format{YUYV, NV12, YCbCr, Grey, RGB, BGR} {
		s := synthetic(t, "synthetic:160x120", Options{AsFast: true, Format: format})
		p := vision.Preprocess{Width: 64, Height: 64, Fit: vision.Letterbox, Resample: vision.Bilinear, Colour: vision.RGB, Scale: [3]float32{1, 1, 1}}
		f, err := vision.NewPreparer(p)
		if err != nil {
			t.Fatal(err)
		}
		var fr Frame
		var d Decoder
		var m vision.Image
		want, got := make([]float32, p.Elems()), make([]float32, p.Elems())
		ctx := t.Context()
		fill := func() {
			if err := s.Next(ctx, &fr); err != nil {
				t.Fatal(err)
			}
			r, err := d.Raster(&fr)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.FillRows(got, r, vision.Box{X2: 160, Y2: 120}); err != nil {
				t.Fatal(err)
			}
		}
		fill()
		fr.Image(&m)
		if _, err := f.Fill(want, &m, m.Bounds()); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%v: value %d is %v, want %v", format, i, got[i], want[i])
			}
		}
		if n := testing.AllocsPerRun(20, fill); n != 0 {
			t.Errorf("%v: %v allocations a frame", format, n)
		}
	}
}

// BenchmarkFill goes from a frame to a network's input in one pass, and by
// way of an RGB copy.
func BenchmarkFill(b *testing.B) {
	s := synthetic(b, "synthetic:640x480", Options{AsFast: true})
	p := vision.Preprocess{Width: 256, Height: 256, Fit: vision.Letterbox, Resample: vision.Bilinear, Colour: vision.RGB, Scale: [3]float32{1, 1, 1}}
	f, err := vision.NewPreparer(p)
	if err != nil {
		b.Fatal(err)
	}
	var fr Frame
	if err := s.Next(b.Context(), &fr); err != nil {
		b.Fatal(err)
	}
	dst, all := make([]float32, p.Elems()), vision.Box{X2: 640, Y2: 480}
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.FillRows(dst, &fr, all); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("image", func(b *testing.B) {
		var m vision.Image
		for b.Loop() {
			fr.Image(&m)
			if _, err := f.Fill(dst, &m, all); err != nil {
				b.Fatal(err)
			}
		}
	})
}
