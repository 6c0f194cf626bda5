package capture

import (
	"context"
	"io"
	"strings"
	"time"
)

// raw reads bare frames from a pipe.
type raw struct {
	*pump
	in    io.Reader
	bytes int
	ended bool
	some  bool // whether a whole frame has come
}

// openRaw reads a spec such as yuyv:640x480@30.
func openRaw(spec, rest string, o Options) (Source, error) {
	name, size, _ := strings.Cut(rest, ":")
	format, known := ParseFormat(name)
	p, sized := parseShape(size)
	switch {
	case !known || !sized || format == AnyFormat:
		return nil, &ErrCapture{
			Source: spec, Reason: Invalid, Why: "bare frames need a format and a size",
			Cure: "as in raw:yuyv:640x480@30; formats are yuyv, uyvy, nv12, i420, grey, rgb and bgr",
		}
	case format == MJPEG:
		return nil, &ErrCapture{Source: spec, Reason: Unsupported, Why: "JPEGs on a pipe are not told apart", Cure: "have ffmpeg write frames: -f rawvideo -pix_fmt yuyv422"}
	case o.Stdin == nil:
		return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: "there is no standard input to read"}
	}
	info := Info{Name: spec, Kind: "raw", Format: format, W: p.w, H: p.h, FPS: p.fps, Live: !o.AsFast}
	r := &raw{pump: newPump(info, &o, o.AsFast), in: o.Stdin, bytes: frameBytes(format, p.w, p.h)}
	go r.run(r.read)
	return r, nil
}

func (r *raw) read(mem []byte) ([]byte, time.Time, error) {
	if r.ended {
		return nil, time.Time{}, r.over()
	}
	if len(mem) < r.bytes {
		mem = make([]byte, r.bytes)
	}
	n, err := io.ReadFull(r.in, mem)
	at := time.Now()
	switch err {
	case nil:
		r.some = true
		return mem, at, nil
	case io.EOF:
		return nil, at, r.over()
	case io.ErrUnexpectedEOF:
		r.ended = true
		part := Raster{Format: r.info.Format, W: r.info.W, H: r.info.H}
		rows, _ := part.lay(mem[:n], 0)
		return nil, at, &ErrCapture{Source: r.info.Name, Reason: Torn, Why: "the input ends within a frame", Rows: rows, Err: err}
	}
	return nil, at, &ErrCapture{Source: r.info.Name, Reason: Unplugged, Why: "the input cannot be read: " + err.Error(), Err: err}
}

// over is the end of the input: io.EOF, or that there was no frame in it, as
// when the program before the pipe has failed.
func (r *raw) over() error {
	if r.some {
		return io.EOF
	}
	return &ErrCapture{Source: r.info.Name, Reason: Unplugged, Why: "no whole frame came on standard input", Cure: "see what the program before the pipe says, and whether size and format are those that it writes"}
}

func (r *raw) Info() Info { return r.info }

func (r *raw) Next(ctx context.Context, f *Frame) error {
	data, err := r.frame(ctx, f)
	if err != nil {
		return err
	}
	f.FullRange = f.Format == Grey
	f.lay(data, 0)
	return nil
}

// Close ends the source. A read that is under way ends with its input.
func (r *raw) Close() error {
	r.close()
	return nil
}
