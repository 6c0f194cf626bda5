package vision

import (
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// DefaultQuality is a JPEG quality at which artefacts are hard to see.
const DefaultQuality = 90

// EncodePNG writes m as a PNG.
func (m *Image) EncodePNG(w io.Writer) error {
	if !m.valid() {
		return errors.New("a picture without pixels, or whose size and memory disagree")
	}
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, m.rgba())
}

// EncodeJPEG writes m as a JPEG of quality 1..100; 0 is DefaultQuality.
func (m *Image) EncodeJPEG(w io.Writer, quality int) error {
	if !m.valid() {
		return errors.New("a picture without pixels, or whose size and memory disagree")
	}
	if quality == 0 {
		quality = DefaultQuality
	}
	return jpeg.Encode(w, m.rgba(), &jpeg.Options{Quality: quality})
}

// SavePNG writes m to a file, which appears whole or not at all. Errors are
// *ErrImage.
func (m *Image) SavePNG(path string) error { return m.save(path, m.EncodePNG) }

// SaveJPEG writes m to a file, as SavePNG does, with a quality as for EncodeJPEG.
func (m *Image) SaveJPEG(path string, quality int) error {
	return m.save(path, func(w io.Writer) error { return m.EncodeJPEG(w, quality) })
}

// Save writes m to a file in the format of its ending: .png, .jpg or .jpeg.
func (m *Image) Save(path string) error {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png":
		return m.SavePNG(path)
	case ".jpg", ".jpeg":
		return m.SaveJPEG(path, 0)
	default:
		return &ErrImage{File: path, Why: fmt.Sprintf("pictures are not written as %q", ext), Cure: "end the name in .png or .jpg"}
	}
}

func (m *Image) save(path string, encode func(io.Writer) error) error {
	if err := atomicfile.Write(path, encode); err != nil {
		return &ErrImage{File: path, Why: "cannot be written: " + err.Error(), Err: err}
	}
	return nil
}

// rgba returns m in the form that the encoders have fast paths for.
func (m *Image) rgba() *image.RGBA {
	r := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		d, s := r.Pix[i*4:i*4+4:i*4+4], m.Pix[i*3:i*3+3:i*3+3]
		d[0], d[1], d[2], d[3] = s[0], s[1], s[2], 255
	}
	return r
}
