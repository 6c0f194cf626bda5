package avi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// ErrFull says that a file has no room for another picture: the format counts
// in 32 bits. Close it and begin another.
var ErrFull = errors.New("AVI: the file is as large as the format allows")

// maxFile leaves room below 2 GiB, which is as far as all players go.
const maxFile = 1<<31 - 1<<20

// Writer writes a file of JPEG pictures. Until Close the file has no index
// and no lengths, but package avi and most players read it all the same.
type Writer struct {
	w       io.WriteSeeker
	size    int64
	movi    int64 // where the list of pictures begins
	largest int
	index   []byte
	count   int
	buf     []byte
	failed  error
}

// where in the file the header has what Close fills in
const (
	atRIFF    = 4
	atFrames  = 48
	atSuggest = 60
	atLength  = 140
	atBiggest = 144
)

// NewWriter writes the header for pictures of that size and rate.
func NewWriter(w io.WriteSeeker, h Header) (*Writer, error) {
	if h.W < 1 || h.H < 1 || h.W > maxSide || h.H > maxSide || !(h.FPS > 0 && h.FPS <= maxRate) {
		return nil, fmt.Errorf("AVI: pictures of %d x %d at %v a second", h.W, h.H, h.FPS)
	}
	a := &Writer{w: w}
	head := header(h)
	a.movi = int64(len(head)) - 4
	return a, a.write(head)
}

func header(h Header) []byte {
	le := binary.LittleEndian
	text := func(b []byte, s string) []byte { return append(b, s...) }
	words := func(b []byte, v ...uint32) []byte {
		for _, w := range v {
			b = le.AppendUint32(b, w)
		}
		return b
	}
	w, hh := uint32(h.W), uint32(h.H)
	b := text(nil, "RIFF\x00\x00\x00\x00AVI LIST")
	b = words(b, 4+8+56+12+8+56+8+40)
	b = text(b, "hdrlavih")
	// An index (0x10) is there; interleaved or not plays no part.
	b = words(b, 56, uint32(math.Round(1e6/h.FPS)), 0, 0, 0x10, 0, 0, 1, 0, w, hh, 0, 0, 0, 0)
	b = text(b, "LIST")
	b = words(b, 4+8+56+8+40)
	b = text(b, "strlstrh")
	b = words(b, 56)
	b = text(b, "vidsMJPG")
	b = words(b, 0, 0, 0, 1000, uint32(math.Round(1000*h.FPS)), 0, 0, 0, math.MaxUint32, 0, 0, hh<<16|w)
	b = text(b, "strf")
	b = words(b, 40, 40, w, hh, 1|24<<16)
	b = text(b, "MJPG")
	b = words(b, w*hh*3, 0, 0, 0, 0)
	return text(b, "LIST\x00\x00\x00\x00movi")
}

func (a *Writer) write(b []byte) error {
	if a.failed == nil {
		n, err := a.w.Write(b)
		a.size += int64(n)
		a.failed = err
	}
	return a.failed
}

// Write appends a picture. After ErrFull the file may still be closed; after
// any other error it is lost but for what was written before.
func (a *Writer) Write(jpeg []byte) error {
	if len(jpeg) == 0 || len(jpeg) > maxFrame {
		return fmt.Errorf("AVI: a picture of %d bytes", len(jpeg))
	}
	if a.size+int64(len(jpeg)+len(a.index)+64) > maxFile {
		return ErrFull
	}
	le := binary.LittleEndian
	at := uint32(a.size - a.movi)
	a.buf = append(a.buf[:0], "00dc"...)
	a.buf = le.AppendUint32(a.buf, uint32(len(jpeg)))
	a.buf = append(a.buf, jpeg...)
	if len(jpeg)&1 == 1 {
		a.buf = append(a.buf, 0)
	}
	if err := a.write(a.buf); err != nil {
		return err
	}
	a.enter(at, uint32(len(jpeg)), 0x10) // every picture stands alone
	a.largest = max(a.largest, len(jpeg))
	return nil
}

// Repeat has the picture before shown once more, by an empty one. Errors are
// those of Write.
func (a *Writer) Repeat() error {
	if a.size+int64(len(a.index)+64) > maxFile {
		return ErrFull
	}
	at := uint32(a.size - a.movi)
	if err := a.write([]byte("00dc\x00\x00\x00\x00")); err != nil {
		return err
	}
	a.enter(at, 0, 0)
	return nil
}

// enter writes a picture into the index.
func (a *Writer) enter(at, size, flags uint32) {
	a.index = append(a.index, "00dc"...)
	for _, v := range []uint32{flags, at, size} {
		a.index = binary.LittleEndian.AppendUint32(a.index, v)
	}
	a.count++
}

// Count returns how many pictures were written, repeated ones included.
func (a *Writer) Count() int { return a.count }

// Size returns how many bytes the file has once it is closed.
func (a *Writer) Size() int64 { return a.size + int64(len(a.index)) + 8 }

// Close writes the index and the lengths. The file beneath stays open.
func (a *Writer) Close() error {
	end := a.size
	le := binary.LittleEndian
	tail := le.AppendUint32([]byte("idx1"), uint32(len(a.index)))
	if err := a.write(append(tail, a.index...)); err != nil {
		return err
	}
	for _, p := range []struct {
		at    int64
		value int64
	}{
		{atRIFF, a.size - 8}, {a.movi - 4, end - a.movi},
		{atFrames, int64(a.count)}, {atLength, int64(a.count)},
		{atSuggest, int64(a.largest)}, {atBiggest, int64(a.largest)},
	} {
		if err := a.patch(p.at, uint32(p.value)); err != nil {
			return err
		}
	}
	_, err := a.w.Seek(a.size, io.SeekStart)
	return err
}

func (a *Writer) patch(at int64, v uint32) error {
	if _, err := a.w.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := a.w.Write(binary.LittleEndian.AppendUint32(nil, v))
	return err
}
