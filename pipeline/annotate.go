package pipeline

import (
	"fmt"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// mostMissed is how many frames a track may be out of sight and still be
// drawn, where it should be: boxes do not flicker, and none stands alone.
const mostMissed = 5

// Draw draws into Picture what is in the frame: the boxes of tracks, each with
// its number, its name or else its label, and how sure that is; and in a
// corner when the frame was captured and how old it was once worked on.
func (s *Snapshot) Draw() error {
	dets := make([]vision.Detection, 0, len(s.Tracks))
	x, y := s.Scale()
	m := vision.Mapping{ScaleX: float64(x), ScaleY: float64(y)}
	for i := range s.Tracks {
		t := &s.Tracks[i]
		if t.Missed > mostMissed {
			continue
		}
		d := t.Detection
		d.Landmarks = append([]vision.Point(nil), d.Landmarks...)
		d.Track = t.ID
		if t.Identity.Name != "" {
			d.Label, d.Score = t.Identity.Name, t.Identity.Similarity
		}
		m.ApplyDetection(&d)
		dets = append(dets, d)
	}
	if err := s.Picture.Draw(dets); err != nil {
		return err
	}
	return vision.DrawStyle{}.Note(&s.Picture, s.note())
}

// note is what stands in the corner of an annotated picture.
func (s *Snapshot) note() string {
	parts := []string{s.Source, s.Captured.Local().Format("2006-01-02 15:04:05.000"), fmt.Sprintf("age %.0f ms", float64(s.Age)/1e6)}
	if s.Gated {
		parts = append(parts, "still")
	}
	return strings.Join(parts, "  ")
}
