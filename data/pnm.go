package data

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// loadPicture reads the picture of a set that is a file of its own.
func loadPicture(file string) (*vision.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, cause(file, err)
	}
	defer f.Close()
	return decodePicture(file, f)
}

// decodePicture reads a picture of a set: whatever package vision reads, and
// PGM and PPM, in which older sets of faces are kept.
func decodePicture(name string, r io.Reader) (*vision.Image, error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(3)
	if len(head) == 3 && head[0] == 'P' && (head[1] == '5' || head[1] == '6') && isSpace(head[2]) {
		return readPNM(name, b)
	}
	m, err := vision.Decode(name, b)
	return m, unread(name, err)
}

// isReadable reports whether decodePicture may read a file, by its ending.
func isReadable(name string) bool {
	ending := strings.ToLower(filepath.Ext(name))
	return isPicture(name) || ending == ".pgm" || ending == ".ppm"
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// readPNM reads a PGM or PPM of bytes (P5 and P6 of Netpbm).
func readPNM(name string, r *bufio.Reader) (*vision.Image, error) {
	magic, err := pnmWord(r)
	if err != nil {
		return nil, bad(name, 0, "is cut short within its header")
	}
	var size [3]int // width, height, most
	for i := range size {
		word, err := pnmWord(r)
		if err != nil {
			return nil, bad(name, 0, "is cut short within its header")
		}
		if size[i], err = strconv.Atoi(word); err != nil || size[i] < 1 || size[i] > maxSide {
			return nil, bad(name, 0, "%.20q in its header is no size", word)
		}
	}
	w, h, most := size[0], size[1], size[2]
	if most > 255 {
		return nil, bad(name, 0, "has samples of 16 bits, and those of 8 are read")
	}
	if w > vision.DefaultMaxPixels/h {
		return nil, bad(name, 0, "%d×%d pixels are more than the limit of %d", w, h, vision.DefaultMaxPixels)
	}
	channels := 1
	if magic == "P6" {
		channels = 3
	}
	// Grown as it is read: what a header says costs nothing until it is there.
	pix, err := io.ReadAll(io.LimitReader(r, int64(w*h*channels)))
	if err != nil {
		return nil, cause(name, err)
	}
	if len(pix) < w*h*channels {
		return nil, bad(name, 0, "is cut short: %d bytes of %d", len(pix), w*h*channels)
	}
	m := vision.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = uint8(min(int(pix[i*channels/3])*255/most, 255))
	}
	return m, nil
}

// pnmWord reads a word of the header and the one space that ends it; comments
// go from # to the end of a line.
func pnmWord(r *bufio.Reader) (string, error) {
	const longest = 20
	var word []byte
	for comment := false; ; {
		c, err := r.ReadByte()
		switch {
		case err != nil:
			return "", err
		case comment:
			comment = c != '\n'
		case c == '#':
			comment = true
		case isSpace(c) && len(word) > 0:
			return string(word), nil
		case !isSpace(c) && len(word) < longest:
			word = append(word, c)
		}
	}
}
