package kernels

import "unsafe"

// YCC says what luma and chroma samples mean, in 1/65536: luma is
// (Y−Black)·Gain; Cr adds RV to red, Cb adds BU to blue, and GU and GV of them
// are taken from green, all of chroma less 128. No colour is to come out of
// −384..639 before it is held to 0..255.
type YCC struct{ Gain, Black, RV, GU, GV, BU int32 }

// ColourOp is how the samples of a row of pixels lie, two pixels to a sample
// of Cb and one of Cr. What of a group of two pixels lies past an odd row's end
// is read and not used.
type ColourOp int

const (
	ColourYUYV   ColourOp = iota // A: groups of Y Cb Y Cr
	ColourUYVY                   // A: groups of Cb Y Cr Y
	ColourPairs                  // A: luma; B: groups of Cb Cr
	ColourPlanes                 // A: luma; B: Cb; C: Cr
	numColourOps
)

// ColourFunc writes n ≥ 0 pixels as RGB, 3 bytes a pixel. Results are rounded
// to nearest, halves up, and held to 0..255; dst overlaps nothing that is read.
type ColourFunc func(dst, a, b, c *uint8, n int, m *YCC)

// Colour is a row of the table of kernels from luma and chroma to RGB.
type Colour struct {
	Name  string
	Needs Features
	Funcs [numColourOps]ColourFunc
}

// Chroma returns what chroma adds to red, green and blue, with half of a unit.
func (m *YCC) Chroma(cb, cr uint8) (r, g, b int32) {
	u, v := int32(cb)-128, int32(cr)-128
	return m.RV*v + 1<<15, 1<<15 - m.GU*u - m.GV*v, m.BU*u + 1<<15
}

// Pixel writes the colour of luma and what Chroma returned.
func (m *YCC) Pixel(d []uint8, luma uint8, r, g, b int32) {
	y := (int32(luma) - m.Black) * m.Gain
	_ = d[2]
	d[0], d[1], d[2] = level(y+r), level(y+g), level(y+b)
}

// Grey returns the level of a pixel without chroma.
func (m *YCC) Grey(luma uint8) uint8 { return level((int32(luma)-m.Black)*m.Gain + 1<<15) }

// level returns v/65536 held to 0..255, by a table: a CPU cannot guess wrong
// about it, and what it takes is small enough to be inlined.
func level(v int32) uint8 { return levels[uint32(v>>16+384)&1023] }

var levels = func() (t [1024]uint8) {
	for i := range t {
		t[i] = uint8(max(0, min(255, i-384)))
	}
	return t
}()

// packedGeneric serves groups of 4 bytes of two pixels, whose luma, Cb and Cr
// are at the places given; the second luma is 2 after the first.
func packedGeneric(dst, p []uint8, luma, cb, cr int, m *YCC) {
	for i := 0; len(dst) >= 3; i += 4 {
		s := p[i : i+4 : i+4]
		r, g, b := m.Chroma(s[cb], s[cr])
		m.Pixel(dst, s[luma], r, g, b)
		if dst = dst[3:]; len(dst) >= 3 {
			m.Pixel(dst, s[luma+2], r, g, b)
			dst = dst[3:]
		}
	}
}

// groups returns the bytes of n pixels in groups of two, size bytes a group.
func groups(p *uint8, n, size int) []uint8 { return unsafe.Slice(p, (n+1)/2*size) }

func yuyvGeneric(dst, a, _, _ *uint8, n int, m *YCC) {
	packedGeneric(unsafe.Slice(dst, n*3), groups(a, n, 4), 0, 1, 3, m)
}

func uyvyGeneric(dst, a, _, _ *uint8, n int, m *YCC) {
	packedGeneric(unsafe.Slice(dst, n*3), groups(a, n, 4), 1, 0, 2, m)
}

func colourPairsGeneric(dst, a, b, _ *uint8, n int, m *YCC) {
	d, c := unsafe.Slice(dst, n*3), groups(b, n, 2)
	var red, green, blue int32
	for i, y := range unsafe.Slice(a, n) {
		if i&1 == 0 {
			red, green, blue = m.Chroma(c[i], c[i+1])
		}
		m.Pixel(d[i*3:i*3+3:i*3+3], y, red, green, blue)
	}
}

func colourPlanesGeneric(dst, a, b, c *uint8, n int, m *YCC) {
	d, cb, cr := unsafe.Slice(dst, n*3), groups(b, n, 1), groups(c, n, 1)
	var red, green, blue int32
	for i, y := range unsafe.Slice(a, n) {
		if i&1 == 0 {
			red, green, blue = m.Chroma(cb[i>>1], cr[i>>1])
		}
		m.Pixel(d[i*3:i*3+3:i*3+3], y, red, green, blue)
	}
}

var genericColour = Colour{"generic", 0, [numColourOps]ColourFunc{
	ColourYUYV:   yuyvGeneric,
	ColourUYVY:   uyvyGeneric,
	ColourPairs:  colourPairsGeneric,
	ColourPlanes: colourPlanesGeneric,
}}

// ColourRows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ColourRows(f Features) []*Colour {
	var rows []*Colour
	for i := range archColour {
		if f.Has(archColour[i].Needs) {
			rows = append(rows, &archColour[i])
		}
	}
	return append(rows, &genericColour)
}
