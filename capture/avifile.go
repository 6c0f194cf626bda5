package capture

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/ocellus-vision/ocellus/capture/avi"
)

// defaultVideoRate is how fast a video is played that tells no rate.
const defaultVideoRate = 25

// aviFile plays an MJPEG-AVI.
type aviFile struct {
	info   Info
	file   *os.File
	reader *avi.Reader
	loop   bool
	pace   pacer
	store  store
	seq    int // of the next frame
	turn   int // frames of the turns before this one
	lost   int
}

func openAVI(path string, o Options) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fileError(path, err)
	}
	r, err := avi.NewReader(f, st.Size())
	if err != nil {
		f.Close()
		return nil, aviError(path, err)
	}
	h := r.Header()
	a := &aviFile{info: Info{Name: path, Kind: "avi", Format: MJPEG, W: h.W, H: h.H, FPS: h.FPS}, file: f, reader: r, loop: o.Loop}
	if o.FPS > 0 {
		a.info.FPS = o.FPS
	}
	if a.info.FPS == 0 {
		a.info.FPS = defaultVideoRate
	}
	a.pace = pacer{rate: a.info.FPS, asFast: o.AsFast}
	return a, nil
}

func aviError(path string, err error) error {
	var bad *avi.ErrFile
	if !errors.As(err, &bad) {
		return fileError(path, err)
	}
	if bad.Codec != "" {
		e := notJPEG(path, bad.Why)
		e.Err = err
		return e
	}
	return &ErrCapture{Source: path, Reason: Unsupported, Why: bad.Error(), Err: err}
}

func (a *aviFile) Info() Info { return a.info }

func (a *aviFile) Close() error { return a.file.Close() }

func (a *aviFile) Next(ctx context.Context, f *Frame) error {
	f.Release()
	skip, at, err := a.pace.next(ctx, a.seq)
	if err != nil {
		return err
	}
	for range skip {
		if err := a.skip(); err != nil {
			return err
		}
	}
	token, mem, ok := a.store.lend()
	if !ok {
		return errHeld(a.info.Name)
	}
	data, err := a.read(mem)
	if err != nil {
		a.store.release(token)
		return err
	}
	a.store.keep(token, data)
	*f = Frame{Raster: Raster{Format: MJPEG, W: a.info.W, H: a.info.H, FullRange: true}, Captured: at, Sequence: uint64(a.seq - 1), Dropped: a.lost, owner: &a.store, token: token}
	f.Planes[0].Pix = data
	a.lost = 0
	return nil
}

// skip leaves out a frame.
func (a *aviFile) skip() error {
	err := a.reader.Skip()
	if err == io.EOF && a.again() {
		err = a.reader.Skip()
	}
	if err != nil {
		return a.failed(err)
	}
	a.seq++
	a.lost++
	return nil
}

// read reads the next frame into mem, or into larger memory.
func (a *aviFile) read(mem []byte) ([]byte, error) {
	data, index, err := a.reader.Next(mem)
	if err == io.EOF && a.again() {
		data, index, err = a.reader.Next(mem)
	}
	if err != nil {
		return nil, a.failed(err)
	}
	// Pictures that the recorder left out count as lost.
	seq := a.turn + index
	a.lost += max(0, seq-a.seq)
	a.seq = seq + 1
	return data, nil
}

// again goes back to the first frame, where that is wanted and there is one.
func (a *aviFile) again() bool {
	if !a.loop || a.seq == a.turn {
		return false
	}
	a.turn = a.seq
	a.reader.Rewind()
	return true
}

func (a *aviFile) failed(err error) error {
	var bad *avi.ErrFile
	switch {
	case err == io.EOF && a.seq == 0:
		return &ErrCapture{Source: a.info.Name, Reason: Unsupported, Why: "there is no whole picture in this file", Cure: "copy it again from where it came"}
	case err == io.EOF:
		return err
	case errors.As(err, &bad):
		return &ErrCapture{Source: a.info.Name, Reason: Torn, Why: bad.Error(), Err: err}
	case errors.Is(err, os.ErrClosed):
		return closedError(a.info.Name)
	}
	return fileError(a.info.Name, err)
}

func closedError(name string) error {
	return &ErrCapture{Source: name, Reason: Closed, Why: "the source was closed"}
}
