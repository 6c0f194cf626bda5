package serve

import (
	"compress/gzip"
	"io"
	"net/http"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
	"github.com/ocellus-vision/ocellus/pipeline/out"
)

// buckets are the upper ends of the histograms, in seconds: finest about the
// time of a frame.
var buckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.033, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10}

var (
	mFPS      = &metric{gauge, "ocellus_capture_fps", "Frames worked on a second, lately.", []string{"source"}}
	mAge      = &metric{histogram, "ocellus_capture_frame_age_seconds", "Age of frames when they had been worked on.", []string{"source"}}
	mUp       = &metric{gauge, "ocellus_source_up", "Whether the source yields frames.", []string{"source"}}
	mCaptured = &metric{counter, "ocellus_frames_captured_total", "Frames that the source gave.", []string{"source"}}
	mWorked   = &metric{counter, "ocellus_frames_processed_total", "Frames that the detector saw.", []string{"source"}}
	mGated    = &metric{counter, "ocellus_frames_gated_total", "Frames that were not searched, since nothing moved.", []string{"source"}}
	mDropped  = &metric{counter, "ocellus_frames_dropped_total", "Frames that were left out: by the source, replaced by a newer one, late for their deadline, failed to be read.", []string{"reason", "source"}}
	mMissed   = &metric{counter, "ocellus_deadline_missed_total", "Frames that were worked on and done after their deadline.", []string{"source"}}
	mReopened = &metric{counter, "ocellus_reconnects_total", "Times that the source was opened anew.", []string{"source"}}
	mStage    = &metric{histogram, "ocellus_stage_seconds", "What the stages of the work on a frame take.", []string{"source", "stage"}}
	mInfer    = &metric{histogram, "ocellus_infer_seconds", "What the network takes.", []string{"model", "precision", "source"}}
	mTracks   = &metric{gauge, "ocellus_tracks", "Tracks that are confirmed now.", []string{"source"}}
	mBegun    = &metric{counter, "ocellus_tracks_total", "Tracks that were ever confirmed.", []string{"source"}}
	mEvents   = &metric{counter, "ocellus_events_total", "Events.", []string{"source"}}
	mAsked    = &metric{counter, "ocellus_face_tracks_total", "Tracks that have gone, by whether they were named, unknown or never decided.", []string{"result", "source"}}
	mLooks    = &metric{counter, "ocellus_face_looks_total", "Faces that were held against the people known.", []string{"source"}}
	mSkipped  = &metric{counter, "ocellus_face_skipped_total", "Looks at a face that came to nothing: too poor a face, none to be found, no time before the deadline, an error.", []string{"reason", "source"}}
	mModel    = &metric{gauge, "ocellus_model_info", "The models in use; always 1.", []string{"hash", "model", "precision"}}
	mWritten  = &metric{counter, "ocellus_output_written_total", "What an output has taken.", []string{"output"}}
	mLeft     = &metric{counter, "ocellus_output_dropped_total", "What was left out because an output was too slow.", []string{"output"}}
	mFailed   = &metric{counter, "ocellus_output_failed_total", "What an output could not write.", []string{"output"}}
	mHeap     = &metric{gauge, "ocellus_alloc_bytes", "Memory in use by objects of the program.", nil}
	mCelsius  = &metric{gauge, "ocellus_cpu_temperature_celsius", "Highest temperature of the processor.", nil}
	mThrottle = &metric{gauge, "ocellus_throttled", "Whether the processor is slowed down by heat or voltage.", nil}
	mFree     = &metric{gauge, "ocellus_disk_free_bytes", "Room on disks that are written to.", []string{"path"}}
	mViewers  = &metric{gauge, "ocellus_preview_clients", "Streams of the preview that are open.", nil}
)

// collector tells the figures when they are asked for.
type collector struct {
	s    *Server
	free func(dir string) (int64, error)
}

