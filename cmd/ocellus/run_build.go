package main

import (
	"math"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/motion"
	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// What a configuration says, in the words of the packages that do it.

func captureOptions(s *config.Source) capture.Options {
	format, _ := capture.ParseFormat(s.Format) // checked when it was read
	return capture.Options{
		W: s.Size.W, H: s.Size.H, FPS: s.FPS, Format: format, Controls: s.Controls,
		Buffers: s.Buffers, Timeout: s.Timeout, AsFast: s.Fast, Loop: s.Loop,
	}
}

func superviseOptions(h *config.Health, wait bool) capture.SuperviseOptions {
	never := func(d time.Duration) time.Duration {
		if d == 0 {
			return -1
		}
		return d
	}
	return capture.SuperviseOptions{Frozen: never(h.FrozenAfter), Dark: never(h.DarkAfter), Wait: wait}
}

// anchor is the point of an object that zones and masks go by.
func anchor(d *config.Detect) zone.Anchor {
	if d.Anchor == zone.Centre.String() {
		return zone.Centre
	}
	return zone.BottomCentre
}

func polygon(z *config.Zone) zone.Polygon {
	p := zone.Polygon{Name: z.Name}
	for _, q := range z.Polygon {
		p.Points = append(p.Points, vision.Point{X: float32(q[0]), Y: float32(q[1])})
	}
	return p
}

// filterOf returns which detections of a source count.
func filterOf(f *config.File, source string) zone.Filter {
	d := &f.Detect
	limits := zone.Limits{Score: float32(d.Score), MinArea: float32(d.MinArea), MaxArea: float32(d.MaxArea)}
	filter := zone.Filter{Default: limits, Classes: map[string]zone.Limits{}, Only: map[string]bool{}, Anchor: anchor(d)}
	for label, score := range d.Scores {
		l := limits
		l.Score = float32(score)
		filter.Classes[label] = l
	}
	for _, label := range d.Classes {
		filter.Only[label] = true
	}
	for i := range f.Zones {
		z := &f.Zones[i]
		if z.Source != "" && z.Source != source {
			continue
		}
		switch z.Kind {
		case "include":
			filter.Include = append(filter.Include, polygon(z))
		case "exclude":
			filter.Exclude = append(filter.Exclude, polygon(z))
		}
	}
	return filter
}

// zonesOf returns what tracks of a source are watched for.
func zonesOf(f *config.File, source string) zone.Config {
	c := zone.Config{Anchor: anchor(&f.Detect), Margin: zone.DefaultMargin}
	for i := range f.Zones {
		z := &f.Zones[i]
		if z.Source != "" && z.Source != source {
			continue
		}
		p := polygon(z)
		switch z.Kind {
		case "zone":
			c.Zones = append(c.Zones, zone.Zone{Polygon: p, Labels: z.Classes, Dwell: z.Dwell})
		case "line":
			c.Lines = append(c.Lines, zone.Line{Name: z.Name, A: p.Points[0], B: p.Points[1], Labels: z.Classes})
		}
	}
	return c
}

func trackConfig(t *config.Track) *track.Config {
	if !t.On {
		return nil
	}
	c := pipeline.DefaultTrack()
	c.High, c.Low, c.New, c.IoU = float32(t.High), float32(t.Low), float32(t.New), float32(t.IoU)
	c.Hits, c.MaxLost, c.MaxObjects = t.Hits, t.Lost, t.Objects
	return c
}

// leastStep and mostStep are the levels of brightness that count as a change
// at the highest and at no sensitivity; halfway lies motion's default.
const (
	leastStep = 4
	mostStep  = 36
)

func motionConfig(m *config.Motion) *pipeline.Motion {
	if !m.On {
		return nil
	}
	c := motion.DefaultConfig()
	// In equal ratios: 4, 12 and 36 levels at 1, 0.5 and 0.
	c.Threshold = leastStep * float32(math.Pow(mostStep/leastStep, 1-m.Sensitivity))
	c.MinCells = max(1, int(m.MinArea*float64(c.W*c.H)+0.5))
	return &pipeline.Motion{Config: c, Hold: m.Hold, Every: m.Every}
}
