package ocellus

import (
	"context"
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Stream finds objects in one frame after another, where they lie: a camera's
// frame goes from the driver's buffer into the network's input in one pass.
// It is what Detect is for pictures, without second looks,
// and it allocates nothing once warm. A Stream has an arena of its own beside
// the session's weights, and serves one goroutine; a session may have several.
type Stream struct {
	s      *Session
	e      *engine
	nms    vision.NMSConfig
	o      StreamOptions
	labels []string
	spent  Timings

	// Of tiles:
	found  []vision.Detection
	points []vision.Point // landmarks of found
	merger merger
}

// StreamOptions say how a Stream searches. The zero value takes what is usual.
type StreamOptions struct {
	// Least is the least score of what Detect returns; 0: the session's Score.
	// A tracker wants to see lower ones too: an object half hidden can be
	// followed by them.
	Least float32
	// Columns and Rows are of tiles that a region is searched in as well as
	// whole, for objects that are small in it; neighbours share a fifth of
	// their sides. 0 of both: it is searched whole only.
	Columns, Rows int
}

// maxStreamTiles bounds Columns and Rows.
const maxStreamTiles = 16

// tileOverlap is the share of a tile's side that it has in common with the
// next.
const tileOverlap = 0.2

// NewStream returns a Stream. The error is an *ErrNotDetector, ErrClosed, or an
// *ErrOption.
func (s *Session) NewStream(o StreamOptions) (*Stream, error) {
	switch {
	case s.find == nil:
		return nil, s.noDet
	case s.isClosed():
		return nil, ErrClosed
	case !(o.Least >= 0 && o.Least <= 1):
		return nil, &ErrOption{"StreamOptions.Least", fmt.Sprintf("%v is outside 0 to 1", o.Least)}
	case o.Columns < 0 || o.Rows < 0 || o.Columns > maxStreamTiles || o.Rows > maxStreamTiles || (o.Columns == 0) != (o.Rows == 0):
		return nil, &ErrOption{"StreamOptions.Columns", fmt.Sprintf("%d×%d tiles; 1 to %d each way, or none", o.Columns, o.Rows, maxStreamTiles)}
	}
	if o.Least == 0 {
		o.Least = s.find.worth
	}
	cfg := s.find.head
	cfg.Score = min(cfg.Score, o.Least)
	e, err := s.find.newEngine(cfg)
	if err != nil {
		return nil, err
	}
	st := &Stream{s: s, e: e, nms: cfg.Suppression(), o: o}
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

// Reduction returns by how much a region of so many pixels, or each tile of it,
// is made smaller on its way into the network, along the axis where that is less; below 1, it is
// made larger. A frame may be decoded at a size so much smaller without a loss.
func (st *Stream) Reduction(w, h float32) float64 {
	if st.o.Columns > 0 {
		w, h = w*tileShare(st.o.Columns), h*tileShare(st.o.Rows)
	}
	at := st.s.find.pre.Place(vision.Box{X2: w, Y2: h})
	return min(at.ScaleX, at.ScaleY)
}

// tileShare returns the side of one of n tiles in a row, as a share of the
// row's.
func tileShare(n int) float32 { return 1 / (1 + float32(n-1)*(1-tileOverlap)) }

// Detect appends what a region of a picture shows to dst, best first, in
// pixels of the picture. Landmarks are valid until the next call. The context
// is looked at before the network runs. The error is the context's, ErrClosed,
// or an *ErrInput for a picture without pixels or a region that is empty.
func (st *Stream) Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	st.spent = Timings{}
	if st.o.Columns == 0 {
		return st.look(ctx, src, region, region, dst)
	}
	var err error
	if st.found, err = st.look(ctx, src, region, region, st.found[:0]); err != nil {
		return dst, err
	}
	st.points = st.points[:0]
	st.keepPoints(0)
	w, h := region.Width()*tileShare(st.o.Columns), region.Height()*tileShare(st.o.Rows)
	for i := range st.o.Columns * st.o.Rows {
		x := region.X1 + float32(i%st.o.Columns)*w*(1-tileOverlap)
		y := region.Y1 + float32(i/st.o.Columns)*h*(1-tileOverlap)
		from := len(st.found)
		if st.found, err = st.look(ctx, src, vision.Box{X1: x, Y1: y, X2: x + w, Y2: y + h}, region, st.found); err != nil {
			return dst, err
		}
		st.keepPoints(from)
	}
	start := time.Now()
	dst = append(dst, st.merger.run(st.found, st.nms.IoU)...)
	st.spent.Decode += time.Since(start)
	return dst, nil
}

// keepPoints copies the landmarks of what was found from an index on, which
// the next look would write over.
func (st *Stream) keepPoints(from int) {
	for i := from; i < len(st.found); i++ {
		n := len(st.points)
		st.points = append(st.points, st.found[i].Landmarks...)
		st.found[i].Landmarks = st.points[n:len(st.points):len(st.points)]
	}
}

// look appends what a part of a region shows, but for what the part's sides
// cut off.
func (st *Stream) look(ctx context.Context, src vision.Rows, part, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	t0 := time.Now()
	at, err := st.e.fillRows(src, part)
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
		if d.Score < st.o.Least {
			continue
		}
		at.ApplyDetection(&d)
		if part != region && !whole(d.Box, part, region) {
			continue
		}
		d.Box = d.Box.Clip(picture)
		d.Label, d.Model = st.labels[d.Class], st.s.name
		dst = append(dst, d)
	}
	st.spent.add(Timings{Prepare: t1.Sub(t0), Infer: t2.Sub(t1), Decode: time.Since(t2), Regions: 1})
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
