package report

import (
	"fmt"
	"math"
	"strings"
)

// Lines is a chart of curves over a common axis. A point with a coordinate
// that is NaN or infinite interrupts its curve.
type Lines struct {
	Title          string
	XLabel, YLabel string
	XWhole         bool // x counts things: no ticks between whole numbers
	Series         []Curve
	Alt            string // what the chart tells, for who cannot see it; "" tells ends and range of each curve
}

// Curve is one line of Lines.
type Curve struct {
	Name   string
	Points [][2]float64 // x and y, in the order in which they are joined
}

func (l Lines) view() (string, any, error) {
	if _, _, ok := l.extent(); !ok {
		return "", nil, fmt.Errorf("lines %q: nothing to show", l.Title)
	}
	v := chartView{Title: l.Title, Alt: l.alt(), Wide: l.draw(wideChart, 360), Narrow: l.draw(narrowChart, 250)}
	if len(l.Series) > 1 {
		for i, s := range l.Series {
			v.Legend = append(v.Legend, key{curveClass(i), s.Name})
		}
	}
	return "chart", v, nil
}

// curveClass is a colour, and a pattern of dashes once colours run out.
func curveClass(i int) string {
	class := seriesClass(i)
	if n := i / seriesColours % 3; n > 0 {
		class += fmt.Sprintf(" dash%d", n)
	}
	return class
}

// extent returns the smallest and largest x and y; ok is false without any.
func (l *Lines) extent() (lo, hi [2]float64, ok bool) {
	lo, hi = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, s := range l.Series {
		for _, p := range s.Points {
			if !finite(p[0]) || !finite(p[1]) {
				continue
			}
			for i, v := range p {
				lo[i], hi[i] = min(lo[i], v), max(hi[i], v)
			}
			ok = true
		}
	}
	return lo, hi, ok
}

func (l *Lines) alt() string {
	if l.Alt != "" {
		return l.Alt
	}
	var s strings.Builder
	fmt.Fprintf(&s, "Line chart. %s.", strings.TrimSuffix(l.Title, "."))
	for _, c := range l.Series {
		one := Lines{Series: []Curve{c}}
		lo, hi, ok := one.extent()
		if !ok {
			continue
		}
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		fmt.Fprintf(&s, " %s goes from %s to %s and lies between %s and %s.", strings.TrimSpace(c.Name+" "+l.YLabel), number(first[1]), number(last[1]), number(lo[1]), number(hi[1]))
	}
	return s.String()
}

func (l *Lines) draw(width, height float64) *drawing {
	lo, hi, _ := l.extent()
	x, y := newScale(lo[0], hi[0], int(max(3, width/120))), newScale(lo[1], hi[1], 5)
	if l.XWhole && x.step < 1 {
		x = scale{lo: math.Floor(lo[0]), hi: math.Ceil(hi[0]), step: 1}
	}
	ticks, longest := y.ticks(), 0
	for _, t := range ticks {
		longest = max(longest, len([]rune(y.label(t))))
	}
	top, bottom := 12.0, height-24
	if l.YLabel != "" {
		top += 22
	}
	if l.XLabel != "" {
		bottom -= 20
	}
	x.from, x.to = float64(longest)*charWidth+14, width-14
	y.from, y.to = bottom, top
	d := &drawing{W: width, H: height}
	for i, t := range ticks {
		class := "grid"
		if i == 0 {
			class = "axis"
		}
		d.line(class, x.from, y.at(t), x.to, y.at(t))
		d.text("end", x.from-8, y.at(t)+4.5, y.label(t))
	}
	for _, t := range x.ticks() {
		d.line("axis", x.at(t), bottom, x.at(t), bottom+5)
		d.text("mid", x.at(t), bottom+20, x.label(t))
	}
	if l.YLabel != "" {
		d.text("", 0, 12, l.YLabel)
	}
	if l.XLabel != "" {
		d.text("mid", (x.from+x.to)/2, height-4, l.XLabel)
	}
	for i, s := range l.Series {
		if p := trace(s.Points, &x, &y); p != "" {
			d.Paths = append(d.Paths, path{curveClass(i), p})
		}
	}
	return d
}

// trace writes points as the commands of an SVG path.
func trace(points [][2]float64, x, y *scale) string {
	var b strings.Builder
	pen := byte('M')
	for i, p := range points {
		if !finite(p[0]) || !finite(p[1]) {
			pen = 'M'
			continue
		}
		fmt.Fprintf(&b, "%c%.1f %.1f", pen, x.at(p[0]), y.at(p[1]))
		// A point with no neighbour to be joined to is a line of no length, which
		// round ends make a dot.
		if alone := i+1 == len(points) || !finite(points[i+1][0]) || !finite(points[i+1][1]); pen == 'M' && alone {
			b.WriteString("h0")
		}
		pen = 'L'
	}
	return b.String()
}
