package eval

import (
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// areaRange is a range of areas in square pixels, both ends included.
type areaRange struct{ lo, hi float64 }

func (r areaRange) holds(a float64) bool { return !(a < r.lo || a > r.hi) }

var allAreas = areaRange{0, 1e10}

// The ranges of areas, and what of figures they are for.
const (
	anySize = iota
	small
	medium
	large
	numAreas
)

// areaRanges are those of COCO.
func areaRanges() [numAreas]areaRange {
	return [...]areaRange{allAreas, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}
}

const (
	numIoUs    = 10
	numRecalls = 101
	// MaxDetections is how many detections of one class in one picture count,
	// the best ones.
	MaxDetections = 100
)

// ious returns the overlaps from 0.50 to 0.95 at which detectors are judged,
// with the very roundings of NumPy's linspace.
func ious() (list [numIoUs]float64) {
	from, to := 0.5, 0.95
	step := (to - from) / (numIoUs - 1)
	for i := range list {
		list[i] = float64(float64(i)*step) + from
	}
	list[numIoUs-1] = to
	return list
}

// recalls returns the recalls 0, 0.01, … 1 at which precision is read.
func recalls() (list [numRecalls]float64) {
	step := 1 / float64(numRecalls-1)
	for i := range list {
		list[i] = float64(i) * step
	}
	return list
}

// Detections judges a detector by the rules of COCO, as pycocotools applies
// them: average precision read at 101 recalls, overlaps of 0.50 to 0.95, areas
// in three ranges, at most 1, 10 or 100 detections of a class in a picture,
// crowds and ignored objects neither right nor wrong. (COCO's own files mark
// only crowds; an object marked ignore, which pycocotools counts, is ignored
// here.) It keeps some 24 bytes of each detection, and nothing of pictures.
type Detections struct {
	classes []tally
	counts  []int32 // by picture: the objects that count
	sorted  bool
	iou     [numIoUs]float64
	areas   [numAreas]areaRange
	m       matcher
}

// tally is what is kept of one class.
type tally struct {
	name      string
	positives [numAreas]int // objects that count
	entries   []entry
}

// entry is what is kept of a detection. Bit t of a mask stands for overlap t.
type entry struct {
	score            float32
	picture          int32
	rank             uint8 // among those of its class in its picture, from 0
	matched, ignored [numAreas]uint16
}

// NewDetections starts an evaluation over classes of these names.
func NewDetections(classes []string) *Detections {
	d := &Detections{classes: make([]tally, len(classes)), iou: ious(), areas: areaRanges()}
	for i, n := range classes {
		d.classes[i].name = n
	}
	return d
}

// Add takes what is true of a picture and what was found in it. Classes are
// indices into those of NewDetections. Neither list is kept. The error is an
// *ErrInput, and then nothing was added.
func (d *Detections) Add(truth []data.Object, found []vision.Detection) error {
	picture := len(d.counts)
	bad := func(format string, args ...any) error { return &ErrInput{picture, fmt.Sprintf(format, args...)} }
	for i := range truth {
		switch o := &truth[i]; {
		case o.Class < 0 || o.Class >= len(d.classes):
			return bad("an object of class %d of %d", o.Class, len(d.classes))
		case !o.Box.Finite() || !(o.Area >= 0):
			return bad("an object with box %v and area %v", o.Box, o.Area)
		}
	}
	for i := range found {
		switch f := &found[i]; {
		case f.Class < 0 || f.Class >= len(d.classes):
			return bad("a detection of class %d of %d", f.Class, len(d.classes))
		case !f.Box.Finite() || f.Score-f.Score != 0:
			return bad("a detection with box %v and score %v", f.Box, f.Score)
		}
	}
	d.sorted = false
	count := 0
	for _, class := range classesOf(truth, found) {
		count += d.add(class, truth, found)
	}
	d.counts = append(d.counts, int32(count))
	return nil
}

// add takes one class of a picture and returns how many objects count.
func (d *Detections) add(class int, truth []data.Object, found []vision.Detection) int {
	c, m := &d.classes[class], &d.m
	m.load(truth, found, class, MaxDetections)
	from := len(c.entries)
	for i := range m.found {
		c.entries = append(c.entries, entry{score: m.found[i].Score, picture: int32(len(d.counts)), rank: uint8(i)})
	}
	fresh := c.entries[from:]
	first := 0
	for a, r := range d.areas {
		n := m.within(r)
		c.positives[a] += n
		if a == anySize {
			first = n
		}
		for t, iou := range d.iou {
			m.match(iou)
			for i, at := range m.of {
				e, bit := &fresh[i], uint16(1)<<t
				switch {
				case at >= 0 && m.ignored[at]:
					e.ignored[a] |= bit
				case at >= 0:
					e.matched[a] |= bit
				case !r.holds(boxArea(m.found[i].Box)):
					e.ignored[a] |= bit
				}
			}
		}
	}
	return first
}

// sort puts the detections of each class in the order of their scores; of
// equal ones the picture that was added first comes first.
func (d *Detections) sort() {
	if d.sorted {
		return
	}
	for i := range d.classes {
		slices.SortStableFunc(d.classes[i].entries, func(a, b entry) int {
			switch {
			case a.score > b.score:
				return -1
			case a.score < b.score:
				return 1
			case a.picture != b.picture:
				return int(a.picture - b.picture)
			}
			return int(a.rank) - int(b.rank)
		})
	}
	d.sorted = true
}
