package track

import "github.com/ocellus-vision/ocellus/vision"

// stage is one round of pairing tracks with detections.
type stage struct {
	confirmed, lost, tentative bool // whether tracks in this state take part
	low                        bool // with detections below Config.High, else with the others
}

// The stages in their order. Lost tracks are not sought among detections of a
// low score, which would keep them alive on clutter.
var (
	first      = stage{confirmed: true, lost: true}
	second     = stage{confirmed: true, low: true}
	unassigned = stage{tentative: true}
)

func (s *stage) takes(state State) bool {
	switch state {
	case Confirmed:
		return s.confirmed
	case Lost:
		return s.lost
	case Tentative:
		return s.tentative
	}
	return false
}

// pair pairs a stage's tracks that are not seen yet with its detections that
// are free. A pair shares at least the given IoU, and of all ways to pair them
// the one of the largest sum of what is shared beyond that is taken.
func (t *Tracker) pair(s *stage, dets []vision.Detection, least float32) {
	t.candidates(s)
	if len(t.rows) == 0 || len(t.cols) == 0 {
		return
	}
	t.pairs.reset(len(t.rows), len(t.cols))
	for r, i := range t.rows {
		o := &t.objects[i]
		box, trust := o.filter.box(), t.trust(o)
		for c, k := range t.cols {
			gain := 0.0
			if d := &dets[t.order[k].index]; t.group(d.Class) == o.group {
				gain = trust * shared(box, d.Box, least)
			}
			t.pairs.set(r, c, -gain)
		}
	}
	for r, c := range t.pairs.solve() {
		if c >= 0 && t.pairs.at(r, int(c)) < 0 {
			k := t.cols[c]
			t.free[k] = false
			o, at := &t.objects[t.rows[r]], t.order[k].index
			o.filter.correct(dets[at].Box)
			t.see(o, &dets[at], at)
		}
	}
}

// candidates fills rows and cols.
func (t *Tracker) candidates(s *stage) {
	t.rows, t.cols = t.rows[:0], t.cols[:0]
	for i := range t.objects {
		if o := &t.objects[i]; o.detection < 0 && s.takes(o.state) {
			t.rows = append(t.rows, int32(i))
		}
	}
	for k, r := range t.order {
		if t.free[k] && (r.score < t.cfg.High) == s.low {
			t.cols = append(t.cols, int32(k))
		}
	}
}

// shared returns by how much the IoU of two boxes exceeds the least that a
// pair must have, and 0 for those that are no pair.
func shared(a, b vision.Box, least float32) float64 {
	const touch = 1e-6 // a pair that has just the least is one
	if iou := a.IoU(b); iou > 0 && iou >= least {
		return float64(iou-least) + touch
	}
	return 0
}

// trust is what a track's claim counts. Where one object hides another, both
// tracks claim the one detection, and it belongs to the one that was seen
// until now: a lost track's claim falls to half by the time of its removal.
// (This is not of the papers.)
func (t *Tracker) trust(o *object) float64 {
	if o.state != Lost {
		return 1
	}
	return 1 - min(1, (t.now-o.seen)/t.cfg.MaxLost.Seconds())/2
}
