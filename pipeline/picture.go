package pipeline

import (
	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/capture/jpeg"
)

// Picture gives access to the pixels of a frame that is still held. It is
// valid as long as the View that it came with, and serves one goroutine.
// Whoever wants pixels for longer takes a copy, as small as will do; Snapshot
// is one way.
type Picture struct {
	frame  *capture.Frame
	scaled capture.Decoder // what the detector sees
	whole  capture.Decoder // for those who want every pixel
	at     *capture.Raster
	full   *capture.Raster
	shrink int // of at: 1, 2, 4 or 8
}

// Raster returns the picture as the detector saw it: an MJPEG may have been
// decoded at a half, a quarter or an eighth of its size. It is nil where the
// frame was not decoded, since nothing moved.
func (p *Picture) Raster() *capture.Raster { return p.at }

// Shrink returns by how much Raster is smaller than the frame: 1, 2, 4 or 8.
func (p *Picture) Shrink() int { return p.shrink }

// Full returns the picture as it was captured. An MJPEG that was decoded at a
// smaller size is decoded once more, for the first who asks. The error is an
// *capture.ErrCapture for a torn frame.
func (p *Picture) Full() (*capture.Raster, error) {
	if p.full != nil {
		return p.full, nil
	}
	r, err := p.whole.Raster(p.frame)
	if err == nil {
		p.full = r
	}
	return r, err
}

// JPEG returns the frame as it came where that was as a JPEG, and else false.
// A camera's may lack Huffman tables, which jpeg.Decoder supplies and
// browsers do as well.
func (p *Picture) JPEG() ([]byte, bool) {
	if p.frame == nil || p.frame.Format != capture.MJPEG {
		return nil, false
	}
	return p.frame.Planes[0].Pix, true
}

// hold begins a frame.
func (p *Picture) hold(f *capture.Frame) { p.frame, p.at, p.full, p.shrink = f, nil, nil, 1 }

// drop ends it.
func (p *Picture) drop() { p.frame, p.at, p.full = nil, nil, nil }

// decode makes the frame readable at a scale.
func (p *Picture) decode(s jpeg.Scale) error {
	p.scaled.Scale = s
	r, err := p.scaled.Raster(p.frame)
	if err != nil {
		return err
	}
	p.at = r
	return nil
}
