package vision

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// DefaultMaxPixels is the largest picture that is read unless told otherwise.
const DefaultMaxPixels = 100_000_000

const (
	// maxFile bounds the bytes of a picture file.
	maxFile = 256 << 20
	// maxDecoder bounds what a decoder may hold at once, beside the result.
	maxDecoder = 600 << 20
)

// Loader reads pictures. The zero Loader is ready for use.
//
// JPEG (baseline and progressive; grey, YCbCr, RGB, CMYK, YCCK), PNG (all
// kinds), WebP (still) and BMP are read, told apart by their first bytes and
// never by name. 16-bit samples keep their upper byte. What is transparent is
// laid over white. The EXIF orientation is applied, so that the picture is as
// a viewer shows it. The header is checked before memory is taken: a reader
// holds at most about 1 GiB whatever a file says.
//
// Every error is an *ErrImage; a damaged or truncated file is one.
type Loader struct {
	MaxPixels int // 0: DefaultMaxPixels
}

// Load reads the picture file at path with the default limit.
func Load(path string) (*Image, error) { return Loader{}.Load(path) }

// Decode reads a picture from r with the default limit. The name is for messages.
func Decode(name string, r io.Reader) (*Image, error) { return Loader{}.Decode(name, r) }

// Load reads the picture file at path.
func (l Loader) Load(path string) (*Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil {
		return nil, fileError(path, err)
	} else if st.IsDir() {
		return nil, &ErrImage{File: path, Why: "is a folder, not a picture", Cure: "name the pictures in it"}
	}
	return l.Decode(path, f)
}

// Decode reads a picture from r. The name is for messages.
func (l Loader) Decode(name string, r io.Reader) (*Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fileError(name, err)
	}
	if len(data) > maxFile {
		return nil, &ErrImage{File: name, Why: fmt.Sprintf("is larger than %d MiB", maxFile>>20), Cure: "save it smaller or compressed"}
	}
	return l.decode(name, data)
}

// Size returns the width and height of the picture file at path as Load gives
// them, from its header alone.
func Size(path string) (w, h int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, fileError(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return 0, 0, fileError(path, err)
	}
	c := codecOf(data)
	if c == nil {
		return 0, 0, unknownFormat(path, data)
	}
	hd, err := c.scan(data)
	if err != nil {
		return 0, 0, decodeError(path, c.name, data, err)
	}
	if err := (Loader{}).check(path, hd); err != nil {
		return 0, 0, err
	}
	if hd.orientation >= 5 {
		hd.w, hd.h = hd.h, hd.w
	}
	return hd.w, hd.h, nil
}

// fileError words what the operating system says.
func fileError(name string, err error) *ErrImage {
	e := &ErrImage{File: name, Why: "cannot be read: " + err.Error(), Err: err}
	var pe *os.PathError
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.Why, e.Cure = "there is no such file", "check the path"
	case errors.Is(err, os.ErrPermission):
		e.Why, e.Cure = "may not be read", "check its permissions"
	case errors.As(err, &pe):
		e.Why = "cannot be read: " + pe.Err.Error()
	}
	return e
}

// codec is one format: how to read its header and its pixels.
type codec struct {
	name string
	scan func(data []byte) (header, error)
	read func(r io.Reader) (image.Image, error)
}

// header is what must be known before memory is taken.
type header struct {
	w, h        int
	perPixel    float64 // bytes that the decoder takes for each pixel
	orientation int     // EXIF, 1..8
	colour      *YCC    // what its Y, Cb and Cr mean, where it has them
	inverted    bool    // CMYK samples came the other way round than the decoder took them
	data        []byte  // what to decode, if not the file itself
}

func codecOf(data []byte) *codec {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return &codec{"JPEG", scanJPEG, jpeg.Decode}
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return &codec{"PNG", scanPNG, png.Decode}
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return &codec{"WebP", scanWebP, webp.Decode}
	case bytes.HasPrefix(data, []byte("BM")):
		return &codec{"BMP", scanBMP, bmp.Decode}
	}
	return nil
}

