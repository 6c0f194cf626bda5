package eval

import (
	"cmp"
	"slices"
)

// DetectionFigures are the figures of a detector. The first twelve are those
// that pycocotools prints, in its order: means over the classes that occur,
// and but for AP50 and AP75 over the overlaps 0.50, 0.55, … 0.95.
type DetectionFigures struct {
	AP       Ratio `json:"ap"`
	AP50     Ratio `json:"ap50"` // at an overlap of 0.50
	AP75     Ratio `json:"ap75"`
	APSmall  Ratio `json:"ap_small"`  // objects of up to 32² pixels
	APMedium Ratio `json:"ap_medium"` // 32² to 96²
	APLarge  Ratio `json:"ap_large"`  // 96² and more
	AR1      Ratio `json:"ar1"`       // recall with one detection of a class in a picture
	AR10     Ratio `json:"ar10"`
	AR100    Ratio `json:"ar100"`
	ARSmall  Ratio `json:"ar_small"`
	ARMedium Ratio `json:"ar_medium"`
	ARLarge  Ratio `json:"ar_large"`

	Pictures   int            `json:"pictures"`
	Objects    int            `json:"objects"`    // that count
	Detections int            `json:"detections"` // that were looked at
	Best       Operating      `json:"best"`       // over all classes with one threshold
	Classes    []ClassFigures `json:"classes"`
}

// ClassFigures are those of one class.
type ClassFigures struct {
	Name       string    `json:"name"`
	Objects    int       `json:"objects"`
	Detections int       `json:"detections"`
	AP         Ratio     `json:"ap"`
	AP50       Ratio     `json:"ap50"`
	AP75       Ratio     `json:"ap75"`
	AR100      Ratio     `json:"ar100"`
	Best       Operating `json:"best"`
	// Precision at an overlap of 0.50 and recalls of 0, 0.01, … 1, made to
	// never rise with recall; empty for a class without objects.
	Precision []float64 `json:"-"`
}

// Operating is a detector with a threshold on its scores, judged at an
// overlap of 0.50. Of no detections at all the threshold is 1.
type Operating struct {
	Score     float32 `json:"score"` // detections of this score and more are kept
	Precision Ratio   `json:"precision"`
	Recall    Ratio   `json:"recall"`
	F1        Ratio   `json:"f1"`
	Hits      int     `json:"hits"`
	False     int     `json:"false_alarms"`
	Missed    int     `json:"missed"`
}

// Figures returns the figures over what was added so far.
func (d *Detections) Figures() DetectionFigures {
	d.sort()
	f := DetectionFigures{Pictures: len(d.counts)}
	var ap, ar [numAreas]mean
	var ap50, ap75, ar1, ar10 mean
	var all []entry
	for i := range d.classes {
		c := &d.classes[i]
		cf := ClassFigures{Name: c.name, Objects: c.positives[anySize], Detections: len(c.entries)}
		var mine mean
		for a := range numAreas {
			for t := range numIoUs {
				p, r := c.precision(a, t, MaxDetections)
				if p == nil {
					continue
				}
				v := meanOf(p)
				ap[a].add(v)
				ar[a].add(r)
				if a != anySize {
					continue
				}
				mine.add(v)
				switch t {
				case 0:
					cf.AP50, cf.Precision = Ratio(v), p
					ap50.add(v)
				case 5:
					cf.AP75 = Ratio(v)
					ap75.add(v)
				}
				_, one := c.precision(a, t, 1)
				_, ten := c.precision(a, t, 10)
				ar1.add(one)
				ar10.add(ten)
			}
		}
		cf.AP, cf.AR100 = mine.ratio(), c.recall()
		if c.positives[anySize] == 0 {
			cf.AP50, cf.AP75 = Unknown(), Unknown()
		}
		cf.Best = best(c.entries, c.positives[anySize])
		f.Classes = append(f.Classes, cf)
		f.Objects += cf.Objects
		f.Detections += cf.Detections
		all = append(all, c.entries...)
	}
	f.AP, f.AP50, f.AP75 = ap[anySize].ratio(), ap50.ratio(), ap75.ratio()
	f.APSmall, f.APMedium, f.APLarge = ap[small].ratio(), ap[medium].ratio(), ap[large].ratio()
	f.AR1, f.AR10, f.AR100 = ar1.ratio(), ar10.ratio(), ar[anySize].ratio()
	f.ARSmall, f.ARMedium, f.ARLarge = ar[small].ratio(), ar[medium].ratio(), ar[large].ratio()
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(b.score, a.score) })
	f.Best = best(all, f.Objects)
	return f
}

