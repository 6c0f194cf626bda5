package capture

import (
	"strings"
	"time"
)

// Format is how pixels lie in memory.
type Format uint8

const (
	AnyFormat Format = iota
	YUYV             // Y0 Cb Y1 Cr: 2 bytes a pixel, chroma for every 2 of a row
	UYVY             // Cb Y0 Cr Y1
	NV12             // a plane of Y, and one of Cb Cr for every 2×2 pixels
	YCbCr            // three planes; chroma as Raster.ShiftX and ShiftY say (I420: 1, 1)
	Grey             // one plane
	RGB              // R G B of each pixel
	BGR              // B G R of each pixel
	MJPEG            // a JPEG, in Planes[0].Pix
	formats
)

var formatNames = [formats]string{"any", "yuyv", "uyvy", "nv12", "i420", "grey", "rgb", "bgr", "mjpeg"}

func (f Format) String() string {
	if f < formats {
		return formatNames[f]
	}
	return "unknown"
}

// ParseFormat reads a format's name in either case.
func ParseFormat(s string) (Format, bool) {
	s = strings.ToLower(s)
	for i, n := range formatNames {
		if s == n {
			return Format(i), true
		}
	}
	switch s {
	case "yu12", "yuv420p":
		return YCbCr, true
	case "gray":
		return Grey, true
	case "rgb24", "rgb3":
		return RGB, true
	case "bgr24", "bgr3":
		return BGR, true
	}
	return AnyFormat, false
}

// coloured reports whether pixels lie as red, green and blue, which use the
// full range.
func (f Format) coloured() bool { return f == RGB || f == BGR }

// luma returns where in a row the first sample of luma lies, and how far it is
// to the next, in bytes. Of colours it is the first of each pixel's three; 0:
// there is none to be read.
func (f Format) luma() (first, step int) {
	switch f {
	case YUYV:
		return 0, 2
	case UYVY:
		return 1, 2
	case RGB, BGR:
		return 0, 3
	case NV12, YCbCr, Grey:
		return 0, 1
	}
	return 0, 0
}

// MarshalText writes the name.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Plane is one plane of pixels.
type Plane struct {
	Pix    []byte
	Stride int // bytes from one row to the next
}

// Raster is a picture in the memory that it came in.
type Raster struct {
	Format         Format
	W, H           int
	Planes         [3]Plane // as many as the format has
	ShiftX, ShiftY int      // of chroma: its sample for column x of row y is x>>ShiftX, y>>ShiftY
	FullRange      bool     // samples use 0..255, else luma 16..235 and chroma 16..240
	BT709          bool     // ITU-R BT.709's weights, else BT.601's
}

// Frame is a Raster that was captured.
type Frame struct {
	Raster
	// Captured is when, by the driver's clock where it tells. It has Go's
	// monotonic reading, so that time.Since gives the frame's age whatever
	// becomes of the wall clock.
	Captured time.Time
	Sequence uint64 // counts frames, those that were lost included, from 0
	Dropped  int    // how many were lost between the frame before and this one
	owner    owner
	token    int
}

// owner is what a frame's memory goes back to.
type owner interface{ release(token int) }

// Release gives the frame's memory back. Nothing of the frame may be read
// afterwards. Releasing twice, or what never was filled, does nothing.
func (f *Frame) Release() {
	if o := f.owner; o != nil {
		f.owner = nil
		f.Raster = Raster{}
		o.release(f.token)
	}
}

// maxSide bounds the sides of frames, so that products cannot overflow.
const maxSide = 1 << 16

// lay makes r the picture of a format and size that lies tightly packed, or
// with the given stride of its first plane, in data. It returns false when
// data is too short; rows is then how many are whole.
func (r *Raster) lay(data []byte, stride int) (rows int, ok bool) {
	w, h := r.W, r.H
	row, planes := w, 1
	cw, ch, cstride := 0, 0, 0 // of each chroma plane, in bytes
	switch r.Format {
	case YUYV, UYVY:
		row, r.ShiftX, r.ShiftY = (w+1)/2*4, 1, 0
	case RGB, BGR:
		row = w * 3
	case NV12:
		planes, r.ShiftX, r.ShiftY = 2, 1, 1
		cw, ch = (w+1)/2*2, (h+1)/2
	case YCbCr:
		planes, r.ShiftX, r.ShiftY = 3, 1, 1
		cw, ch = (w+1)/2, (h+1)/2
	}
	stride = max(stride, row)
	if cstride = cw; stride > row {
		cstride = max(cw, (stride*cw+w-1)/w)
	}
	n := stride*(h-1) + row
	if planes > 1 {
		n = stride * h
	}
	if len(data) < n+(planes-1)*ch*cstride {
		return min(h-1, len(data)/stride), false
	}
	r.Planes = [3]Plane{{data[:n:n], stride}}
	for i := 1; i < planes; i++ {
		at := stride*h + (i-1)*ch*cstride
		r.Planes[i] = Plane{data[at : at+ch*cstride : at+ch*cstride], cstride}
	}
	return h, true
}

// frameBytes returns how many bytes a tightly packed frame takes.
func frameBytes(f Format, w, h int) int {
	half := (w + 1) / 2
	switch f {
	case YUYV, UYVY:
		return half * 4 * h
	case NV12, YCbCr:
		return w*h + 2*half*((h+1)/2)
	case RGB, BGR:
		return w * h * 3
	}
	return w * h
}
