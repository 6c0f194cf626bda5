package vision

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
)

// crowd returns n detections of k objects, with copies that are off a little,
// in sizes from 2 to 200 pixels. Scores take few values, so that ties occur.
func crowd(seed uint64, n, classes int) []Detection {
	r := newRand(seed)
	objects := make([]Box, 1+n/6)
	for i := range objects {
		side := float32(2 * math.Pow(100, r.Float64()))
		objects[i] = BoxAround(r.Float32()*400, r.Float32()*400, side, side*(0.3+r.Float32()))
	}
	dets := make([]Detection, n)
	for i := range dets {
		b := objects[r.IntN(len(objects))]
		s := b.Width() * 0.4
		b = b.Shift((r.Float32()-0.5)*s, (r.Float32()-0.5)*s).Scale(0.7+r.Float32()*0.6, 0.7+r.Float32()*0.6)
		dets[i] = Detection{Class: r.IntN(classes), Score: float32(1+r.IntN(50)) / 50, Box: b, Landmarks: []Point{b.Centre(), {b.X1, b.Y1}}}
	}
	return dets
}

// plain is the quadratic definition of each mode.
func plain(dets []Detection, cfg NMSConfig) []Detection {
	rest := slices.Clone(dets)
	order := func(a, b Detection) int {
		if a.Score != b.Score {
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		return compareTied(&a, &b)
	}
	slices.SortStableFunc(rest, order)
	if cfg.TopK > 0 && len(rest) > cfg.TopK {
		rest = rest[:cfg.TopK]
	}
	var out []Detection
	for len(rest) > 0 {
		best := 0
		for i := range rest {
			if rest[i].Score > rest[best].Score {
				best = i
			}
		}
		d := rest[best]
		rest = slices.Delete(rest, best, best+1)
		if cfg.Mode == Soft || cfg.Mode == SoftLinear {
			if d.Score < 0.001 {
				break
			}
		}
		group := []Detection{d}
		var left []Detection
		for _, o := range rest {
			iou := d.Box.IoU(o.Box)
			same := cfg.Agnostic || d.Class == o.Class
			switch {
			case !same:
			case cfg.Mode == Soft:
				o.Score *= float32(math.Exp(-float64(iou) * float64(iou) / 0.5))
			case cfg.Mode == SoftLinear:
				if iou > cfg.IoU {
					o.Score *= 1 - iou
				}
			case cfg.Mode == DIoU:
				if d.Box.DIoU(o.Box) > cfg.IoU {
					continue
				}
			case iou > cfg.IoU:
				group = append(group, o)
				continue
			}
			left = append(left, o)
		}
		rest = left
		if cfg.Mode == Weighted {
			d = plainMean(group)
		}
		out = append(out, d)
	}
	return out
}

func plainMean(group []Detection) Detection {
	d := group[0]
	var w, x1, y1, x2, y2 float64
	points := make([]Point, len(d.Landmarks))
	for _, o := range group {
		s := float64(o.Score)
		w += s
		x1, y1, x2, y2 = x1+s*float64(o.Box.X1), y1+s*float64(o.Box.Y1), x2+s*float64(o.Box.X2), y2+s*float64(o.Box.Y2)
	}
	for i := range points {
		var x, y float64
		for _, o := range group {
			x += float64(o.Score) * float64(o.Landmarks[i].X)
			y += float64(o.Score) * float64(o.Landmarks[i].Y)
		}
		points[i] = Point{float32(x / w), float32(y / w)}
	}
	d.Box, d.Landmarks = Box{float32(x1 / w), float32(y1 / w), float32(x2 / w), float32(y2 / w)}, points
	return d
}

var allModes = []NMSMode{Hard, Weighted, Soft, SoftLinear, DIoU}

func TestSuppressionAgainstDefinition(t *testing.T) {
	var s Suppressor
	for _, mode := range allModes {
		for _, n := range []int{0, 1, 2, 17, 400} {
			for _, iou := range []float32{0, 0.3, 0.5, 0.9} {
				for _, topK := range []int{-1, 100} {
					for _, agnostic := range []bool{false, true} {
						cfg := NMSConfig{IoU: iou, Mode: mode, TopK: topK, Agnostic: agnostic}
						dets := crowd(uint64(n), n, 3)
						got, want := s.Run(dets, cfg), plain(dets, cfg)
						if len(got) != len(want) {
							t.Fatalf("%v of %d: %d kept, want %d", cfg, n, len(got), len(want))
						}
						for i := range got {
							if !near(got[i], want[i]) {
								t.Fatalf("%v of %d: number %d is\n%+v, want\n%+v", cfg, n, i, got[i], want[i])
							}
						}
					}
				}
			}
		}
	}
}

func near(a, b Detection) bool {
	close := func(a, b float32) bool { return math.Abs(float64(a-b)) <= 1e-3 }
	ok := a.Class == b.Class && math.Abs(float64(a.Score-b.Score)) < 1e-5 && len(a.Landmarks) == len(b.Landmarks) &&
		close(a.Box.X1, b.Box.X1) && close(a.Box.Y1, b.Box.Y1) && close(a.Box.X2, b.Box.X2) && close(a.Box.Y2, b.Box.Y2)
	for i := range a.Landmarks {
		ok = ok && close(a.Landmarks[i].X, b.Landmarks[i].X) && close(a.Landmarks[i].Y, b.Landmarks[i].Y)
	}
	return ok
}

func TestSuppressionProperties(t *testing.T) {
	for seed := range uint64(20) {
		dets := crowd(seed, 400, 2)
		for _, mode := range allModes {
			cfg := NMSConfig{IoU: 0.4, Mode: mode}
			out := slices.Clone(NMS(dets, cfg))
			name := fmt.Sprintf("seed %d, %v", seed, mode)

			shuffled := slices.Clone(dets)
			newRand(seed).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if again := NMS(shuffled, cfg); !reflect.DeepEqual(again, out) {
				t.Errorf("%s: the order of the input matters", name)
			}
			for i := 1; i < len(out); i++ {
				if out[i].Score > out[i-1].Score {
					t.Errorf("%s: not sorted", name)
				}
			}
			if mode != Hard && mode != DIoU {
				continue
			}
			if again := NMS(out, cfg); !reflect.DeepEqual(again, out) {
				t.Errorf("%s: a second pass changes the result", name)
			}
			for i, a := range out {
				if !slices.ContainsFunc(dets, func(d Detection) bool { return reflect.DeepEqual(d, a) }) {
					t.Errorf("%s: %v was not in the input", name, a)
				}
				for _, b := range out[:i] {
					if a.Class == b.Class && (mode == Hard && a.Box.IoU(b.Box) > cfg.IoU || a.Box.DIoU(b.Box) > cfg.IoU) {
						t.Errorf("%s: %v and %v both survive", name, a.Box, b.Box)
					}
				}
			}
			for _, d := range dets {
				if !slices.ContainsFunc(out, func(o Detection) bool {
					return reflect.DeepEqual(o, d) || o.Class == d.Class && o.Score >= d.Score && o.Box.IoU(d.Box) > cfg.IoU
				}) {
					t.Errorf("%s: %v was dropped for nothing", name, d)
				}
			}
		}
	}
}

func TestSuppressionOfNonsense(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	good := Detection{Score: 0.5, Box: Box{0, 0, 10, 10}}
	dets := []Detection{
		{Score: nan, Box: Box{0, 0, 10, 10}}, {Score: inf, Box: Box{0, 0, 10, 10}}, {Score: 0.9, Box: Box{nan, 0, 10, 10}},
		{Score: 0.9, Box: Box{0, 0, inf, 10}}, {Score: 0.9, Box: Box{10, 0, 0, 10}}, {Score: 0.9, Box: Box{5, 5, 5, 5}}, {Score: 0.9}, good,
	}
	for _, mode := range allModes {
		if got := NMS(dets, NMSConfig{IoU: 0.5, Mode: mode}); len(got) != 1 || !reflect.DeepEqual(got[0], good) {
			t.Errorf("%v: %v", mode, got)
		}
		// Huge, tiny and negative must neither hang nor go wrong.
		odd := []Detection{{Score: 0.9, Box: Box{-3e38, -3e38, 3e38, 3e38}}, {Score: 0.8, Box: Box{1e-30, 1e-30, 2e-30, 2e-30}}, {Score: 0.7, Box: Box{1e30, 1e30, 2e30, 2e30}}, {Score: -0.5, Box: Box{0, 0, 1, 1}}}
		if got := NMS(odd, NMSConfig{IoU: 0.5, Mode: mode}); len(got) < 3 {
			t.Errorf("%v: %v", mode, got)
		}
		for _, bad := range []NMSConfig{{IoU: nan, Mode: mode}, {IoU: 2, Mode: mode}, {Mode: 99}} {
			if bad.Validate() == nil || len(NMS(dets, bad)) != 0 {
				t.Errorf("%v is accepted", bad)
			}
		}
	}
}

func TestSuppressionDoesNotAllocate(t *testing.T) {
	dets := crowd(1, 2000, 3)
	for _, mode := range allModes {
		var s Suppressor
		cfg := NMSConfig{IoU: 0.5, Mode: mode, TopK: -1}
		s.Run(dets, cfg)
		if n := testing.AllocsPerRun(5, func() { s.Run(dets, cfg) }); n != 0 {
			t.Errorf("%v: %v allocations a run", mode, n)
		}
	}
}

// spread returns n boxes of 20 to 120 pixels all over a large picture.
func spread(n int) []Detection {
	r := newRand(5)
	dets := make([]Detection, n)
	for i := range dets {
		dets[i] = Detection{Score: r.Float32(), Box: BoxAround(r.Float32()*4000, r.Float32()*3000, 20+100*r.Float32(), 20+100*r.Float32())}
	}
	return dets
}

// What makes suppression of many fast is that few pairs are compared. That
// does not depend on the machine, as a time does; BenchmarkNMS tells that.
func TestFewPairsAreCompared(t *testing.T) {
	dets := spread(100_000)
	var s Suppressor
	kept := s.Run(dets, NMSConfig{IoU: 0.5, TopK: -1})
	pairs := 0
	for _, d := range dets {
		s.hits = s.grid.near(s.hits[:0], d.Box, 0, 0.5)
		pairs += len(s.hits)
	}
	each := float64(pairs) / float64(len(dets))
	t.Logf("%d kept; each of %d is compared with %.1f of them", len(kept), len(dets), each)
	if len(kept) < 10_000 || each > 60 {
		t.Errorf("each is compared with %.1f of %d, want a few dozen", each, len(kept))
	}
}

func BenchmarkNMS(b *testing.B) {
	dets := spread(100_000)
	for _, mode := range allModes {
		for _, topK := range []int{0, -1} {
			b.Run(fmt.Sprintf("%v/%d", mode, topK), func(b *testing.B) {
				var s Suppressor
				for b.Loop() {
					s.Run(dets, NMSConfig{IoU: 0.5, Mode: mode, TopK: topK})
				}
			})
		}
	}
}
