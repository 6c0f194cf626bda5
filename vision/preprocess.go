package vision

import (
	"encoding/json"
	"fmt"
	"math"
)

// Preprocess says how a region of a picture becomes the input of a network.
// Each value is (pixel - Mean) * Scale, where pixel is 0..255 after resizing.
//
// Its JSON form is the metadata property ocellus.preprocess:
//
//	{"size":[width,height], "fit":"letterbox", "resample":"bilinear", "colour":"rgb",
//	 "mean":[127.5,127.5,127.5], "scale":[0.0078,0.0078,0.0078], "pad":0, "layout":"nchw"}
//
// In JSON mean and scale may also be one number for all channels.
type Preprocess struct {
	Width, Height int        // of the input, in pixels
	Fit           Fit        // how the region meets the input's aspect ratio
	Resample      Resample   // how pixels between pixels are made
	Colour        Colour     // channels, and their order
	Mean, Scale   [3]float32 // per channel, in the order of Colour; Gray reads the first
	Pad           float32    // pixel value, 0..255, of what lies outside the picture
	Layout        Layout     // order of the dimensions
}

// Channels returns 3, or 1 for Gray.
func (p *Preprocess) Channels() int {
	if p.Colour == Gray {
		return 1
	}
	return 3
}

// Elems returns the number of values that Fill writes.
func (p *Preprocess) Elems() int { return p.Width * p.Height * p.Channels() }

// Validate reports the first setting that makes no sense.
func (p *Preprocess) Validate() error {
	switch {
	case p.Width < 1 || p.Height < 1 || p.Width > maxInput || p.Height > maxInput:
		return fmt.Errorf("preprocess: size %d x %d is outside 1..%d", p.Width, p.Height, maxInput)
	case int(p.Fit) >= len(fitNames):
		return fmt.Errorf("preprocess: unknown fit %d", p.Fit)
	case int(p.Resample) >= len(resampleNames):
		return fmt.Errorf("preprocess: unknown resample %d", p.Resample)
	case int(p.Colour) >= len(colourNames):
		return fmt.Errorf("preprocess: unknown colour %d", p.Colour)
	case int(p.Layout) >= len(layoutNames):
		return fmt.Errorf("preprocess: unknown layout %d", p.Layout)
	case !(p.Pad >= 0 && p.Pad <= 255):
		return fmt.Errorf("preprocess: pad %v is outside 0..255", p.Pad)
	}
	for c := range p.Channels() {
		if m, s := float64(p.Mean[c]), float64(p.Scale[c]); math.IsNaN(m+s) || math.IsInf(m+s, 0) || s == 0 {
			return fmt.Errorf("preprocess: mean %v, scale %v of channel %d", m, s, c)
		}
	}
	return nil
}

// maxInput bounds the sides of a network's input, in pixels.
const maxInput = 1 << 14

// Fit says how a region whose aspect ratio is not that of the input is placed.
type Fit uint8

const (
	Letterbox Fit = iota // the whole region, centred, bars at the sides filled with Pad
	Stretch              // the whole region, its aspect ratio given up
	Crop                 // the largest centred part of the region with the input's aspect ratio
)

// Resample says how the value between pixels is made. Whatever it says,
// a sample that falls outside the picture is Pad; samples at the very edge
// repeat the edge pixel.
type Resample uint8

const (
	Bilinear Resample = iota // half-pixel centres; averaged over the source area when shrinking by more than 2
	Nearest                  // the pixel that the centre of the target pixel falls on
	Area                     // the mean of the source area under the target pixel
)

// Colour is the channels of an input and their order.
type Colour uint8

const (
	RGB  Colour = iota
	BGR         // as OpenCV keeps pictures
	Gray        // luma of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B
)

// Layout is the order of an input's dimensions.
type Layout uint8

const (
	NCHW Layout = iota // one plane a channel
	NHWC               // channels interleaved
)

var (
	fitNames      = [...]string{"letterbox", "stretch", "crop"}
	resampleNames = [...]string{"bilinear", "nearest", "area"}
	colourNames   = [...]string{"rgb", "bgr", "gray"}
	layoutNames   = [...]string{"nchw", "nhwc"}
)

