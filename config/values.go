package config

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// Point is x and y, as shares of a picture's width and height.
type Point [2]float64

// Size is a size in pixels; the zero Size says nothing. It is written as WxH.
type Size struct{ W, H int }

func (s Size) String() string {
	if s == (Size{}) {
		return ""
	}
	return strconv.Itoa(s.W) + "x" + strconv.Itoa(s.H)
}

// MarshalText is for JSON.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes.
func (s *Size) UnmarshalText(b []byte) (err error) {
	*s, err = parseSize(string(b))
	return err
}

// maxSide bounds both sides of a Size, as package capture does.
const maxSide = 1 << 16

func parseSize(text string) (s Size, err error) {
	if text == "" {
		return s, nil
	}
	w, h, ok := strings.Cut(text, "x")
	var errW, errH error
	s.W, errW = strconv.Atoi(w)
	s.H, errH = strconv.Atoi(h)
	if !ok || errW != nil || errH != nil || s.W < 1 || s.H < 1 || s.W > maxSide || s.H > maxSide {
		return Size{}, fmt.Errorf("is no size, as 640x480, with sides of 1 to %d pixels", maxSide)
	}
	return s, nil
}

// Bytes is a size in memory or on disk. It is written with a unit: 10MiB.
type Bytes int64

// units are those that Bytes are written in, the largest first. KB, MB and so
// on are read as the powers of 1000 that they are.
var units = []struct {
	name string
	size int64
}{{"PiB", 1 << 50}, {"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

var decimalUnits = []struct {
	name string
	size int64
}{{"PB", 1e15}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}}

// String writes the largest unit that there is a whole number of.
func (b Bytes) String() string {
	for _, u := range units {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return "0B"
}

func parseBytes(text string) (Bytes, error) {
	number, size := strings.TrimSpace(text), int64(0)
	for _, u := range append(decimalUnits[:len(decimalUnits):len(decimalUnits)], units...) {
		if len(number) > len(u.name) && strings.EqualFold(number[len(number)-len(u.name):], u.name) {
			number, size = strings.TrimSpace(number[:len(number)-len(u.name)]), u.size
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if v *= float64(size); err != nil || size == 0 || !(v >= 0 && v < math.MaxInt64) {
		return 0, fmt.Errorf("is no size with its unit, as 10MiB, 1.5GB or 4096B")
	}
	return Bytes(v), nil
}

// Secret is text that is not printed: its String, and so what fmt makes of
// it, says only that there is one.
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// MarshalText is for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// GoString is for %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// Redacted is what s opens, without the password that an address may have.
func (s *Source) Redacted() string {
	scheme, rest, address := strings.Cut(s.Source, "://")
	if !address {
		return s.Source
	}
	if u, err := url.Parse(s.Source); err == nil {
		return u.Redacted()
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = "…@" + rest[at+1:]
	}
	return scheme + "://" + rest
}
