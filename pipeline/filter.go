package pipeline

import (
	"maps"

	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// scale stretches scores for the tracker, which has one threshold for all
// classes: what is just worth reporting of a class gets the score high, 1
// stays 1 and 0 stays 0, and between them it is a straight line. Without a
// tracker, what is below is dropped.
type scale struct {
	filter zone.Filter // without scores
	worth  float32
	labels map[string]float32 // in place of worth
	high   float32            // 0: nothing is tracked
}

func newScale(f zone.Filter, own float32, t *track.Config) scale {
	s := scale{filter: f, worth: f.Default.Score, labels: map[string]float32{}}
	if s.worth == 0 {
		s.worth = own
	}
	s.filter.Default.Score = 0
	s.filter.Classes = maps.Clone(f.Classes)
	for label, l := range s.filter.Classes {
		if s.labels[label] = l.Score; l.Score == 0 {
			s.labels[label] = s.worth
		}
		l.Score = 0
		s.filter.Classes[label] = l
	}
	if t != nil {
		s.high = t.High
	}
	return s
}

// of returns the least score of a class that is worth reporting.
func (s *scale) of(label string) float32 {
	if v, ok := s.labels[label]; ok {
		return v
	}
	return s.worth
}

// apply moves what counts of dets, in a picture of w×h, to its front and
// returns it, its scores stretched. To scores it appends what they were.
func (s *scale) apply(dets []vision.Detection, w, h int, scores []float32) ([]vision.Detection, []float32) {
	n := 0
	for i := range dets {
		d := &dets[i]
		worth := s.of(d.Label)
		if s.filter.Judge(d, w, h) != zone.Kept || s.high == 0 && d.Score < worth {
			continue
		}
		scores = append(scores, d.Score)
		dets[n] = *d
		dets[n].Score = s.stretch(d.Score, worth)
		n++
	}
	return dets[:n], scores
}

func (s *scale) stretch(score, worth float32) float32 {
	switch {
	case s.high == 0 || s.high == worth:
		return score
	case score < worth:
		return score / worth * s.high
	case worth >= 1:
		return max(score, s.high)
	}
	return s.high + (score-worth)/(1-worth)*(1-s.high)
}

// LeastScore returns the lowest score that a loop with these settings has use
// for, of a detector whose own threshold is own: what its Detector should be
// told.
func LeastScore(f *zone.Filter, own float32, t *track.Config) float32 {
	s := newScale(*f, own, t)
	least := s.worth
	for _, v := range s.labels {
		least = min(least, v)
	}
	if t != nil && t.High > 0 {
		least *= min(t.Low/t.High, 1)
	}
	return least
}
