package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/capture/jpeg"
	"github.com/ocellus-vision/ocellus/vision"
)

// maxFailing is how many frames in a row the detector may fail on before the
// loop gives up.
const maxFailing = 30

// one works on the frame that is held. An error ends the loop.
func (l *Loop) one(ctx context.Context, now time.Time) error {
	l.clock.stamp(&l.frame, now)
	v := &l.view
	*v = View{Source: l.name, Sequence: l.frame.Sequence, Captured: l.frame.Captured, Tracks: v.Tracks[:0], Models: l.c.Models, Picture: &l.picture}
	v.At = l.clock.moment(&l.frame)
	if l.c.Deadline > 0 {
		v.Deadline = v.Captured.Add(l.c.Deadline)
	}
	v.Stages[StageWait] = now.Sub(v.Captured)
	if l.late(StageDecode) {
		return nil
	}
	l.picture.hold(&l.frame)
	defer l.picture.drop()
	if !l.decode() {
		return nil
	}
	if !l.still(ctx) {
		found, err := l.detect(ctx)
		switch {
		case err != nil:
			return l.failed(ctx, err)
		case found == nil:
			return nil
		}
		l.failing = 0
		start := time.Now()
		l.see(found)
		v.Stages[StageTrack] = time.Since(start)
		l.identify(ctx)
	}
	v.Age = max(time.Since(v.Captured), 0)
	l.report(ctx)
	return nil
}

// late reports whether what is left to do from a stage on would end after the
// deadline, and counts the frame then.
func (l *Loop) late(from Stage) bool {
	if l.view.Deadline.IsZero() || !time.Now().Add(l.estimate.from(from)).After(l.view.Deadline) {
		return false
	}
	l.estimate.relent()
	l.mu.Lock()
	l.stats.Late++
	l.mu.Unlock()
	return true
}

// decode makes the frame readable by rows; false: it is damaged, which is
// counted.
func (l *Loop) decode() bool {
	start := time.Now()
	err := l.decodeAt(l.jpeg)
	if p := &l.picture; err == nil && (p.at.W != reduced(l.w, p.shrink) || p.at.H != reduced(l.h, p.shrink)) {
		// It is of another size than those before it.
		if err = l.decodeAt(jpeg.Full); err == nil {
			l.resized(p.at.W, p.at.H)
		}
	}
	if l.frame.Format == capture.MJPEG {
		l.view.Stages[StageDecode] = time.Since(start)
		if s, ok := l.c.Source.(supervised); ok {
			s.Report(err)
		}
	}
	if err != nil {
		l.mu.Lock()
		l.stats.Failed++
		l.mu.Unlock()
		return false
	}
	l.view.W, l.view.H = l.w, l.h
	return true
}

func (l *Loop) decodeAt(s jpeg.Scale) error {
	p := &l.picture
	if p.shrink = 1; l.frame.Format == capture.MJPEG {
		p.shrink = s.Shrink()
	}
	return p.decode(s)
}

// reduced returns the side of a picture that is decoded at a smaller size.
func reduced(side, shrink int) int { return (side + shrink - 1) / shrink }

// resized takes in the size of the frames, and chooses at which size they are
// read from now on: the smallest at which the network still sees no less than
// it would of all pixels.
func (l *Loop) resized(w, h int) {
	l.w, l.h = w, h
	r := l.c.Region
	l.jpeg = jpeg.Full
	if !l.c.Whole {
		l.jpeg = jpeg.ScaleFor(l.c.Detector.Reduction((r.X2-r.X1)*float32(w), (r.Y2-r.Y1)*float32(h)))
	}
	l.mu.Lock()
	l.stats.W, l.stats.H = w, h
	l.mu.Unlock()
}

// detect returns what the frame shows, in pixels of the picture as it was
// captured, scores stretched for the tracker; nil when it is late.
func (l *Loop) detect(ctx context.Context) ([]vision.Detection, error) {
	if l.late(StagePrepare) {
		return nil, nil
	}
	n, r := float32(l.picture.shrink), l.c.Region
	w, h := float32(l.w)/n, float32(l.h)/n
	dets, err := l.c.Detector.Detect(ctx, l.picture.at, vision.Box{X1: r.X1 * w, Y1: r.Y1 * h, X2: r.X2 * w, Y2: r.Y2 * h}, l.dets[:0])
	l.dets = dets
	if err != nil {
		return nil, err
	}
	s := &l.view.Stages
	s[StagePrepare], s[StageInfer], s[StageRead] = l.c.Detector.Spent()
	if n > 1 {
		enlarge(dets, n, l.w, l.h)
	}
	l.dets, l.scores = l.scale.apply(dets, l.w, l.h, l.scores[:0])
	if l.dets == nil {
		l.dets = []vision.Detection{}
	}
	return l.dets, nil
}

// enlarge takes detections from a picture that was decoded n times smaller to
// one of w×h.
func enlarge(dets []vision.Detection, n float32, w, h int) {
	m := vision.Mapping{ScaleX: float64(n), ScaleY: float64(n)}
	for i := range dets {
		m.ApplyDetection(&dets[i])
		dets[i].Box = dets[i].Box.Clip(vision.Box{X2: float32(w), Y2: float32(h)})
	}
}

// failed counts a frame that the detector failed on. An error ends the loop.
func (l *Loop) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.mu.Lock()
	l.stats.Failed++
	l.mu.Unlock()
	if l.failing++; l.failing >= maxFailing {
		return fmt.Errorf("%s: the detector failed on %d frames in a row: %w", l.name, l.failing, err)
	}
	return nil
}

// identify asks who the tracks are.
func (l *Loop) identify(ctx context.Context) {
	if l.c.Faces == nil || len(l.view.Tracks) == 0 {
		return
	}
	start := time.Now()
	err := l.c.Faces.Identify(ctx, &l.view)
	l.view.Stages[StageFaces] = time.Since(start)
	if err != nil && ctx.Err() == nil {
		l.mu.Lock()
		l.stats.FaceErrors++
		l.mu.Unlock()
	}
}
