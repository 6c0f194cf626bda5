package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// y4m reads YUV4MPEG2, the form in which the mjpegtools and ffmpeg hand bare
// video on: a line of parameters, and each frame behind a line of its own.
type y4m struct {
	r         *bufio.Reader
	format    Format // YCbCr at 4:2:0, or Grey
	w, h      int
	fps       float64 // 0: unknown
	fullRange bool
	bytes     int // of a frame
}

const maxVideoBytes = 256 << 20 // of a frame

func newY4M(in io.Reader) (*y4m, error) {
	y := &y4m{r: bufio.NewReaderSize(in, 64<<10), format: YCbCr}
	line, err := y.line()
	if err != nil {
		return nil, err
	}
	words := strings.Fields(string(line))
	if len(words) == 0 || words[0] != "YUV4MPEG2" {
		return nil, errors.New("this is no YUV4MPEG2")
	}
	for _, w := range words[1:] {
		if err := y.parameter(w[0], w[1:]); err != nil {
			return nil, err
		}
	}
	if y.w < 1 || y.h < 1 || y.w > maxSide || y.h > maxSide || frameBytes(y.format, y.w, y.h) > maxVideoBytes {
		return nil, fmt.Errorf("pictures of %d x %d", y.w, y.h)
	}
	y.bytes = frameBytes(y.format, y.w, y.h)
	return y, nil
}

func (y *y4m) parameter(key byte, v string) (err error) {
	switch key {
	case 'W':
		y.w, err = strconv.Atoi(v)
	case 'H':
		y.h, err = strconv.Atoi(v)
	case 'F':
		a, b, _ := strings.Cut(v, ":")
		n, errN := strconv.Atoi(a)
		d, errD := strconv.Atoi(b)
		if err = errors.Join(errN, errD); err == nil && n > 0 && d > 0 {
			y.fps = float64(n) / float64(d)
		}
	case 'C':
		switch {
		case v == "mono":
			y.format = Grey
		case v != "420" && v != "420jpeg" && v != "420mpeg2" && v != "420paldv":
			err = errors.New("chroma " + v)
		}
	case 'X':
		if v == "COLORRANGE=FULL" {
			y.fullRange = true
		}
	}
	if err != nil {
		return fmt.Errorf("parameter %c%s: %w", key, v, err)
	}
	return nil
}

// line reads one line; one longer than the buffer is refused.
func (y *y4m) line() ([]byte, error) {
	b, err := y.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return b[:len(b)-1], nil
}

// next reads the next frame into mem, or into larger memory. The error is
// io.EOF at the end, io.ErrUnexpectedEOF within a frame, of which n bytes are
// there then.
func (y *y4m) next(mem []byte) (data []byte, n int, err error) {
	line, err := y.line()
	if err != nil {
		return nil, 0, err
	}
	if !bytes.HasPrefix(line, []byte("FRAME")) {
		return nil, 0, errors.New("a frame does not begin with FRAME")
	}
	if len(mem) < y.bytes {
		mem = make([]byte, y.bytes)
	}
	if n, err = io.ReadFull(y.r, mem[:y.bytes]); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return mem[:y.bytes], n, err
}
