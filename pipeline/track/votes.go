package track

import "github.com/ocellus-vision/ocellus/vision"

// votes says what a track is: each detection votes for its class with its
// score.
type votes struct {
	tally [8]tally
	n     int
	best  int // whose sum is largest, the first of equals
}

type tally struct {
	class int
	label string
	sum   float64
}

// add counts a detection.
func (v *votes) add(d *vision.Detection) {
	at := v.find(d)
	v.tally[at].sum += float64(d.Score)
	if v.tally[at].sum > v.tally[v.best].sum {
		v.best = at
	}
}

// find returns where d's class is counted. Where more classes than are kept
// turn up, the one of the least sum gives way.
func (v *votes) find(d *vision.Detection) int {
	least := 0
	for i := range v.n {
		if v.tally[i].class == d.Class {
			return i
		}
		if v.tally[i].sum < v.tally[least].sum {
			least = i
		}
	}
	if v.n < len(v.tally) {
		least = v.n
		v.n++
	}
	v.tally[least] = tally{class: d.Class, label: d.Label}
	return least
}

func (v *votes) winner() *tally { return &v.tally[v.best] }
