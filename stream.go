package ocellus

import (
	"context"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Stream finds objects in one frame after another, where they lie: a camera's
// frame goes from the driver's buffer into the network's input in one pass.
// It is what Detect is for pictures, without tiles and without second looks,
// and it allocates nothing once warm. A Stream has an arena of its own beside
// the session's weights, and serves one goroutine; a session may have several.
type Stream struct {
	s      *Session
	e      *engine
	nms    vision.NMSConfig
	least  float32
	labels []string
	spent  Timings
}

// NewStream returns a Stream of detections with a score of least or more; 0
// stands for the session's Score. A tracker wants to see
// lower ones too: an object half hidden can be followed by them. The error is
// an *ErrNotDetector, ErrClosed, or an *ErrOption for a score outside 0 to 1.
func (s *Session) NewStream(least float32) (*Stream, error) {
	switch {
	case s.find == nil:
		return nil, s.noDet
	case s.isClosed():
		return nil, ErrClosed
	case !(least >= 0 && least <= 1):
		return nil, &ErrOption{"NewStream", "a score is 0 to 1"}
	}
	if least == 0 {
		least = s.find.worth
	}
	cfg := s.find.head
	cfg.Score = min(cfg.Score, least)
	e, err := s.find.newEngine(cfg)
	if err != nil {
		return nil, err
	}
	st := &Stream{s: s, e: e, nms: cfg.Suppression(), least: least}
	for c := range e.decode.Classes() {
		st.labels = append(st.labels, s.meta.Label(c))
	}
	return st, nil
}

// Score returns the least score of a detection that is worth reporting: the
// model's own or that of WithScore.
func (st *Stream) Score() float32 { return st.s.Score() }

// Labels returns the names of the classes, which are not to be changed.
func (st *Stream) Labels() []string { return st.labels }

// Reduction returns by how much a region of so many pixels is made smaller on
// its way into the network, along the axis where that is less; below 1, it is
// made larger. A frame may be decoded at a size so much smaller without a loss.
func (st *Stream) Reduction(w, h float32) float64 {
	at := st.s.find.pre.Place(vision.Box{X2: w, Y2: h})
	return min(at.ScaleX, at.ScaleY)
}

// Detect appends what a region of a picture shows to dst, best first, in
// pixels of the picture. Landmarks are valid until the next call. The context
// is looked at before the network runs. The error is the context's, ErrClosed,
// or an *ErrInput for a picture without pixels or a region that is empty.
func (st *Stream) Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	st.spent = Timings{}
	t0 := time.Now()
	at, err := st.e.fillRows(src, region)
	if err != nil {
		return dst, &ErrInput{"frame", err.Error()}
	}
	t1 := time.Now()
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	if st.s.isClosed() {
		return dst, ErrClosed
	}
	if err := st.e.runner.Run(); err != nil {
		return dst, err
	}
	t2 := time.Now()
	w, h := src.Size()
	picture := vision.Box{X2: float32(w), Y2: float32(h)}
	for _, d := range st.e.read(st.nms) {
		if d.Score < st.least {
			continue
		}
		at.ApplyDetection(&d)
		d.Box = d.Box.Clip(picture)
		d.Label, d.Model = st.labels[d.Class], st.s.name
		dst = append(dst, d)
	}
	st.spent = Timings{Prepare: t1.Sub(t0), Infer: t2.Sub(t1), Decode: time.Since(t2), Total: time.Since(t0), Regions: 1}
	return dst, nil
}

// Spent says what the last Detect spent its time on: into the network's input,
// the network, and from its outputs to detections.
func (st *Stream) Spent() (prepare, infer, read time.Duration) {
	return st.spent.Prepare, st.spent.Infer, st.spent.Decode
}

// fillRows makes the input of a region of a picture that is read by rows.
func (e *engine) fillRows(src vision.Rows, region vision.Box) (vision.Mapping, error) {
	if e.bytes {
		return e.prepare.FillRowsBytes(e.runner.Input(0).U8(), src, region)
	}
	return e.prepare.FillRows(e.runner.Input(0).F32(), src, region)
}
