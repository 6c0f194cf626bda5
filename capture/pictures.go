package capture

import (
	"context"
	"errors"
	"io"

	"github.com/ocellus-vision/ocellus/vision"
)

// defaultPictureRate is how fast a folder of pictures is played unless told
// otherwise: pictures tell no rate.
const defaultPictureRate = 10

// pictures plays picture files.
type pictures struct {
	info  Info
	files []string
	loop  bool
	pace  pacer
	store store
	index int // of the next frame; files[index%len(files)]
	lost  int
}

func openPictures(path string, o Options) (Source, error) {
	files, err := vision.Files(path)
	if err != nil {
		return nil, noPictures(path, err, NotFound)
	}
	p := &pictures{
		info:  Info{Name: path, Kind: "pictures", Format: RGB, FPS: o.FPS},
		files: files, loop: o.Loop,
	}
	if p.info.FPS == 0 {
		p.info.FPS = defaultPictureRate
	}
	if !o.Loop {
		p.info.Frames = len(files)
	}
	if len(files) == 1 {
		if p.info.W, p.info.H, err = vision.Size(files[0]); err != nil {
			return nil, noPictures(path, err, Unsupported)
		}
	}
	p.pace = pacer{rate: p.info.FPS, asFast: o.AsFast}
	return p, nil
}

func (p *pictures) Info() Info { return p.info }

func (p *pictures) Close() error { return nil }

func (p *pictures) Next(ctx context.Context, f *Frame) error {
	f.Release()
	if p.ended() {
		return io.EOF
	}
	skip, at, err := p.pace.next(ctx, p.index)
	if err != nil {
		return err
	}
	p.index += skip
	p.lost += skip
	if p.ended() {
		return io.EOF
	}
	file := p.files[p.index%len(p.files)]
	p.index++
	img, err := vision.Load(file)
	if err != nil {
		return pictureError(file, err)
	}
	token, _, ok := p.store.lend()
	if !ok {
		p.lost++
		return errHeld(p.info.Name)
	}
	*f = Frame{Raster: Raster{Format: RGB, W: img.W, H: img.H}, Captured: at, Sequence: uint64(p.index - 1), Dropped: p.lost, owner: &p.store, token: token}
	f.Planes[0] = Plane{img.Pix, img.W * 3}
	p.lost = 0
	return nil
}

func (p *pictures) ended() bool { return p.index >= len(p.files) && !p.loop }

// noPictures says why there is nothing to begin with: no later call changes
// that.
func noPictures(path string, err error, why Reason) error {
	e := pictureError(path, err)
	var own *ErrCapture
	if errors.As(e, &own) && own.Reason == Torn {
		own.Reason = why
	}
	return e
}

// pictureError makes a picture that cannot be read a torn frame: the next one
// may be whole.
func pictureError(name string, err error) error {
	var bad *vision.ErrImage
	if !errors.As(err, &bad) {
		return fileError(name, err)
	}
	if bad.Err != nil {
		if e := fileError(bad.File, bad.Err); e.Reason == NotFound || e.Reason == Permission {
			return e
		}
	}
	return &ErrCapture{Source: bad.File, Reason: Torn, Why: bad.Why, Cure: bad.Cure, Err: err}
}
