package main

import (
	"context"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
	"github.com/ocellus-vision/ocellus/vision"
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

// seeing is a Stream that finds a face as well, always in one place: in the
// synthetic scene there is none.
type seeing struct{ *ocellus.Stream }

func (s seeing) Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	dst, err := s.Stream.Detect(ctx, src, region, dst)
	return append(dst, vision.Detection{Label: "face", Score: 0.99, Box: vision.Box{X1: 40, Y1: 30, X2: 100, Y2: 90}}), err
}

// TestRunAllocatesNothing goes all the way of a frame, from a supervised source
// through networks on two threads, a look at a face in every frame, to the
// sinks.
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
	f, err := s.OpenFaces(ocellus.FaceModels{Landmarks: "../../testdata/features.onnx", Embedder: "../../testdata/tint.onnx"})
	if err != nil {
		t.Fatal(err)
	}
	known := face.NewKnown(f.Comparer(), f.Embed.Size())
	known.Add("red", []float32{1, 0, 0})
	known.Add("blue", []float32{0, 0, 1})
	c := identify.DefaultConfig()
	c.Looker, c.Known, c.Label, c.Threshold = f.NewLooker(), known, "face", 0.5
	c.MinSide, c.Votes.MinQuality, c.Every, c.Again = 0, 0, 0, 0
	who, err := identify.New(c)
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Supervise("synthetic:160x120", capture.Options{AsFast: true}, capture.SuperviseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	step := make(stepping)
	loop, err := pipeline.New(pipeline.Config{
		Source: src, Detector: seeing{stream}, Every: true, Track: pipeline.DefaultTrack(), Motion: pipeline.DefaultMotion(), Faces: who, Sinks: []pipeline.Sink{step},
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
	if st := who.Stats(); st.Looks < 100 {
		t.Errorf("figures of faces %+v", st)
	}
}
