package vision

// group sums up the detections of one object, weighed by their scores.
type group struct {
	weight float64
	box    [4]float64
	points int // where its landmarks begin in the sums
	n      int // how many landmarks
}

// weighted replaces each group of overlapping candidates by their mean. Who
// leads a group is settled as in hard: by the original boxes.
func (s *Suppressor) weighted(dets []Detection, cfg *NMSConfig) {
	s.groups, s.sums = s.groups[:0], s.sums[:0]
	for _, r := range s.order {
		d := &dets[r.index]
		k := s.leader(d, cfg)
		if k < 0 {
			k = int32(len(s.out))
			s.out = append(s.out, *d)
			s.grid.add(d.Box, cfg.group(d))
			s.groups = append(s.groups, group{points: len(s.sums), n: len(d.Landmarks)})
			for range d.Landmarks {
				s.sums = append(s.sums, [2]float64{})
			}
		}
		s.join(&s.groups[k], d)
	}
	s.points = resize(s.points, len(s.sums))
	for i := range s.out {
		s.mean(&s.out[i], &s.groups[i])
	}
}

// join adds d to g. A detection with other landmarks than the leader, or a
// score that is no weight, adds nothing.
func (s *Suppressor) join(g *group, d *Detection) {
	w := float64(d.Score)
	if w <= 0 || len(d.Landmarks) != g.n {
		return
	}
	g.weight += w
	for i, v := range [4]float32{d.Box.X1, d.Box.Y1, d.Box.X2, d.Box.Y2} {
		g.box[i] += float64(w * float64(v))
	}
	sums := s.sums[g.points : g.points+g.n]
	for i, p := range d.Landmarks {
		sums[i][0] += float64(w * float64(p.X))
		sums[i][1] += float64(w * float64(p.Y))
	}
}

// mean gives the leader d the mean of its group.
func (s *Suppressor) mean(d *Detection, g *group) {
	if g.weight == 0 {
		return
	}
	d.Box = Box{float32(g.box[0] / g.weight), float32(g.box[1] / g.weight), float32(g.box[2] / g.weight), float32(g.box[3] / g.weight)}
	if g.n == 0 {
		return
	}
	points := s.points[g.points : g.points+g.n : g.points+g.n]
	for i, v := range s.sums[g.points : g.points+g.n] {
		points[i] = Point{float32(v[0] / g.weight), float32(v[1] / g.weight)}
	}
	d.Landmarks = points
}
