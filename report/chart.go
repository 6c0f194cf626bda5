package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// chartView is a chart ready for the template: the same drawn for a wide and
// for a narrow screen, of which the style shows one, so that type keeps its
// size.
type chartView struct {
	Title, Alt   string
	Legend       []key
	Wide, Narrow *drawing
}

// Widths of the two drawings, in CSS pixels.
const (
	wideChart   = 880
	narrowChart = 330
)

// key is an entry of a legend.
type key struct{ Class, Name string }

// drawing is what an SVG shows, from back to front.
type drawing struct {
	W, H  float64
	Grid  []path
	Bars  []rect
	Paths []path
	Texts []text
}

type path struct{ Class, D string }

type rect struct {
	Class, Tip string
	X, Y, W, H float64
}

type text struct {
	Class, Text string
	X, Y        float64
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.Grid = append(d.Grid, path{class, fmt.Sprintf("M%.1f %.1fL%.1f %.1f", x1, y1, x2, y2)})
}

func (d *drawing) text(class string, x, y float64, s string) {
	d.Texts = append(d.Texts, text{class, s, round1(x), round1(y)})
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// seriesColours is how many the style has.
const seriesColours = 6

func seriesClass(i int) string { return "c" + strconv.Itoa(i%seriesColours) }

// scale maps values to positions along an axis whose ticks are round numbers.
type scale struct {
	lo, hi, step float64
	from, to     float64
}

// newScale covers lo..hi with about n steps of 1, 2 or 5 times a power of ten.
func newScale(lo, hi float64, n int) scale {
	if !(hi-lo > 1e-12*max(math.Abs(lo), math.Abs(hi)) && hi-lo > 1e-300) {
		pad := max(math.Abs(lo)/2, 0.5)
		lo, hi = lo-pad, lo+pad
	}
	raw := (hi - lo) / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, f := range []float64{1, 2, 5} {
		if f*power >= raw*0.999 {
			step = f * power
			break
		}
	}
	return scale{lo: math.Floor(lo/step+1e-9) * step, hi: math.Ceil(hi/step-1e-9) * step, step: step}
}

// at returns the position of v.
func (s *scale) at(v float64) float64 { return s.from + (v-s.lo)/(s.hi-s.lo)*(s.to-s.from) }

// ticks returns the round numbers along s.
func (s *scale) ticks() []float64 {
	n := int(math.Round((s.hi - s.lo) / s.step))
	list := make([]float64, n+1)
	for i := range list {
		list[i] = s.lo + float64(i)*s.step
		if math.Abs(list[i]) < s.step/1e6 { // the zero that rounding missed
			list[i] = 0
		}
	}
	return list
}

// label writes a tick with as many decimals as the step has.
func (s *scale) label(v float64) string {
	return grouped(v, max(0, -int(math.Floor(math.Log10(s.step)+1e-9))))
}

// number writes a value with about three digits.
func number(v float64) string {
	if !finite(v) {
		return "–"
	}
	decimals := 0
	if a := math.Abs(v); a > 0 && a < 100 {
		decimals = min(2-int(math.Floor(math.Log10(a))), 9)
	}
	s := grouped(v, decimals)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// grouped writes v with narrow spaces between thousands and a true minus.
func grouped(v float64, decimals int) string {
	if math.Abs(v) >= 1e15 || decimals > 9 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && len(whole) > 4; i -= 3 {
		whole = whole[:i] + "\u202f" + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		whole = "−" + whole
	}
	return whole
}

// charWidth is about the mean width of a character of the charts' type.
const charWidth = 7.1

// fit cuts s to a width in pixels.
func fit(s string, width float64) string {
	r, n := []rune(s), int(width/charWidth)
	if len(r) <= n {
		return s
	}
	return string(r[:max(n-1, 1)]) + "…"
}

// finite reports whether v can be drawn: neither NaN nor infinite, nor so
// large that differences overflow.
func finite(v float64) bool { return math.Abs(v) <= 1e300 }
