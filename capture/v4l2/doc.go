// Package v4l2 speaks to cameras through Linux's Video4Linux2 interface,
// without C: what there is, what formats and controls it has, and streaming
// from buffers that the driver and this process share (mmap). It covers
// single-planar capture on 64-bit machines; elsewhere Open says that there is
// no such interface.
package v4l2

import (
	"strings"
	"time"
)

// ErrNotCamera says that a device exists but does not capture by streaming,
// and what it is instead.
type ErrNotCamera struct{ Why string }

func (e *ErrNotCamera) Error() string { return e.Why }

// FourCC names a pixel format by four characters.
type FourCC uint32

// Of the formats that drivers offer, those that package capture reads.
const (
	YUYV  FourCC = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24
	UYVY  FourCC = 'U' | 'Y'<<8 | 'V'<<16 | 'Y'<<24
	NV12  FourCC = 'N' | 'V'<<8 | '1'<<16 | '2'<<24
	YU12  FourCC = 'Y' | 'U'<<8 | '1'<<16 | '2'<<24 // I420
	Grey  FourCC = 'G' | 'R'<<8 | 'E'<<16 | 'Y'<<24
	RGB24 FourCC = 'R' | 'G'<<8 | 'B'<<16 | '3'<<24
	MJPEG FourCC = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24
	JPEG  FourCC = 'J' | 'P'<<8 | 'E'<<16 | 'G'<<24
)

func (c FourCC) String() string {
	b := []byte{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24 & 0x7f)}
	for i, v := range b {
		if v < ' ' || v > '~' {
			b[i] = '?'
		}
	}
	return strings.TrimRight(string(b), " ")
}

// Info is what a driver says of its device.
type Info struct {
	Driver string
	Card   string // the device's name
	Bus    string
	caps   uint32
}

// Format is a pixel format that a device offers.
type Format struct {
	FourCC   FourCC
	Name     string
	Emulated bool // made by software from another format
	Sizes    []Size
}

// Size is a size that a device offers in a format. Where it offers a range,
// W and H are the smallest, and MaxW and MaxH the largest.
type Size struct {
	W     int       `json:"w"`
	H     int       `json:"h"`
	MaxW  int       `json:"max_w,omitempty"` // 0: W and H are the only ones
	MaxH  int       `json:"max_h,omitempty"`
	StepW int       `json:"step_w,omitempty"` // of a range
	StepH int       `json:"step_h,omitempty"`
	Rates []float64 `json:"rates,omitempty"` // frames a second, the fastest first; of the largest size for a range
}

// Control is a setting of a device.
type Control struct {
	ID       uint32 `json:"id"`
	Name     string `json:"name"` // lower case, words joined by underlines: exposure_time_absolute
	Kind     string `json:"kind"` // integer, boolean, menu, button, other
	Min      int    `json:"min"`
	Max      int    `json:"max"`
	Step     int    `json:"step"`
	Default  int    `json:"default"`
	Value    int    `json:"value"`
	Inactive bool   `json:"inactive,omitempty"` // has no effect now, as another one decides
}

// Config is the shape of the frames of a stream.
type Config struct {
	FourCC     FourCC
	W, H       int
	Stride     int // bytes from row to row; 0 for JPEG
	Bytes      int // of a whole frame, at most
	FullRange  bool
	BT709      bool
	Interlaced bool
}

// Buffer is a frame that the driver has filled. Its data is the driver's own
// memory: it is valid until it is given back.
type Buffer struct {
	Index     int
	Data      []byte
	Sequence  uint32
	Stamp     time.Duration // of CLOCK_MONOTONIC; 0: the driver does not tell
	Damaged   bool          // the driver knows that data is missing
	Monotonic bool
}

// Found is a video device of this machine.
type Found struct {
	Path   string   // /dev/video0
	Names  []string // lasting names: links in /dev/v4l/by-id and by-path
	Info   Info
	Err    error // why it cannot be asked; nil: Info holds
	Camera bool  // it captures and streams; codecs and metadata nodes do not
}
