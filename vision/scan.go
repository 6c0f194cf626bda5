package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"io"

	"golang.org/x/image/bmp"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markSOS   = 0xda
	markEOI   = 0xd9
	markAPP1  = 0xe1
	markAPP14 = 0xee
)

// adobeCMYK is an APP14 segment that says: four components, not transformed.
const adobeCMYK = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"

// scanJPEG walks the segments before the first scan.
func scanJPEG(data []byte) (header, error) {
	hd := header{orientation: 1, colour: &fullYCC}
	adobe, fourColours := false, false
	at := 2
	for at+4 <= len(data) {
		mark := data[at+1]
		// Stray bytes, filling and stuffing are passed over, as the decoder does.
		if data[at] != 0xff || mark == 0xff {
			at++
			continue
		}
		if mark <= 0x01 || mark >= 0xd0 && mark <= 0xd8 { // no length follows
			at += 2
			continue
		}
		if mark == markSOS || mark == markEOI {
			break
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if n < 2 {
			return hd, jpeg.FormatError("a segment shorter than its length")
		}
		if at+2+n > len(data) {
			return hd, io.ErrUnexpectedEOF
		}
		body := data[at+4 : at+2+n]
		switch {
		case mark == markAPP1 && bytes.HasPrefix(body, []byte(exifPrefix)):
			hd.orientation = exifOrientation(body)
		case mark == markAPP14 && bytes.HasPrefix(body, []byte("Adobe")):
			adobe = true
		case isSOF(mark) && hd.w == 0:
			if err := hd.frame(mark, body); err != nil {
				return hd, err
			}
			fourColours = body[5] == 4
		}
		at += 2 + n
	}
	if hd.w == 0 {
		return hd, io.ErrUnexpectedEOF
	}
	// Four components without Adobe's word on them are plain CMYK, which the
	// decoder refuses to guess. It inverts samples as Adobe's programs do, so
	// they are turned back afterwards.
	if hd.inverted = fourColours && !adobe; hd.inverted {
		hd.data = append(append(append(make([]byte, 0, len(data)+len(adobeCMYK)), data[:2]...), adobeCMYK...), data[2:]...)
		data = hd.data
	}
	// What is limited must be the size that the decoder sees.
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	hd.w, hd.h = c.Width, c.Height
	return hd, err
}

// isSOF reports whether a marker opens a frame: SOF0..SOF15, less the three
// in that range that mean something else.
func isSOF(mark byte) bool {
	return mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc
}

// frame reads a frame header: precision, height, width, components with their
// sampling factors.
func (hd *header) frame(mark byte, body []byte) error {
	if len(body) < 6 {
		return jpeg.FormatError("a frame header too short")
	}
	hd.h, hd.w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	n := int(body[5])
	if n == 0 || len(body) < 6+3*n {
		return jpeg.FormatError("a frame header too short")
	}
	if hd.h == 0 {
		return jpeg.UnsupportedError("the height comes after the pixels")
	}
	// Samples a pixel: each component at its share of the finest sampling.
	hmax, vmax, samples := 1, 1, 0
	for i := range n {
		s := body[7+3*i]
		hmax, vmax = max(hmax, int(s>>4)), max(vmax, int(s&15))
		samples += int(s>>4) * int(s&15)
	}
	hd.perPixel = float64(samples) / float64(hmax*vmax)
	if mark == 0xc2 { // progressive: a 32-bit coefficient a sample is kept
		hd.perPixel *= 5
	}
	if n == 4 {
		hd.perPixel += 4
	}
	return nil
}

// scanPNG reads IHDR, and eXIf wherever it is.
func scanPNG(data []byte) (header, error) {
	hd, found := header{orientation: 1}, false
	for at := 8; at+8 <= len(data); {
		n := int64(binary.BigEndian.Uint32(data[at:]))
		kind := string(data[at+4 : at+8])
		if int64(at)+8+n > int64(len(data)) {
			break
		}
		body := data[at+8 : at+8+int(n)]
		switch {
		case kind == "IHDR" && n == 13 && !found:
			found = true
			w, h := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
			hd.w, hd.h = int(w), int(h)
			hd.perPixel = 4
			if body[8] == 16 {
				hd.perPixel = 8
			}
			if body[12] != 0 { // interlaced: the largest pass is held beside the picture
				hd.perPixel *= 1.5
			}
		case kind == "eXIf":
			hd.orientation = exifOrientation(body)
		}
		at += 12 + int(n)
	}
	if !found {
		return hd, io.ErrUnexpectedEOF
	}
	return hd, nil
}

var errAnimated = errors.New("an animated WebP")

// scanWebP walks the RIFF chunks. The canvas size of an extended file need not
// be that of the frame in it, so the frame's own header counts too.
func scanWebP(data []byte) (header, error) {
	hd := header{orientation: 1, perPixel: 4, colour: &studioYCC}
	if size := int64(binary.LittleEndian.Uint32(data[4:])); size+8 > int64(len(data)) {
		return hd, io.ErrUnexpectedEOF
	}
	for at := 12; at+8 <= len(data); {
		n := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if int64(at)+8+n > int64(len(data)) {
			break
		}
		body := data[at+8 : at+8+int(n)]
		switch string(data[at : at+4]) {
		case "VP8X":
			if len(body) >= 10 {
				if body[0]&2 != 0 {
					return hd, errAnimated
				}
				hd.grow(1+le24(body[4:]), 1+le24(body[7:]))
			}
		case "VP8 ":
			if len(body) >= 10 {
				hd.grow(int(binary.LittleEndian.Uint16(body[6:])&0x3fff), int(binary.LittleEndian.Uint16(body[8:])&0x3fff))
			}
		case "VP8L":
			if len(body) >= 5 {
				bits := binary.LittleEndian.Uint32(body[1:])
				hd.grow(1+int(bits&0x3fff), 1+int(bits>>14&0x3fff))
				hd.perPixel = 8 // pixels, and as many again before the transforms are undone
			}
		case "EXIF":
			hd.orientation = exifOrientation(body)
		}
		at += 8 + int(n+n&1)
	}
	if hd.w == 0 {
		return hd, io.ErrUnexpectedEOF
	}
	return hd, nil
}

func (hd *header) grow(w, h int) { hd.w, hd.h = max(hd.w, w), max(hd.h, h) }

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func scanBMP(data []byte) (header, error) {
	c, err := bmp.DecodeConfig(bytes.NewReader(data))
	return header{w: c.Width, h: c.Height, perPixel: 4, orientation: 1}, err
}
