package vision

import "math"

// rgbColour is a colour to draw in.
type rgbColour [3]uint8

// ink is the dark that text and outlines are drawn in; it stands out from
// every colour of palette.
var ink = rgbColour{16, 18, 22}

// paper is the light that notes are written on.
var paper = rgbColour{225, 226, 228}

// palette returns the i'th of a row of colours that are easy to tell apart:
// the hue goes round by the golden angle, lightness and chroma stay, so that
// dark text is readable on each (OKLCH, Ottosson 2020).
func palette(i int) rgbColour {
	const lightness, chroma = 0.8, 0.155
	turn := math.Mod(float64(i)*0.61803398875+0.4, 1)
	a, b := chroma*math.Cos(2*math.Pi*turn), chroma*math.Sin(2*math.Pi*turn)
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	return rgbColour{
		gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

func cube(v float64) float64 { return v * v * v }

// gamma encodes a linear value as sRGB.
func gamma(v float64) uint8 {
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(min(max(v, 0), 1)*255 + 0.5)
}

// mix lays a colour over pixel (x, y), which must be inside, with an opacity
// of 0..1.
func (m *Image) mix(x, y int, c rgbColour, a float64) {
	if a <= 0 {
		return
	}
	i := (y*m.W + x) * 3
	k := int32(min(a, 1)*256 + 0.5)
	for j, v := range c {
		old := int32(m.Pix[i+j])
		m.Pix[i+j] = uint8(old + ((int32(v)-old)*k+128)>>8)
	}
}

// rounded is a box with rounded corners, in float64 for the distances.
type rounded struct {
	x1, y1, x2, y2, r float64
}

// distance returns how far (x, y) lies outside the outline, negative inside.
func (b rounded) distance(x, y float64) float64 {
	dx := math.Abs(x-(b.x1+b.x2)/2) - (b.x2-b.x1)/2 + b.r
	dy := math.Abs(y-(b.y1+b.y2)/2) - (b.y2-b.y1)/2 + b.r
	return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - b.r
}

// fill paints the inside of b, its edge smoothed.
func (m *Image) fill(b rounded, c rgbColour, opacity float64) {
	m.each(b.x1-1, b.y1-1, b.x2+1, b.y2+1, func(x, y int) {
		m.mix(x, y, c, opacity*(0.5-b.distance(float64(x)+0.5, float64(y)+0.5)))
	})
}

// stroke paints a line along the outline of b, half of it on each side.
func (m *Image) stroke(b rounded, width float64, c rgbColour, opacity float64) {
	half := width / 2
	line := func(x, y int) {
		m.mix(x, y, c, opacity*min(1, half+0.5-math.Abs(b.distance(float64(x)+0.5, float64(y)+0.5))))
	}
	// Four bands along the sides, no pixel in two of them.
	out, in := half+1, max(half+1, b.r)
	top, bottom := math.Floor(b.y1+in)+1, math.Ceil(b.y2-in)-1
	if top >= bottom || b.x1+in+1 >= b.x2-in-1 {
		m.each(b.x1-out, b.y1-out, b.x2+out, b.y2+out, line)
		return
	}
	m.each(b.x1-out, b.y1-out, b.x2+out, top, line)
	m.each(b.x1-out, bottom, b.x2+out, b.y2+out, line)
	m.each(b.x1-out, top, b.x1+in+1, bottom, line)
	m.each(b.x2-in-1, top, b.x2+out, bottom, line)
}

// each calls f for the pixels of m from (x1, y1) up to (x2, y2).
func (m *Image) each(x1, y1, x2, y2 float64, f func(x, y int)) {
	for y := pixel(y1, m.H); y < pixel(y2, m.H); y++ {
		for x := pixel(x1, m.W); x < pixel(x2, m.W); x++ {
			f(x, y)
		}
	}
}

// pixel limits a coordinate to 0..n.
func pixel(v float64, n int) int { return int(min(max(math.Floor(v), 0), float64(n))) }
