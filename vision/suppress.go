package vision

import (
	"cmp"
	"math"
	"slices"
)

// Suppressor drops detections of one and the same object. It keeps the
// memory that this takes, so that in the steady state it allocates nothing.
// It serves one goroutine; the zero Suppressor is ready for use.
type Suppressor struct {
	order  []ranked // candidates, best first
	grid   grid
	hits   []int32
	out    []Detection
	points []Point      // landmarks of out, where they are made anew
	heap   softHeap     // of the soft modes
	groups []group      // of Weighted, one for each of out
	sums   [][2]float64 // of the groups' landmarks
}

// ranked is a candidate: its score and where it is in the input.
type ranked struct {
	score float32
	index int32
}

// NMS returns what is left of dets after suppression, best first: see
// Suppressor.Run. Whoever calls it for every frame keeps a Suppressor.
func NMS(dets []Detection, cfg NMSConfig) []Detection { return new(Suppressor).Run(dets, cfg) }

// Run returns what is left of dets after suppression, best first, valid until
// the next Run; its landmarks may be those of dets, which is not changed and
// whose order does not matter. Detections
// with an empty or infinite box, or a score that is NaN or infinite, are
// dropped. Only the TopK best are looked at. Settings that Validate refuses
// yield nothing.
func (s *Suppressor) Run(dets []Detection, cfg NMSConfig) []Detection {
	s.out = s.out[:0]
	if cfg.Validate() != nil {
		return s.out
	}
	s.rank(dets, cfg.TopK)
	s.grid.reset(len(s.order))
	switch cfg.Mode {
	case Weighted:
		s.weighted(dets, &cfg)
	case Soft, SoftLinear:
		s.soft(dets, &cfg)
	default:
		s.hard(dets, &cfg)
	}
	return s.out
}

// rank sorts what can be used of dets, best first, and keeps the topK best.
func (s *Suppressor) rank(dets []Detection, topK int) {
	s.order = s.order[:0]
	for i := range dets {
		d := &dets[i]
		if d.Box.Empty() || !d.Box.Finite() || !finite(d.Score) {
			continue
		}
		s.order = append(s.order, ranked{d.Score, int32(i)})
	}
	slices.SortFunc(s.order, func(a, b ranked) int {
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
		return compareTied(&dets[a.index], &dets[b.index])
	})
	if topK == 0 {
		topK = DefaultTopK
	}
	if topK > 0 && len(s.order) > topK {
		s.order = s.order[:topK]
	}
}

// compareTied orders detections of one score by what they are, so that the
// order in which they came decides nothing.
func compareTied(a, b *Detection) int {
	return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Box.X1, b.Box.X1), cmp.Compare(a.Box.Y1, b.Box.Y1),
		cmp.Compare(a.Box.X2, b.Box.X2), cmp.Compare(a.Box.Y2, b.Box.Y2))
}

// group returns the class within which d is compared.
func (c *NMSConfig) group(d *Detection) int {
	if c.Agnostic {
		return 0
	}
	return d.Class
}

// hard keeps each candidate that no better kept one overlaps.
func (s *Suppressor) hard(dets []Detection, cfg *NMSConfig) {
	for _, r := range s.order {
		d := &dets[r.index]
		if s.leader(d, cfg) < 0 {
			s.out = append(s.out, *d)
			s.grid.add(d.Box, cfg.group(d))
		}
	}
}

// leader returns the best detection kept so far that is over the threshold
// with d, -1 if none.
func (s *Suppressor) leader(d *Detection, cfg *NMSConfig) int32 {
	best := int32(-1)
	s.hits = s.grid.near(s.hits[:0], d.Box, cfg.group(d), float64(cfg.IoU))
	for _, k := range s.hits {
		if best >= 0 && k > best {
			continue
		}
		o := s.grid.boxes[k]
		over := o.IoU(d.Box)
		if cfg.Mode == DIoU && over > cfg.IoU {
			over = o.DIoU(d.Box)
		}
		if over > cfg.IoU {
			best = k
		}
	}
	return best
}

// softDefaults are sigma and the lowest score, from the paper's experiments.
const (
	defaultSigma    = 0.5
	defaultMinScore = 0.001
)

// soft takes the best candidate and lowers the scores of those around it,
// again and again.
func (s *Suppressor) soft(dets []Detection, cfg *NMSConfig) {
	sigma, lowest := cfg.Sigma, cfg.MinScore
	if sigma == 0 {
		sigma = defaultSigma
	}
	if lowest == 0 {
		lowest = defaultMinScore
	}
	from := float32(0)
	if cfg.Mode == SoftLinear {
		from = cfg.IoU
	}
	for _, r := range s.order {
		d := &dets[r.index]
		s.grid.add(d.Box, cfg.group(d))
	}
	h := &s.heap
	h.reset(s.order)
	for len(h.items) > 0 {
		k := h.pop()
		if !(h.scores[k] >= lowest) {
			return
		}
		d := dets[s.order[k].index]
		d.Score = h.scores[k]
		s.out = append(s.out, d)
		s.hits = s.grid.near(s.hits[:0], d.Box, cfg.group(&d), float64(from))
		for _, o := range s.hits {
			if h.place[o] < 0 {
				continue
			}
			iou := d.Box.IoU(s.grid.boxes[o])
			if !(iou > from) {
				continue
			}
			factor := 1 - iou
			if cfg.Mode == Soft {
				factor = float32(math.Exp(-float64(iou) * float64(iou) / float64(sigma)))
			}
			h.lower(o, factor)
		}
	}
}
