package pipeline

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

func TestScoresAreStretchedForTheTracker(t *testing.T) {
	track := DefaultTrack() // high 0.5, low 0.1
	f := zone.Filter{Classes: map[string]zone.Limits{"cat": {Score: 0.8}, "dog": {}, "owl": {Score: 1}}}
	s := newScale(f, 0.3, track)
	for _, c := range []struct {
		label       string
		score, want float32
	}{
		{"cat", 0.8, 0.5}, {"cat", 0.4, 0.25}, {"cat", 0.9, 0.75}, {"cat", 1, 1}, {"cat", 0, 0},
		{"dog", 0.3, 0.5}, {"cow", 0.3, 0.5}, {"cow", 0.65, 0.75}, {"owl", 1, 1}, {"owl", 0.5, 0.25},
	} {
		d := []vision.Detection{{Label: c.label, Score: c.score, Box: vision.Box{X2: 1, Y2: 1}}}
		got, scores := s.apply(d, 10, 10, nil)
		if len(got) != 1 || math.Abs(float64(got[0].Score-c.want)) > 1e-6 || scores[0] != c.score {
			t.Errorf("%s of %v: %v, want %v", c.label, c.score, got, c.want)
		}
	}
	if least := LeastScore(&f, 0.3, track); math.Abs(float64(least)-0.06) > 1e-6 {
		t.Errorf("least score %v, want 0.06", least)
	}
	if least := LeastScore(&f, 0.3, nil); least != 0.3 {
		t.Errorf("least score without a tracker %v", least)
	}
}

func TestWithoutATrackerLowScoresAreDropped(t *testing.T) {
	s := newScale(zone.Filter{Default: zone.Limits{Score: 0.6, MinArea: 0.1}, Only: map[string]bool{"a": true}}, 0.3, nil)
	big, small := vision.Box{X2: 5, Y2: 5}, vision.Box{X2: 1, Y2: 1}
	got, scores := s.apply([]vision.Detection{
		{Label: "a", Score: 0.5, Box: big}, {Label: "a", Score: 0.7, Box: small}, {Label: "b", Score: 0.9, Box: big}, {Label: "a", Score: 0.65, Box: big},
	}, 10, 10, nil)
	if len(got) != 1 || got[0].Score != 0.65 || len(scores) != 1 || scores[0] != 0.65 {
		t.Errorf("kept %+v, %v", got, scores)
	}
}
