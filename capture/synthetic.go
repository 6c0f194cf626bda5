package capture

import (
	"context"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// Shape is something that moves in a synthetic scene.
type Shape struct {
	ID    int64
	Label string     // square or disc
	Box   vision.Box // in pixels of the frame
}

// Synthetic is a scene of shapes that move before a still background. Where
// they are follows from a frame's sequence number alone, so that what is seen
// can be held against what is there. A shape of a higher ID covers one of a
// lower.
type Synthetic struct {
	info  Info
	pace  pacer
	store store
	scene scene
	back  []byte // the background, in the format
	seq   int
	buf   []Shape
}

const (
	syntheticShapes = 4
	syntheticRate   = 30
	minScene        = 64
)

// openSynthetic reads a spec such as 640x480@30.
func openSynthetic(spec, rest string, o Options) (Source, error) {
	p := shape{w: 640, h: 480}
	if rest != "" || strings.HasSuffix(spec, ":") {
		var ok bool
		if p, ok = parseShape(rest); !ok {
			return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: "this is no size", Cure: "as in synthetic:640x480@30"}
		}
	} else if o.W > 0 {
		p.w, p.h = o.W, o.H
	}
	if p.fps == 0 {
		p.fps = o.FPS
	}
	if p.fps == 0 {
		p.fps = syntheticRate
	}
	format := o.Format
	switch {
	case format == AnyFormat:
		format = YUYV
	case format == MJPEG:
		return nil, &ErrCapture{Source: spec, Reason: Unsupported, Why: "a synthetic scene is not compressed"}
	}
	if p.w < minScene || p.h < minScene || p.w > 8192 || p.h > 8192 {
		return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: "a synthetic scene has 64 to 8192 pixels a side"}
	}
	s := &Synthetic{
		info: Info{Name: spec, Kind: "synthetic", Format: format, W: p.w, H: p.h, FPS: p.fps},
		pace: pacer{rate: p.fps, asFast: o.AsFast}, back: make([]byte, frameBytes(format, p.w, p.h)),
	}
	s.scene = scene{Raster: Raster{Format: format, W: p.w, H: p.h}}
	s.scene.lay(s.back, 0)
	s.scene.background()
	return s, nil
}

// Info describes the scene.
func (s *Synthetic) Info() Info { return s.info }

// Close does nothing.
func (s *Synthetic) Close() error { return nil }

// Truth appends where the shapes are in the frame of a sequence number, by
// ID from 1.
func (s *Synthetic) Truth(dst []Shape, sequence uint64) []Shape {
	w, h := s.info.W, s.info.H
	for i := range syntheticShapes {
		side := (min(w, h)/8 + i*min(w, h)/24) &^ 1
		n := int(sequence % (1 << 32))
		x := bounce(n*(3+i)+i*w/3, w-side)
		y := bounce(n*(2+(i*3)%5)+i*h/4, h-side)
		label := "square"
		if i&1 == 1 {
			label = "disc"
		}
		dst = append(dst, Shape{ID: int64(i + 1), Label: label, Box: vision.Box{X1: float32(x), Y1: float32(y), X2: float32(x + side), Y2: float32(y + side)}})
	}
	return dst
}

// bounce goes to and fro between 0 and most.
func bounce(n, most int) int {
	if n %= 2 * most; n > most {
		n = 2*most - n
	}
	return n
}

// Next draws the next frame.
func (s *Synthetic) Next(ctx context.Context, f *Frame) error {
	f.Release()
	skip, at, err := s.pace.next(ctx, s.seq)
	if err != nil {
		return err
	}
	token, mem, ok := s.store.lend()
	if !ok {
		return errHeld(s.info.Name)
	}
	if len(mem) < len(s.back) {
		mem = make([]byte, len(s.back))
		s.store.keep(token, mem)
	}
	copy(mem, s.back)
	s.seq += skip
	*f = Frame{Raster: Raster{Format: s.info.Format, W: s.info.W, H: s.info.H}, Captured: at, Sequence: uint64(s.seq), Dropped: skip, owner: &s.store, token: token}
	f.lay(mem, 0)
	s.scene.Raster = f.Raster
	s.buf = s.Truth(s.buf[:0], f.Sequence)
	for _, sh := range s.buf {
		s.scene.draw(&sh)
	}
	s.seq++
	return nil
}
