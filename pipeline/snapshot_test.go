package pipeline

import (
	"testing"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/vision"
)

// rgbFrame is a frame of W×H with a known colour in each pixel.
func rgbFrame(w, h int) *capture.Frame {
	f := &capture.Frame{Raster: capture.Raster{Format: capture.RGB, W: w, H: h}}
	pix := make([]byte, w*h*3)
	for i := range pix {
		pix[i] = byte(i * 7)
	}
	f.Planes[0] = capture.Plane{Pix: pix, Stride: w * 3}
	return f
}

func viewOf(t testing.TB, f *capture.Frame) *View {
	p := &Picture{}
	p.hold(f)
	if err := p.decode(0); err != nil {
		t.Fatal(err)
	}
	return &View{W: f.W, H: f.H, Picture: p, Tracks: []Track{
		{ID: 1, Detection: vision.Detection{Landmarks: []vision.Point{{X: 1, Y: 1}}}}, {ID: 2},
	}}
}

func TestSnapshotIsTheMeanOfPixels(t *testing.T) {
	f := rgbFrame(13, 9)
	v := viewOf(t, f)
	for _, side := range []int{1, 3, 4, 6, 7, 13, 100} {
		var s Snapshot
		if err := s.Take(v, side); err != nil {
			t.Fatal(err)
		}
		n := max((13+side-1)/side, 1)
		if max(s.Picture.W, s.Picture.H) > side || s.Picture.W != max(13/n, 1) || s.Picture.H != max(9/n, 1) {
			t.Fatalf("side %d: %d×%d", side, s.Picture.W, s.Picture.H)
		}
		for y := range s.Picture.H {
			for x := range s.Picture.W {
				r, _, _ := s.Picture.At(x, y)
				sum, count := 0, 0
				for yy := y * n; yy < min(y*n+n, 9); yy++ {
					for xx := x * n; xx < x*n+n; xx++ {
						sum, count = sum+int(f.Planes[0].Pix[(yy*13+xx)*3]), count+1
					}
				}
				if want := (sum + count/2) / count; int(r) != want {
					t.Fatalf("side %d: (%d, %d) is %d, want %d", side, x, y, r, want)
				}
			}
		}
	}
}

func TestSnapshotIsACopyThatKeepsItsMemory(t *testing.T) {
	v := viewOf(t, rgbFrame(64, 48))
	var s Snapshot
	take := func() {
		if err := s.Take(v, 32); err != nil {
			t.Fatal(err)
		}
	}
	take()
	v.Tracks[0].Detection.Landmarks[0].X = 50
	if s.Tracks[0].Detection.Landmarks[0].X != 1 {
		t.Error("landmarks are shared")
	}
	all := v.Tracks
	if n := testing.AllocsPerRun(20, func() {
		v.Tracks = all[:1]
		take()
		v.Tracks = all
		take()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if x, y := s.Scale(); x != 0.5 || y != 0.5 {
		t.Errorf("scale %v, %v", x, y)
	}
}
