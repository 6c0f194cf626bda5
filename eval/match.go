package eval

import (
	"cmp"
	"slices"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// area is the pixels that o covers.
func area(o *data.Object) float64 {
	if o.Area == 0 {
		return boxArea(o.Box)
	}
	return o.Area
}

func boxArea(b vision.Box) float64 {
	if b.Empty() {
		return 0
	}
	return (float64(b.X2) - float64(b.X1)) * (float64(b.Y2) - float64(b.Y1))
}

// overlap is the IoU of a detection and an object; for a crowd, the share of
// the detection that lies in it.
func overlap(d vision.Box, o *data.Object) float64 {
	w := float64(min(d.X2, o.Box.X2)) - float64(max(d.X1, o.Box.X1))
	h := float64(min(d.Y2, o.Box.Y2)) - float64(max(d.Y1, o.Box.Y1))
	if !(w > 0 && h > 0) {
		return 0
	}
	both := w * h
	if o.Crowd {
		return both / boxArea(d)
	}
	return both / (boxArea(d) + boxArea(o.Box) - both)
}

// matcher pairs the detections of a picture with its objects, for one class.
// It is scratch memory that is used over and over.
type matcher struct {
	truth   []data.Object
	found   []vision.Detection // best first
	ious    []float64          // found × truth
	order   []int              // truth, those that count before those to be ignored
	ignored []bool             // by truth
	taken   []bool             // by truth
	of      []int              // by found: the truth it is matched with, or -1
}

// load takes one class of a picture: no more than most detections, best
// first, those of equal score in the order given.
func (m *matcher) load(truth []data.Object, found []vision.Detection, class, most int) {
	m.truth, m.found, m.ious = m.truth[:0], m.found[:0], m.ious[:0]
	for _, o := range truth {
		if o.Class == class {
			m.truth = append(m.truth, o)
		}
	}
	for _, d := range found {
		if d.Class == class {
			m.found = append(m.found, d)
		}
	}
	slices.SortStableFunc(m.found, func(a, b vision.Detection) int { return cmp.Compare(b.Score, a.Score) })
	m.found = m.found[:min(len(m.found), most)]
	for i := range m.found {
		for j := range m.truth {
			m.ious = append(m.ious, overlap(m.found[i].Box, &m.truth[j]))
		}
	}
	m.ignored, m.taken = slices.Grow(m.ignored[:0], len(m.truth))[:len(m.truth)], slices.Grow(m.taken[:0], len(m.truth))[:len(m.truth)]
	m.of = slices.Grow(m.of[:0], len(m.found))[:len(m.found)]
}

// within sets which objects count: those whose area is in the range, unless
// they are crowds or to be ignored. It returns their number.
func (m *matcher) within(r areaRange) (count int) {
	for j := range m.truth {
		o := &m.truth[j]
		m.ignored[j] = o.Crowd || o.Ignore || !r.holds(area(o))
		if !m.ignored[j] {
			count++
		}
	}
	m.order = m.order[:0]
	for _, want := range []bool{false, true} {
		for j, ignored := range m.ignored {
			if ignored == want {
				m.order = append(m.order, j)
			}
		}
	}
	return count
}

// match gives each detection, best first, the object that it overlaps most
// and at least by iou, of those not taken yet. One that counts goes before any
// that is to be ignored, and a crowd is never taken (as pycocotools does it;
// of equal overlaps the later object wins there).
func (m *matcher) match(iou float64) {
	clear(m.taken)
	for i := range m.found {
		best, at := min(iou, 1-1e-10), -1
		for _, j := range m.order {
			if m.taken[j] && !m.truth[j].Crowd {
				continue
			}
			if at >= 0 && !m.ignored[at] && m.ignored[j] {
				break
			}
			if v := m.ious[i*len(m.truth)+j]; v >= best {
				best, at = v, j
			}
		}
		if m.of[i] = at; at >= 0 {
			m.taken[at] = true
		}
	}
}

// Outcome is what became of a detection.
type Outcome uint8

// The outcomes.
const (
	Dropped    Outcome = iota // its score is too low
	FalseAlarm                // nothing of that class is there
	Hit                       // an object that counts
	Neutral                   // a crowd, or an object to be ignored
)

// Compare says, for one picture, what became of each detection of a score of
// at least least, and which objects that count were missed, at an overlap of
// iou. outcomes is in the order of found, and missed are indices into truth.
func Compare(truth []data.Object, found []vision.Detection, iou float64, least float32) (outcomes []Outcome, missed []int) {
	outcomes = make([]Outcome, len(found))
	hit := make([]bool, len(truth))
	for _, class := range classesOf(truth, found) {
		var objects, dets []int // indices of those of the class
		var m matcher
		for j := range truth {
			if truth[j].Class == class {
				objects = append(objects, j)
			}
		}
		for i := range found {
			if found[i].Class == class && found[i].Score >= least {
				dets = append(dets, i)
			}
		}
		slices.SortStableFunc(dets, func(a, b int) int { return cmp.Compare(found[b].Score, found[a].Score) })
		best := make([]vision.Detection, len(dets))
		for i, at := range dets {
			best[i] = found[at]
		}
		m.load(truth, best, class, len(best))
		m.within(allAreas)
		m.match(iou)
		for i, at := range m.of {
			switch {
			case at < 0:
				outcomes[dets[i]] = FalseAlarm
			case m.ignored[at]:
				outcomes[dets[i]] = Neutral
			default:
				outcomes[dets[i]] = Hit
				hit[objects[at]] = true
			}
		}
	}
	for j := range truth {
		if !hit[j] && !truth[j].Crowd && !truth[j].Ignore {
			missed = append(missed, j)
		}
	}
	return outcomes, missed
}

func classesOf(truth []data.Object, found []vision.Detection) []int {
	var list []int
	for i := range truth {
		list = append(list, truth[i].Class)
	}
	for i := range found {
		list = append(list, found[i].Class)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
