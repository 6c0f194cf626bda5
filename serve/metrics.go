package serve

import (
	"net/http"
	"runtime/metrics"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
	"github.com/ocellus-vision/ocellus/pipeline/out"
)

// buckets are the upper ends of the histograms, in seconds: finest about the
// time of a frame.
var buckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.033, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10}

// metric is a description with its kind.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func newMetric(kind prometheus.ValueType, name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("ocellus_"+name, help, labels, nil), kind}
}

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

var (
	mFPS      = newMetric(gauge, "capture_fps", "Frames worked on a second, lately.", "source")
	mAge      = newMetric(0, "capture_frame_age_seconds", "Age of frames when they had been worked on.", "source")
	mUp       = newMetric(gauge, "source_up", "Whether the source yields frames.", "source")
	mCaptured = newMetric(counter, "frames_captured_total", "Frames that the source gave.", "source")
	mWorked   = newMetric(counter, "frames_processed_total", "Frames that the detector saw.", "source")
	mGated    = newMetric(counter, "frames_gated_total", "Frames that were not searched, since nothing moved.", "source")
	mDropped  = newMetric(counter, "frames_dropped_total", "Frames that were left out: by the source, replaced by a newer one, late for their deadline, failed to be read.", "source", "reason")
	mMissed   = newMetric(counter, "deadline_missed_total", "Frames that were worked on and done after their deadline.", "source")
	mReopened = newMetric(counter, "reconnects_total", "Times that the source was opened anew.", "source")
	mStage    = newMetric(0, "stage_seconds", "What the stages of the work on a frame take.", "source", "stage")
	mInfer    = newMetric(0, "infer_seconds", "What the network takes.", "source", "model", "precision")
	mTracks   = newMetric(gauge, "tracks", "Tracks that are confirmed now.", "source")
	mBegun    = newMetric(counter, "tracks_total", "Tracks that were ever confirmed.", "source")
	mEvents   = newMetric(counter, "events_total", "Events.", "source")
	mAsked    = newMetric(counter, "face_tracks_total", "Tracks that have gone, by whether they were named, unknown or never decided.", "source", "result")
	mLooks    = newMetric(counter, "face_looks_total", "Faces that were held against the people known.", "source")
	mSkipped  = newMetric(counter, "face_skipped_total", "Looks at a face that came to nothing: too poor a face, none to be found, no time before the deadline, an error.", "source", "reason")
	mModel    = newMetric(gauge, "model_info", "The models in use; always 1.", "model", "hash", "precision")
	mWritten  = newMetric(counter, "output_written_total", "What an output has taken.", "output")
	mLeft     = newMetric(counter, "output_dropped_total", "What was left out because an output was too slow.", "output")
	mFailed   = newMetric(counter, "output_failed_total", "What an output could not write.", "output")
	mHeap     = newMetric(gauge, "alloc_bytes", "Memory in use by objects of the program.")
	mCelsius  = newMetric(gauge, "cpu_temperature_celsius", "Highest temperature of the processor.")
	mThrottle = newMetric(gauge, "throttled", "Whether the processor is slowed down by heat or voltage.")
	mFree     = newMetric(gauge, "disk_free_bytes", "Room on disks that are written to.", "path")
	mViewers  = newMetric(gauge, "preview_clients", "Streams of the preview that are open.")
)

// collector turns figures into metrics when they are asked for.
type collector struct {
	s    *Server
	free func(dir string) (int64, error)
}

// Describe leaves the checking to Collect: which metrics there are depends on
// sources and machine.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads everything.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	send := func(m metric, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, v, labels...)
	}
	for _, src := range c.s.sources {
		s, _ := src.figures()
		c.source(send, to, src.name, &s)
		if f, ok := src.facesSeen(); ok {
			faces(send, src.name, &f, s.FaceErrors)
		}
	}
	for _, m := range c.s.o.Models {
		send(mModel, 1, m.Name, m.SHA256, m.Precision)
	}
	if c.s.o.Outputs != nil {
		for _, o := range c.s.o.Outputs() {
			send(mWritten, float64(o.Written), o.Name)
			send(mLeft, float64(o.Dropped), o.Name)
			send(mFailed, float64(o.Failed), o.Name)
		}
	}
	for _, dir := range c.s.o.Disks {
		if n, err := c.free(dir); err == nil {
			send(mFree, float64(n), dir)
		}
	}
	d := readDevice()
	if d.Temperature != nil {
		send(mCelsius, *d.Temperature)
	}
	if d.Throttled != nil {
		send(mThrottle, truth(*d.Throttled))
	}
	send(mHeap, float64(heap()))
	send(mViewers, float64(len(c.s.clients)))
}

func (c *collector) source(send func(metric, float64, ...string), to chan<- prometheus.Metric, name string, s *pipeline.Stats) {
	send(mFPS, s.FPS, name)
	send(mUp, truth(s.State == string(capture.Up) || s.State == string(capture.Degraded)), name)
	send(mCaptured, float64(s.Captured), name)
	send(mWorked, float64(s.Processed), name)
	send(mGated, float64(s.Gated), name)
	send(mDropped, float64(s.LostBefore), name, "source")
	send(mDropped, float64(s.Replaced), name, "replaced")
	send(mDropped, float64(s.Late), name, "late")
	send(mDropped, float64(s.Failed), name, "failed")
	send(mMissed, float64(s.Missed), name)
	send(mReopened, float64(s.Reopened), name)
	send(mTracks, float64(s.Tracks), name)
	send(mBegun, float64(s.TracksBegun), name)
	send(mEvents, float64(s.Events), name)
	to <- histogram(mAge, &s.Age, name)
	for i := range s.Stages {
		if h := &s.Stages[i]; h.Count > 0 {
			to <- histogram(mStage, h, name, pipeline.Stage(i).String())
		}
	}
	if h := &s.Stages[pipeline.StageInfer]; h.Count > 0 && len(c.s.o.Models) > 0 {
		m := c.s.o.Models[0] // the detector
		to <- histogram(mInfer, h, name, m.Name, m.Precision)
	}
}

func faces(send func(metric, float64, ...string), name string, f *identify.Stats, failed uint64) {
	send(mAsked, float64(f.Named), name, "named")
	send(mAsked, float64(f.Unknown), name, "unknown")
	send(mAsked, float64(f.Undecided), name, "undecided")
	send(mLooks, float64(f.Looks), name)
	send(mSkipped, float64(f.Poor), name, "poor")
	send(mSkipped, float64(f.Absent), name, "absent")
	send(mSkipped, float64(f.Late), name, "late")
	send(mSkipped, float64(failed), name, "failed")
}

func histogram(m metric, h *pipeline.Histogram, labels ...string) prometheus.Metric {
	counts := make(map[float64]uint64, len(buckets))
	for _, b := range buckets {
		counts[b] = h.AtMost(time.Duration(b * float64(time.Second)))
	}
	return prometheus.MustNewConstHistogram(m.desc, h.Count, h.Sum.Seconds(), counts, labels...)
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

// metricsHandler answers in the form of Prometheus, or in OpenMetrics where
// that is asked for.
func (s *Server) metricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(&collector{s: s, free: out.Free}, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4, Timeout: 5 * time.Second})
}
