package jpeg

import "encoding/binary"

// MaxPixels is how large a picture may be.
const MaxPixels = 64 << 20

// Decoder decodes pictures one after another. It keeps the tables that they
// have in common. The zero Decoder is ready for use and serves one goroutine.
type Decoder struct {
	quant   [4][64]int32 // in coded order
	given   [4]bool      // which of them the picture at hand has
	huffman [2][4]huffman
	comps   [3]component
	frame   frame
	bits    bits
	coeffs  [64]int32
}

// frame is what the header of a picture says, and how far its decoding is.
type frame struct {
	dst      *Picture
	w, h     int // at full size
	size     int // side of a block in the result: 8, 4, 2 or 1
	n        int // components; 0: no header yet
	hMax     int
	vMax     int
	mcusX    int
	mcusY    int
	interval int // MCUs between restart markers; 0: none
	rows     int // of the result that are whole
}

// component is one of Y, Cb and Cr.
type component struct {
	id, h, v, quant int
	dc, ac          *huffman
	mean            int32
	plane           []byte
	stride          int
	done            bool
}

const (
	markSOF0 = 0xc0
	markSOF1 = 0xc1
	markDHT  = 0xc4
	markRST0 = 0xd0
	markRST7 = 0xd7
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markDQT  = 0xdb
	markDRI  = 0xdd
	markAPPE = 0xee
	markTEM  = 0x01
)

// Scale is by how much a picture is made smaller, in both directions. Sizes
// are rounded up.
type Scale int

const (
	Full Scale = iota
	Half
	Quarter
	Eighth
)

// Shrink returns by how much s makes sides smaller: 1, 2, 4 or 8.
func (s Scale) Shrink() int { return 1 << s }

// ScaleFor returns the scale that makes a picture smallest without making it
// smaller than 1/reduction.
func ScaleFor(reduction float64) Scale {
	s := Full
	for s < Eighth && float64((s+1).Shrink()) <= reduction {
		s++
	}
	return s
}

// Decode decodes the picture at the start of data into dst; what follows it is
// ignored, as some cameras pad their frames. Errors are *ErrTorn and
// *ErrUnsupported. After an *ErrTorn with rows dst holds those rows.
func (d *Decoder) Decode(dst *Picture, data []byte, scale Scale) error {
	if scale < Full || scale > Eighth {
		return &ErrUnsupported{"a scale other than 1, 1/2, 1/4 and 1/8"}
	}
	d.frame = frame{dst: dst, size: 8 >> scale}
	d.given = [4]bool{}
	for c := range d.huffman {
		for i := range d.huffman[c] {
			d.huffman[c][i].given = false
		}
	}
	if len(data) < 2 || data[0] != 0xff || data[1] != markSOI {
		return d.torn(0, "it does not begin as a JPEG")
	}
	err := d.segments(data)
	d.frame.dst, d.bits.data = nil, nil
	for i := range d.comps {
		d.comps[i].plane = nil
	}
	return err
}

func (d *Decoder) torn(at int, why string) error {
	return &ErrTorn{Offset: at, Rows: d.frame.rows, Why: why}
}

// segments goes from marker to marker until every component is decoded.
func (d *Decoder) segments(data []byte) error {
	for pos := 2; ; {
		marker, at := nextMarker(data, pos)
		if at < 0 {
			return d.torn(len(data), "it ends before its pixels")
		}
		pos = at
		switch {
		case marker == markTEM || marker >= markRST0 && marker <= markSOI:
			continue
		case marker == markEOI:
			return d.torn(pos, "it ends before its pixels")
		case pos+2 > len(data):
			return d.torn(len(data), "it ends in its header")
		}
		length := int(binary.BigEndian.Uint16(data[pos:]))
		if length < 2 || pos+length > len(data) {
			return d.torn(pos, "it ends in its header")
		}
		body := data[pos+2 : pos+length]
		pos += length
		if marker == markSOS {
			end, done, err := d.scan(data, pos, body)
			if err != nil || done {
				return err
			}
			pos = end
			continue
		}
		if why, err := d.segment(marker, body); err != nil {
			return err
		} else if why != "" {
			return d.torn(pos-length, why)
		}
	}
}

// nextMarker returns the marker from pos on, and where what follows it
// begins; -1 when there is none. Bytes that belong to nothing are skipped, as
// libjpeg does.
func nextMarker(data []byte, pos int) (marker byte, at int) {
	for ; pos+1 < len(data); pos++ {
		if m := data[pos+1]; data[pos] == 0xff && m != 0 && m != 0xff {
			return m, pos + 2
		}
	}
	return 0, -1
}

// segment reads a segment other than a scan. It returns what is wrong with it.
func (d *Decoder) segment(marker byte, body []byte) (why string, err error) {
	switch {
	case marker == markSOF0 || marker == markSOF1:
		return d.header(body)
	case marker == markDHT:
		return d.huffmanTables(body), nil
	case marker == markDQT:
		return d.quantTables(body), nil
	case marker == markDRI:
		if len(body) < 2 {
			return "a restart interval without a length", nil
		}
		d.frame.interval = int(binary.BigEndian.Uint16(body))
	case marker == markAPPE:
		if len(body) >= 12 && string(body[:5]) == "Adobe" && body[11] == 0 {
			return "", &ErrUnsupported{"RGB without conversion"}
		}
	case marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce:
		return "", &ErrUnsupported{"progressive"}
	case marker == 0xc3 || marker == 0xc7 || marker == 0xcb || marker == 0xcf:
		return "", &ErrUnsupported{"lossless"}
	case marker == 0xc5 || marker == 0xc9 || marker == 0xcd || marker == 0xcc:
		return "", &ErrUnsupported{"hierarchical or arithmetic coding"}
	}
	return "", nil
}

func (d *Decoder) quantTables(body []byte) string {
	for len(body) > 0 {
		id, wide := body[0]&15, int(body[0]>>4)
		body = body[1:]
		if id > 3 || wide > 1 || len(body) < 64<<wide {
			return "a damaged quantisation table"
		}
		for i := range 64 {
			if wide == 1 {
				d.quant[id][i] = int32(binary.BigEndian.Uint16(body[2*i:]))
			} else {
				d.quant[id][i] = int32(body[i])
			}
		}
		d.given[id] = true
		body = body[64<<wide:]
	}
	return ""
}

func (d *Decoder) huffmanTables(body []byte) string {
	const damaged = "a damaged Huffman table"
	for len(body) > 0 {
		if len(body) < 17 || body[0]&15 > 3 || body[0]>>4 > 1 {
			return damaged
		}
		class, id := body[0]>>4, body[0]&15
		counts := (*[16]uint8)(body[1:17])
		n := 0
		for _, c := range counts {
			n += int(c)
		}
		body = body[17:]
		if n == 0 || n > 256 || n > len(body) {
			return damaged
		}
		if class == 0 {
			for _, s := range body[:n] {
				if s > 11 {
					return damaged
				}
			}
		}
		h := &d.huffman[class][id]
		if !h.build(counts, body[:n]) {
			return damaged
		}
		h.given = true
		body = body[n:]
	}
	return ""
}

// table returns a Huffman table as the picture gives it, else the standard
// one; nil when there is none.
func (d *Decoder) table(class, id int) *huffman {
	h := &d.huffman[class][id]
	if h.given {
		return h
	}
	if id > 1 {
		return nil
	}
	s := &standard[class][id]
	if !h.build(&s.counts, s.symbols) {
		return nil
	}
	h.given = true
	return h
}