// mean sums what it is the mean of.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum += v; m.n++ }

func (m *mean) ratio() Ratio {
	if m.n == 0 {
		return Unknown()
	}
	return Ratio(m.sum / float64(m.n))
}

func meanOf(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// precision returns the precision at each of the 101 recalls and the recall
// reached, with at most most detections of a picture; nil without objects.
func (c *tally) precision(a, t, most int) (at []float64, recall float64) {
	n := c.positives[a]
	if n == 0 {
		return nil, 0
	}
	bit := uint16(1) << t
	var p, r []float64
	hits, wrong := 0, 0
	for i := range c.entries {
		e := &c.entries[i]
		if int(e.rank) >= most || e.ignored[a]&bit != 0 {
			continue
		}
		if e.matched[a]&bit != 0 {
			hits++
		} else {
			wrong++
		}
		p = append(p, float64(hits)/float64(hits+wrong))
		r = append(r, float64(hits)/float64(n))
	}
	for i := len(p) - 2; i >= 0; i-- {
		p[i] = max(p[i], p[i+1])
	}
	at = make([]float64, numRecalls)
	i := 0
	for k, want := range recalls() {
		for i < len(r) && r[i] < want {
			i++
		}
		if i == len(r) {
			break
		}
		at[k] = p[i]
	}
	return at, float64(hits) / float64(n)
}

// recall returns the recall averaged over the overlaps.
func (c *tally) recall() Ratio {
	var m mean
	for t := range numIoUs {
		if p, r := c.precision(anySize, t, MaxDetections); p != nil {
			m.add(r)
		}
	}
	return m.ratio()
}

// best returns the threshold with the highest F1 (the higher of equal ones)
// for entries sorted by score.
func best(entries []entry, positives int) Operating {
	top := Operating{Score: 1, Precision: Unknown(), Recall: share(0, positives), F1: share(0, positives), Missed: positives}
	hits, wrong := 0, 0
	for i := range entries {
		e := &entries[i]
		switch {
		case e.ignored[anySize]&1 != 0:
		case e.matched[anySize]&1 != 0:
			hits++
		default:
			wrong++
		}
		if i+1 < len(entries) && entries[i+1].score == e.score {
			continue
		}
		// A threshold can only keep or drop detections of one score together.
		f1 := share(2*hits, hits+wrong+positives)
		if hits > 0 && (!top.F1.Known() || f1 > top.F1) {
			top = Operating{e.score, share(hits, hits+wrong), share(hits, positives), f1, hits, wrong, positives - hits}
		}
	}
	return top
}

// At returns how the detector does with a threshold on its scores, over all
// classes.
func (d *Detections) At(score float32) Operating {
	o := Operating{Score: score}
	positives := 0
	for i := range d.classes {
		c := &d.classes[i]
		positives += c.positives[anySize]
		for j := range c.entries {
			switch e := &c.entries[j]; {
			case e.score < score || e.ignored[anySize]&1 != 0:
			case e.matched[anySize]&1 != 0:
				o.Hits++
			default:
				o.False++
			}
		}
	}
	o.Missed = positives - o.Hits
	o.Precision, o.Recall = share(o.Hits, o.Hits+o.False), share(o.Hits, positives)
	o.F1 = share(2*o.Hits, o.Hits+o.False+positives)
	return o
}

// PictureErrors counts what is wrong in one picture.
type PictureErrors struct {
	Picture             int // in the order of Add, from 0
	Hits, False, Missed int
}

// Worst returns the up to n pictures with the most errors at a threshold on
// scores and an overlap of 0.50, the worst first; pictures without any are
// left out.
func (d *Detections) Worst(score float32, n int) []PictureErrors {
	list := make([]PictureErrors, len(d.counts))
	for i, count := range d.counts {
		list[i] = PictureErrors{Picture: i, Missed: int(count)}
	}
	for i := range d.classes {
		for _, e := range d.classes[i].entries {
			p := &list[e.picture]
			switch {
			case e.score < score || e.ignored[anySize]&1 != 0:
			case e.matched[anySize]&1 != 0:
				p.Hits++
				p.Missed--
			default:
				p.False++
			}
		}
	}
	list = slices.DeleteFunc(list, func(p PictureErrors) bool { return p.False+p.Missed == 0 })
	slices.SortStableFunc(list, func(a, b PictureErrors) int { return cmp.Compare(b.False+b.Missed, a.False+a.Missed) })
	return list[:min(n, len(list))]
}
