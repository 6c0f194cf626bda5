package main

import (
	"context"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// stepping lets a loop go on by one frame at a time.
type stepping chan struct{}

func (s stepping) Event(context.Context, *pipeline.Event) error { return nil }

func (s stepping) Frame(ctx context.Context, _ *pipeline.View) error {
	select {
	case s <- struct{}{}:
	case <-ctx.Done():
	}
	return nil
}

// TestRunAllocatesNothing goes all the way of a frame, from a supervised source
// through a network on two threads to the sinks.
func TestRunAllocatesNothing(t *testing.T) {
	s, err := ocellus.Open(spots, ocellus.WithTiling(ocellus.TileOff), ocellus.WithThreads(2))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stream, err := s.NewStream(ocellus.StreamOptions{Least: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Supervise("synthetic:160x120", capture.Options{AsFast: true}, capture.SuperviseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	step := make(stepping)
	loop, err := pipeline.New(pipeline.Config{
		Source: src, Detector: stream, Every: true, Track: pipeline.DefaultTrack(), Motion: pipeline.DefaultMotion(), Sinks: []pipeline.Sink{step},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- loop.Run(ctx) }()
	for range 100 {
		<-step
	}
	if n := testing.AllocsPerRun(100, func() { <-step }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	cancel()
	<-over
	if st := loop.Stats(); st.Worked() < 200 || st.Failed > 0 {
		t.Errorf("figures %+v", st)
	}
}
