// Package capture is where frames come from: cameras, video files, folders of
// pictures, streams and a synthetic scene whose truth is known, behind one
// contract, Source.
//
// A Frame belongs to the caller, who has it filled by Next and gives its
// memory back by Release. It is not copied: the pixels of a camera's frame lie
// in the buffer that the driver wrote. A Frame knows when it was captured, and
// how many before it were lost.
package capture

import (
	"context"
	"io"
	"time"
)

// Source yields frames, one after another.
//
// Next is for one goroutine at a time. Close may be called from any, and then
// ends a Next that waits; frames may be released from any.
type Source interface {
	// Next fills f with the next frame, which stays valid until f.Release,
	// whatever becomes of the Source. What f held before is released first.
	//
	// The error is io.EOF at the end of what ends, ctx's own when ctx ends,
	// and otherwise an *ErrCapture. After one whose Reason is Temporary the
	// next call may succeed; after any other the source is to be closed.
	Next(ctx context.Context, f *Frame) error
	// Info says what was agreed upon when the source was opened.
	Info() Info
	// Close ends the source. Frames that are held stay valid.
	Close() error
}

// Info describes a source.
type Info struct {
	Name   string  // what was opened, without passwords
	Kind   string  // camera, csi, pictures, avi, http, ffmpeg, gocv, raw, synthetic
	Device string  // the camera's own name
	Path   string  // the camera's device file
	Format Format  // of its frames
	W, H   int     // in pixels; 0: frame by frame
	FPS    float64 // frames a second; 0: unknown
	Live   bool    // frames are lost when nobody takes them
	Frames int     // of a recording, where that is known before it is played; 0: unknown
}

// Options say how a source is opened. The zero value takes what is usual.
type Options struct {
	W, H     int            // the size wanted of a camera; 0: 640×480, or what there is
	FPS      float64        // the rate wanted of a camera, 0: 30; for files that of playing, 0: as it is
	Format   Format         // wanted of a camera; AnyFormat: the one that costs least
	Controls map[string]int // settings of a camera by name, as `ocellus cameras` lists them
	Buffers  int            // that are shared with a driver; 0: 4
	Timeout  time.Duration  // how long no frame may come from what is live; 0: 2 s
	// AsFast has files give every frame as soon as it is asked for. Else they
	// are played as if they were live: at their rate, and frames that nobody
	// took in time are dropped and counted.
	AsFast bool
	Loop   bool // files begin again at their end
	// Stdin is what a raw source reads.
	Stdin io.Reader
}

const (
	defaultTimeout = 2 * time.Second
	defaultBuffers = 4
)

func (o *Options) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return defaultTimeout
}
