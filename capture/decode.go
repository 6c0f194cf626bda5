package capture

import (
	"errors"

	"github.com/ocellus-vision/ocellus/capture/jpeg"
)

// Decoder makes frames readable by rows: an MJPEG is decoded into memory that
// the Decoder keeps, everything else is passed on where it lies. The zero
// Decoder is ready for use and serves one goroutine.
type Decoder struct {
	Scale jpeg.Scale // by how much MJPEGs are made smaller; others stay as they are
	jpeg  jpeg.Decoder
	pic   jpeg.Picture
	out   Raster
}

// Raster returns what is in f. It is valid until f is released or the next
// call. A torn MJPEG is an *ErrCapture with the reason Torn.
func (d *Decoder) Raster(f *Frame) (*Raster, error) {
	if f.Format != MJPEG {
		return &f.Raster, nil
	}
	p := &d.pic
	if err := d.jpeg.Decode(p, f.Planes[0].Pix, d.Scale); err != nil {
		e := &ErrCapture{Source: "frame", Reason: Unsupported, Why: err.Error(), Err: err}
		var torn *jpeg.ErrTorn
		if errors.As(err, &torn) {
			e.Reason, e.Rows = Torn, torn.Rows
		}
		return nil, e
	}
	d.out = Raster{
		Format: YCbCr, W: p.W, H: p.H, FullRange: true, ShiftX: p.ShiftX, ShiftY: p.ShiftY,
		Planes: [3]Plane{{p.Y, p.YStride}, {p.Cb, p.CStride}, {p.Cr, p.CStride}},
	}
	if p.Grey() {
		d.out.Format = Grey
	}
	return &d.out, nil
}
