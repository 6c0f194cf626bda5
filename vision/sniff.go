package vision

import (
	"bytes"
	"net/http"
	"strings"
)

// foreign lists the first bytes of what is often handed over in place of a
// picture that can be read.
var foreign = [...]struct {
	at    int
	magic string
	name  string
}{
	{0, "GIF8", "a GIF"},
	{0, "II*\x00", "a TIFF"},
	{0, "MM\x00*", "a TIFF"},
	{4, "ftypheic", "a HEIC photograph"},
	{4, "ftypheix", "a HEIC photograph"},
	{4, "ftypmif1", "a HEIF photograph"},
	{4, "ftypavif", "an AVIF"},
	{4, "ftyp", "a film (MP4 or QuickTime)"},
	{0, "\x00\x00\x00\x0cjP  ", "a JPEG 2000"},
	{0, "\xff\x0a", "a JPEG XL"},
	{0, "\x00\x00\x00\x0cJXL ", "a JPEG XL"},
	{0, "8BPS", "a Photoshop file"},
	{0, "%PDF", "a PDF"},
	{0, "<svg", "an SVG drawing"},
	{0, "\x1f\x8b", "a gzip archive"},
	{0, "PK\x03\x04", "a ZIP archive"},
	{0, "P4\n", "a PBM"}, {0, "P5\n", "a PGM"}, {0, "P6\n", "a PPM"},
	{0, "\x1aE\xdf\xa3", "a film (Matroska or WebM)"},
	{0, "version https://git-lfs", "a Git LFS pointer (the file itself was not fetched)"},
}

// unknownFormat says what data looks like, since it is none of the formats
// that are read.
func unknownFormat(name string, data []byte) *ErrImage {
	e := &ErrImage{File: name, Cure: "JPEG, PNG, WebP and BMP are read"}
	if len(data) == 0 {
		e.Why, e.Cure = "is empty", "copy it again from where it came"
		return e
	}
	for _, f := range foreign {
		if len(data) >= f.at && bytes.HasPrefix(data[f.at:], []byte(f.magic)) {
			e.Why = "is not a picture that can be read: it looks like " + f.name
			return e
		}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch kind {
	case "text/plain", "text/html", "text/xml":
		e.Why = "is not a picture: it looks like text"
	case "application/octet-stream":
		e.Why = "is not a picture of a known format"
	default:
		e.Why = "is not a picture that can be read: it looks like " + kind
	}
	return e
}
