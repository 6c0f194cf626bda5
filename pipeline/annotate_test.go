package pipeline

import (
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// A picture at half the size shows boxes where things are in it, and no box
// of what was lost long ago.
func TestDrawPutsBoxesWhereTracksAre(t *testing.T) {
	s := Snapshot{Source: "door", Captured: time.Now(), W: 640, H: 480, Picture: *vision.NewImage(320, 240)}
	s.Tracks = []Track{
		{ID: 1, Detection: vision.Detection{Label: "face", Score: 0.9, Box: vision.Box{X1: 200, Y1: 200, X2: 400, Y2: 400}}, Missed: 2},
		{ID: 2, Detection: vision.Detection{Label: "face", Score: 0.9, Box: vision.Box{X1: 500, Y1: 300, X2: 600, Y2: 460}}, Missed: mostMissed + 1},
	}
	before := s.Picture.Clone()
	if err := s.Draw(); err != nil {
		t.Fatal(err)
	}
	same := func(x, y int) bool {
		r, g, b := s.Picture.At(x, y)
		r0, g0, b0 := before.At(x, y)
		return r == r0 && g == g0 && b == b0
	}
	for _, p := range [][2]int{{100, 150}, {199, 150}, {150, 199}} {
		if same(p[0], p[1]) {
			t.Errorf("there is no line at %v", p)
		}
	}
	for _, p := range [][2]int{{150, 150}, {250, 190}, {299, 190}, {220, 150}} {
		if !same(p[0], p[1]) {
			t.Errorf("there is something at %v", p)
		}
	}
	if same(3, 10) {
		t.Error("there is no note in the corner")
	}
	if s.Tracks[0].Detection.Box.X1 != 200 {
		t.Error("drawing changed the track")
	}
}
