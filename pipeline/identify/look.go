package identify

import (
	"context"
	"errors"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/vote"
	"github.com/ocellus-vision/ocellus/vision"
)

// enough is the side of a face, in pixels of the picture that is read, from
// which more pixels show embedders no more: their inputs are 112 to 160
// across.
const enough = 160

// unsure is the similarity by which a look may miss the threshold and yet not
// say that it is a stranger: it says nothing. A small face of somebody known
// lies there often (in the clip of the singer, from 0.695 to 0.737 at a
// threshold of 0.7, by the frame that he is known from); of pairs of two people
// 1.3 % do, by face-128's rates.
const unsure = 0.02

// look looks at the face of a track; voted: it had a vote.
func (s *Stage) look(ctx context.Context, v *pipeline.View, t *pipeline.Track, k *known) (voted bool, err error) {
	src, d, err := s.find(ctx, v, t)
	if err != nil || d == nil {
		return false, err
	}
	worth, err := s.worth(src, d)
	if err != nil {
		return false, err
	}
	if worth < s.c.Votes.MinQuality {
		s.count(func(st *Stats) { st.Poor++ })
		return false, nil
	}
	e, err := s.c.Looker.Embed(src)
	if err != nil {
		return false, err
	}
	m, err := s.c.Known.Nearest(ctx, e)
	if err != nil {
		return false, err
	}
	l := vote.Look{Similarity: m.Similarity, Margin: m.Margin(), Quality: worth, At: v.Captured}
	switch {
	case m.Similarity >= s.c.Threshold:
		l.Name = m.Name
	case m.Similarity >= s.c.Threshold-unsure:
		l.Name, l.Margin = m.Name, m.Similarity-s.c.Threshold // below any that is wanted
	}
	now := side(t.Detection.Box)
	if k.voter.Result().Decision == vote.Unknown && k.open(now) {
		k.voter.Reset() // the looks from far away count no more
	}
	k.voter.Add(l)
	k.side = max(k.side, now)
	s.count(func(st *Stats) { st.Looks++ })
	return true, nil
}

// worth says how fit the picture of a face is, 0 for one without landmarks.
func (s *Stage) worth(src vision.Rows, d *vision.Detection) (float32, error) {
	f, err := s.c.Looker.Look(src, d)
	if err != nil {
		var nowhere *face.ErrPoints
		if errors.As(err, &nowhere) {
			return 0, nil
		}
		return 0, err
	}
	worth, _ := f.Quality.Worth()
	return worth, nil
}

// find returns the face of a track in the picture that it is read from; nil:
// there is none.
func (s *Stage) find(ctx context.Context, v *pipeline.View, t *pipeline.Track) (*capture.Raster, *vision.Detection, error) {
	s.face = t.Detection
	d := &s.face
	src, shrink := v.Picture.Raster(), v.Picture.Shrink()
	if shrink > 1 && side(d.Box) < float32(shrink*enough) {
		full, err := v.Picture.Full()
		if err != nil {
			return nil, nil, err
		}
		src, shrink = full, 1
	}
	if shrink > 1 {
		s.reduce(d, shrink)
	}
	if s.c.Find != nil {
		return s.faceOf(ctx, src, d.Box, s.c.MinSide/float32(shrink))
	}
	return src, d, nil
}

// reduce takes a detection to a picture so much smaller.
func (s *Stage) reduce(d *vision.Detection, shrink int) {
	s.points = append(s.points[:0], d.Landmarks...)
	d.Landmarks = s.points
	n := 1 / float64(shrink)
	m := vision.Mapping{ScaleX: n, ScaleY: n}
	m.ApplyDetection(d)
}

// faceOf finds the face of a person.
func (s *Stage) faceOf(ctx context.Context, src *capture.Raster, person vision.Box, least float32) (*capture.Raster, *vision.Detection, error) {
	var err error
	if s.found, err = s.c.Find.Detect(ctx, src, top(person, src), s.found[:0]); err != nil {
		return nil, nil, err
	}
	for i := range s.found {
		// The best whose middle is the person's: others may stand about.
		if f := &s.found[i]; side(f.Box) >= least && person.Contains(f.Box.Centre()) {
			return src, f, nil
		}
	}
	s.count(func(st *Stats) { st.Absent++ })
	return src, nil, nil
}

// top is the part of a person in which their face is: a square over the upper
// half, with some room, as far as the picture goes.
func top(person vision.Box, src *capture.Raster) vision.Box {
	side := max(person.Width(), person.Height()/2) * 1.1
	c := person.Centre()
	b := vision.BoxAround(c.X, person.Y1+side/2-side*0.05, side, side)
	return b.Clip(vision.Box{X2: float32(src.W), Y2: float32(src.H)})
}

var _ pipeline.Identifier = (*Stage)(nil)
