package capture

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// maxPart bounds one picture of a stream.
const maxPart = 32 << 20

var errPart = errors.New("the stream's parts cannot be told apart")

// parts splits a body of multipart/x-mixed-replace. Boundaries are compared
// without the dashes before them, with which cameras are careless.
type parts struct {
	r        *bufio.Reader
	boundary []byte
	began    bool // the boundary before the next part is passed
}

func newParts(r io.Reader, boundary string) *parts {
	return &parts{r: bufio.NewReaderSize(r, 64<<10), boundary: bytes.TrimLeft([]byte(boundary), "-")}
}

// next reads the next part into mem, or into larger memory. Of its headers
// only the length counts; where there is none the part goes on to the next
// boundary.
func (p *parts) next(mem []byte) ([]byte, error) {
	for !p.began {
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		if p.bounds(line) {
			p.began = true
		}
	}
	p.began = false
	length := -1
	for headers := 0; ; headers++ {
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if headers == 64 {
			return nil, errPart
		}
		if k, v, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(bytes.TrimSpace(k), []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil || length < 0 || length > maxPart {
				return nil, errPart
			}
		}
	}
	if length < 0 {
		return p.upToBoundary(mem[:0])
	}
	if cap(mem) < length {
		mem = make([]byte, length, length+length/4)
	}
	mem = mem[:length]
	_, err := io.ReadFull(p.r, mem)
	return mem, err
}

// line returns the next line; one that is longer than the buffer in pieces.
func (p *parts) line() ([]byte, error) {
	b, err := p.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull || err == io.EOF && len(b) > 0 {
		err = nil
	}
	return b, err
}

func (p *parts) bounds(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("-")) {
		return false
	}
	name := bytes.TrimLeft(bytes.TrimRight(line, "\r\n \t"), "-")
	return bytes.Equal(bytes.TrimSuffix(name, []byte("--")), p.boundary) // dashes behind it: the last
}

func (p *parts) upToBoundary(mem []byte) ([]byte, error) {
	for whole := true; ; {
		line, err := p.line()
		if err != nil {
			return mem, err
		}
		if whole && p.bounds(line) {
			p.began = true
			return bytes.TrimSuffix(bytes.TrimSuffix(mem, []byte("\n")), []byte("\r")), nil
		}
		if len(mem)+len(line) > maxPart {
			return mem, errPart
		}
		mem = append(mem, line...)
		whole = bytes.HasSuffix(line, []byte("\n"))
	}
}