func (l Loader) decode(name string, data []byte) (_ *Image, err error) {
	c := codecOf(data)
	if c == nil {
		return nil, unknownFormat(name, data)
	}
	// The decoders are not ours, and a camera's spool may hold anything.
	defer func() {
		if p := recover(); p != nil {
			err = &ErrImage{File: name, Why: fmt.Sprintf("damaged %s: the decoder gave up (%v)", c.name, p)}
		}
	}()
	hd, err := c.scan(data)
	if err != nil {
		return nil, decodeError(name, c.name, data, err)
	}
	if err := l.check(name, hd); err != nil {
		return nil, err
	}
	if hd.data != nil {
		data = hd.data
	}
	src, err := c.read(bytes.NewReader(data))
	if err != nil {
		return nil, decodeError(name, c.name, data, err)
	}
	if b := src.Bounds(); b.Empty() || b.Dx() > hd.w || b.Dy() > hd.h {
		return nil, &ErrImage{File: name, Why: fmt.Sprintf("damaged %s: the header says %d x %d, the pixels are %d x %d", c.name, hd.w, hd.h, b.Dx(), b.Dy())}
	}
	if cmyk, ok := src.(*image.CMYK); ok && hd.inverted {
		for i := range cmyk.Pix {
			cmyk.Pix[i] = ^cmyk.Pix[i]
		}
	}
	return fromImage(src, hd.orientation, hd.colour), nil
}

// endsAsJPEG reports whether data ends in the marker that ends a JPEG; some
// cameras write zeros after it.
func endsAsJPEG(data []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(data, "\x00"), []byte{0xff, markEOI})
}

func (l Loader) check(name string, hd header) error {
	limit := l.MaxPixels
	if limit <= 0 {
		limit = DefaultMaxPixels
	}
	switch {
	case hd.w < 1 || hd.h < 1:
		return &ErrImage{File: name, Why: fmt.Sprintf("damaged: a picture of %d x %d", hd.w, hd.h)}
	case hd.w > maxSide || hd.h > maxSide || hd.w > limit/hd.h:
		return &ErrImage{File: name, Why: fmt.Sprintf("%d x %d pixels are more than the limit of %d", hd.w, hd.h, limit), Cure: "scale it down"}
	case float64(hd.w)*float64(hd.h)*hd.perPixel > maxDecoder:
		return &ErrImage{File: name, Why: fmt.Sprintf("decoding %d x %d pixels of this kind takes more than %d MiB", hd.w, hd.h, maxDecoder>>20), Cure: "scale it down, or save it with 8 bits a sample and not progressive"}
	}
	return nil
}

// decodeError words what a decoder says.
func decodeError(name, format string, data []byte, err error) *ErrImage {
	e := &ErrImage{File: name, Err: err}
	if errors.As(err, new(jpeg.FormatError)) && !endsAsJPEG(data) {
		err = io.ErrUnexpectedEOF
	}
	var unsupported jpeg.UnsupportedError
	var unsupportedPNG png.UnsupportedError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Why, e.Cure = "truncated "+format+": the file ends before the picture does", "copy it again from where it came"
	case errors.As(err, &unsupported):
		e.Why, e.Cure = "a kind of JPEG that is not read: "+string(unsupported), "save it as a baseline JPEG"
	case errors.As(err, &unsupportedPNG):
		e.Why = "a kind of PNG that is not read: " + string(unsupportedPNG)
	case errors.Is(err, bmp.ErrUnsupported):
		e.Why, e.Cure = "a kind of BMP that is not read (24 and 32 bits and palettes are, uncompressed)", "save it as PNG"
	case errors.Is(err, errAnimated):
		e.Why, e.Cure = err.Error(), "save one of its pictures as PNG or JPEG"
	default:
		e.Why = "damaged " + format + ": " + err.Error()
	}
	return e
}
