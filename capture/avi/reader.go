package avi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// maxFrame bounds one coded picture.
	maxFrame = 64 << 20
	// maxSide bounds the size that a header may tell.
	maxSide = 1 << 16
	// maxRate bounds the frames a second.
	maxRate = 1000
)

// Reader reads the pictures of a file in their order. The lists of the format
// are walked without regard to the lengths that they tell, which a recorder
// that was cut off leaves wrong.
type Reader struct {
	r       io.ReaderAt
	size    int64
	header  Header
	first   int64 // where the chunks of pictures begin
	pos     int64
	index   int // of the next picture
	stream  int // number of the picture stream
	scratch [64]byte
}

// NewReader reads the header of the file of size bytes.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	a := &Reader{r: r, size: size, stream: -1}
	b, err := a.read(0, 12)
	if err != nil || string(b[:4]) != "RIFF" || string(b[8:12]) != "AVI " {
		return nil, &ErrFile{Offset: 0, Why: "this is no AVI file"}
	}
	a.pos = 12
	if err := a.headers(); err != nil {
		return nil, err
	}
	a.first = a.pos
	return a, nil
}

// Header returns what the file's header says.
func (a *Reader) Header() Header { return a.header }

// Rewind goes back to the first picture.
func (a *Reader) Rewind() { a.pos, a.index = a.first, 0 }

// read returns n bytes, at most 64, at an offset.
func (a *Reader) read(at int64, n int) ([]byte, error) {
	if at < 0 || at+int64(n) > a.size {
		return nil, io.ErrUnexpectedEOF
	}
	b := a.scratch[:n]
	if m, err := a.r.ReadAt(b, at); m < n {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// chunk is a part of the file: its name, and where its body lies.
type chunk struct {
	id   [4]byte
	list [4]byte // kind of a list that is stepped into
	at   int64
	size int64
}

// next returns the chunk at pos, or io.EOF, and moves past it. Of a list only
// the heading is passed, so that what is in it comes next.
func (a *Reader) next() (c chunk, err error) {
	b, err := a.read(a.pos, 8)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return c, io.EOF
	}
	if err != nil {
		return c, err
	}
	copy(c.id[:], b)
	c.size = int64(binary.LittleEndian.Uint32(b[4:]))
	c.at = a.pos + 8
	if id := string(c.id[:]); id == "LIST" || id == "RIFF" {
		b, err := a.read(c.at, 4)
		if err != nil {
			return c, io.EOF
		}
		switch string(b) {
		case "hdrl", "strl", "movi", "rec ", "AVI ", "AVIX":
			copy(c.list[:], b)
			a.pos += 12
			return c, nil
		}
	}
	a.pos = c.at + c.size + c.size&1
	return c, nil
}

// headers walks until the list of pictures begins.
func (a *Reader) headers() error {
	streams, ours := 0, false
	var codec string
	for {
		c, err := a.next()
		if err == io.EOF {
			return &ErrFile{Offset: a.pos, Why: "it ends before its first picture"}
		}
		if err != nil {
			return err
		}
		switch {
		case string(c.list[:]) == "movi":
			return a.judge(codec)
		case string(c.id[:]) == "avih" && c.size >= 4:
			if err := a.mainHeader(c); err != nil {
				return err
			}
		case string(c.id[:]) == "strh" && c.size >= 28:
			b, err := a.read(c.at, 28)
			if err != nil {
				return &ErrFile{Offset: c.at, Why: "it ends in its header"}
			}
			if ours = string(b[:4]) == "vids" && a.stream < 0; ours {
				a.stream = streams
				a.rate(float64(binary.LittleEndian.Uint32(b[24:])), float64(binary.LittleEndian.Uint32(b[20:])))
			}
			streams++
		case string(c.id[:]) == "strf" && ours && c.size >= 20:
			b, err := a.read(c.at, 20)
			if err != nil {
				return &ErrFile{Offset: c.at, Why: "it ends in its header"}
			}
			a.header.W = int(int32(binary.LittleEndian.Uint32(b[4:])))
			a.header.H = int(int32(binary.LittleEndian.Uint32(b[8:])))
			codec = string(b[16:20])
		}
	}
}

func (a *Reader) mainHeader(c chunk) error {
	b, err := a.read(c.at, 4)
	if err != nil {
		return &ErrFile{Offset: c.at, Why: "it ends in its header"}
	}
	a.rate(1e6, float64(binary.LittleEndian.Uint32(b)))
	return nil
}

// rate takes a rate where it makes sense.
func (a *Reader) rate(frames, seconds float64) {
	if r := frames / seconds; seconds > 0 && r > 0 && r <= maxRate {
		a.header.FPS = r
	}
}

// judge says whether the stream that was found is one of JPEG pictures.
func (a *Reader) judge(codec string) error {
	h := &a.header
	h.H = max(h.H, -h.H) // a negative height only says which row is first
	switch {
	case a.stream < 0 || codec == "":
		return &ErrFile{Offset: a.pos, Why: "there is no picture stream"}
	case !strings.EqualFold(codec, "MJPG") && !strings.EqualFold(codec, "JPEG"):
		return &ErrFile{Offset: a.pos, Why: fmt.Sprintf("its pictures are coded as %q, not as JPEG", codec), Codec: codec}
	case h.W < 1 || h.H < 1 || h.W > maxSide || h.H > maxSide:
		return &ErrFile{Offset: a.pos, Why: fmt.Sprintf("pictures of %d x %d", h.W, h.H)}
	}
	return nil
}

// Next reads the next picture into buf, which grows where it must. The index
// counts pictures from 0, those included that a recorder left out by writing
// an empty one. The error is io.EOF at the end, and an *ErrFile where the file
// ends within a picture.
func (a *Reader) Next(buf []byte) (data []byte, index int, err error) {
	c, err := a.frame()
	if err != nil {
		return buf[:0], a.index, err
	}
	if int64(cap(buf)) < c.size {
		buf = make([]byte, c.size, c.size+c.size/4)
	}
	buf = buf[:c.size]
	if n, err := a.r.ReadAt(buf, c.at); n < len(buf) {
		return buf[:0], a.index, err
	}
	return buf, a.index - 1, nil
}

// Skip passes over the next picture.
func (a *Reader) Skip() error {
	_, err := a.frame()
	return err
}

// frame finds the next chunk with a picture in it.
func (a *Reader) frame() (chunk, error) {
	for {
		c, err := a.next()
		if err != nil {
			return c, err
		}
		if c.list[0] != 0 || !a.ours(c.id) {
			continue
		}
		a.index++
		switch {
		case c.size == 0:
			continue
		case c.size > maxFrame:
			a.pos = a.size
			return c, &ErrFile{Offset: c.at, Why: fmt.Sprintf("a picture of %d bytes", c.size)}
		case c.at+c.size > a.size:
			a.pos = a.size
			return c, &ErrFile{Offset: c.at, Why: "it ends within a picture"}
		}
		return c, nil
	}
}

// ours reports whether a chunk's name is that of a picture of the stream.
func (a *Reader) ours(id [4]byte) bool {
	return int(id[0])-'0' == a.stream/10 && int(id[1])-'0' == a.stream%10 && id[2] == 'd' && (id[3] == 'c' || id[3] == 'b')
}
