package serve

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
	"github.com/ocellus-vision/ocellus/vision"
)

// Source is the sink that a loop shows itself through.
type Source struct {
	server *Server
	name   string
	live   *live
	worked atomic.Int64 // when a frame last was, after Server.begun; 0: there was none

	mu     sync.Mutex
	stats  func() pipeline.Stats
	faces  func() identify.Stats // nil: nobody is to be known
	age    time.Duration         // of the last frame
	tracks []seen                // in the last frame
	window window
}

// seen is a track as /api/state has it.
type seen struct {
	Track      int64      `json:"track"`
	Label      string     `json:"label"`
	Score      float32    `json:"score"`
	Box        vision.Box `json:"box"`
	Name       string     `json:"name,omitzero"`
	Similarity float32    `json:"similarity,omitzero"`
	Seconds    float64    `json:"seconds"` // since it was first seen
	Missed     int        `json:"missed,omitzero"`
}

// Watch says where the loop's figures come from.
func (c *Source) Watch(stats func() pipeline.Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats = stats
}

// WatchFaces says where the figures come from of who people are.
func (c *Source) WatchFaces(stats func() identify.Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faces = stats
}

// facesSeen returns what came of asking who people are; false: nobody asks.
func (c *Source) facesSeen() (s identify.Stats, ok bool) {
	c.mu.Lock()
	stats := c.faces
	c.mu.Unlock()
	if stats == nil {
		return s, false
	}
	return stats(), true
}

// Event passes an event on to those who watch.
func (c *Source) Event(_ context.Context, e *pipeline.Event) error {
	c.server.events.add(e)
	return nil
}

// Frame takes in what is in a frame: its picture while somebody looks.
func (c *Source) Frame(_ context.Context, v *pipeline.View) error {
	c.worked.Store(int64(max(time.Since(c.server.begun), 1)))
	c.live.offer(v)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age, c.tracks = v.Age, c.tracks[:0]
	for i := range v.Tracks {
		t := &v.Tracks[i]
		c.tracks = append(c.tracks, seen{
			Track: t.ID, Label: t.Detection.Label, Score: t.Detection.Score, Box: t.Detection.Box,
			Name: t.Identity.Name, Similarity: t.Identity.Similarity, Seconds: v.At.Sub(t.Since).Seconds(), Missed: t.Missed,
		})
	}
	return nil
}

// idle returns for how long no frame was worked on; false: none ever was.
func (c *Source) idle() (time.Duration, bool) {
	at := time.Duration(c.worked.Load())
	return time.Since(c.server.begun) - at, at > 0
}

// figures returns the loop's figures, and those of the last seconds.
func (c *Source) figures() (all pipeline.Stats, lately recent) {
	c.mu.Lock()
	stats := c.stats
	c.mu.Unlock()
	if stats == nil {
		all.Source = c.name
		return all, lately
	}
	all = stats()
	c.mu.Lock()
	defer c.mu.Unlock()
	return all, c.window.since(&all, time.Now())
}

// recent are the histograms of the last seconds.
type recent struct {
	age    pipeline.Histogram
	stages [pipeline.StageCount]pipeline.Histogram
}

// window remembers earlier figures, so that those of the last 10 to 20
// seconds can be told.
type window struct {
	at        time.Time
	old, late recent
}

const windowSpan = 10 * time.Second

func (w *window) since(s *pipeline.Stats, now time.Time) (lately recent) {
	if now.Sub(w.at) >= windowSpan {
		w.old, w.late, w.at = w.late, recent{s.Age, s.Stages}, now
	}
	lately.age = s.Age.Since(&w.old.age)
	for i := range s.Stages {
		lately.stages[i] = s.Stages[i].Since(&w.old.stages[i])
	}
	return lately
}
