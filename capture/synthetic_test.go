package capture

import (
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

func synthetic(t testing.TB, spec string, o Options) *Synthetic {
	t.Helper()
	return open(t, spec, o).(*Synthetic)
}

// TestSyntheticShowsItsTruth looks for the shapes where Truth says that they
// are, in every format.
func TestSyntheticShowsItsTruth(t *testing.T) {
	for f := YUYV; f < MJPEG; f++ {
		s := synthetic(t, "synthetic:320x240", Options{AsFast: true, Format: f})
		var fr Frame
		var m vision.Image
		for range 40 {
			if err := s.Next(t.Context(), &fr); err != nil {
				t.Fatal(err)
			}
			fr.Image(&m)
			truth := s.Truth(nil, fr.Sequence)
			for i, sh := range truth {
				if b := sh.Box; b.X1 < 0 || b.Y1 < 0 || b.X2 > 320 || b.Y2 > 240 || b.Width() < 16 {
					t.Fatalf("%+v leaves the picture", sh)
				}
				x, y := int(sh.Box.X1+sh.Box.X2)/2, int(sh.Box.Y1+sh.Box.Y2)/2
				if covered(truth[i+1:], x, y) {
					continue
				}
				r, g, b := m.At(x, y)
				c := shapeColours[i]
				if f == Grey {
					if d := int(r) - int(uint8((int(c.y)-16)*255/219)); d < -2 || d > 2 {
						t.Fatalf("%v: shape %d has luma %d", f, i, r)
					}
					continue
				}
				if far(r, c.r) || far(g, c.g) || far(b, c.b) {
					t.Fatalf("%v, frame %d: shape %d is %d %d %d, want %+v", f, fr.Sequence, i, r, g, b, c)
				}
				// Just left of the box there is none of it.
				if x0 := int(sh.Box.X1) - 3; x0 >= 0 && !covered(truth, x0, y) {
					if r, g, b := m.At(x0, y); !far(r, c.r) && !far(g, c.g) && !far(b, c.b) {
						t.Fatalf("%v: shape %d reaches out of its box", f, i)
					}
				}
			}
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 8 }

func covered(shapes []Shape, x, y int) bool {
	for _, s := range shapes {
		if float32(x) >= s.Box.X1-2 && float32(x) <= s.Box.X2+2 && float32(y) >= s.Box.Y1-2 && float32(y) <= s.Box.Y2+2 {
			return true
		}
	}
	return false
}

func TestSyntheticIsTheSameAgain(t *testing.T) {
	a, b := synthetic(t, "synthetic:128x96", Options{AsFast: true}), synthetic(t, "synthetic:128x96", Options{AsFast: true})
	var f, g Frame
	moved := false
	for range 5 {
		if a.Next(t.Context(), &f) != nil || b.Next(t.Context(), &g) != nil || string(f.Planes[0].Pix) != string(g.Planes[0].Pix) {
			t.Fatal("two scenes differ")
		}
		moved = moved || a.Truth(nil, f.Sequence)[0].Box != a.Truth(nil, 0)[0].Box
	}
	if !moved {
		t.Error("nothing moves")
	}
}

func TestSyntheticAllocatesNothing(t *testing.T) {
	s := synthetic(t, "synthetic:160x120", Options{AsFast: true, Format: NV12})
	var f Frame
	var m vision.Image
	ctx := t.Context()
	next := func() {
		if err := s.Next(ctx, &f); err != nil {
			t.Fatal(err)
		}
		f.Image(&m)
	}
	next()
	if n := testing.AllocsPerRun(50, next); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