// collect reads everything.
func (c *collector) collect(e *exposition) {
	for _, src := range c.s.sources {
		s, _ := src.figures()
		c.source(e, src.name, &s)
		if f, ok := src.facesSeen(); ok {
			faces(e, src.name, &f, s.FaceErrors)
		}
	}
	for _, m := range c.s.o.Models {
		e.send(mModel, 1, m.SHA256, m.Name, m.Precision)
	}
	if c.s.o.Outputs != nil {
		for _, o := range c.s.o.Outputs() {
			e.send(mWritten, float64(o.Written), o.Name)
			e.send(mLeft, float64(o.Dropped), o.Name)
			e.send(mFailed, float64(o.Failed), o.Name)
		}
	}
	for _, dir := range c.s.o.Disks {
		if n, err := c.free(dir); err == nil {
			e.send(mFree, float64(n), dir)
		}
	}
	d := readDevice()
	if d.Temperature != nil {
		e.send(mCelsius, *d.Temperature)
	}
	if d.Throttled != nil {
		e.send(mThrottle, truth(*d.Throttled))
	}
	e.send(mHeap, float64(heap()))
	e.send(mViewers, float64(len(c.s.clients)))
	process(e.send)
}

func (c *collector) source(e *exposition, name string, s *pipeline.Stats) {
	e.send(mFPS, s.FPS, name)
	e.send(mUp, truth(s.State == string(capture.Up) || s.State == string(capture.Degraded)), name)
	e.send(mCaptured, float64(s.Captured), name)
	e.send(mWorked, float64(s.Processed), name)
	e.send(mGated, float64(s.Gated), name)
	e.send(mDropped, float64(s.LostBefore), "source", name)
	e.send(mDropped, float64(s.Replaced), "replaced", name)
	e.send(mDropped, float64(s.Late), "late", name)
	e.send(mDropped, float64(s.Failed), "failed", name)
	e.send(mMissed, float64(s.Missed), name)
	e.send(mReopened, float64(s.Reopened), name)
	e.send(mTracks, float64(s.Tracks), name)
	e.send(mBegun, float64(s.TracksBegun), name)
	e.send(mEvents, float64(s.Events), name)
	times(e, mAge, &s.Age, name)
	for i := range s.Stages {
		if h := &s.Stages[i]; h.Count > 0 {
			times(e, mStage, h, name, pipeline.Stage(i).String())
		}
	}
	if h := &s.Stages[pipeline.StageInfer]; h.Count > 0 && len(c.s.o.Models) > 0 {
		m := c.s.o.Models[0] // the detector
		times(e, mInfer, h, m.Name, m.Precision, name)
	}
}

func faces(e *exposition, name string, f *identify.Stats, failed uint64) {
	e.send(mAsked, float64(f.Named), "named", name)
	e.send(mAsked, float64(f.Unknown), "unknown", name)
	e.send(mAsked, float64(f.Undecided), "undecided", name)
	e.send(mLooks, float64(f.Looks), name)
	e.send(mSkipped, float64(f.Poor), "poor", name)
	e.send(mSkipped, float64(f.Absent), "absent", name)
	e.send(mSkipped, float64(f.Late), "late", name)
	e.send(mSkipped, float64(failed), "failed", name)
}

// times sends a histogram of times, in seconds.
func times(e *exposition, m *metric, h *pipeline.Histogram, labels ...string) {
	counts := make([]bucket, len(buckets))
	for i, b := range buckets {
		counts[i] = bucket{b, h.AtMost(time.Duration(b * float64(time.Second)))}
	}
	e.sendHistogram(m, counts, h.Sum.Seconds(), h.Count, labels...)
}

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// heap returns the bytes of objects, which is cheap to read.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

const (
	mostScrapes = 4 // how many may ask for metrics at once
	longScrape  = 5 * time.Second
)

// compressors are used again: each has most of a megabyte.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is
	return w
}}

// metricsHandler answers in the form of Prometheus, or in OpenMetrics where
// that is asked for.
func (s *Server) metricsHandler() http.Handler {
	h := &scrapes{collector{s: s, free: out.Free}, make(limit, mostScrapes)}
	return http.TimeoutHandler(h, longScrape, "a disk or the system did not answer in time")
}

type scrapes struct {
	collector
	places limit
}

func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.places.enter() {
		http.Error(w, "too many ask for metrics at once: try again later", http.StatusServiceUnavailable)
		return
	}
	defer s.places.leave()
	e := newExposition(wantsOpen(r.Header.Get("Accept")))
	s.collect(e)
	w.Header().Set("Content-Type", e.contentType())
	to := io.Writer(w)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		z := compressors.Get().(*gzip.Writer)
		defer compressors.Put(z)
		z.Reset(w)
		defer z.Close() // fails where the client has gone
		to = z
	}
	_, _ = e.WriteTo(to) // fails where the client has gone
}
