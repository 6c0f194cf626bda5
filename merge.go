package ocellus

import (
	"slices"

	"github.com/ocellus-vision/ocellus/vision"
)

// within is the share of a box that must lie in a better one of its class for
// it to be a part of that object: an eye and a cheek that a small tile took
// for a face.
const within = 0.6

// merge makes one list, best first, of what was found in several regions.
// An object that two regions both show, or of which one shows a part, is kept
// once, as the better of them saw it.
func merge(dets []vision.Detection, iou float32) []vision.Detection {
	return new(merger).run(dets, iou)
}

// merger merges and keeps the memory that it takes.
type merger struct {
	nms  vision.Suppressor
	kept []vision.Detection
}

// run is merge; what it returns is valid until the next.
func (m *merger) run(dets []vision.Detection, iou float32) []vision.Detection {
	// Boxes that were suppressed within their region already are means over
	// many anchors; between regions the better view wins, not the mean.
	best := m.nms.Run(dets, vision.NMSConfig{IoU: iou, Mode: vision.Hard, TopK: -1})
	m.kept = m.kept[:0]
	for i := range best {
		if !inside(&best[i], m.kept) {
			m.kept = append(m.kept, best[i])
		}
	}
	return m.kept
}

func inside(d *vision.Detection, kept []vision.Detection) bool {
	for i := range kept {
		if k := &kept[i]; k.Class == d.Class && (d.Box.Coverage(k.Box) > within || k.Box.Coverage(d.Box) > within) {
			return true
		}
	}
	return false
}

// maxCandidates bounds how many of the best candidates are looked at again,
// and with it the time that a picture takes at a low score.
const maxCandidates = 200

// confirm looks at each candidate again, at the sizes at which the model is
// surest, and keeps those that it still sees. A tile lays objects before the
// network at any size and cut out of what is around them, and somewhere in a
// large picture there is a shadow that looks like a face in one of the tiles;
// it seldom does so in three more views. What is kept gets the mean of its
// views: score, box and landmarks.
func (sc *search) confirm(candidates []vision.Detection) ([]vision.Detection, error) {
	looks := sc.det.head.Looks
	regions := make([]vision.Box, 0, len(candidates)*len(looks))
	for _, c := range candidates {
		for _, share := range looks {
			regions = append(regions, c.Box.Square().Scale(1/share, 1/share))
		}
	}
	views, err := sc.scan(regions)
	if err != nil {
		return nil, err
	}
	var kept []vision.Detection
	for i := range candidates {
		if d, ok := average(&candidates[i], views[i*len(looks):(i+1)*len(looks)]); ok && d.Score >= sc.det.confirm {
			kept = append(kept, d)
		}
	}
	return kept, nil
}

// sameObject is the overlap from which two views show the same object. It is
// low, because a box of a small object is uncertain.
const sameObject = 0.3

// average returns the mean of what the views show of d; a view without it
// counts as a score of zero.
func average(d *vision.Detection, views [][]vision.Detection) (vision.Detection, bool) {
	mean := vision.Detection{Class: d.Class, Landmarks: make([]vision.Point, len(d.Landmarks))}
	sum := float32(0)
	for _, view := range views {
		i := slices.IndexFunc(view, func(v vision.Detection) bool {
			return v.Class == d.Class && len(v.Landmarks) == len(d.Landmarks) && v.Box.IoU(d.Box) > sameObject
		})
		if i < 0 {
			continue
		}
		v := &view[i]
		sum += v.Score
		mean.Box.X1 += v.Score * v.Box.X1
		mean.Box.Y1 += v.Score * v.Box.Y1
		mean.Box.X2 += v.Score * v.Box.X2
		mean.Box.Y2 += v.Score * v.Box.Y2
		for k, p := range v.Landmarks {
			mean.Landmarks[k].X += v.Score * p.X
			mean.Landmarks[k].Y += v.Score * p.Y
		}
	}
	if !(sum > 0) {
		return mean, false
	}
	mean.Score = sum / float32(len(views))
	mean.Box = vision.Box{X1: mean.Box.X1 / sum, Y1: mean.Box.Y1 / sum, X2: mean.Box.X2 / sum, Y2: mean.Box.Y2 / sum}
	for k := range mean.Landmarks {
		mean.Landmarks[k].X /= sum
		mean.Landmarks[k].Y /= sum
	}
	return mean, true
}