func (f Fit) String() string      { return nameOf(fitNames[:], int(f)) }
func (r Resample) String() string { return nameOf(resampleNames[:], int(r)) }
func (c Colour) String() string   { return nameOf(colourNames[:], int(c)) }
func (l Layout) String() string   { return nameOf(layoutNames[:], int(l)) }

// MarshalText writes the name: letterbox, stretch or crop.
func (f Fit) MarshalText() ([]byte, error) { return marshalName(fitNames[:], int(f), "fit") }

// UnmarshalText reads a name.
func (f *Fit) UnmarshalText(b []byte) error { return unmarshalName(fitNames[:], b, f, "fit") }

// MarshalText writes the name: bilinear, nearest or area.
func (r Resample) MarshalText() ([]byte, error) {
	return marshalName(resampleNames[:], int(r), "resample")
}

// UnmarshalText reads a name.
func (r *Resample) UnmarshalText(b []byte) error {
	return unmarshalName(resampleNames[:], b, r, "resample")
}

// MarshalText writes the name: rgb, bgr or gray.
func (c Colour) MarshalText() ([]byte, error) { return marshalName(colourNames[:], int(c), "colour") }

// UnmarshalText reads a name.
func (c *Colour) UnmarshalText(b []byte) error { return unmarshalName(colourNames[:], b, c, "colour") }

// MarshalText writes the name: nchw or nhwc.
func (l Layout) MarshalText() ([]byte, error) { return marshalName(layoutNames[:], int(l), "layout") }

// UnmarshalText reads a name.
func (l *Layout) UnmarshalText(b []byte) error { return unmarshalName(layoutNames[:], b, l, "layout") }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%d", i)
}

func marshalName(names []string, i int, what string) ([]byte, error) {
	if i >= len(names) {
		return nil, fmt.Errorf("unknown %s %d", what, i)
	}
	return []byte(names[i]), nil
}

func unmarshalName[T ~uint8](names []string, b []byte, dst *T, what string) error {
	for i, n := range names {
		if n == string(b) {
			*dst = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %q: one of %q expected", what, b, names)
}

// preprocessJSON is the shape of a Preprocess in JSON.
type preprocessJSON struct {
	Size     [2]int     `json:"size"`
	Fit      Fit        `json:"fit"`
	Resample Resample   `json:"resample"`
	Colour   Colour     `json:"colour"`
	Mean     perChannel `json:"mean"`
	Scale    perChannel `json:"scale"`
	Pad      float32    `json:"pad"`
	Layout   Layout     `json:"layout"`
}

// MarshalJSON writes the form told at Preprocess.
func (p Preprocess) MarshalJSON() ([]byte, error) {
	return json.Marshal(preprocessJSON{[2]int{p.Width, p.Height}, p.Fit, p.Resample, p.Colour,
		perChannel(p.Mean), perChannel(p.Scale), p.Pad, p.Layout})
}

// UnmarshalJSON reads the form told at Preprocess. What is left out stays
// zero, except scale, which is then 1; the result is validated.
func (p *Preprocess) UnmarshalJSON(b []byte) error {
	j := preprocessJSON{Scale: perChannel{1, 1, 1}}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	q := Preprocess{j.Size[0], j.Size[1], j.Fit, j.Resample, j.Colour, [3]float32(j.Mean), [3]float32(j.Scale), j.Pad, j.Layout}
	if err := q.Validate(); err != nil {
		return err
	}
	*p = q
	return nil
}

// perChannel is three numbers; one number in JSON stands for all three.
type perChannel [3]float32

func (v *perChannel) UnmarshalJSON(b []byte) error {
	var one float32
	if json.Unmarshal(b, &one) == nil {
		*v = perChannel{one, one, one}
		return nil
	}
	var list []float32
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	switch len(list) {
	case 1:
		*v = perChannel{list[0], list[0], list[0]}
	case 3:
		*v = perChannel(list)
	default:
		return fmt.Errorf("one number or three expected, got %d", len(list))
	}
	return nil
}
